-- SPDX-License-Identifier: MIT
--- The objects of one or more answers, linked by (type, id) as JSON:API compound documents are: each resource is one
--- object, however many ways lead to it.

local dialect = require "klaviyo.dialect"

---@class klaviyo.graph
---@field client klaviyo.client
---@field documents userdata[]
---@field objects table<string, klaviyo.object>  by "type id"
local graph = {}
graph.__index = graph

local function class_of(wire_type)
  local resource = dialect.resources[wire_type]
  local known = resource and require("klaviyo.object").class(resource)
  return known or require("klaviyo.object").class "resource"
end

local function key_of(wire_type, id)
  return wire_type .. " " .. id
end

---The object for a node of a document; the one that is known already, if there is one.
---@param document userdata
---@param node integer
---@return klaviyo.object|nil
function graph:adopt(document, node)
  local wire_type, id = document:get(node, "type"), document:get(node, "id")
  if type(wire_type) ~= "string" or type(id) ~= "string" then
    return nil
  end
  local key = key_of(wire_type, id)
  local object = self.objects[key]
  if not object then
    object = class_of(wire_type).new(self.client, self, document, node)
    self.objects[key] = object
  end
  return object
end

---The object of that type and id, if an answer held it.
---@param wire_type string
---@param id string
---@return klaviyo.object|nil
function graph:find(wire_type, id)
  local key = key_of(wire_type, id)
  local object = self.objects[key]
  if object then
    return object
  end
  for i = #self.documents, 1, -1 do
    local document = self.documents[i]
    local node = document:lookup(wire_type, id)
    if node then
      object = class_of(wire_type).new(self.client, self, document, node)
      self.objects[key] = object
      return object
    end
  end
end

---The object of that type and id; one that knows nothing but its id if no answer held it.
---@param wire_type string
---@param id string
---@return klaviyo.object
function graph:link(wire_type, id)
  local object = self:find(wire_type, id)
  if not object then
    object = class_of(wire_type).new(self.client, self, nil, nil, id)
    self.objects[key_of(wire_type, id)] = object
  end
  return object
end

---Adds an answer. What is known of its primary objects is replaced; of included ones, filled in.
---@param document userdata
function graph:add(document)
  self.documents[#self.documents + 1] = document
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

---Gives a known object a newer view of itself. Its unsaved changes stay.
---@param document userdata
---@param node integer
function graph:renew(document, node)
  local wire_type, id = document:get(node, "type"), document:get(node, "id")
  local object = type(wire_type) == "string" and type(id) == "string" and self.objects[key_of(wire_type, id)]
  if object then
    require("klaviyo.object").rebase(object, document, node)
  end
end

---@param client klaviyo.client
---@param document? userdata
---@return klaviyo.graph
local function new(client, document)
  return setmetatable({ client = client, documents = { document }, objects = {} }, graph)
end

return { new = new }
