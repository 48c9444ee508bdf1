-- SPDX-License-Identifier: MIT
--- The options of reschedule(): what they do not name is taken from the schedule that the message has.

local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local reschedule_options = {}

-- Details that go with a strategy, by the names of message.scheduling.
local DETAILS = { throttle_percentage = "throttled", throttle_unit = "throttled",
  past_timezones_tomorrow = "local_timezone" }
local TIMES = { "at", "date", "send_time", "send_date", "send_times" }

-- The name of an option by that of message.scheduling.
local OPTION = {}
for _, field in ipairs(schema.resources.schedule.fields) do
  OPTION[field.as_read or field[1]] = field[1]
end

local function known(value)
  if value ~= json.null then
    return value
  end
end

local function is_given(options, as_read)
  return known(options[as_read]) ~= nil or options[OPTION[as_read]] ~= nil
end

local function has_time(options)
  for _, name in ipairs(TIMES) do
    if known(options[name]) ~= nil then
      return true
    end
  end
  return false
end

local function strategy_of(options)
  local name = known(options.strategy)
  return type(name) == "string" and name:lower() or name
end

---Options with what they do not name from others. A detail goes with its strategy.
---@param options table
---@param from table  by the names of message.scheduling or of schedule()
---@return table
function reschedule_options.complete(options, from)
  local merged = {}
  for name, value in pairs(options) do
    merged[name] = value
  end
  merged.strategy = known(options.strategy) or known(from.strategy)
  for as_read, strategy in pairs(DETAILS) do
    if strategy == strategy_of(merged) and strategy == strategy_of(from) and not is_given(options, as_read) then
      local value = known(from[as_read])
      if value == nil then
        value = from[OPTION[as_read]]
        merged[OPTION[as_read]] = value
      else
        merged[as_read] = value
      end
    end
  end
  for _, name in ipairs(has_time(options) and {} or TIMES) do
    merged[name] = from[name]
  end
  return merged
end

---The options of schedule() that move a message, before they are validated as such.
---@param options table
---@param present table  message.scheduling
---@param dialect string
---@return table|nil
---@return klaviyo.problem[]|nil problems
function reschedule_options.merge(options, present, dialect)
  if next(options) == nil then
    return nil, { { path = "at", message = "is missing: when it is to be sent instead" } }
  end
  local merged = reschedule_options.complete(options, present)
  -- A detail that the service does not show cannot be kept, and its default may be another. (A percentage that is
  -- missing is refused anyway.)
  if dialect == "openapi" and strategy_of(merged) == "local_timezone" and strategy_of(present) == "local_timezone"
      and not is_given(merged, "past_timezones_tomorrow") then
    return nil, { { path = "past_timezones", message = "is missing: the service does not show what the message has, "
      .. 'so it cannot be kept; allowed: "tomorrow" or "immediately"' } }
  end
  return merged
end

return reschedule_options
