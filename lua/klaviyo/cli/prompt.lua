-- SPDX-License-Identifier: MIT
--- Questions to a person. Where nobody can be asked, nothing is agreed to.

local interrupt = require "klaviyo.cli.interrupt"
local failure = require "klaviyo.cli.failure"

local prompt = {}

-- Shows a question and reads a line; nil at the end of the input.
local function ask(term, question)
  term:flush()
  term:unshow()
  io.stderr:write(question)
  io.stderr:flush()
  local line = io.read "*l"
  interrupt.check()
  if not line then
    io.stderr:write "\n"
  end
  return line
end

local function refuse(what, why)
  failure.raise { code = "unconfirmed", message = ("%s: %s"):format(why, what),
    hint = "scripts say --yes" }
end

---Has a person type a name, so that nobody sends by a habit of the fingers.
---@param term klaviyo.cli.terminal
---@param options { name: string, action: string, nothing: string, yes: boolean }
--- action: "send it"; nothing: what is said if it is not done, "nothing was sent"
function prompt.typed(term, options)
  if options.yes then
    return
  elseif not term.in_tty then
    refuse(options.nothing, "nobody can be asked here, and --yes was not given")
  end
  local wanted = options.name:match "^%s*(.-)%s*$"
  local line = ask(term, ("Type %s to %s: "):format(term:err_style("bold", options.shown or wanted), options.action))
  if not line or line:match "^%s*(.-)%s*$" ~= wanted then
    failure.raise { code = "unconfirmed", message = ("That is not %s: %s."):format(options.shown or wanted,
      options.nothing) }
  end
end

---A question that is answered with yes or no; no is the default.
---@param term klaviyo.cli.terminal
---@param options { question: string, nothing: string, yes: boolean }
function prompt.agree(term, options)
  if options.yes then
    return
  elseif not term.in_tty then
    refuse(options.nothing, "nobody can be asked here, and --yes was not given")
  end
  local line = ask(term, options.question .. " [y/N] ")
  local answer = (line or ""):lower():match "^%s*(.-)%s*$"
  if answer ~= "y" and answer ~= "yes" then
    failure.raise { code = "unconfirmed", message = options.nothing:gsub("^%l", string.upper) .. "." }
  end
end

return prompt
