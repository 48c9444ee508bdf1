-- SPDX-License-Identifier: MIT
--- Text for a terminal: cleaned, measured in columns, cut, padded and wrapped.

local text = {}

-- The first byte and the continuation bytes of a character.
local CHARACTER = "[%z\1-\127\194-\244][\128-\191]*"

-- Code points that take no column: combining marks, zero width, variation selectors.
local NARROW = {
  { 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
  { 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x200B, 0x200D }, { 0x20D0, 0x20F0 }, { 0xFE00, 0xFE0F },
  { 0xFE20, 0xFE2F }, { 0xE0100, 0xE01EF },
}

-- Code points that take two: East Asian wide and full-width forms, and emoji.
local WIDE = {
  { 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC }, { 0x25FD, 0x25FE }, { 0x2614, 0x2615 },
  { 0x2648, 0x2653 }, { 0x26A1, 0x26A1 }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 }, { 0x2705, 0x2705 },
  { 0x270A, 0x270B }, { 0x2728, 0x2728 }, { 0x274C, 0x274C }, { 0x2753, 0x2755 }, { 0x2795, 0x2797 },
  { 0x2B50, 0x2B50 }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF },
  { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F }, { 0x1F680, 0x1F6FF },
  { 0x1F900, 0x1FAFF }, { 0x20000, 0x3FFFD },
}

-- Code points that control a terminal or the direction of the text around them.
local UNSAFE = {
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0x061C, 0x061C }, { 0x200E, 0x200F }, { 0x2028, 0x202E }, { 0x2066, 0x2069 },
  { 0xFEFF, 0xFEFF }, { 0xE0000, 0xE007F },
}

local function within(ranges, code)
  for _, range in ipairs(ranges) do
    if code < range[1] then
      return false
    elseif code <= range[2] then
      return true
    end
  end
  return false
end

-- The character at an index and its code point; one byte and nil if the bytes there are not UTF-8.
local function decode(s, at)
  local lead = s:byte(at)
  if lead < 0x80 then
    return s:sub(at, at), lead
  end
  local length = lead < 0xE0 and 2 or lead < 0xF0 and 3 or 4
  local character = s:match("^[\194-\244][\128-\191]+", at)
  if not character or #character < length then
    return s:sub(at, at), nil
  end
  local code = lead % 2 ^ (7 - length)
  for i = 2, length do
    code = code * 64 + character:byte(i) % 64
  end
  local least = length == 2 and 0x80 or length == 3 and 0x800 or 0x10000
  local surrogate = code >= 0xD800 and code <= 0xDFFF
  if code < least or code > 0x10FFFF or surrogate then
    return s:sub(at, at), nil
  end
  return character:sub(1, length), code
end

---Makes a value safe for one line of a terminal: control characters, direction marks and bytes that are not UTF-8
---become question marks; line breaks and tabs become spaces.
---@param value any
---@return string
function text.clean(value)
  local s = tostring(value)
  if not s:find "[%c\128-\255]" then
    return s
  end
  local out, at = {}, 1
  while at <= #s do
    local character = s:match("^[ -~]+", at)
    if character then
      out[#out + 1] = character
    else
      local code
      character, code = decode(s, at)
      local blank = code == 9 or code == 10 or code == 13
      out[#out + 1] = blank and " " or (not code or within(UNSAFE, code)) and "?" or character
    end
    at = at + #character
  end
  return table.concat(out)
end

---Iterates over the characters of a text.
---@param s string
---@return fun(): string|nil
function text.characters(s)
  return s:gmatch(CHARACTER)
end

---The width of a text in columns. Escape sequences have none.
---@param s string
---@return integer
function text.width(s)
  s = s:gsub("\27%[[%d;]*m", "")
  if not s:find "[\128-\255]" then
    return #s
  end
  local width = 0
  for character in s:gmatch(CHARACTER) do
    local _, code = decode(character, 1)
    code = code or 0x20
    width = width + (within(NARROW, code) and 0 or within(WIDE, code) and 2 or 1)
  end
  return width
end

---Cuts a text to columns, and ends it with a mark if it was cut.
---@param s string
---@param columns integer
---@param mark? string  default "..."
---@return string
function text.cut(s, columns, mark)
  if text.width(s) <= columns then
    return s
  end
  mark = mark or "..."
  if text.width(mark) > columns then
    mark = ""
  end
  local room, out = columns - text.width(mark), {}
  for character in s:gmatch(CHARACTER) do
    room = room - text.width(character)
    if room < 0 then
      break
    end
    out[#out + 1] = character
  end
  return table.concat(out):gsub("%s+$", "") .. mark
end

-- Capital letters outside ASCII: a range, and how far behind each the small one is. In some ranges every second letter
-- is a capital, the first or the second.
local CAPITALS = {
  { 0xC0, 0xD6, 32 }, { 0xD8, 0xDE, 32 }, { 0x100, 0x137, 1, "even" }, { 0x139, 0x148, 1, "odd" },
  { 0x14A, 0x177, 1, "even" }, { 0x179, 0x17E, 1, "odd" }, { 0x391, 0x3AB, 32 }, { 0x400, 0x40F, 80 },
  { 0x410, 0x42F, 32 }, { 0x460, 0x481, 1, "even" }, { 0x1E00, 0x1E95, 1, "even" }, { 0x1EA0, 0x1EFF, 1, "even" },
}

local function small(code)
  for _, range in ipairs(CAPITALS) do
    if code >= range[1] and code <= range[2] then
      local is_capital = not range[4] or (code % 2 == 0) == (range[4] == "even")
      return is_capital and code + range[3] or code
    end
  end
  return code
end

---A text in small letters of the Latin, Greek and Cyrillic alphabets, for comparing.
---@param s string
---@return string
function text.lower(s)
  s = s:lower()
  if not s:find "[\195-\225]" then
    return s
  end
  return (s:gsub("[\195-\225][\128-\191]+", function(character)
    local _, code = decode(character, 1)
    local lower = code and small(code)
    if not lower or lower == code then
      return nil
    elseif lower < 0x800 then
      return string.char(0xC0 + math.floor(lower / 64), 0x80 + lower % 64)
    end
    return string.char(0xE0 + math.floor(lower / 4096), 0x80 + math.floor(lower / 64) % 64, 0x80 + lower % 64)
  end))
end

---Shortens a text of many bytes, and says how long it is. It ends with a whole character.
---@param s string
---@param most integer  bytes that are kept
---@return string
function text.clip(s, most)
  if #s <= most then
    return s
  end
  while most > 0 and s:byte(most + 1) >= 0x80 and s:byte(most + 1) < 0xC0 do
    most = most - 1
  end
  return ("%s... (%d bytes in all)"):format(s:sub(1, most), #s)
end

---Pads a text to columns.
---@param s string
---@param columns integer
---@param right? boolean  align to the right
---@return string
function text.pad(s, columns, right)
  local gap = (" "):rep(math.max(0, columns - text.width(s)))
  return right and gap .. s or s .. gap
end

---Wraps a text at spaces.
---@param s string
---@param columns integer
---@return string[]
function text.wrap(s, columns)
  local lines, line = {}, ""
  for word in s:gmatch "%S+" do
    if line == "" then
      line = word
    elseif text.width(line) + 1 + text.width(word) <= columns then
      line = line .. " " .. word
    else
      lines[#lines + 1] = line
      line = word
    end
  end
  if line ~= "" or #lines == 0 then
    lines[#lines + 1] = line
  end
  return lines
end

---Wraps a line that is too long at spaces, and keeps its indent. Escape sequences take no column.
---@param line string
---@param columns integer
---@return string[]
function text.hang(line, columns)
  if text.width(line) <= columns then
    return { line }
  end
  local indent, rest = line:match "^(%s*)(.*)$"
  local lines = text.wrap(rest, math.max(10, columns - #indent))
  for i, part in ipairs(lines) do
    lines[i] = indent .. part
  end
  return lines
end

---Wraps items with commas between them; no item is broken.
---@param items string[]
---@param columns integer
---@return string[]
function text.wrap_items(items, columns)
  local lines, line = {}, nil
  for i, item in ipairs(items) do
    local word = item .. (i < #items and "," or "")
    if line and text.width(line) + 1 + text.width(word) <= columns then
      line = line .. " " .. word
    else
      lines[#lines + 1] = line
      line = word
    end
  end
  lines[#lines + 1] = line
  return lines
end

---`1 message`, `2 messages`.
---@param count integer
---@param one string
---@param many? string
---@return string
function text.count(count, one, many)
  return ("%d %s"):format(count, count == 1 and one or many or one .. "s")
end

---A time to wait in words, rounded up: "7 minutes", "5 hours".
---@param seconds number
---@return string
function text.wait(seconds)
  local minutes = math.max(1, math.ceil(seconds / 60))
  return minutes < 120 and text.count(minutes, "minute") or text.count(math.ceil(minutes / 60), "hour")
end

return text
