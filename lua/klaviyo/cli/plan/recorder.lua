-- SPDX-License-Identifier: MIT
--- The builder that campaign files use. It records the line on which each part is made, so that a problem can be
--- reported with its line.

local builder = require "klaviyo.builder"
local suggest = require "klaviyo.model.suggest"

local recorder = {}

---@class klaviyo.cli.recording
---@field chunk string    the source of the file's chunk
---@field name string     the file, for messages
---@field count integer   number of campaigns
---@field last table|nil  the last campaign

-- Facts about the builder's objects, kept out of reach of the file:
--   real   the builder's object behind a proxy
--   notes  the calls that made a campaign, and its number of audiences
--   paths  the path of an audience
local real, notes, paths = {}, {}, {}
for _, map in ipairs { real, notes, paths } do
  setmetatable(map, { __mode = "k" })
end

-- Methods of a campaign whose field has another name.
local FIELDS = { timezone = "send_settings.send_timezone" }

local function field(object, key)
  return object[key]
end

-- The line of the file that is running.
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

-- Raises an error of the builder with the line of the file.
local function blame(recording, message)
  local line = current_line(recording)
  message = tostring(message):gsub("^[^\n]-:%d+: ", "")
  error(line and ("%s:%d: %s"):format(recording.name, line, message) or message, 0)
end

local proxy_of

-- Records the part that a method added to the campaign.
local function note(recording, object, method)
  local campaign = rawget(object, "parent") or object
  local noted, base = notes[campaign], paths[object]
  local path = FIELDS[method] or method
  if method == "audience" then
    noted.audiences = noted.audiences + 1
    path = ("audiences[%d]"):format(noted.audiences)
  elseif base then
    path = ("%s.messages[%d]"):format(base, #rawget(object, "data").messages)
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
    return proxy_of(recording, result)
  end
  return result
end

local recordings = setmetatable({}, { __mode = "k" })
local mt = { __name = "campaign builder" }

-- Notes the campaign's `send`, which is no part of what the library's builder makes: a file alone has it.
local function send_of(owner)
  local object, recording = real[owner], recordings[owner]
  if rawget(object, "parent") then
    blame(recording, "send: call it on the campaign, or write send = { ... } in a message")
  end
  return function(self, options)
    if self ~= owner then
      blame(recording, "send: call it with a colon, builder:send(...)")
    elseif type(options) ~= "table" then
      blame(recording, "send: a table of options is needed, found " .. suggest.show(options))
    end
    rawget(object, "data").send = options
    note(recording, object, "send")
    return self
  end
end

function mt.__index(self, key)
  if key == "send" then
    return send_of(self)
  end
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

local proxies = setmetatable({}, { __mode = "k" })

function proxy_of(recording, object)
  if not proxies[object] then
    local campaign = rawget(object, "parent")
    if campaign then
      paths[object] = ("audiences[%d]"):format(notes[campaign].audiences)
    end
    proxies[object] = setmetatable({}, mt)
    real[proxies[object]], recordings[proxies[object]] = object, recording
  end
  return proxies[object]
end

---The function `campaign` of a campaign file, and its recording.
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
    recording.last = proxy_of(recording, result)
    return recording.last
  end, recording
end

---The builder behind a proxy, and the calls that made it; any other value as it is.
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
