-- SPDX-License-Identifier: MIT
--- examples/black_friday as its README has it: the commands, in a copy of the folder, with a sandbox.

local cli = require "spec.support.cli"
local process = require "spec.support.process"

local quote = process.quote

local black_friday = {}
black_friday.__index = black_friday

local FOLDER = "examples/black_friday"

---@class support.black_friday.step
---@field command string
---@field expected string[]  pieces of what it prints, in this order

---The commands of the README, each with what it is said to print.
---@return support.black_friday.step[]
function black_friday.steps()
  local steps, is_inside = {}, false
  for line in process.read(FOLDER .. "/README.md"):gmatch "([^\n]*)\n" do
    local command = is_inside and line:match "^%$ (.*)$"
    if line:find "^```" then
      is_inside = line == "```console"
    elseif command then
      steps[#steps + 1] = { command = command, expected = {} }
    elseif is_inside then
      table.insert(steps[#steps].expected, line)
    end
  end
  return steps
end

---A user in a copy of the folder.
---@param sandbox? table  of klaviyo.sandbox: the one that the command takes for its own; default: that one
---@return table
function black_friday.new(sandbox)
  local self = setmetatable({ user = cli.new(), exported = "" }, black_friday)
  self.folder = self.user:path "black_friday"
  os.execute(("cp -R %s %s"):format(FOLDER, quote(self.folder)))
  self.is_own = sandbox == nil
  if sandbox then
    self.user:own_sandbox(sandbox)
  end
  return self
end

---Runs a command of the README in the folder.
---@param command string
---@param prefix? string  in front of the command: "timeout -s KILL 0.1"
---@return string output
---@return integer code
function black_friday:run(command, prefix)
  local name = command:match "^export ([%u_]+=%w+)$"
  if name then
    self.exported = self.exported .. " " .. name
    return "", 0
  end
  return self.user:shell(("cd %s && exec env%s %s sh -c %s"):format(quote(self.folder), self.exported, prefix or "",
    quote("exec " .. command)))
end

---Ends it, with its sandbox.
function black_friday:close()
  if self.is_own then
    self:run "klaviyo sandbox stop"
  end
  self.user:close()
end

return black_friday
