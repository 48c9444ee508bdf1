-- SPDX-License-Identifier: MIT
--- JSON for requests, over a private lua-cjson instance, so that the host's settings are never touched. What lua-cjson
--- would get wrong is written by json_encode.lua.
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

local math_type, to_integer = rawget(math, "type"), rawget(math, "tointeger") -- Lua 5.3 and later

local ARRAY_NAME = "klaviyo.array"

local json = { null = cjson.null }

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
  return require "klaviyo.model.json_encode"(value) -- loaded on use: what is read, and most that is sent, is plain
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
