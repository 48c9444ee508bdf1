-- SPDX-License-Identifier: MIT
--- Times of a send as people write them: `tomorrow 9am`, `fri 14:00`, `+3h`, `2026-11-27 09:00`. What could mean two
--- times is refused: real messages go out at them.

local local_time = require "klaviyo.cli.local_time"
local time = require "klaviyo.model.time"

local send_time = {}

local FORMS = "write 2026-11-27T09:00, tomorrow 9am, fri 14:00 or +3h"

---How a time can be written: an example, and what it means. klaviyo help times shows what each of them is now.
---@type { [1]: string, [2]: string }[]
send_time.forms = {
  { "2026-11-27T09:00", "A day and a time of day, in the zone of --timezone." },
  { "2026-11-27 09:00", "The same." },
  { "2026-11-27T14:00:00Z", "With Z or an offset, such as -05:00, it is one instant, and needs no zone." },
  { "today 17:00", "Today in the zone." },
  { "tomorrow 9am", "Tomorrow in the zone; 9am, 9:30pm and 14:00 are times of day." },
  { "fri 14:00", "The next Friday. On a Friday it is refused: it could be today or in a week." },
  { "+3h", "From now: of min, h, d and w, such as +1h30min." },
}

local WEEKDAYS = { mon = 1, tue = 2, wed = 3, thu = 4, fri = 5, sat = 6, sun = 7, monday = 1, tuesday = 2,
  wednesday = 3, thursday = 4, friday = 5, saturday = 6, sunday = 7, tues = 2, thur = 4, thurs = 4 }

local UNITS = { h = 3600, hour = 3600, hours = 3600, min = 60, mins = 60, minute = 60, minutes = 60, d = 86400,
  day = 86400, days = 86400, w = 604800, week = 604800, weeks = 604800 }

local function date_of(days)
  return time.format(days * 86400):sub(1, 10)
end

-- `+1h30min` as seconds, and whether there are days in it.
local function span_of(word)
  local rest, seconds, has_days = word:match "^%+%s*(.*)$", 0, false
  if rest == "" then
    return nil, "is not a span of time: write +3h, +90min or +2d"
  end
  while rest ~= "" do
    local count, unit, behind = rest:match "^(%d+)%s*(%a+)%s*(.*)$"
    if not count then
      return nil, "is not a span of time: write +3h, +90min or +2d"
    elseif unit == "m" then
      return nil, "has m, which could be minutes or months: write min"
    elseif not UNITS[unit] or #count > 6 then
      return nil, "is not a span of time: write +3h, +90min or +2d"
    end
    seconds, has_days = seconds + tonumber(count) * UNITS[unit], has_days or UNITS[unit] >= 86400
    rest = behind
  end
  return seconds, nil, has_days
end

-- A time of day as hh:mm.
local function clock_of(word)
  local hour, minute, half = word:match "^(%d%d?):(%d%d)%s*([ap]m)$"
  if not hour then
    hour, half = word:match "^(%d%d?)%s*([ap]m)$"
  end
  if not hour then
    hour, minute = word:match "^(%d%d?):(%d%d)$"
  end
  if not hour and word:find "^%d%d?$" then
    return nil, ("has no time of day: %s could be morning or evening; write %sam, %spm or hh:mm"):format(word, word,
      word)
  elseif not hour then
    return nil, ("has no time of day in it: write 9am or 14:00 behind the day, found %s"):format(word)
  end
  hour, minute = tonumber(hour), tonumber(minute or "0")
  if half and hour == 12 and minute == 0 then
    return nil, ("has %s, which is read both ways: write 00:00 or 12:00"):format(word)
  elseif minute > 59 or hour > (half and 12 or 23) or half and hour < 1 then
    return nil, ("names a time of day that does not exist: %s"):format(word)
  elseif half then
    hour = hour % 12 + (half == "pm" and 12 or 0)
  end
  return ("%02d:%02d"):format(hour, minute)
end

-- The day that a word names, in days since 1970-01-01; nil without a message if it is no word for one.
local function day_of(word, today)
  if word == "today" or word == "tomorrow" then
    return today.days + (word == "tomorrow" and 1 or 0)
  elseif WEEKDAYS[word] then
    local ahead = (WEEKDAYS[word] - today.weekday) % 7
    if ahead == 0 then
      return nil, ("could be today or in a week: write today, or %s"):format(date_of(today.days + 7))
    end
    return today.days + ahead
  elseif word:find "^next%f[%A]" or word:find "^this%f[%A]" then
    return nil, ("has a %s, which could be either of two weeks: write the date"):format(word:match "^%a+")
  end
  return time.date(word)
end

-- Splits into the day and what is behind it: `next fri` is refused as one word.
local function split(text)
  local first, rest = text:match "^(next%s+%a+)%s*(.*)$"
  if not first then
    first, rest = text:match "^(this%s+%a+)%s*(.*)$"
  end
  if not first then
    first, rest = text:match "^(%S+)%s*(.*)$"
  end
  return first, (rest:gsub("^at%s+", ""))
end

local function from_span(text, zone, now)
  local seconds, message, has_days = span_of(text)
  if not seconds then
    return nil, message
  end
  local epoch = math.floor(now) + seconds
  if has_days and zone and zone.offset(epoch) ~= zone.offset(now) then
    return nil, ("could be two times, because the clocks of %s change in between: write the day and the time"):format(
      zone.name)
  end
  return { at = time.format(epoch, zone and math.floor(zone.offset(epoch) / 60) or nil), is_span = true }
end

---@class klaviyo.cli.send_time
---@field at string         ISO 8601; without an offset if it is meant in the zone
---@field is_span? boolean  it was written as a span from now, and has an offset

---Reads a time. What is no word for one is left as it is, for the validator to judge.
---@param value string
---@param zone klaviyo.cli.zone|nil  in which days and times of day are meant; nil: nobody said
---@param now number
---@return klaviyo.cli.send_time|nil
---@return string|nil message
function send_time.read(value, zone, now)
  local text = value:lower():match "^%s*(.-)%s*$"
  if time.parts(value) then
    return { at = value }
  elseif text:find "^%+" then
    return from_span(text, zone, now)
  elseif text:find "^%d%d?[./]%d%d?" then
    return nil, "could be read day first or month first: write 2026-11-27T09:00"
  elseif text == "" then
    return nil, "is not a time: " .. FORMS
  end
  local first, rest = split(text)
  if clock_of(text) then
    return nil, ("names no day: write today %s or tomorrow %s"):format(text, text)
  elseif not zone and (WEEKDAYS[first] or first == "today" or first == "tomorrow") then
    return nil, "has no zone: give the timezone that it is meant in, with --timezone"
  end
  local days, message = day_of(first, local_time.wall(now, zone or local_time.utc))
  if not days then
    local is_word = message and not first:find "^%d" and (WEEKDAYS[first] or first:find "^next" or first:find "^this")
    return nil, is_word and message or "is not a time: " .. FORMS
  elseif rest == "" then
    return nil, ("has no time of day: write %s 9am or %s 14:00"):format(value, value)
  end
  local clock, wrong = clock_of(rest)
  if not clock then
    return nil, wrong
  end
  return { at = date_of(days) .. "T" .. clock }
end

return send_time
