-- SPDX-License-Identifier: MIT
--- Reading a resource, and what all calls of resources share.

local call_options = require "klaviyo.calls.call_options"
local identity_maps = require "klaviyo.objects.identity_map"
local objects = require "klaviyo.objects.object"
local response = require "klaviyo.calls.response"

local crud = {}

-- Operation ids by resource and verb.
local OPERATIONS = {
  campaign = { list = "get_campaigns" },
  audience = { list = "get_campaign_audiences" },
  message = { list = "get_campaign_messages" },
  variation = { list = "get_campaign_variations" },
}
for _, ids in pairs(OPERATIONS) do
  for _, verb in ipairs { "get", "create", "update", "delete", "clone" } do
    ids[verb] = verb .. "_" .. ids.list:match "^get_(.*)s$"
  end
end

for resource, get in pairs { list = true, segment = true, template = true, tag = false, metric = false } do
  OPERATIONS[resource] = { list = "get_" .. resource .. "s", get = get and "get_" .. resource or nil }
end

---@param resource string
---@param verb "list"|"get"|"create"|"update"|"delete"|"clone"
---@return string
function crud.operation(resource, verb)
  if resource == nil then
    error(("%s: call it with a colon, kl.campaigns:%s(...)"):format(verb, verb), 3)
  end
  return OPERATIONS[resource][verb]
end

---The object that a response is about, in an identity map of its own or in the given one.
---@param client klaviyo.client
---@param document userdata
---@param identity_map? klaviyo.identity_map
---@param node? integer  of its resource object, where the caller has found it
---@return klaviyo.object|nil
function crud.primary(client, document, identity_map, node)
  if identity_map then
    identity_map:add(document)
  else
    identity_map = identity_maps.new(client, document)
  end
  if not node then
    node = document:find(0, "data")
    node = node and document:type(node) == "object" and node
  end
  return node and identity_map:adopt(document, node) or nil
end

---Describes a value for messages: an object of this library and a reference by their names, anything else by its type.
---@param value any
---@return string
function crud.describe(value)
  local reference = require "klaviyo.model.reference"
  local kind, name = reference.of(value)
  return kind and reference.show(kind, name) or objects.resource_of(value) and tostring(value) or type(value)
end

---Raises, at the line that called the caller, if a value is no table of fields: an object of the account is none.
---@param value any
---@param what string  "update takes a table of fields"
function crud.need_fields(value, what)
  if type(value) ~= "table" or objects.resource_of(value) then
    error(("%s, got %s"):format(what, crud.describe(value)), 3)
  end
end

---The object that an operation was answered with. Any other response is an error; what was to change may have changed.
---@param client klaviyo.client
---@param operation string
---@param received klaviyo.wire.response
---@param identity_map? klaviyo.identity_map
---@param id? string  that the object must have
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function crud.answered(client, operation, received, identity_map, id)
  received.request:close() -- the next request gets its memory at once; the collector comes hundreds of them later
  local node, err = response.resource(operation, received.document, id)
  if node then
    return crud.primary(client, received.document, identity_map, node)
  end
  err.status, err.outcome = received.status, operation:find "^get_" and "none" or "happened"
  return nil, err
end

---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table  include, fields, and those of a call
---@param identity_map? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function crud.get(client, resource, id, options, identity_map)
  local query, call = call_options.split(options)
  local operation = crud.operation(resource, "get")
  local received, err = client._dispatch:call(operation, { ids = id, query = query, options = call })
  if not received then
    return nil, err
  end
  return crud.answered(client, operation, received, identity_map, id)
end

---What a request writes, with ids in the place of names.
---@param client klaviyo.client
---@param operation string
---@param request klaviyo.call
---@return table|nil model
---@return klaviyo.error|nil
function crud.with_ids(client, operation, request)
  if not require("klaviyo.model.reference").is_in(request.model) then
    return request.model
  end
  return require("klaviyo.calls.references").resolve(client, operation, request)
end

return crud
