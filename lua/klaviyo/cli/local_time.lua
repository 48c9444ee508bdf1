-- SPDX-License-Identifier: MIT
--- Zones and their clocks: the wall time of an instant, the instant of a wall time, and the days and times of the
--- command line.

local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local zone = require "klaviyo.model.zone"

local local_time = {}

local floor = math.floor

---@class klaviyo.cli.zone
---@field name string
---@field is_iana boolean                    the name is one of the zone database
---@field offset fun(epoch: number): number  seconds east of UTC
---@field is_machine? boolean                it is this machine's, and nobody named it

---Loads a zone.
---@param name string  IANA name
---@return klaviyo.cli.zone|nil
---@return string|nil message
function local_time.zone(name)
  local found, message = zone.load(name)
  if not found then
    return nil, message
  end
  return { name = name, is_iana = true, offset = function(epoch)
    return zone.offset_at(found, epoch)
  end }
end

---@type klaviyo.cli.zone
local_time.utc = { name = "UTC", is_iana = true, offset = function()
  return 0
end }

-- The machine's offset from UTC, in seconds.
local function machine_offset(epoch)
  local there = os.date("!*t", floor(epoch))
  local here = os.date("*t", floor(epoch))
  there.isdst, here.isdst = false, false
  return os.difftime(os.time(here), os.time(there))
end

local HALF_YEAR = 182 * 86400

-- The zone that Debian and others name in a file, if the clock of the machine agrees with it in summer and winter.
local function zone_of_file(path)
  local file = io.open(path, "rb")
  local name = file and file:read "*l"
  if file then
    file:close()
  end
  local found = name and local_time.zone(name:match "^%s*(.-)%s*$")
  local now = os.time()
  return found and found.offset(now) == machine_offset(now)
    and found.offset(now + HALF_YEAR) == machine_offset(now + HALF_YEAR) and found or nil
end

---The zone of this machine: that of TZ or of the system, otherwise one with the current offset for its name.
---@param timezone_file? string  default /etc/timezone
---@return klaviyo.cli.zone
function local_time.machine(timezone_file)
  local name = os.getenv "TZ"
  local found
  if name and name ~= "" then
    found = local_time.zone(name:gsub("^:", ""))
  else
    found = zone_of_file(timezone_file or "/etc/timezone")
  end
  local minutes = floor(machine_offset(os.time()) / 60)
  local size = math.abs(minutes)
  local title = ("local time, UTC%s%02d:%02d"):format(minutes < 0 and "-" or "+", floor(size / 60), size % 60)
  found = found or { name = title, is_iana = false, offset = machine_offset }
  found.is_machine = true
  return found
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

---The wall time of an instant.
---@param epoch number
---@param z klaviyo.cli.zone
---@return klaviyo.cli.wall
function local_time.wall(epoch, z)
  local seconds = floor(epoch) + z.offset(epoch)
  local parts = time.parts(time.format(seconds))
  local days = floor(seconds / 86400)
  return { year = parts.year, month = parts.month, day = parts.day, hour = parts.hour, min = parts.min,
    sec = parts.sec, weekday = (days + 3) % 7 + 1, days = days }
end

local REACH = 93600 -- no zone is further than 26 hours from UTC, and none changes twice within two days

---The instant at which a zone's clock shows a time of day. A time that the clock skips is read with the offset before
---the gap, so that 02:30 becomes 03:30; of a time that it shows twice, the first is meant.
---@param days integer  since 1970-01-01
---@param seconds number  into the day
---@param z klaviyo.cli.zone
---@return number epoch
function local_time.at(days, seconds, z)
  local wall = days * 86400 + seconds
  local before, after = wall - z.offset(wall - REACH), wall - z.offset(wall + REACH)
  local function shows(epoch)
    return epoch + z.offset(epoch) == wall
  end
  return not shows(before) and shows(after) and after or before
end

---The first instant of a day. Where clocks change at midnight, a day begins at 01:00, or has midnight twice.
---@param days integer  since 1970-01-01
---@param z klaviyo.cli.zone
---@return number epoch
function local_time.day(days, z)
  local function has_begun(epoch)
    return floor((epoch + z.offset(epoch)) / 86400) >= days
  end
  local epoch = local_time.at(days, 0, z)
  if not has_begun(epoch - 1) then
    return epoch
  end
  local early, late = epoch - 86400, epoch -- midnight is within a gap, and the day began at its end
  while late - early > 1 do
    local middle = floor((early + late) / 2)
    if has_begun(middle) then
      late = middle
    else
      early = middle
    end
  end
  return late
end

---Reads a day or an instant of the command line: `2026-12-01`, `today`, `tomorrow`, `+7d`, `-2w`, or ISO 8601.
---@param value string
---@param z klaviyo.cli.zone  the zone of days, and of times without an offset
---@param now number
---@return number|nil epoch   the beginning of a day
---@return string|nil message
function local_time.parse(value, z, now)
  local today = local_time.wall(now, z).days
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
    return local_time.day(days, z)
  end
  local epoch = time.parse(value)
  if not epoch then
    epoch = z.is_iana and time.resolve(value, z.name) or nil
  end
  if not epoch then
    return nil, ("is not a day or a time: write 2026-12-01, today, +7d, -2w, or 2026-12-01T14:00:00Z; found %s"):format(
      suggest.show(value))
  end
  return epoch
end

return local_time
