-- SPDX-License-Identifier: MIT
--- The builder as a campaign file sees it: it notes on which line of the file each part was made, so that what is wrong
--- with the part can be told with its line.

local builder = require "klaviyo.builder"

local recorder = {}

---@class klaviyo.cli.recording
---@field chunk string    the source of the file's chunk
---@field name string     the file, for messages
---@field count integer   campaigns begun
---@field last table|nil  the one begun last

-- What is known of a builder's object; it stands outside, so that the file cannot reach it.
--   real       the builder's object that a stand-in stands for
--   notes      of a campaign: the calls that made it, and how many audiences it has
--   places     of an audience: its written path
local real, notes, places = {}, {}, {}
for _, map in ipairs { real, notes, places } do
  setmetatable(map, { __mode = "k" })
end

-- Methods of a campaign that set a field of another name.
local FIELDS = { timezone = "send_settings.send_timezone" }

local function field(object, key)
  return object[key]
end

-- The line of the file that is running, however deep below it.
local function current_line(recording)
  for level = 3, 12 do
    local info = debug.getinfo(level, "Sl")
    if not info then
      return nil
    elseif info.source == recording.chunk then
      return info.currentline
    end
  end
end

-- Raises what a method of the builder raised, at the line of the file.
local function blame(recording, message)
  local line = current_line(recording)
  message = tostring(message):gsub("^[^\n]-:%d+: ", "")
  error(line and ("%s:%d: %s"):format(recording.name, line, message) or message, 0)
end

local stand_in

-- Notes what a method added to the campaign.
local function note(recording, object, method)
  local campaign = rawget(object, "parent") or object
  local noted, place = notes[campaign], places[object]
  local path = FIELDS[method] or method
  if method == "audience" then
    noted.audiences = noted.audiences + 1
    path = ("audiences[%d]"):format(noted.audiences)
  elseif place then
    path = ("%s.messages[%d]"):format(place, #rawget(object, "data").messages)
  end
  table.insert(noted.calls, { path = path, name = method, line = current_line(recording) })
end

local function call(recording, method, name, self, ...)
  local object = real[self]
  local ok, result = pcall(method, object or self, ...)
  if not ok then
    blame(recording, result)
  end
  if object then
    note(recording, object, name)
  end
  if type(result) == "table" and getmetatable(result) ~= nil then
    return stand_in(recording, result)
  end
  return result
end

local recordings = setmetatable({}, { __mode = "k" })
local mt = { __name = "campaign builder" }

function mt.__index(self, key)
  local ok, method = pcall(field, real[self], key)
  if not ok then
    blame(recordings[self], method)
  end
  return function(...)
    return call(recordings[self], method, key, ...)
  end
end

function mt.__newindex(self, key)
  blame(recordings[self], ("call %s(...) instead of assigning it"):format(tostring(key)))
end

local stand_ins = setmetatable({}, { __mode = "k" })

function stand_in(recording, object)
  if not stand_ins[object] then
    local campaign = rawget(object, "parent")
    if campaign then
      places[object] = ("audiences[%d]"):format(notes[campaign].audiences)
    end
    stand_ins[object] = setmetatable({}, mt)
    real[stand_ins[object]], recordings[stand_ins[object]] = object, recording
  end
  return stand_ins[object]
end

---What `campaign` is in a campaign file, and what it notes.
---@param chunk string
---@param name string
---@return fun(name: string): table
---@return klaviyo.cli.recording
function recorder.new(chunk, name)
  local recording = { chunk = chunk, name = name, count = 0 }
  return function(campaign_name)
    local ok, result = pcall(builder.campaign, campaign_name)
    if not ok then
      blame(recording, result)
    end
    notes[result] = { calls = { { path = "", name = "campaign", line = current_line(recording) } }, audiences = 0 }
    recording.count = recording.count + 1
    recording.last = stand_in(recording, result)
    return recording.last
  end, recording
end

---The builder that a stand-in stands for, and the calls that made it; anything else as it is.
---@param value any
---@return any
---@return { path: string, name: string, line: integer|nil }[]|nil calls
function recorder.unwrap(value)
  local object = real[value]
  if not object then
    return value, nil
  end
  return object, notes[rawget(object, "parent") or object].calls
end

return recorder
