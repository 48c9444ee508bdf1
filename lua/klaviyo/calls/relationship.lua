-- SPDX-License-Identifier: MIT
--- Reading what a relationship of a resource leads to.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local dialect = require "klaviyo.wire.dialect"
local options_of = require "klaviyo.model.options"
local response = require "klaviyo.calls.response"

local relationship = {}

-- The target of a to-one relationship: an object, its id alone, or nil for null.
local function to_one(client, operation, received, ids, identity_map)
  local document = received.document
  local data = document and document:type(0) == "object" and document:find(0, "data")
  if data and document:type(data) == "null" then
    return nil
  end
  local node, err = response.resource(operation, document)
  if not node then
    return nil, err
  end
  return ids and document:get(node, "id") or crud.primary(client, document, identity_map, node)
end

---Reads the resources behind a relationship of an object.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param name string      "messages"
---@param options? table   ids = true: the ids alone; fields; cursor; and those of a call
---@param identity_map? klaviyo.identity_map
---@return klaviyo.object|klaviyo.object[]|string|string[]|nil  nil alone: there is none
---@return klaviyo.error|nil
function relationship.read(client, resource, id, name, options, identity_map)
  if options ~= nil then
    options_of.need_table(options)
  end
  local described = (dialect.relationships[resource] or {})[name]
  local ids = options and options.ids
  local operation = described and (ids and described.ids or not ids and described.related)
  if not operation then
    local suggest = require "klaviyo.model.suggest"
    local names = suggest.names(dialect.relationships[resource] or {})
    error(("%s has no relationship %s that can be read%s; there are %s"):format(resource, suggest.show(name),
      suggest.phrase(name, names), suggest.list(names)), 3)
  end
  if described.many then
    return require("klaviyo.calls.pages").all(client, operation, id, options, identity_map)
  end
  local method_options = { ids = true }
  local query, call = call_options.split(options, method_options)
  local received, err = client._dispatch:call(operation,
    { ids = id, query = query, options = call, method_options = method_options })
  if not received then
    return nil, err
  end
  return to_one(client, operation, received, ids, identity_map)
end

return relationship
