-- SPDX-License-Identifier: MIT
--- Campaign files: a campaign in Lua, as the builder or a table, or as a table in JSON. A process of its own evaluates
--- each.

local evaluate = require "klaviyo.cli.plan.evaluate"
local file_sends = require "klaviyo.cli.plan.file_sends"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local locate = require "klaviyo.cli.plan.locate"
local path = require "klaviyo.model.path"

local campaign_file = {}

---The kinds of files, for messages.
campaign_file.ALLOWED = "a campaign file is FILE.lua (builder or table) or FILE.json"

local KINDS = { lua = "lua", json = "json" }

-- What files with other names hold.
local OTHERS = {
  { "%.lock$", "is the record of klaviyo apply, and no campaign file" },
  { "^klaviyo%.lua$", "holds the defaults of its folder, and is no campaign file" },
}

---@class klaviyo.cli.campaign_file
---@field name string     the path as the user wrote it
---@field model table     the campaign
---@field sends table<string, any>  when its messages are to be sent, by path (file_sends.lua)
---@field private text string
---@field private json boolean
---@field private calls table[]   the builder's calls, in order
local file = {}
file.__index = file

local function refuse(message, hint)
  failure.raise { code = "input", message = message, hint = hint }
end

local function kind_of(name)
  local base = name:match "[^/]*$"
  for _, other in ipairs(OTHERS) do
    if base:lower():find(other[1]) then
      return nil, other[2]
    end
  end
  local extension = base:match "%.([^.]*)$"
  return KINDS[(extension or ""):lower()], extension and extension ~= "" and ("is a .%s file"):format(extension) or nil
end

---Whether a name is that of a campaign file.
---@param name string
---@return boolean
function campaign_file.is_name(name)
  return kind_of(name) ~= nil
end

---Reads a campaign file; `-` is standard input.
---@param name string
---@return klaviyo.cli.campaign_file
function campaign_file.read(name)
  local text, message
  if name == "-" then
    text = files.input()
  else
    local kind, other = kind_of(name)
    if not kind and other then -- without an extension, as of a pipe, the text says what it is
      refuse(("%s: %s"):format(name, other), campaign_file.ALLOWED)
    end
    text, message = files.read(name)
  end
  if not text then
    failure.raise { code = "input", message = message }
  end
  return campaign_file.parse(text, name == "-" and "stdin" or name)
end

-- Ends the command with what is wrong with a file as a whole.
local function raise_problem(self, problem)
  if not problem.path then
    refuse(problem.message, problem.hint)
  end
  local line = self:line(problem.path)
  local where = line and ("%s:%d"):format(self.name, line) or self.name
  refuse(("%s: %s %s"):format(where, problem.path ~= "" and problem.path or "the campaign", problem.message))
end

---Reads the text of a campaign file.
---@param text string
---@param name string
---@return klaviyo.cli.campaign_file
function campaign_file.parse(text, name)
  local self = setmetatable({ name = name, text = text }, file)
  self.json = name:lower():find "%.json$" ~= nil or (not name:find "%.lua$" and text:find "^%s*[{%[]" ~= nil)
  local response = evaluate.run { text = text, name = name, kind = self.json and "json" or "lua",
    output = evaluate.LIMITS.output }
  self.calls, self.model = response.calls or {}, response.model
  if response.problem then
    raise_problem(self, response.problem)
  end
  self.model, self.sends = file_sends.split(self.model)
  return self
end

-- The offset and line of the call that made each part, by path.
local function positions_of(self)
  if not self.positions then
    self.positions = {}
    local after
    for _, made in ipairs(self.calls) do
      local at, stop, line = locate.call(self.text, made.line or 1, made.name, after)
      after = stop
      self.positions[made.path] = at and { at = at, line = line }
    end
  end
  return self.positions
end

---The line of a field; nil if it is not known.
---@param where string  path
---@return integer|nil
function file:line(where)
  local keys = path.parse(where or "")
  if #self.calls == 0 then
    return locate.line(locate.fields(self.text, 1, self.json), keys)
  end
  for n = #keys, 0, -1 do
    local part, rest = {}, {}
    for i, key in ipairs(keys) do
      table.insert(i <= n and part or rest, key)
    end
    local position = positions_of(self)[path.format(part)]
    if position then
      return locate.line(#rest > 0 and locate.fields(self.text, position.at, false) or {}, rest) or position.line
    end
  end
end

---Ends the command with the problems of the campaign, each with its line. An error about something else is reported as
---it is.
---@param err klaviyo.error
function file:refuse(err)
  local failed = failure.of(err)
  local details = {}
  for _, item in ipairs(err.kind ~= "connect" and err.errors or {}) do
    local line = item.path and self:line(item.path)
    local where = line and ("%s:%d"):format(self.name, line) or self.name
    local detail = tostring(item.detail or item.title)
    if item.path and detail:find(item.path, 1, true) ~= 1 then
      detail = item.path .. ": " .. detail
    end
    details[#details + 1] = item.path and ("%s: %s"):format(where, detail) or detail
  end
  if #details > 0 then
    failed.details = details
    failed.message = err.kind == "validation" and ("%s is not valid; nothing was sent"):format(self.name)
      or ("The service refused %s"):format(self.name)
  end
  error(failed, 0)
end

return campaign_file
