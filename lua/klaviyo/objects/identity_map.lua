-- SPDX-License-Identifier: MIT
--- The objects of one or more responses, by type and id, as in a JSON:API compound document: each resource is one
--- object, however many links lead to it.

local core = require "klaviyo.core"
local object = require "klaviyo.objects.object"

---@class klaviyo.identity_map
---@field client klaviyo.client
---@field document? userdata     the newest response
---@field older? userdata[]      the ones before it, oldest first
---@field objects? table<string, table<string, klaviyo.object>>  by type and id, once a link was followed
---@field unfiled? klaviyo.object[]  objects not yet in `objects`: most responses are read without following a link
local identity_map = {}
identity_map.__index = identity_map

local function new_object(self, wire_type, document, node, id)
  return self.client._classes.of(wire_type).new(self, document, node, id)
end

-- Files an object and returns it, or the one that is filed already.
local function file(objects, wire_type, id, fresh)
  local by_id = objects[wire_type]
  if not by_id then
    by_id = {}
    objects[wire_type] = by_id
  end
  local known = by_id[id]
  if not known then
    by_id[id] = fresh
  end
  return known or fresh
end

local function filed(self)
  local objects, unfiled = self.objects or {}, self.unfiled
  self.objects, self.unfiled = objects, nil
  for i = 1, unfiled and #unfiled or 0 do
    local one = unfiled[i]
    local wire_type, id = one._document:identity(one._node)
    file(objects, wire_type, id, one)
  end
  return objects
end

local function known(self, wire_type, id)
  local by_id = (not self.unfiled and self.objects or filed(self))[wire_type]
  return by_id and by_id[id]
end

---The objects for the elements of a list, in order, without those that are no resource objects. A known resource keeps
---its object.
---@param document userdata
---@param list integer  node of an array; any other node is a list of itself
---@return klaviyo.object[]
function identity_map:adopt_all(document, list)
  local fresh = core.views(document, list, self.client._classes.metatables, self)
  if not (self.objects or self.unfiled) then
    self.unfiled = fresh
    return fresh
  end
  local objects, out = filed(self), {}
  for i = 1, #fresh do
    local wire_type, id = document:identity(fresh[i]._node)
    out[i] = file(objects, wire_type, id, fresh[i])
  end
  return out
end

---The object for a node of a document; nil if it is no resource object.
---@param document userdata
---@param node integer
---@return klaviyo.object|nil
function identity_map:adopt(document, node)
  return self:adopt_all(document, node)[1]
end

-- The newest response that holds a resource, and its node there.
local function find_node(self, wire_type, id)
  local document = self.document
  local node = document and document:lookup(wire_type, id)
  for i = self.older and #self.older or 0, 1, -1 do
    if node then
      break
    end
    document = self.older[i]
    node = document:lookup(wire_type, id)
  end
  return node and document, node
end

---The object of a type and id, if a response held it.
---@param wire_type string
---@param id string
---@return klaviyo.object|nil
function identity_map:find(wire_type, id)
  local one = known(self, wire_type, id)
  if one then
    return one
  end
  local document, node = find_node(self, wire_type, id)
  return document and file(self.objects, wire_type, id, new_object(self, wire_type, document, node)) or nil
end

---The object of a type and id; a stub that has nothing but its id if no response held it.
---@param wire_type string
---@param id string
---@return klaviyo.object
function identity_map:link(wire_type, id)
  return known(self, wire_type, id) or self:find(wire_type, id)
    or file(self.objects, wire_type, id, new_object(self, wire_type, nil, nil, id))
end

---Adds a response. Objects that it holds are renewed, and stubs are filled in.
---@param document userdata
function identity_map:add(document)
  if self.document then
    self.older = self.older or {}
    table.insert(self.older, self.document)
  end
  self.document = document
  if not (self.objects or self.unfiled) then
    return
  end
  for _, part in ipairs { "included", "data" } do
    local list = document:find(0, part)
    if list and document:type(list) == "array" then
      local node = document:next(list)
      while node do
        self:renew(document, node)
        node = document:next(list, node)
      end
    elseif list and document:type(list) == "object" then
      self:renew(document, list)
    end
  end
end

---Points a known object to its newer state. Its unsaved changes stay.
---@param document userdata
---@param node integer
function identity_map:renew(document, node)
  local wire_type, id = document:identity(node)
  local one = wire_type and known(self, wire_type, id)
  if one then
    object.rebase(one, document, node)
  end
end

---@param client klaviyo.client
---@param document? userdata
---@return klaviyo.identity_map
local function new(client, document)
  return setmetatable({ client = client, document = document }, identity_map)
end

return { new = new }
