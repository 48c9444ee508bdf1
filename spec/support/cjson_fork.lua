-- SPDX-License-Identifier: MIT
--- A stand-in for OpenResty's lua-cjson, whose own marks for arrays the stock one lacks: array_mt, empty_array_mt and
-- empty_array, as its manual describes them. What is not about arrays is the stock one's.

local stock = require "cjson"

-- The marks are those of all instances. Any userdata does for the empty array.
local array_mt, empty_array_mt, empty_array = {}, {}, io.stderr

local function new()
  local fork = { null = stock.null, empty_array = empty_array, array_mt = array_mt, empty_array_mt = empty_array_mt }

  local function is_array(t)
    local mt = getmetatable(t)
    return mt == array_mt or mt == empty_array_mt and next(t) == nil or #t > 0
  end

  local function encode(value)
    local parts = {}
    if value == empty_array then
      return "[]"
    elseif type(value) ~= "table" then
      return stock.encode { value }:sub(2, -2)
    elseif is_array(value) then
      for i, item in ipairs(value) do
        parts[i] = encode(item)
      end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    for name, item in pairs(value) do
      parts[#parts + 1] = encode(name) .. ":" .. encode(item)
    end
    return "{" .. table.concat(parts, ",") .. "}"
  end

  fork.encode, fork.decode = encode, stock.decode
  fork.new = new
  return fork
end

return new()
