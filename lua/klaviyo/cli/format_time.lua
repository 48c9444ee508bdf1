-- SPDX-License-Identifier: MIT
--- Instants as people read them: in a zone, beside UTC, and from now.

local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local zone = require "klaviyo.model.zone"

local moment = {}

local floor = math.floor

local DAYS = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

---@class klaviyo.cli.zone
---@field name string
---@field offset fun(epoch: number): number  seconds east of UTC

---The zone of that name.
---@param name string  IANA name
---@return klaviyo.cli.zone|nil
---@return string|nil message
function moment.zone(name)
  local found, message = zone.load(name)
  if not found then
    return nil, message
  end
  return { name = name, offset = function(epoch)
    return zone.offset_at(found, epoch)
  end }
end

---@type klaviyo.cli.zone
moment.utc = { name = "UTC", offset = function()
  return 0
end }

-- What the machine's own zone is ahead of UTC.
local function local_offset(epoch)
  local there = os.date("!*t", floor(epoch))
  local here = os.date("*t", floor(epoch))
  there.isdst, here.isdst = false, false
  return os.difftime(os.time(here), os.time(there))
end

---The zone of this machine.
---@return klaviyo.cli.zone
function moment.machine()
  local name = os.getenv "TZ"
  local found = name and name ~= "" and moment.zone(name:gsub("^:", ""))
  return found or { name = "local time", offset = local_offset }
end

---@class klaviyo.cli.wall
---@field year integer
---@field month integer
---@field day integer
---@field hour integer
---@field min integer
---@field sec integer
---@field weekday integer  1 is Monday
---@field days integer     since 1970-01-01

---What a clock on the wall of a zone shows at an instant.
---@param epoch number
---@param z klaviyo.cli.zone
---@return klaviyo.cli.wall
function moment.wall(epoch, z)
  local seconds = floor(epoch) + z.offset(epoch)
  local parts = time.parts(time.format(seconds))
  local days = floor(seconds / 86400)
  return { year = parts.year, month = parts.month, day = parts.day, hour = parts.hour, min = parts.min,
    sec = parts.sec, weekday = (days + 3) % 7 + 1, days = days }
end

---`Tue 2026-12-01 09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function moment.show(epoch, z)
  local wall = moment.wall(epoch, z)
  return ("%s %04d-%02d-%02d %02d:%02d"):format(DAYS[wall.weekday], wall.year, wall.month, wall.day, wall.hour,
    wall.min)
end

---`2026-12-01 09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function moment.short(epoch, z)
  return moment.show(epoch, z):sub(5)
end

---`09:00`
---@param epoch number
---@param z klaviyo.cli.zone
---@return string
function moment.clock(epoch, z)
  return moment.show(epoch, z):sub(-5)
end

---`Tue 1 Dec`
---@param wall klaviyo.cli.wall
---@return string
function moment.day(wall)
  return ("%s %2d %s"):format(DAYS[wall.weekday], wall.day, MONTHS[wall.month])
end

local UNITS = { { 86400, "day", "days" }, { 3600, "h", "h" }, { 60, "min", "min" }, { 1, "s", "s" } }

---A span in its largest unit and the next smaller one: `2 h 5 min`.
---@param seconds number
---@return string
function moment.span(seconds)
  local left, parts = floor(math.abs(seconds) + 0.5), {}
  for _, unit in ipairs(UNITS) do
    local count = floor(left / unit[1])
    left = left - count * unit[1]
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
function moment.from_now(epoch, now)
  local span = epoch - now
  if math.abs(span) < 1 then
    return "now"
  end
  return span > 0 and "in " .. moment.span(span) or moment.span(span) .. " ago"
end

---The instant at which a zone's clock shows a time of day on a day; where it shows none, the next that it shows.
---@param days integer  since 1970-01-01
---@param seconds number  into the day
---@param z klaviyo.cli.zone
---@return number epoch
function moment.at(days, seconds, z)
  local wall = days * 86400 + seconds
  local epoch = wall - z.offset(wall)
  return wall - z.offset(epoch)
end

---Reads a day or an instant of the command line: `2026-12-01`, `today`, `tomorrow`, `+7d`, `-2w`, or ISO 8601.
---@param value string
---@param z klaviyo.cli.zone  that days are meant in
---@param now number
---@return number|nil epoch   of the day: its beginning
---@return string|nil message
function moment.parse(value, z, now)
  local today = moment.wall(now, z).days
  local sign, count, unit = value:match "^([+-])(%d+)([dw])$"
  local days = time.date(value)
  if value == "today" then
    days = today
  elseif value == "tomorrow" or value == "yesterday" then
    days = today + (value == "tomorrow" and 1 or -1)
  elseif sign then
    days = today + tonumber(sign .. count) * (unit == "w" and 7 or 1)
  end
  if days then
    return moment.at(days, 0, z)
  end
  local epoch = time.parse(value)
  if not epoch then
    epoch = z.name ~= "local time" and time.resolve(value, z.name) or nil
  end
  if not epoch then
    return nil, ("is no day or time: write 2026-12-01, today, +7d, -2w, or 2026-12-01T14:00:00Z; found %s"):format(
      suggest.show(value))
  end
  return epoch
end

return moment
