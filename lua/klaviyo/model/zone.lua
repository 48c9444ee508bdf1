-- SPDX-License-Identifier: MIT
--- The system's zone database: TZif files (RFC 8536, versions 1 to 4) with the POSIX rule in their footer.

local suggest = require "klaviyo.model.suggest"
local zone_names = require "klaviyo.model.zone_names"

local zone = {}

local floor = math.floor

local DIRECTORIES = { "/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo" }
local MONTH_STARTS = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 }
local KEPT = 8 -- zones kept parsed: a script uses one or two
local LARGEST = 1048576

---@class klaviyo.zone
---@field times number[]    when an offset begins, ascending
---@field offsets number[]  the offset that begins there, in seconds east of UTC
---@field first number      the offset before the first of them
---@field rule table|nil    what holds after the last of them

local function read_file(name)
  local file = io.open(name, "rb")
  if not file then
    return nil
  end
  local text = file:read(LARGEST)
  file:close()
  return text
end

local directory

-- Where the database is, asked once; `false` if there is none.
local function find_directory()
  if directory == nil then
    directory = false
    local list = { os.getenv("TZDIR") or nil }
    for _, name in ipairs(DIRECTORIES) do
      list[#list + 1] = name
    end
    for _, name in ipairs(list) do
      local text = read_file(name .. "/Etc/UTC") or read_file(name .. "/UTC")
      if text and text:sub(1, 4) == "TZif" then
        directory = name
        break
      end
    end
  end
  return directory
end

---The names of the zones in the database, sorted; none where it has no list of them.
---@return string[]
function zone.names()
  local names, seen = {}, {}
  local root = find_directory() or ""
  local compiled = root ~= "" and read_file(root .. "/tzdata.zi")
  local text = compiled or root ~= "" and (read_file(root .. "/zone1970.tab") or read_file(root .. "/zone.tab")) or ""
  for line in text:gmatch "[^\n]+" do
    local alias = compiled and line:match "^L %S+ (%S+)"
    local name = alias or compiled and line:match "^Z (%S+)"
      or not compiled and line:match "^%u[^\t]*\t[^\t]*\t([^\t]+)"
    -- Debian lists old names as links, and has them in a package that need not be installed.
    if name and not seen[name] and (not alias or read_file(root .. "/" .. alias)) then
      seen[name], names[#names + 1] = true, name
    end
  end
  table.sort(names)
  return names
end

---Whether this system has a zone database.
---@return boolean
function zone.available()
  return find_directory() ~= false
end

local function unsigned(text, at, size)
  local value = 0.0 -- a float also where integers would wrap
  for i = at, at + size - 1 do
    value = value * 256 + text:byte(i)
  end
  return floor(value)
end

local function signed(text, at, size)
  local value = unsigned(text, at, size)
  return floor(value >= 2 ^ (8 * size - 1) and value - 2 ^ (8 * size) or value)
end

local function header(text, at)
  if text:sub(at, at + 3) ~= "TZif" or #text < at + 43 then
    return nil
  end
  local counts = {}
  for i, name in ipairs { "isut", "isstd", "leap", "time", "type", "char" } do
    counts[name] = unsigned(text, at + 20 + (i - 1) * 4, 4)
  end
  return counts, text:byte(at + 4)
end

local function block_size(counts, width)
  return counts.time * (width + 1) + counts.type * 6 + counts.char + counts.leap * (width + 4)
    + counts.isstd + counts.isut
end

local function read_block(text, at, counts, width)
  local types_at = at + counts.time * (width + 1)
  local function offset(index)
    return signed(text, types_at + index * 6, 4)
  end
  local times, offsets, first = {}, {}, nil
  for i = 0, counts.type - 1 do -- before the first change: the first type that is not daylight saving time
    if not first and text:byte(types_at + i * 6 + 4) == 0 then
      first = offset(i)
    end
  end
  for i = 1, counts.time do
    local index = text:byte(at + counts.time * width + i - 1)
    if index >= counts.type then
      return nil
    end
    times[i], offsets[i] = signed(text, at + (i - 1) * width, width), offset(index)
  end
  return { times = times, offsets = offsets, first = first or offset(0) }
end

-- A POSIX time: "[+-]h[h[h]][:mm[:ss]]", in seconds.
local function posix_time(text)
  local sign, hours, minutes, seconds = text:match("^([+-]?)(%d+):?(%d*):?(%d*)$")
  if not hours then
    return nil
  end
  local value = tonumber(hours) * 3600 + (tonumber(minutes) or 0) * 60 + (tonumber(seconds) or 0)
  return sign == "-" and -value or value
end

local function posix_date(text)
  local day, at = text:match("^([^/]+)/?(.*)$")
  local when = { time = at == "" and 7200 or at and posix_time(at) }
  local month, week, weekday = (day or ""):match("^M(%d+)%.(%d+)%.(%d+)$")
  if month then
    when.month, when.week, when.weekday = tonumber(month), tonumber(week), tonumber(weekday)
    if not MONTH_STARTS[when.month] or when.month > 12 or when.week < 1 or when.week > 5 or when.weekday > 6 then
      return nil
    end
  else
    local julian, number = (day or ""):match("^(J?)(%d+)$")
    if not number or tonumber(number) > 365 then
      return nil
    end
    when.day, when.no_leap_day = tonumber(number), julian == "J"
  end
  return when.time and when or nil
end

-- "EST5EDT,M3.2.0,M11.1.0", with names in angle brackets or without.
local function parse_rule(text)
  local name_pattern = text:sub(1, 1) == "<" and "^<[^>]+>" or "^%a+"
  local rest = text:gsub(name_pattern, "", 1)
  local standard, after = rest:match("^([+-]?[%d:]+)(.*)$")
  local west = standard and posix_time(standard)
  if not west then
    return nil
  end
  local rule = { standard = -west }
  if after == "" then
    return rule
  end
  local named = after:gsub(after:sub(1, 1) == "<" and "^<[^>]+>" or "^%a+", "", 1)
  local offset, from, to = named:match("^([+-]?[%d:]*),([^,]+),([^,]+)$")
  if not from then
    return nil
  end
  west = offset == "" and west - 3600 or posix_time(offset)
  if not west then
    return nil
  end
  rule.daylight = -west
  rule.from, rule.to = posix_date(from), posix_date(to)
  return rule.from and rule.to and rule or nil
end

-- Day numbers since 1970-01-01.
local function year_start(year)
  local before = year - 1
  return 365 * (year - 1970) + floor(before / 4) - floor(before / 100) + floor(before / 400) - 477
end

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local function month_start(year, month)
  return MONTH_STARTS[month] + (is_leap(year) and month > 2 and 1 or 0)
end

-- Local seconds at which a rule's date begins in a year.
local function rule_seconds(when, year)
  local day
  if when.month then
    local first = year_start(year) + month_start(year, when.month)
    local last = year_start(year) + month_start(year, when.month + 1) - 1
    day = first + (when.weekday - (first + 4) % 7) % 7 + (when.week - 1) * 7
    while day > last do
      day = day - 7
    end
  elseif when.no_leap_day then
    day = year_start(year) + when.day - 1 + (is_leap(year) and when.day >= 60 and 1 or 0)
  else
    day = year_start(year) + when.day
  end
  return day * 86400 + when.time
end

local function rule_offset(rule, epoch)
  if not rule.daylight then
    return rule.standard
  end
  local year = 1970 + floor((epoch + rule.standard) / 31556952)
  -- The latest change at or before the instant decides; it is in this year or the one before.
  local latest, offset = -math.huge, rule.standard
  for y = year - 1, year + 1 do
    local start, stop = rule_seconds(rule.from, y) - rule.standard, rule_seconds(rule.to, y) - rule.daylight
    if start <= epoch and start > latest then
      latest, offset = start, rule.daylight
    end
    -- Ends and begins at one instant: daylight saving time all year round.
    if stop <= epoch and stop > latest then
      latest, offset = stop, rule.standard
    end
  end
  return offset
end

---Reads a TZif file.
---@param text string
---@return klaviyo.zone|nil  nil if it is none, or damaged
function zone.parse(text)
  local counts, version = header(text, 1)
  if not counts then
    return nil
  end
  local at, width = 45, 4
  if version >= 0x32 then -- versions 2 and later repeat everything with 64-bit times
    local second = at + block_size(counts, 4)
    counts = header(text, second)
    if not counts then
      return nil
    end
    at, width = second + 44, 8
  end
  if counts.type == 0 or #text < at + block_size(counts, width) - 1 then
    return nil
  end
  local parsed = read_block(text, at, counts, width)
  local footer = parsed and width == 8 and text:match("^\n([^\n]*)\n", at + block_size(counts, width))
  if footer and footer ~= "" then
    parsed.rule = parse_rule(footer)
  end
  return parsed
end

---The offset of a zone at an instant.
---@param z klaviyo.zone
---@param epoch number
---@return number seconds east of UTC
function zone.offset_at(z, epoch)
  local times = z.times
  local count = #times
  if z.rule and (count == 0 or epoch >= times[count]) then
    return rule_offset(z.rule, epoch)
  elseif count == 0 or epoch < times[1] then
    return z.first
  end
  local low, high = 1, count
  while low < high do
    local middle = floor((low + high + 1) / 2)
    if times[middle] <= epoch then
      low = middle
    else
      high = middle - 1
    end
  end
  return z.offsets[low]
end

---Which offsets make a local time: one as a rule, none where the clocks skip it, two where they show it twice.
---@param z klaviyo.zone
---@param wall number  the local time's seconds as if it were UTC
---@return number[] matches   in the order of the instants they make
---@return number[] nearby    the offsets around it
function zone.offsets_at_wall(z, wall)
  local nearby, matches = {}, {}
  -- No zone is further than 26 hours from UTC, and none changes twice within two days.
  for _, epoch in ipairs { wall - 93600, wall + 93600 } do
    local offset = zone.offset_at(z, epoch)
    if offset ~= nearby[1] then
      nearby[#nearby + 1] = offset
    end
  end
  for _, offset in ipairs(nearby) do
    if zone.offset_at(z, wall - offset) == offset then
      matches[#matches + 1] = offset
    end
  end
  return matches, nearby
end

-- Every name of the database: from tzdata.zi (zones and links), else from the table of zones. The second result has the
-- zone that a link leads to; a system may leave old links out.
local function names()
  local found, targets = {}, {}
  local text = read_file(find_directory() .. "/tzdata.zi")
  if text then
    for name in text:gmatch("\nZ ([^%s]+)") do
      found[#found + 1] = name
    end
    for target, name in text:gmatch("\nL ([^%s]+) ([^%s]+)") do
      found[#found + 1], targets[name] = name, target
    end
  else
    text = read_file(find_directory() .. "/zone1970.tab") or read_file(find_directory() .. "/zone.tab") or ""
    for name in text:gmatch("\n[%u,]+\t[^\t]+\t([^%s]+)") do
      found[#found + 1] = name
    end
  end
  return found, targets
end

-- A near name; people write the city alone, spaces, or small letters, and names that this system no longer has.
local function near(name)
  local all, targets = names()
  if targets[name] then
    return targets[name]
  end
  local wanted = name:lower():gsub("%s", "_")
  for _, known in ipairs(all) do
    local lower = known:lower()
    if lower == wanted or lower:match("[^/]+$") == wanted then
      return known
    end
  end
  return suggest.nearest(name, all)
end

local cache, order = {}, {}

-- Names that are files of the database but no zones, or no path inside of it.
local function plausible(name)
  return type(name) == "string" and #name <= 64 and name:find("^[%a][%w_+%-/]*$") and not name:find("//", 1, true)
    and not name:find("^right/") and not name:find("^posix/") and name ~= "localtime" and name ~= "posixrules"
end

---Loads a zone; the last few are kept.
---@param name string  IANA name
---@return klaviyo.zone|nil
---@return string|nil message
function zone.load(name)
  if cache[name] then
    return cache[name]
  elseif not find_directory() then
    return nil, "cannot be looked up: this system has no zone database (install tzdata, or set TZDIR)"
  end
  local text = plausible(name) and read_file(directory .. "/" .. name)
  local parsed = text and zone.parse(text)
  if not parsed then
    local short = type(name) == "string" and #name <= 64
    local advice = short and zone_names.advice(name)
    local other = short and not advice and near(name)
    return nil, ("is not a time zone: %s%s"):format(suggest.show(name),
      advice and ("; " .. advice) or other and (' (did you mean "%s"?)'):format(other) or "")
  end
  if #order >= KEPT then
    cache[table.remove(order, 1)] = nil
  end
  order[#order + 1] = name
  cache[name] = parsed
  return parsed
end

return zone
