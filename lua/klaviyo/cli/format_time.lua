-- SPDX-License-Identifier: MIT
--- Instants and spans as text for people.

local local_time = require "klaviyo.cli.local_time"

local format_time = {}

local floor = math.floor

local DAYS = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

---`Tue 2026-12-01 09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function format_time.show(epoch, z)
  local wall = local_time.wall(epoch, z)
  return ("%s %04d-%02d-%02d %02d:%02d"):format(DAYS[wall.weekday], wall.year, wall.month, wall.day, wall.hour,
    wall.min)
end

---`2026-12-01 09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function format_time.short(epoch, z)
  return format_time.show(epoch, z):sub(5)
end

---`2026-12-01 09:00 America/New_York`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function format_time.stamp(epoch, z)
  return ("%s %s"):format(format_time.short(epoch, z), z.name)
end

---`09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function format_time.clock(epoch, z)
  return format_time.show(epoch, z):sub(-5)
end

---`Tue 1 Dec`
---@param wall klaviyo.cli.wall
---@return string
function format_time.day(wall)
  return ("%s %2d %s"):format(DAYS[wall.weekday], wall.day, MONTHS[wall.month])
end

local UNITS = { { 86400, "day", "days" }, { 3600, "h", "h" }, { 60, "min", "min" }, { 1, "s", "s" } }

---A span in its largest unit and the next smaller one: `2 h 5 min`.
---@param seconds number
---@return string
function format_time.span(seconds)
  local rest, parts = floor(math.abs(seconds) + 0.5), {}
  for _, unit in ipairs(UNITS) do
    local count = floor(rest / unit[1])
    rest = rest - count * unit[1]
    if count > 0 then
      parts[#parts + 1] = ("%d %s"):format(count, count == 1 and unit[2] or unit[3])
    end
    if #parts == 2 or #parts == 1 and count == 0 then
      break
    end
  end
  return #parts > 0 and table.concat(parts, " ") or "0 s"
end

---`in 2 h`, `5 min ago`, `now`
---@param epoch number
---@param now number
---@return string
function format_time.from_now(epoch, now)
  local span = epoch - now
  if math.abs(span) < 1 then
    return "now"
  end
  return span > 0 and "in " .. format_time.span(span) or format_time.span(span) .. " ago"
end

return format_time
