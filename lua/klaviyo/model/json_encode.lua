-- SPDX-License-Identifier: MIT
--- Writes any value as JSON.
-- lua-cjson 2.1.0 has no mark for an empty array, rounds numbers to 14 digits, writes mixed tables as objects and
-- names no path when it rejects a value. So a value is examined first; what lua-cjson would get wrong is replaced by a
-- token in a copy, and the token by the right text afterwards.

local json = require "klaviyo.model.json"
local utf8_text = require "klaviyo.model.utf8_text"

local null = json.null
local concat = table.concat
local find, match, sub, floor, huge = string.find, string.match, string.sub, math.floor, math.huge
local math_type = rawget(math, "type") -- Lua 5.3 and later

local MAX_DEPTH = 200 -- the deepest body of the API has 12 levels; a bound keeps the C stack and cycles in check

-- The state of one scan: the values that a token must replace while lua-cjson writes, and the path of the current one.
---@class klaviyo.json.scan
---@field keys klaviyo.path
---@field tables table[]  the tables above the value at hand, outermost first
---@field fixes table[]   { table, key, text }: where lua-cjson would not write `text` by itself

-- Raised inside a scan and caught at the end of this file alone.
local function reject(state, depth, message)
  local keys = {}
  for i = 1, depth do
    keys[i] = state.keys[i]
  end
  local where = require("klaviyo.model.path").format(keys)
  error({ rejection = (where == "" and "" or where .. ": ") .. message }, 0)
end

-- The text of a number that needs more than the 14 digits of lua-cjson, or nil.
local function long_number(state, depth, n)
  if n ~= n or n == huge or n == -huge then
    reject(state, depth, ("the number %s has no JSON form"):format(tostring(n)))
  end
  if n == floor(n) then
    if n < 1e14 and n > -1e14 then
      return nil
    end
    return math_type and math_type(n) == "integer" and ("%d"):format(n) or ("%.17g"):format(n)
  end
  return tonumber(("%.14g"):format(n)) ~= n and ("%.17g"):format(n) or nil
end

local function reject_keys(state, depth, named, placed)
  if named ~= nil and placed > 0 then
    reject(state, depth, ("a table is a list or has names, not both; found the name %q in a list"):format(named))
  elseif named ~= nil then
    reject(state, depth, ("an array has places 1 to n, found the name %q"):format(named))
  else
    reject(state, depth, "a list has places 1 to n alone, and no gaps")
  end
end

-- At the depth limit. A table that contains itself ends here too, and is named where it first recurs.
local function reject_depth(state, depth)
  local above = {}
  for i = 1, depth do
    local t = state.tables[i]
    if above[t] then
      reject(state, i - 1, "the table contains itself")
    end
    above[t] = true
  end
  reject(state, depth, ("nested deeper than %d levels"):format(MAX_DEPTH))
end

local function scan(state, depth, t)
  local keys, tables, fixes = state.keys, state.tables, state.fixes
  if depth >= MAX_DEPTH then
    reject_depth(state, depth)
  end
  depth = depth + 1
  tables[depth] = t
  local named, placed = nil, 0
  for key, value in next, t do
    local kind = type(value)
    if type(key) == "string" then
      named = key
    else
      placed = placed + 1
    end
    if kind == "table" then
      keys[depth] = key
      scan(state, depth, value)
    elseif kind == "number" then
      keys[depth] = key
      local text = long_number(state, depth, value)
      if text then
        fixes[#fixes + 1] = { t, key, text }
      end
    elseif kind ~= "string" and kind ~= "boolean" and value ~= null and not json.is_empty_array(value) then
      keys[depth] = key
      reject(state, depth, ("a %s cannot be written as JSON"):format(kind))
    end
  end
  tables[depth] = nil
  local tagged = getmetatable(t) ~= nil and json.is_array(t)
  if placed ~= (named == nil and #t or 0) or (named ~= nil and tagged) then
    reject_keys(state, depth - 1, named, placed)
  elseif tagged and placed == 0 then
    fixes[#fixes + 1] = { t, 1, "" }
  end
end

-- A copy of a value with tokens in the place of the fixes, which `tokens` has by table and key. The caller's tables are
-- never written to: they may be shared, or be read-only.
local function copy_with_tokens(value, tokens)
  if type(value) ~= "table" then
    return value
  end
  local copy = {}
  for key, item in next, value do
    copy[key] = copy_with_tokens(item, tokens)
  end
  for key, token in next, tokens[value] or {} do
    copy[key] = token
  end
  return json.is_array(value) and setmetatable(copy, getmetatable(value)) or copy
end

-- Writes `root` with a token in the place of each fix.
local function encode_with_tokens(root, fixes, token)
  local tokens = {}
  for i, fix in ipairs(fixes) do
    tokens[fix[1]] = tokens[fix[1]] or {}
    tokens[fix[1]][fix[2]] = token .. i
  end
  return json.encode(copy_with_tokens(root, tokens), true)
end

-- Puts the texts back; nil if the token is not found exactly as often as it was put there.
local function replace_tokens(text, fixes, token)
  local out, from = {}, 1
  for _ = 1, #fixes do
    local first, last = find(text, token, from, true)
    local index, stop = match(text or "", '^(%d+)"()', (last or #text) + 1)
    if not index or not fixes[tonumber(index)] then
      return nil
    end
    out[#out + 1] = sub(text, from, first - 2) -- without the quote in front of the token
    out[#out + 1] = fixes[tonumber(index)][3]
    from = stop
  end
  if find(text, token, from, true) then
    return nil
  end
  out[#out + 1] = sub(text, from)
  return concat(out)
end

-- If the data contain the token, the next one is tried.
local function encode_fixed(root, fixes)
  local attempt = 0
  local text
  repeat
    attempt = attempt + 1
    local token = ("~klaviyo<%d>"):format(attempt)
    text = replace_tokens(encode_with_tokens(root, fixes, token), fixes, token)
  until text
  return text
end

-- Rejects the string that is not UTF-8, which lua-cjson does not check.
local function reject_bytes(state, depth, value)
  if type(value) == "string" and utf8_text.first_invalid(value) then
    reject(state, depth, ("the string is not valid UTF-8 (byte %d)"):format(utf8_text.first_invalid(value)))
  elseif type(value) == "table" then
    for key, item in next, value do
      state.keys[depth + 1] = key
      reject_bytes(state, depth, key)
      reject_bytes(state, depth + 1, item)
    end
  end
end

local function encode(value)
  local state = { keys = {}, tables = {}, fixes = {} }
  -- A holder, so that a bare number or an empty array at the root can be fixed like any other.
  local holder = { value }
  scan(state, 0, type(value) == "table" and value or holder)
  local text
  if #state.fixes == 0 then
    text = json.encode(value, true)
  else
    text = encode_fixed(holder, state.fixes):sub(2, -2)
  end
  if not utf8_text.is_valid(text) then
    reject_bytes(state, 0, value)
  end
  return text
end

---Writes a value, see json.encode.
---@param value any
---@return string|nil text
---@return string|nil message  what was rejected and where
return function(value)
  local ok, result = pcall(encode, value)
  if ok then
    return result
  elseif type(result) == "table" and result.rejection then
    return nil, result.rejection
  end
  error(result, 0)
end
