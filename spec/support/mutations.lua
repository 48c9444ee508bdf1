-- SPDX-License-Identifier: MIT
--- Models made a little wrong, or a little different: one random change at one random place.

local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local mutations = {}

---@class spec.mutation
---@field path string   where, places of lists as []: "audiences[].messages[].subject"
---@field what string   "null", "removed", "number", ...

-- Values to put where others are, by a word for messages.
local VALUES = {
  { "null", json.null }, { "text", "text" }, { "empty text", "" }, { "number", 42 }, { "fraction", 1.5 },
  { "negative", -7 }, { "zero", 0 }, { "25", 25 }, { "true", true }, { "false", false },
}

local function tables()
  return {
    { "object", { a = 1 } }, { "empty list", json.array {} }, { "list of text", json.array { "x" } },
    { "list of numbers", json.array { 1 } }, { "list of empty text", json.array { "" } },
    { "list of objects", json.array { { a = 1 } } }, { "empty list in a list", json.array { json.array {} } },
  }
end

-- Names of all fields there are, and some that are none.
local NAMES = { "nmae", "unknown_field", "Name", "temporary_id", "audience_temporary_id", "channel", "details" }
local function add_names(fields)
  for _, field in ipairs(fields) do
    NAMES[#NAMES + 1] = field[1]
  end
end
for _, resource in ipairs { "campaign", "audience", "message", "variation" } do
  add_names(schema.resources[resource].fields)
end
for _, channel in ipairs(schema.channels) do
  add_names(schema.details[channel])
end

-- Every place in a model: { table, key, path }; with key nil, a table of names that can take one more.
local function places(value, path, list)
  local is_list = json.is_array(value) or #value > 0
  if not is_list then
    list[#list + 1] = { value, nil, path }
  end
  local keys = {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    local below = type(key) == "number" and path .. "[]" or (path == "" and key or path .. "." .. key)
    list[#list + 1] = { value, key, below, is_list }
    if type(value[key]) == "table" then
      places(value[key], below, list)
    end
  end
  return list
end

local function pick_value(r)
  local given = tables()
  local n = r.int(1, #VALUES + #given)
  return VALUES[n] or given[n - #VALUES]
end

---Changes a model in one place.
---@param r spec.random
---@param model table   changed in place
---@return spec.mutation
function mutations.apply(r, model)
  local place = r.pick(places(model, "", {}))
  local target, key, path, in_list = place[1], place[2], place[3], place[4]
  if key == nil then
    local name, value = r.pick(NAMES), pick_value(r)
    target[name] = value[2]
    return { path = (path == "" and "" or path .. ".") .. name, what = "set to " .. value[1] }
  elseif r.chance(6) then
    if in_list then
      table.remove(target, key)
    else
      target[key] = nil
    end
    return { path = path, what = "removed" }
  elseif in_list and r.chance(6) then
    table.insert(target, target[key])
    return { path = path, what = "repeated" }
  end
  local value = pick_value(r)
  target[key] = value[2]
  return { path = path, what = value[1] }
end

return mutations
