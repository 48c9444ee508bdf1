-- SPDX-License-Identifier: MIT
--- ISO 8601 times with an offset, epoch seconds, and local times of a zone.

---@class klaviyo.time
local time = {}

-- Zones are for local times alone: most programs never need them.
local function zones()
  return require "klaviyo.model.zone"
end

local floor = math.floor

---@class klaviyo.time.parts
---@field year integer
---@field month integer
---@field day integer
---@field hour integer
---@field min integer
---@field sec integer
---@field fraction number   of a second
---@field offset integer|nil  minutes east of UTC; nil if the text has none

-- Days since 1970-01-01 in the proleptic Gregorian calendar, and back.
local function days_from_civil(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  local era = floor(year / 400)
  local of_era = year - era * 400
  local of_year = floor((153 * (month - 3) + 2) / 5) + day - 1
  return era * 146097 + of_era * 365 + floor(of_era / 4) - floor(of_era / 100) + of_year - 719468
end

local function civil_from_days(days)
  days = days + 719468
  local era = floor(days / 146097)
  local of_era = days - era * 146097
  local year = floor((of_era - floor(of_era / 1460) + floor(of_era / 36524) - floor(of_era / 146096)) / 365)
  local of_year = of_era - (365 * year + floor(year / 4) - floor(year / 100))
  local shifted = floor((5 * of_year + 2) / 153)
  local day = of_year - floor((153 * shifted + 2) / 5) + 1
  local month = shifted < 10 and shifted + 3 or shifted - 9
  return year + era * 400 + (month <= 2 and 1 or 0), month, day
end

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function valid_date(year, month, day)
  if year < 1 or month < 1 or month > 12 or day < 1 then
    return false
  end
  local leap = month == 2 and (year % 4 == 0 and year % 100 ~= 0 or year % 400 == 0)
  return day <= MONTH_DAYS[month] + (leap and 1 or 0)
end

-- Minutes east of UTC, nil if there is no offset, false if it is none.
local function parse_offset(text)
  if text == "" then
    return nil
  elseif text == "Z" or text == "z" then
    return 0
  end
  local sign, hours, minutes = text:match("^([+-])(%d%d):?(%d%d)$")
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then
    return false
  end
  local offset = tonumber(hours) * 60 + tonumber(minutes)
  return sign == "-" and -offset or offset
end

---Reads a date and time, with or without an offset.
---@param text any
---@return klaviyo.time.parts|nil
---@return string|nil message
function time.parts(text)
  if type(text) ~= "string" then
    return nil, "is not a string"
  end
  local year, month, day, hour, min, rest = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)[Tt ](%d%d):(%d%d)(.*)$")
  if not year then
    return nil, "is not an ISO 8601 date and time such as 2026-12-01T14:00:00Z"
  end
  local sec, fraction, tail = rest:match("^:(%d%d)(%.?%d*)(.*)$")
  if not sec then
    sec, fraction, tail = "00", "", rest
  end
  local offset = parse_offset(tail)
  if offset == false or fraction == "." then
    return nil, "is not an ISO 8601 date and time such as 2026-12-01T14:00:00Z"
  end
  local parts = { year = tonumber(year), month = tonumber(month), day = tonumber(day), hour = tonumber(hour),
    min = tonumber(min), sec = tonumber(sec), fraction = fraction == "" and 0 or tonumber("0" .. fraction),
    offset = offset }
  if not valid_date(parts.year, parts.month, parts.day) then
    return nil, "names a day that does not exist"
  elseif parts.hour > 23 or parts.min > 59 or parts.sec > 59 then
    return nil, "names a time of day that does not exist"
  end
  return parts
end

-- Epoch seconds as if the parts were UTC, without the fraction.
local function wall_seconds(parts)
  return days_from_civil(parts.year, parts.month, parts.day) * 86400 + parts.hour * 3600 + parts.min * 60 + parts.sec
end

---Reads an instant; the offset is required.
---@param text any                 `2026-12-01T14:00:00Z`, `2026-12-01T09:00:00.5-05:00`
---@return number|nil epoch        seconds since 1970-01-01T00:00:00Z
---@return string|integer message  what is wrong; else the offset in minutes east of UTC
function time.parse(text)
  local parts, message = time.parts(text)
  if not parts then
    return nil, message
  elseif not parts.offset then
    return nil, "has no offset: write Z, or +hh:mm"
  end
  return wall_seconds(parts) - parts.offset * 60 + parts.fraction, parts.offset
end

local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11,
  Dec = 12 }

---Reads the Date of an HTTP response, in the one form that is sent today (RFC 9110 5.6.7).
---@param text any          `Tue, 01 Dec 2026 14:00:00 GMT`
---@return number|nil epoch
function time.http(text)
  local day, month, year, clock = tostring(text):match("^%a+, (%d+) (%a+) (%d+) (%d+:%d+:%d+) GMT$")
  if not day or not MONTHS[month] then
    return nil
  end
  return (time.parse(("%s-%02d-%02dT%sZ"):format(year, MONTHS[month], tonumber(day), clock)))
end

-- The years that ISO 8601 writes with four digits.
local FIRST, LAST = -62135596800, 253402300799

local function need_epoch(epoch, name)
  if type(epoch) ~= "number" or not (epoch >= FIRST and epoch < LAST + 1) then
    error(("time.%s takes seconds since 1970, of the years 1 to 9999; got %s"):format(name,
      require("klaviyo.model.suggest").show(epoch)), 3)
  end
end

---Writes an instant, to the second.
---@param epoch number     seconds since 1970-01-01T00:00:00Z, of the years 1 to 9999
---@param offset? integer  minutes east of UTC; default 0, written as Z
---@return string
function time.format(epoch, offset)
  need_epoch(epoch, "format")
  local wall = floor(epoch) + (offset or 0) * 60
  local days = floor(wall / 86400)
  local seconds = wall - days * 86400
  local year, month, day = civil_from_days(days)
  local text = ("%04d-%02d-%02dT%02d:%02d:%02d"):format(year, month, day, floor(seconds / 3600),
    floor(seconds / 60) % 60, seconds % 60)
  if not offset or offset == 0 then
    return text .. (offset and "+00:00" or "Z")
  end
  local size = math.abs(offset)
  return ("%s%s%02d:%02d"):format(text, offset < 0 and "-" or "+", floor(size / 60), size % 60)
end

---Reads a day.
---@param text any               `2026-12-01`
---@return integer|nil days      since 1970-01-01
---@return string|nil message
function time.date(text)
  local year, month, day
  if type(text) == "string" then
    year, month, day = text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)$")
  end
  if not year then
    return nil, "is not a day such as 2026-12-01"
  elseif not valid_date(tonumber(year), tonumber(month), tonumber(day)) then
    return nil, "names a day that does not exist"
  end
  return days_from_civil(tonumber(year), tonumber(month), tonumber(day))
end

---Whether the system's zone database has a zone.
---@param name string
---@return boolean|nil        nil if there is no database to ask
---@return string|nil message with a "did you mean"
function time.has_zone(name)
  local zone = zones()
  if not zone.available() then
    return nil, "no zone database on this system"
  end
  local found, message = zone.load(name)
  if found then
    return true
  end
  return false, message
end

---The offset of a zone at an instant.
---@param name string
---@param epoch number
---@return number|nil seconds  east of UTC; nil if the zone is not known
function time.offset(name, epoch)
  need_epoch(epoch, "offset")
  local zone = zones()
  local found = zone.load(name)
  return found and zone.offset_at(found, epoch) or nil
end

---Turns a local time into an instant. A time that the clocks skip, or show twice, is rejected: only the
---caller knows which one is meant.
---@param text string          local, without an offset: `2026-12-01T09:00:00` or `2026-12-01 09:00`
---@param name string          IANA zone
---@return number|nil epoch
---@return integer|string      offset in minutes east of UTC; else what is wrong
---@return string[]|nil candidates  the two instants, ISO 8601 with offsets, where the local time does not decide
function time.resolve(text, name)
  local parts, message = time.parts(text)
  if not parts then
    return nil, message
  elseif parts.offset then
    return nil, "has an offset already"
  end
  local zone = zones()
  local found, unknown = zone.load(name)
  if not found then
    return nil, unknown
  end
  local wall = wall_seconds(parts)
  local matches, nearby = zone.offsets_at_wall(found, wall)
  if #matches == 1 then
    return wall - matches[1] + parts.fraction, floor(matches[1] / 60)
  end
  local instants, candidates = {}, {}
  for i, offset in ipairs(#matches > 1 and matches or nearby) do
    instants[i] = wall - offset
  end
  table.sort(instants)
  for i, instant in ipairs(instants) do
    candidates[i] = time.format(instant, floor(zone.offset_at(found, instant) / 60))
  end
  local why = #matches > 1 and "happens twice in %s" or "does not exist in %s, where the clocks skip it"
  return nil, (why .. ": write %s"):format(name, table.concat(candidates, " or ")), candidates
end

return time
