-- SPDX-License-Identifier: MIT
--- Where each field may stand in what the service answers, in either shape, and how it is brought to the canonical
--- form. Reading is tolerant: it does not ask which dialect the server speaks.

local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local types = require "klaviyo.wire.dialect.types"

local null = json.null

---@class klaviyo.reading.entry
---@field paths string[]                dotted, from the resource object; the first that holds a value counts
---@field convert? fun(value: any): any  for values other than null
---@field fields? string[]              parts of an object that no one place on the wire holds as it is
---@field kind string                   the field's type in the schema

local function upper(value)
  return type(value) == "string" and value:upper() or value
end

local STRATEGIES = { STATIC = true, LOCAL_TIMEZONE = true, THROTTLED = true, SMART_SEND_TIME = true }
local function campaign_strategy(value)
  return STRATEGIES[upper(value)] and upper(value) or value
end

local function message_strategy(value)
  if value == "send_time_optimization" or value == "personalized_send_time_optimization" then
    return "smart_send_time"
  end
  return STRATEGIES[upper(value)] and value:lower() or value
end

local function throttling_type(value)
  if type(value) ~= "string" then
    return value
  end
  return (value:upper():gsub("^THROTTLE%-", ""):gsub("%-", "_"))
end

local INFO, SENDING = "attributes.scheduling_info.", "attributes.definition.send_options."
local TRACKING = "attributes.definition.tracking_options."

local CREATED = { "attributes.created_at", "attributes.created" }
local UPDATED = { "attributes.updated_at", "attributes.updated" }

-- What stands elsewhere than under `attributes.definition` by its own name.
local PLACES = {
  campaign = {},
  audience = {
    name = { "attributes.definition.name", "attributes.audience_name", "attributes.name" },
    priority = { "attributes.definition.priority", "attributes.priority" },
    included = { "attributes.definition.included", "attributes.included" },
    excluded = { "attributes.definition.excluded", "attributes.excluded" },
    archived = { "attributes.archived", "attributes.definition.archived" },
    has_non_draft_messages = { "attributes.has_non_draft_messages" },
  },
  message = {
    name = { "attributes.definition.name", "attributes.name" },
    status = { "attributes.definition.status", "attributes.status" },
    is_tracking_opens = { TRACKING .. "is_tracking_opens", "attributes.definition.is_tracking_opens" },
    is_tracking_clicks = { TRACKING .. "is_tracking_clicks", "attributes.definition.is_tracking_clicks" },
    is_add_utm = { TRACKING .. "is_add_utm", "attributes.definition.is_add_utm" },
    throttling_type = { SENDING .. "throttling_type", "attributes.definition.throttling_type" },
    recipient_percentage = { SENDING .. "recipient_percentage" },
    is_ignoring_unsubscribes = { SENDING .. "is_ignoring_unsubscribes" },
    tracking_params = { "attributes.tracking_params" },
    ["scheduling.send_time"] = { SENDING .. "send_time", INFO .. "send_time" },
    ["scheduling.send_date"] = { INFO .. "send_date", SENDING .. "send_date" },
    ["scheduling.send_times"] = { SENDING .. "send_times" },
    ["scheduling.strategy"] = { SENDING .. "send_strategy", INFO .. "strategy" },
    ["scheduling.throttle_percentage"] = { INFO .. "throttled_options.throttling_percentage",
      INFO .. "throttling_percentage", SENDING .. "throttling_percentage" },
    ["scheduling.throttle_unit"] = { SENDING .. "throttle_unit", INFO .. "throttled_options.throttle_unit",
      INFO .. "throttle_unit" },
    ["scheduling.past_timezones_tomorrow"] = { INFO .. "timezone_options.send_past_timezones_tomorrow" },
  },
  variation = { channel = { "attributes.definition.details.channel" } },
}

local function send_settings(value)
  if type(value) == "table" and value.send_strategy ~= nil then
    value.send_strategy = campaign_strategy(value.send_strategy)
  end
  return value
end

local CONVERT = {
  campaign = { send_settings = send_settings, ["send_settings.send_strategy"] = campaign_strategy },
  message = { status = upper, throttling_type = throttling_type, ["scheduling.strategy"] = message_strategy },
}

local function places(resource, name)
  if name == "id" then
    return { "id" }
  elseif name == "created_at" then
    return CREATED
  elseif name == "updated_at" then
    return UPDATED
  end
  local known = PLACES[resource] and PLACES[resource][name]
  return known or { (types.flat[resource] and "attributes." or "attributes.definition.") .. name }
end

local function entry(resource, name, kind)
  return { paths = places(resource, name), kind = kind, convert = CONVERT[resource] and CONVERT[resource][name] }
end

-- Children stand in relationships, not in attributes; the schedule's fields are options, not attributes.
local CHILDREN = { audiences = true, messages = true, variations = true, tags = true }

local make = {}

-- What the description of a resource has, and where that is.
local function described(resource)
  local entries = {}
  for _, field in ipairs(schema.resources[resource].fields) do
    local name = field[1]
    if not CHILDREN[name] then
      entries[name] = entry(resource, name, field[2])
      for _, part in ipairs(field[2] == "object" and field.fields or {}) do
        entries[name .. "." .. part[1]] = entry(resource, name .. "." .. part[1], part[2])
      end
    end
  end
  return entries
end

function make.message()
  local entries = described "message"
  local scheduling = entries.scheduling
  scheduling.paths = {}
  scheduling.fields = schema.names(schema.find(schema.resources.message.fields, "scheduling").fields)
  return entries
end

function make.schedule()
  return {
    id = entry("schedule", "id", "string"),
    send_time = entry("schedule", "send_time", "datetime"),
    send_date = entry("schedule", "send_date", "date"),
    strategy = { paths = { "attributes.strategy" }, kind = "string", convert = message_strategy },
    throttle_percentage = { paths = { "attributes.throttling_percentage" }, kind = "integer" },
    throttle_unit = entry("schedule", "throttle_unit", "string"),
  }
end

-- Made on first use: most programs read one or two of the resources.
---@type table<string, table<string, klaviyo.reading.entry>>
local reading = setmetatable({}, {
  __index = function(self, resource)
    if not schema.resources[resource] then
      return nil
    end
    self[resource] = (make[resource] or described)(resource)
    return self[resource]
  end,
})

local read = {}

-- A composite object is what its parts hold; null or nothing if they hold nothing.
local function read_parts(resource, name, parts, get)
  local object, seen_null
  for _, part in ipairs(parts) do
    local value = read.field(resource, name .. "." .. part, get)
    if value == null then
      seen_null = true
    elseif value ~= nil then
      object = object or {}
      object[part] = value
    end
  end
  return object or (seen_null and null) or nil
end

---Reads a field of a resource.
---@param resource string
---@param name string                    dotted for a part of an object: "send_settings.send_timezone"
---@param get fun(path: string): any      the value at a dotted path of the resource object: nil if absent, json.null
---@return any value                      nil if absent, json.null if null
function read.field(resource, name, get)
  local known = reading[resource] and reading[resource][name]
  if not known then
    -- Never heard of: where the service keeps such things.
    known = { paths = { "attributes.definition." .. name, "attributes." .. name } }
  elseif known.fields then
    return read_parts(resource, name, known.fields, get)
  end
  local seen_null
  for i = 1, #known.paths do
    local value = get(known.paths[i])
    if value == null then
      seen_null = true
    elseif value ~= nil then
      return known.convert and known.convert(value) or value
    end
  end
  return seen_null and null or nil
end

return { entries = reading, field = read.field }
