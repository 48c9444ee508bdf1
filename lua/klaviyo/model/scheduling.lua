-- SPDX-License-Identifier: MIT
--- Compares message.scheduling with a validated schedule. Not every dialect shows every detail of a schedule.

local json = require "klaviyo.model.json"
local time = require "klaviyo.model.time"

local scheduling = {}

-- The details by the names of message.scheduling, and of a validated schedule.
local DETAILS = { strategy = "strategy", throttle_percentage = "percentage", throttle_unit = "unit",
  past_timezones_tomorrow = "past_timezones_tomorrow" }

local function is_same_instant(a, b)
  local x, y = time.parse(a), time.parse(b)
  return x ~= nil and x == y
end

-- Whether it goes out on a day: smart send time is shown as the day, as a time, or as one for each variation.
local function is_on_day(info, day)
  local times = { info.send_date, info.send_time }
  for _, moment in pairs(type(info.send_times) == "table" and info.send_times or {}) do
    times[#times + 1] = moment
  end
  for _, moment in pairs(times) do
    if tostring(moment):sub(1, 10) == day then
      return true
    end
  end
  return false
end

local function is_shown(value)
  return value ~= nil and value ~= json.null
end

---Whether a message is scheduled as planned, as far as that is shown.
---@param info any  message.scheduling
---@param plan klaviyo.validated_schedule
---@return boolean
function scheduling.is_as_planned(info, plan)
  if type(info) ~= "table" then
    return false
  end
  for as_read, name in pairs(DETAILS) do
    if plan[name] ~= nil and is_shown(info[as_read]) and info[as_read] ~= plan[name] then
      return false
    end
  end
  return (plan.send_time and is_same_instant(info.send_time, plan.send_time)
    or plan.send_date and is_on_day(info, plan.send_date)) or false
end

---Whether every planned detail is shown, so that a comparison is complete. The strategy is always shown.
---@param info table  message.scheduling
---@param plan klaviyo.validated_schedule
---@return boolean
function scheduling.shows_all(info, plan)
  for as_read, name in pairs(DETAILS) do
    if name ~= "strategy" and plan[name] ~= nil and not is_shown(info[as_read]) then
      return false
    end
  end
  return true
end

return scheduling
