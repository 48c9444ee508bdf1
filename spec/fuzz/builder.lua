-- SPDX-License-Identifier: MIT
--- Bytes become a filter, as a program would build it. For fuzz_builder.c, in Lua 5.4.
-- luacheck: std lua54

local filter = require "klaviyo.model.filter"

local COMPARISONS = { "equals", "less_than", "less_or_equal", "greater_than", "greater_or_equal", "contains",
  "contains_any", "contains_all", "starts_with", "ends_with", "any", "has", "before", "after", "until_", "since" }
local FIELDS = { "name", "status", "created_at", "campaign.id", "messages.channel", "archived" }
local TAKES_LIST = { contains_any = true, contains_all = true, any = true }

-- Whether the service could take it: text is UTF-8 there, and holds no NUL.
local function is_text(value)
  return utf8.len(value) ~= nil and not value:find("\0", 1, true)
end

---@param bytes string  comparisons, each: operator, field, kind, length of the value, value
---@return string|nil text      the filter; nil if it was refused
---@return boolean sound        whether the service must take it
---@return table expected       flat: operator, field, number of values, and the values (false: not a string)
return function(bytes)
  local parts, expected, sound, at = {}, {}, true, 1
  while at + 3 <= #bytes and #parts < 20 do
    local op, field, kind, length = bytes:byte(at, at + 3)
    local text = bytes:sub(at + 4, at + 3 + length)
    at = at + 4 + length
    op, field = COMPARISONS[op % #COMPARISONS + 1], FIELDS[field % #FIELDS + 1]
    local value = text
    if kind % 4 == 1 then
      value = tonumber(text) or #text
    elseif kind % 4 == 2 then
      value = length % 2 == 0
    elseif kind % 4 == 3 or TAKES_LIST[op] then
      value = {}
      for item in (text .. "\255"):gmatch "([^\255]*)\255" do
        value[#value + 1] = item
      end
    end
    if op == "has" then
      value = nil
    end
    local list = type(value) == "table" and value or { value }
    parts[#parts + 1] = filter[op](field, value)
    expected[#expected + 1], expected[#expected + 2], expected[#expected + 3] = op, field, #list
    for _, item in ipairs(list) do
      expected[#expected + 1] = type(item) == "string" and item or false
      sound = sound and (type(item) ~= "string" or is_text(item))
    end
  end
  if #parts == 0 then
    return nil, false, expected
  end
  return filter.encode(filter.all(parts)), sound, expected
end
