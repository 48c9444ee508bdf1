-- SPDX-License-Identifier: MIT
--- Short ways to speak to the sandbox as the guide does, in raw HTTP, and to look at its answers.

local cjson = require "cjson"
local http = require "spec.support.http"

local M = {}

---@class support.guide
---@field sandbox table
---@field http support.http.client
local guide = {}
guide.__index = guide

---Starts a sandbox whose clock stands at 2026-04-14T12:00:00Z.
---@param options? table  for the sandbox
---@return support.guide
function M.start(options)
  local given = { port = 0, clock = "2026-04-14T12:00:00Z" }
  for name, value in pairs(options or {}) do
    given[name] = value
  end
  local sandbox = assert(require("klaviyo.sandbox").start(given))
  return setmetatable({ sandbox = sandbox, http = http.client(sandbox.url) }, guide)
end

function guide:stop()
  self.http:close()
  self.sandbox:stop()
end

---Everything as at the start.
function guide:reset()
  self.sandbox:reset()
  self.sandbox:set_clock "2026-04-14T12:00:00Z"
end

---One request; the status must be the one wanted. Returns the decoded body.
---@param status integer
---@param method string
---@param path string      below /api/
---@param body? table|string
---@return table
function guide:call(status, method, path, body)
  local answer = assert(self.http:request(method, "/api/" .. path, body))
  if answer.status ~= status then
    error(("%s %s: %d instead of %d\n%s"):format(method, path, answer.status, status, answer.body), 2)
  end
  return answer.json
end

---The pointers and parameters that an answer of errors names, in its order.
---@param json table
---@return string[]
function M.sources(json)
  local list = {}
  for i, err in ipairs(json.errors) do
    list[i] = err.source.pointer or err.source.parameter or ""
  end
  return list
end

---The body of a new campaign with one audience and one e-mail message.
---@param changes? { definition?: table, send_settings?: table, audiences?: table[], messages?: table[]|false }
---@return table
function M.campaign(changes)
  changes = changes or {}
  local definition = { name = "Summer Sale 2026", builder = "wizard" }
  definition.send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC" }
  for name, value in pairs(changes.send_settings or {}) do
    definition.send_settings[name] = value
  end
  for name, value in pairs(changes.definition or {}) do
    definition[name] = value
  end
  return { data = { type = "campaign", attributes = {
    definition = definition,
    audiences = changes.audiences or { { temporary_id = "a", included = { "LIST" } } },
    messages = changes.messages or (changes.messages == nil and { M.inline_message("email", "a") } or nil),
  } } }
end

---@param channel string
---@param audience string  its temporary id
---@param definition? table  more of the message's definition
---@return table
function M.inline_message(channel, audience, definition)
  local variation = { definition = { details = { channel = channel } } }
  local message = { name = "Message by " .. channel, variations = { variation } }
  for name, value in pairs(definition or {}) do
    message[name] = value
  end
  return { audience_temporary_id = audience, definition = message }
end

---Creates a campaign. Returns its resource object, and the ids of its audiences and of its messages.
---@param changes? table  see M.campaign
---@return table, string[], string[]
function guide:create(changes)
  local data = self:call(201, "POST", "campaigns", M.campaign(changes)).data
  local function ids(name)
    local list = {}
    for i, identifier in ipairs(data.relationships[name].data) do
      list[i] = identifier.id
    end
    return list
  end
  return data, ids "campaign-audiences", ids "campaign-messages"
end

---The body of a PATCH.
function M.patch(type, id, attributes)
  return { data = { type = type, id = id, attributes = attributes } }
end

---The body of a POST below parents.
---@param parents table<string, string>  relationship to id
function M.child(type, attributes, parents)
  local relationships = {}
  for name, id in pairs(parents) do
    relationships[name] = { data = { type = name, id = id } }
  end
  return { data = { type = type, attributes = attributes, relationships = relationships } }
end

---Schedules a message.
---@param message string
---@param attributes? table  more than a static send at 2026-06-01T14:00Z
---@param status? integer  201
function guide:schedule(message, attributes, status)
  local all = { send_time = "2026-06-01T14:00:00+00:00", strategy = "static" }
  for name, value in pairs(attributes or {}) do
    all[name] = value
  end
  return self:call(status or 201, "POST", "campaign-message-schedule",
    M.child("campaign-message-schedule", all, { ["campaign-message"] = message }))
end

---Cancels or reverts a message.
function guide:act(message, action, status)
  return self:call(status or 204, "PATCH", "campaign-message-schedule/" .. message,
    M.patch("campaign-message-schedule", message, { action = action }))
end

---A message's status.
function guide:status(message)
  return self:call(200, "GET", "campaign-messages/" .. message).data.attributes.status
end

---The ids (or one attribute, by a dotted path) of a list.
---@param path string
---@param attribute? string
---@return any[]
function guide:list(path, attribute)
  local values = {}
  for i, resource in ipairs(self:call(200, "GET", path).data) do
    local value = attribute and resource.attributes or resource.id
    for name in (attribute or ""):gmatch "[^.]+" do
      value = value[name]
    end
    values[i] = value
  end
  return values
end

M.null = cjson.null

return M
