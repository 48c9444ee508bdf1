-- SPDX-License-Identifier: MIT
--- Objects as plain tables: the fields that were loaded, in a fixed order.

local dialect = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local object = require "klaviyo.objects.object"
local schema = require "klaviyo.model.schema"

local plain = {}

-- Where a service keeps fields; the first is a part of the second.
local PLACES = { "attributes.definition", "attributes" }

-- By resource: the names of a place that fields of the schema are read from.
local taken = {}

local function taken_names(resource)
  if not taken[resource] then
    local names = { ["attributes.definition"] = true }
    for _, field in pairs(dialect.fields[resource] or {}) do
      for _, path in ipairs(field.paths or {}) do
        for _, place in ipairs(PLACES) do
          local name = path:sub(1, #place + 1) == place .. "." and path:match("^[^.]+", #place + 2)
          names[name and place .. "." .. name or ""] = true
        end
      end
    end
    taken[resource] = names
  end
  return taken[resource]
end

-- The names of fields that are newer than the schema, as they are on the wire.
local function newer_names(self, resource)
  local names, document = {}, self._document
  for _, place in ipairs(document and PLACES or {}) do
    local parent = document:find(self._node, place)
    local child = parent and document:type(parent) == "object" and document:next(parent)
    while child do
      local name = document:key(child)
      names[#names + 1] = not taken_names(resource)[place .. "." .. name] and name or nil
      child = document:next(parent, child)
    end
  end
  return names
end

-- Names in order, each once: the identity, the schema's, newer ones, ones that were set, relationships.
local function names_of(self)
  local mt, names, seen = getmetatable(self), {}, {}
  local known = schema.resources[mt.resource]
  local set, links = {}, {}
  for name in pairs(self._live or {}) do
    set[#set + 1] = name
  end
  for name in pairs(mt.relationships) do
    links[#links + 1] = name
  end
  table.sort(set)
  table.sort(links) -- audiences before messages, which stand in them
  local fields = known and schema.names(known.fields) or {}
  for _, list in ipairs { { "id", "type" }, fields, newer_names(self, mt.resource), set, links } do
    for _, name in ipairs(list) do
      if not seen[name] then
        seen[name], names[#names + 1] = true, name
      end
    end
  end
  return names
end

-- A field as reading it gives it, or nil where reading it would raise.
local function value_of(self, name)
  if name == "type" then
    return self.type
  end
  local value = object.peek(self, name)
  if type(value) == "table" and not getmetatable(self).relationships[name] then
    return self[name] -- the table that belongs to the object
  end
  return value
end

---Iterates over the fields that were loaded: name and value, in a fixed order.
---@param self klaviyo.object
---@return fun(): string|nil, any
function plain.fields(self)
  local names, at = names_of(self), 0
  return function()
    while names[at + 1] do
      at = at + 1
      local value = value_of(self, names[at])
      if value ~= nil then
        return names[at], value
      end
    end
  end
end

local function identifier(one)
  return { id = one.id, type = one.type }
end

local to_table

local function copy(value, seen)
  if type(value) ~= "table" then
    return value
  elseif object.resource_of(value) then
    return to_table(value, seen)
  end
  local copied = {}
  for key, part in pairs(value) do
    copied[key] = copy(part, seen)
  end
  return (json.is_array(value) or #value > 0) and json.array_for_others(copied) or copied
end

-- What an object belongs to: a child does not hold its parents.
local PARENTS = { campaign = true, audience = true, message = true }

-- An object stands in full where it is met first, elsewhere by its identity: links go round in circles.
function to_table(self, seen)
  if seen[self] or not object.is_loaded(self) then
    return identifier(self)
  end
  seen[self] = true
  local made, relationships = {}, getmetatable(self).relationships
  for name, value in plain.fields(self) do
    local link = relationships[name]
    if link and link.many then
      local list = {}
      for i, one in ipairs(value) do
        list[i] = to_table(one, seen)
      end
      made[name] = json.array_for_others(list)
    elseif link and PARENTS[name] then
      made[name] = identifier(value)
    else
      made[name] = copy(value, seen)
    end
  end
  return made
end

---An object as a table of tables, strings, numbers, booleans and nulls.
---@param self klaviyo.object
---@return table
function plain.to_table(self)
  return to_table(self, {})
end

return plain
