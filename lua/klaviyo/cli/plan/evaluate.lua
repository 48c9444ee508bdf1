-- SPDX-License-Identifier: MIT
--- Evaluates a campaign file in a child process with limits, so that no file can keep the command busy, use up the
--- memory of the machine, or reach the key. `file_program` is what runs there.

local crossing = require "klaviyo.cli.plan.crossing"
local failure = require "klaviyo.cli.terminal.failure"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local native = require "klaviyo.terminal"

local evaluate = {}

local MB = 1024 * 1024

---What a file may use: instructions, seconds of CPU time, bytes of memory, bytes of its description. `patience` is in
---seconds of real time, for a child that waits for what never comes.
evaluate.LIMITS = { steps = 5000000, seconds = 3, memory = 64 * MB, output = 4 * MB, patience = 60 }

local LOOK = 0.1 -- seconds between two looks at the signals

-- The directory of the modules named klaviyo, as this one was found: in Neovim package.path may not lead there.
local root = debug.getinfo(1, "S").source:match "^@(.*)cli[/\\]plan[/\\]evaluate%.lua$"

local function module_path()
  local above = root and root:match "^(.*)klaviyo[/\\]$"
  return above and ("%s?.lua;%s?/init.lua;%s"):format(above, above, package.path) or package.path
end

local MEANS = "a campaign file only describes a campaign"

local REASONS = {
  steps = "runs for too long: " .. MEANS,
  time = "runs for too long: " .. MEANS,
  stuck = "did not end: " .. MEANS,
  memory = ("needs more than %d MB of memory: %s"):format(evaluate.LIMITS.memory / MB, MEANS),
  output = ("describes more than %d MB"):format(evaluate.LIMITS.output / MB),
}

local function refuse(where, reason, detail)
  local message = REASONS[reason] or ("could not be evaluated: its process was ended by %s"):format(detail)
  failure.raise { code = "input", message = ("%s: %s"):format(where, message) }
end

---Set by a host that must not stand still while a file is evaluated, such as an editor: lets it go on for a moment.
---@type fun()|nil
evaluate.pause = nil

-- Waits for a child. A signal ends it, and then the command.
local function finish(child)
  local pause = evaluate.pause
  local ok, problem = pcall(function()
    interrupt.check()
    while not child:wait(pause and 0 or LOOK) do
      if pause then
        pause()
      end
      interrupt.check()
    end
    interrupt.check()
  end)
  if not ok then
    child:close()
    error(problem, 0)
  end
end

---Evaluates a file. What it exceeds, or how its process ended otherwise, ends the command with file and line.
---@param request klaviyo.cli.file_program.request
---@return klaviyo.cli.file_program.response
function evaluate.run(request)
  local limits = evaluate.LIMITS
  local child, message = native.evaluate { module = "klaviyo.cli.plan.file_program", path = module_path(),
    cpath = package.cpath, trusted = root and "@" .. root or "=?", input = crossing.encode(request, math.huge),
    steps = limits.steps, seconds = limits.seconds, memory = limits.memory, output = limits.output + MB,
    patience = limits.patience }
  if not child then
    failure.raise { message = ("%s cannot be evaluated, because no process can be started: %s"):format(request.name,
      message) }
  end
  finish(child)
  local output, reason, source, line, detail = child:result()
  child:close()
  local where = source and ("%s:%d"):format(source:gsub("^@", ""), line) or request.name
  if reason == "error" then
    error(detail, 0) -- a mistake in this program
  elseif not output then
    refuse(where, reason, detail)
  end
  local response = crossing.decode(output)
  if response.exceeds then
    refuse(response.exceeds == "memory" and where or request.name, response.exceeds)
  end
  return response
end

return evaluate
