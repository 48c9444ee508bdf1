-- SPDX-License-Identifier: MIT
--- Replacements for names that people use for zones and that the zone database does not have: abbreviations
--- and offsets.

local zone_names = {}

-- Abbreviations by what most people mean with them. EST, MST and HST are zones of the database.
local CITIES = {
  PT = "America/Los_Angeles", PST = "America/Los_Angeles", PDT = "America/Los_Angeles", MT = "America/Denver",
  MDT = "America/Denver", CT = "America/Chicago", CST = "America/Chicago", CDT = "America/Chicago",
  ET = "America/New_York", EDT = "America/New_York", AKST = "America/Anchorage", AKDT = "America/Anchorage",
  AST = "America/Halifax", ADT = "America/Halifax", NST = "America/St_Johns", NDT = "America/St_Johns",
  BRT = "America/Sao_Paulo", BST = "Europe/London", CEST = "Europe/Berlin", WEST = "Europe/Lisbon",
  EEST = "Europe/Athens", MSK = "Europe/Moscow", GST = "Asia/Dubai", PKT = "Asia/Karachi", IST = "Asia/Kolkata",
  HKT = "Asia/Hong_Kong", SGT = "Asia/Singapore", JST = "Asia/Tokyo", KST = "Asia/Seoul", AWST = "Australia/Perth",
  ACST = "Australia/Adelaide", AEST = "Australia/Sydney", AEDT = "Australia/Sydney", NZST = "Pacific/Auckland",
  NZDT = "Pacific/Auckland", SAST = "Africa/Johannesburg", WAT = "Africa/Lagos", EAT = "Africa/Nairobi",
}

-- Zones of offsets that are no whole hours.
local PARTS = { ["+03:30"] = "Asia/Tehran", ["+04:30"] = "Asia/Kabul", ["+05:30"] = "Asia/Kolkata",
  ["+05:45"] = "Asia/Kathmandu", ["+06:30"] = "Asia/Yangon", ["+09:30"] = "Australia/Darwin",
  ["-03:30"] = "America/St_Johns", ["-09:30"] = "Pacific/Marquesas" }

-- The sign and the time of an offset: `GMT+5`, `UTC-03:30`, `+0530`.
local function offset_of(name)
  local sign, hours, minutes = name:match "^%a*([+-])(%d%d?):?(%d?%d?)$"
  local word = name:match "^%a*":upper()
  if not sign or word ~= "" and word ~= "GMT" and word ~= "UTC" and word ~= "Z" then
    return nil
  end
  hours, minutes = tonumber(hours), tonumber(minutes) or 0
  if hours > 14 or minutes > 59 then
    return nil
  end
  return sign, hours, minutes
end

---The name to write instead; nil if the name is neither an abbreviation nor an offset.
---@param name string
---@return string|nil
function zone_names.advice(name)
  local city = CITIES[name:upper()]
  if city then
    return ('write "%s"'):format(city)
  end
  local sign, hours, minutes = offset_of(name)
  if not sign then
    return nil
  elseif minutes > 0 then
    local place = PARTS[("%s%02d:%02d"):format(sign, hours, minutes)]
    return "name the zone of a city" .. (place and (', such as "%s"'):format(place) or "")
  elseif hours == 0 then
    return 'write "UTC"'
  end
  -- POSIX counts west of Greenwich, and so do the names Etc/GMT: the sign is the other way round.
  return ('%d %s %s of UTC all year is "Etc/GMT%s%d"; with daylight saving time, name the zone of a city'):format(hours,
    hours == 1 and "hour" or "hours", sign == "+" and "east" or "west", sign == "+" and "-" or "+", hours)
end

return zone_names
