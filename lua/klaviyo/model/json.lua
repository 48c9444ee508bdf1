-- SPDX-License-Identifier: MIT
--- JSON for requests, over a private lua-cjson instance, so that the host's settings are never touched.
-- lua-cjson 2.1.0 has no mark for an empty array, rounds numbers to 14 digits, writes mixed tables as objects and
-- names no path when it rejects a value. So a value is examined first; what lua-cjson would get wrong is replaced by a
-- token in a copy, and the token by the right text afterwards.
--
-- Arrays: a table is one if its metatable carries `__name = "klaviyo.array"`. The name and not the identity counts,
-- so a table tagged by the C core (which keeps a metatable of its own in the registry) is known here whatever is
-- loaded first.

require "klaviyo.core" -- first: it has lua-cjson call its own functions, see src/core/lua_cjson.c
local cjson = require("cjson").new()
-- If something else has loaded lua-cjson before, the functions that Neovim 0.12 exports by the same names are called in
-- their place: quotes would vanish from texts that are sent.
if cjson.encode { '"' } ~= [=[["\""]]=] then
  error("lua-cjson loses the quotes of texts in this program, since the program's own functions take the place of "
    .. "lua-cjson's (as in Neovim 0.12): require \"klaviyo\" before anything else loads lua-cjson", 0)
end

local null = cjson.null
local concat = table.concat
local find, match, sub, floor, huge = string.find, string.match, string.sub, math.floor, math.huge
local math_type, to_integer = rawget(math, "type"), rawget(math, "tointeger") -- Lua 5.3 and later
local utf8_len = (rawget(_G, "utf8") or {}).len -- far quicker than patterns
if utf8_len and utf8_len "\237\160\128" then
  utf8_len = nil -- that of Lua 5.3 accepts surrogates
end

local MAX_DEPTH = 200 -- the deepest body of the API has 12 levels; a bound keeps the C stack and cycles in check
local ARRAY_NAME = "klaviyo.array"

local json = { null = null }

---@class klaviyo.json.array_metatable
json.array_metatable = { __name = ARRAY_NAME }

---Tags a table as an array, so that it is written as `[]` even when it is empty.
---@generic T: table
---@param t T|nil  default: a new table
---@return T
function json.array(t)
  return setmetatable(t or {}, json.array_metatable)
end

-- The host's own lua-cjson knows this one too, where it marks arrays at all.
local shared_metatable = cjson.array_mt or json.array_metatable

---The same for a table that other code encodes: any instance of a lua-cjson that marks arrays writes it as `[]`.
---@param t table
---@return table
function json.array_for_others(t)
  return setmetatable(t, shared_metatable)
end

---@param t any
---@return boolean
function json.is_array(t)
  if type(t) ~= "table" then
    return false
  end
  local mt = getmetatable(t)
  if type(mt) ~= "table" then
    return false
  end
  -- OpenResty's fork has metatables of its own for the purpose.
  return mt.__name == ARRAY_NAME or mt == cjson.array_mt or mt == cjson.empty_array_mt
end

---Whether a value is a table of names: neither a list nor tagged as one. An empty table is.
---@param value any
---@return boolean
function json.is_object(value)
  return type(value) == "table" and #value == 0 and not json.is_array(value)
end

---Whether a value is the empty array that OpenResty's fork has as a value of its own.
---@param value any
---@return boolean
function json.is_empty_array(value)
  return value ~= nil and value == cjson.empty_array
end

---Whether two values are the same, table by table. Whether a table is tagged as an array does not count.
---@param a any
---@param b any
---@return boolean
function json.same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not json.same(value, b[key]) then
      return false
    end
  end
  for key in pairs(b) do
    if a[key] == nil then
      return false
    end
  end
  return true
end

---Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
---@param s string
---@return integer|nil  the position of the first invalid byte
local function invalid_utf8(s)
  local at, size = 1, #s
  while true do
    at = s:find("[\128-\255]", at)
    if not at then
      return nil
    end
    local lead, second = s:byte(at, at + 1)
    local length, low, high = 0, 0x80, 0xBF
    if lead >= 0xC2 and lead <= 0xDF then
      length = 1
    elseif lead >= 0xE0 and lead <= 0xEF then
      length = 2
      if lead == 0xE0 then low = 0xA0 elseif lead == 0xED then high = 0x9F end
    elseif lead >= 0xF0 and lead <= 0xF4 then
      length = 3
      if lead == 0xF0 then low = 0x90 elseif lead == 0xF4 then high = 0x8F end
    end
    if length == 0 or at + length > size or second < low or second > high
      or s:find("[^\128-\191]", at + 1) == at + 1
      or (length > 1 and not s:find("^[\128-\191]+", at + 2))
      or (length > 2 and not s:find("^[\128-\191][\128-\191]", at + 2)) then
      return at
    end
    at = at + length + 1
  end
end

---Whether a text is UTF-8.
---@param s string
---@return boolean
function json.is_utf8(s)
  if utf8_len then
    return utf8_len(s) ~= nil
  end
  return not invalid_utf8(s)
end

-- The state of one scan: the values that a token must replace while lua-cjson writes, and the path of the current one.
---@class klaviyo.json.scan
---@field keys klaviyo.path
---@field tables table[]  the tables above the value at hand, outermost first
---@field fixes table[]   { table, key, text }: where lua-cjson would not write `text` by itself

-- Raised inside a scan and caught in json.encode alone.
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
    elseif kind ~= "string" and kind ~= "boolean" and value ~= null and value ~= cjson.empty_array then
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
  return cjson.encode(copy_with_tokens(root, tokens))
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
  if type(value) == "string" and invalid_utf8(value) then
    reject(state, depth, ("the string is not valid UTF-8 (byte %d)"):format(invalid_utf8(value)))
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
    text = cjson.encode(value)
  else
    text = encode_fixed(holder, state.fixes):sub(2, -2)
  end
  if not json.is_utf8(text) then
    reject_bytes(state, 0, value)
  end
  return text
end

---Writes a value as JSON: integers without a fraction, numbers with all their digits, `json.null` as null, tagged
---tables and sequences as arrays, other tables as objects.
---@param value any
---@param plain? boolean       whether it is known to hold nothing that lua-cjson would get wrong
---@return string|nil text
---@return string|nil message  what was rejected and where: cycles, functions, NaN, mixed tables, bad UTF-8
function json.encode(value, plain)
  if plain then
    return cjson.encode(value)
  end
  local ok, result = pcall(encode, value)
  if ok then
    return result
  elseif type(result) == "table" and result.rejection then
    return nil, result.rejection
  end
  error(result, 0)
end

-- lua-cjson returns floats on Lua 5.3 and later: 20 would come back as 20.0.
local function integers(value)
  if type(value) == "table" then
    for key, item in next, value do
      value[key] = integers(item)
    end
  elseif math_type(value) == "float" then
    return to_integer(value) or value
  end
  return value
end

---Reads JSON text whole. Empty arrays and empty objects look alike with lua-cjson 2.1.0; where that matters the
---core's document is the reader.
---@param text string
---@return any value  `json.null` for null
---@return string|nil message
function json.decode(text)
  local ok, value = pcall(cjson.decode, text)
  if not ok then
    return nil, (tostring(value):gsub("^[^:]*:%d+: ", ""))
  end
  return math_type and integers(value) or value
end

if cjson.decode_array_with_array_mt then
  cjson.decode_array_with_array_mt(true)
end

return json
