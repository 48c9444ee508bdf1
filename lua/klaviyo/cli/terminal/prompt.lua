-- SPDX-License-Identifier: MIT
--- Questions to the user. Without a terminal the answer is no.

local interrupt = require "klaviyo.cli.terminal.interrupt"
local failure = require "klaviyo.cli.terminal.failure"
local text = require "klaviyo.cli.terminal.text"

local prompt = {}

-- Shows a question and reads a line; nil at the end of the input.
local function ask(term, question)
  term:flush()
  term:unshow()
  io.stderr:write(question)
  io.stderr:flush()
  interrupt.wait_for(io.stdin)
  local line = io.read "*l"
  interrupt.check()
  if not line then
    io.stderr:write "\n"
  end
  return line
end

-- The account stands in front of every question, so that nobody takes one for the other.
local function head(term, options)
  return term:err_style("bold", "[" .. text.clean(options.account()) .. "]")
end

local function capital(sentence)
  return (sentence:gsub("^%l", string.upper))
end

local function refuse(nothing)
  failure.raise { code = "unconfirmed", hint = "in scripts, give --yes",
    message = capital(nothing) .. ": there is no terminal to ask on, and --yes was not given." }
end

---Has the user type a name, so that a habitual "y" sends nothing.
---@param term klaviyo.cli.terminal
---@param options { name: string, action: string, nothing: string, account: (fun(): string), yes: boolean }
--- action: "schedule 2 messages"; nothing: the message if it is not done, "nothing was sent"
function prompt.typed(term, options)
  if options.yes then
    return
  elseif not term.in_tty then
    refuse(options.nothing)
  end
  local wanted = options.name:match "^%s*(.-)%s*$"
  local line = ask(term, ("%s Type %s to %s: "):format(head(term, options), term:err_style("bold", wanted),
    options.action))
  if not line or line:match "^%s*(.-)%s*$" ~= wanted then
    failure.raise { code = "unconfirmed", message = ("That is not %s: %s."):format(wanted,
      options.nothing) }
  end
end

---Asks a question to answer with yes or no; no is the default.
---@param term klaviyo.cli.terminal
---@param options { question: string, nothing: string, account: (fun(): string), yes: boolean }
function prompt.agree(term, options)
  if options.yes then
    return
  elseif not term.in_tty then
    refuse(options.nothing)
  end
  local line = ask(term, ("%s %s [y/N] "):format(head(term, options), options.question))
  local answer = (line or ""):lower():match "^%s*(.-)%s*$"
  if answer ~= "y" and answer ~= "yes" then
    failure.raise { code = "unconfirmed", message = capital(options.nothing) .. "." }
  end
end

return prompt
