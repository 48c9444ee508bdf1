-- SPDX-License-Identifier: MIT
--- "Did you mean": finds the name of a list that was probably meant, and words for messages.

local suggest = {}

local PART = 0.5   -- the distance to the end of a dotted path: nothing but the very name is nearer
local LONGEST = 64 -- names of the API are shorter: longer ones are not compared

-- Edit distance in which swapping two neighbours is one step.
local function distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do
    last[j] = j
  end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before, last = last, row
  end
  return last[#b]
end

-- The letters U+00C0 to U+00FF without their accents.
local BASE = "aaaaaaaceeeeiiiidnooooo*ouuuuypsaaaaaaaceeeeiiiidnooooo/ouuuuypy"

-- A name without what people do not see or type: case, blanks, accents in either Unicode form.
local function plain(name)
  local folded = name:lower():gsub("[%s_%-%.]", "")
  if folded:find "[\194-\205]" then
    folded = folded:gsub("\194\160", ""):gsub("\204[\128-\191]", ""):gsub("\205[\128-\175]", "")
      :gsub("\195([\128-\191])", function(second)
        return BASE:sub(second:byte() - 127, second:byte() - 127)
      end)
  end
  return folded
end

-- Whether one is the other with words before or after it: timezone, send_timezone.
local function is_part(a, b)
  local short, long = "_" .. a:lower() .. "_", "_" .. b:lower() .. "_"
  if #short > #long then
    short, long = long, short
  end
  return long:find(short, 1, true) ~= nil
end

-- The only name that contains what was found, or is contained in it; nil if there are several.
local function nearest_by_words(found, names)
  local only
  if type(found) ~= "string" or #found > LONGEST then
    return nil
  end
  for _, name in ipairs(names) do
    if type(name) == "string" and is_part(found, name) then
      if only then
        return nil
      end
      only = name
    end
  end
  return only
end

---The name that was probably meant.
---@param found any
---@param names string[]
---@return string|nil  nil if none is near
function suggest.nearest(found, names)
  if type(found) ~= "string" or found == "" or #found > LONGEST then
    return nil
  end
  local wanted = plain(found)
  local limit = math.max(1, math.floor(#wanted / 3))
  local best, best_distance
  for _, name in ipairs(names) do
    if type(name) == "string" and #name <= LONGEST then
      local whole, steps = plain(name), nil
      if math.abs(#whole - #wanted) <= limit then -- else they are further apart than that
        steps = distance(wanted, whole)
      end
      if plain(name:match "[^%.]+$" or name) == wanted then
        steps = math.min(steps or 1, PART) -- the last name of a path
      end
      if steps and steps <= limit and steps < #whole and (not best or steps < best_distance) then
        best, best_distance = name, steps
      end
    end
  end
  return best
end

---The names that differ from one in case, blanks and accents alone, itself among them, each once.
---@param name string
---@param names string[]
---@return string[]
function suggest.alike(name, names)
  local list, seen, wanted = {}, {}, plain(name)
  for _, other in ipairs(names) do
    if not seen[other] and plain(other) == wanted then
      seen[other], list[#list + 1] = true, other
    end
  end
  return list
end

local LEAST = 3 -- characters of a part that says something

---The names that contain another one, or are contained in it, whatever their case, blanks and accents; each once.
---@param name string
---@param names string[]
---@return string[]
function suggest.related(name, names)
  local list, seen, wanted = {}, {}, plain(name)
  for _, other in ipairs(names) do
    local whole = plain(other)
    local short, long = wanted, whole
    if #short > #long then
      short, long = long, short
    end
    if not seen[other] and #short >= LEAST and long:find(short, 1, true) then
      seen[other], list[#list + 1] = true, other
    end
  end
  return list
end

---The end of a sentence: ` (did you mean "x"?)`, or nothing.
---@param found any
---@param names string[]
---@return string
function suggest.phrase(found, names)
  local name = suggest.nearest(found, names) or nearest_by_words(found, names)
  return name and (' (did you mean "%s"?)'):format(name) or ""
end

---A list of names for a sentence: `"a", "b" or "c"`.
---@param names (string|number)[]
---@return string
function suggest.list(names)
  local quoted = {}
  for i, name in ipairs(names) do
    quoted[i] = type(name) == "string" and ('"%s"'):format(name) or tostring(name)
  end
  if #quoted < 2 then
    return quoted[1] or "nothing"
  end
  local last = table.remove(quoted)
  return table.concat(quoted, ", ") .. " or " .. last
end

---The keys of a table, sorted, for a message.
---@param map table|nil
---@return string[]
function suggest.names(map)
  local names = {}
  for name in pairs(map or {}) do
    names[#names + 1] = tostring(name)
  end
  table.sort(names)
  return names
end

---Whether a list holds a value.
---@param list any[]
---@param value any
---@return boolean
function suggest.contains(list, value)
  for _, item in ipairs(list) do
    if item == value then
      return true
    end
  end
  return false
end

local SHOWN = 60 -- bytes of a text in a message

-- The beginning of a long text; it does not end within a UTF-8 character.
local function shortened(text)
  if #text <= SHOWN then
    return text
  end
  local last = SHOWN - 3
  while last > 1 and text:find("^[\128-\191]", last + 1) do
    last = last - 1
  end
  return text:sub(1, last) .. "..."
end

-- Characters that are not seen, or that change what is seen: blanks of another kind, accents apart from their letters,
-- marks of direction. By the bytes that they begin with.
local UNSEEN = { "\194[\160\173]", "\204[\128-\191]", "\205[\128-\175]", "\226\128[\139\140\142\143\168-\175]",
  "\226\129[\160-\175]", "\239\187\191" }

-- Writes the code of a character of two or three bytes.
local function escaped(character)
  local a, b, c = character:byte(1, 3)
  local code = c and (a % 16) * 4096 + (b % 64) * 64 + c % 64 or (a % 32) * 64 + b % 64
  return ("\\u{%X}"):format(code)
end

local function visible(text)
  text = text:gsub("[%c]", "?"):gsub('"', '\\"'):gsub("\194[\128-\159]", "?")
  for _, pattern in ipairs(text:find "[\194-\239]" and UNSEEN or {}) do
    text = text:gsub(pattern, escaped)
  end
  return text
end

---A value for a message: strings quoted and shortened, with what cannot be seen in them as `\u{A0}`; tables and
---functions by their kind.
---@param value any
---@return string
function suggest.show(value)
  if type(value) == "string" then
    return '"' .. visible(shortened(value)) .. '"'
  elseif type(value) == "table" then
    return "a table"
  elseif type(value) == "number" or type(value) == "boolean" then
    return tostring(value)
  elseif type(value) == "userdata" then
    return "null"
  end
  return value == nil and "nothing" or "a " .. type(value)
end

return suggest
