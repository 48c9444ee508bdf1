-- SPDX-License-Identifier: MIT
--- Campaign files: a campaign in Lua, as the builder or a table, or as a table in JSON. Lua files run in an environment
--- of their own, with only the language's basics, `campaign`, `null` and `klaviyo.array`.

local builder = require "klaviyo.builder"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local locate = require "klaviyo.cli.plan.locate"
local path = require "klaviyo.model.path"
local recorder = require "klaviyo.cli.plan.recorder"

local campaign_file = {}

---The kinds of files, for messages.
campaign_file.ALLOWED = "a campaign file is FILE.lua (builder or table) or FILE.json"

local KINDS = { lua = "lua", json = "json" }

-- What files with other names hold.
local OTHERS = {
  { "%.lock$", "is the record of klaviyo apply, and no campaign file" },
  { "^klaviyo%.lua$", "holds the defaults of its folder, and is no campaign file" },
}

local STEPS = 5000000 -- instructions that a file may run
local setfenv, loadstring = rawget(_G, "setfenv"), rawget(_G, "loadstring") -- LuaJIT
local jit = rawget(_G, "jit")

---@class klaviyo.cli.campaign_file
---@field name string     the path as the user wrote it
---@field model table     the campaign
---@field private text string
---@field private json boolean
---@field private calls table[]   the builder's calls, in order
local file = {}
file.__index = file

local function copy(library, without)
  local own = {}
  for name, value in pairs(library) do
    if not without[name] then
      own[name] = value
    end
  end
  return own
end

-- The globals of a file: no files, processes, modules or other chunks, and copies of libraries that it could change.
local function environment(campaign)
  return {
    campaign = campaign, null = json.null, klaviyo = { array = json.array },
    string = copy(string, { dump = true }), table = copy(table, {}), math = copy(math, {}),
    assert = assert, error = error, ipairs = ipairs, next = next, pairs = pairs, pcall = pcall, select = select,
    tonumber = tonumber, tostring = tostring, type = type, unpack = table.unpack or rawget(_G, "unpack"),
    _VERSION = _VERSION,
  }
end

local function compile(text, chunk, env)
  if text:sub(1, 1) == "\27" then
    return nil, chunk:sub(2) .. ":1: is compiled Lua; a campaign file is text"
  elseif setfenv then
    local fn, message = loadstring(text, chunk)
    return fn and setfenv(fn, env), message
  end
  return load(text, chunk, "t", env)
end

-- Runs a chunk with a limit of instructions.
local function run_bounded(fn, chunk)
  if jit then
    jit.off(fn, true) -- compiled code does not call count hooks
  end
  local hook, mask, count = debug.gethook()
  local function stop()
    debug.sethook(stop, "", 1) -- raise again after a pcall in the file
    if debug.getinfo(2, "S").source ~= chunk then
      return
    end
    error("runs for too long: a campaign file only describes a campaign", 2)
  end
  debug.sethook(stop, "", STEPS)
  local ok, result = pcall(fn)
  debug.sethook(hook, mask, count)
  return ok, result
end

local function refuse(message, hint)
  failure.raise { code = "input", message = message, hint = hint }
end

local function read_lua(self)
  local chunk = "@" .. self.name
  local campaign, recording = recorder.new(chunk, self.name)
  local fn, message = compile(self.text:gsub("^#[^\n]*", ""), chunk, environment(campaign))
  if not fn then
    refuse(message)
  end
  local ok, result = run_bounded(fn, chunk)
  if not ok then
    refuse(tostring(result))
  end
  if result == nil and recording.count > 1 then
    refuse(("%s: makes %d campaigns and returns none: return one of them"):format(self.name, recording.count))
  end
  local made, calls = recorder.unwrap(result == nil and recording.last or result)
  local model = builder.model(made)
  if not model then
    refuse(("%s: returns no campaign: end it with return campaign \"...\" or return { name = ... }"):format(self.name))
  end
  self.calls = calls or {}
  return model
end

local function read_json(self)
  local model = files.json(self.text, self.name)
  if type(model) ~= "table" or json.is_array(model) then
    refuse(self.name .. ":1: is not a JSON object")
  end
  return model
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

---Reads the text of a campaign file.
---@param text string
---@param name string
---@return klaviyo.cli.campaign_file
function campaign_file.parse(text, name)
  local self = setmetatable({ name = name, text = text, calls = {} }, file)
  self.json = name:lower():find "%.json$" ~= nil or (not name:find "%.lua$" and text:find "^%s*[{%[]" ~= nil)
  self.model = self.json and read_json(self) or read_lua(self)
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
