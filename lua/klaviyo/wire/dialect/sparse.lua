-- SPDX-License-Identifier: MIT
--- The fields that `fields[...]` can choose, by their short names, in each dialect.

local schema = require "klaviyo.model.schema"
local types = require "klaviyo.wire.dialect.types"

local sparse = {}

-- Where the two dialects keep what is not `definition.NAME`.
local PLACES = {
  guide = {
    campaign = {},
    audience = { name = "audience_name", priority = "priority", included = "included", excluded = "excluded",
      archived = "archived", has_non_draft_messages = "has_non_draft_messages" },
    message = { name = "name", ["definition.name"] = "definition.name", status = "status", definition = "definition",
      scheduling = "scheduling_info",
      ["scheduling.send_time"] = "scheduling_info.send_time", ["scheduling.strategy"] = "scheduling_info.strategy",
      ["scheduling.throttle_percentage"] = "scheduling_info.throttled_options",
      ["scheduling.past_timezones_tomorrow"] = "scheduling_info.timezone_options",
      tracking_params = "tracking_params" },
    variation = { created_at = "created", updated_at = "updated" },
    translation = { created_at = "created", updated_at = "updated" },
  },
  openapi = {
    campaign = {},
    audience = { created_at = "created", updated_at = "updated" },
    message = { created_at = "created", updated_at = "updated",
      is_tracking_opens = "definition.tracking_options.is_tracking_opens",
      is_tracking_clicks = "definition.tracking_options.is_tracking_clicks",
      is_add_utm = "definition.tracking_options.is_add_utm",
      tracking_options = "definition.tracking_options",
      throttling_type = "definition.send_options.throttling_type",
      recipient_percentage = "definition.send_options.recipient_percentage",
      is_ignoring_unsubscribes = "definition.send_options.is_ignoring_unsubscribes",
      scheduling = "definition.send_options",
      ["scheduling.send_time"] = "definition.send_options.send_time",
      ["scheduling.send_times"] = "definition.send_options.send_times",
      ["scheduling.strategy"] = "definition.send_options.send_strategy",
      ["scheduling.throttle_unit"] = "definition.send_options.throttle_unit" },
    variation = { created_at = "created", updated_at = "updated" },
    translation = { created_at = "created", updated_at = "updated" },
  },
}
PLACES.guide.message.created_at, PLACES.guide.message.updated_at = "created", "updated"

-- What is named apart from the fields of the schema: children are relationships, details depend on the channel.
local APART = {
  campaign = { audiences = true, messages = true, tags = true },
  message = { variations = true, scheduling = true },
  variation = { details = true, channel = true },
}

local SCHEDULE = { id = "id", send_time = "send_time", send_date = "send_date", strategy = "strategy",
  throttle_percentage = "throttling_percentage", throttle_unit = "throttle_unit" }
local LATER = { ["definition.send_options.throttle_unit"] = true, throttle_unit = true, throttling_percentage = true }

local function plain_place(resource, name)
  if name == "id" or name == "created_at" or name == "updated_at" or types.flat[resource] then
    return name
  end
  return "definition." .. name
end

local function add_details(map, dialect)
  map.details, map.channel = "definition.details", "definition.details.channel"
  for _, fields in pairs(schema.details) do
    for _, field in ipairs(fields) do
      if schema.has(field, dialect) then
        map["details." .. field[1]] = "definition.details." .. field[1]
      end
    end
  end
end

-- The guide keeps some attributes of audiences and messages beside `definition`.
local function add_fields(map, resource, dialect)
  local places, apart = PLACES[dialect][resource] or {}, APART[resource] or {}
  for name, wire in pairs(places) do
    map[name] = wire
  end
  for _, field in ipairs(schema.resources[resource].fields) do
    local name = field[1]
    if schema.has(field, dialect) and not apart[name] and not map[name] then
      map[name] = plain_place(resource, name)
      for _, part in ipairs(field.fields or {}) do
        if schema.has(part, dialect) then
          map[name .. "." .. part[1]] = plain_place(resource, name .. "." .. part[1])
        end
      end
    end
  end
end

---The short names of a resource's fields and what they are in `fields[...]`.
---@param resource string
---@param dialect "guide"|"openapi"
---@param revision? string  leaves out what came later than it
---@return table<string, string>
function sparse.names(resource, dialect, revision)
  local map = {}
  if resource == "schedule" then
    for name, wire in pairs(SCHEDULE) do
      map[name] = wire
    end
  else
    add_fields(map, resource, dialect)
  end
  if resource == "variation" then
    add_details(map, dialect)
  end
  if not types.flat[resource] and not (resource == "audience" and dialect == "guide") then
    map.definition = "definition"
  end
  if dialect == "guide" or (revision and revision:sub(1, 10) < "2026-07-15") then
    for name, wire in pairs(map) do
      if LATER[wire] then
        map[name] = nil
      end
    end
  end
  return map
end

return sparse
