-- SPDX-License-Identifier: MIT
--- Reading, changing and deleting a resource, and what its relationships lead to: what all resources share.

local call_options = require "klaviyo.calls.call_options"
local dialect = require "klaviyo.wire.dialect"
local identity_maps = require "klaviyo.objects.identity_map"
local objects = require "klaviyo.objects.object"
local options_of = require "klaviyo.model.options"
local response = require "klaviyo.calls.response"

local crud = {}

-- Loaded on use: a read needs none of it, and most programs never lose a response.
local function compare()
  return require "klaviyo.calls.compare"
end
local function reconcile()
  return require "klaviyo.calls.reconcile"
end

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

-- The known state of the resource to be changed; it decides what the change may contain.
local function context(client, resource, id, name, revision, identity_map)
  local ctx = { dialect = name, revision = revision, now = client:now() }
  local known = identity_map and identity_map:find(dialect.types[resource], id)
  local document = known and known._document
  if document then
    local function read(path)
      return dialect.read(resource, path, function(place)
        return document:get(known._node, place)
      end)
    end
    function ctx.present(path)
      return read(path) ~= nil
    end
    ctx.send_settings = resource == "campaign" and read "send_settings" or nil
  end
  return ctx
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

---Changes fields. It may be repeated, since the values are given; where the responses do not say what became of it, the
---resource is read back.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param changes table   changed fields alone
---@param options? table
---@param identity_map? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function crud.update(client, resource, id, changes, options, identity_map)
  local query, call = call_options.begin(client, options)
  local operation = crud.operation(resource, "update")
  local record = { kind = "update", operation = operation, resource = resource, id = id }
  local request = { ids = id, query = query, options = call, resource = resource, model = changes }
  function request.problems_in(name, revision, found)
    local ctx = context(client, resource, id, name, revision, identity_map)
    ctx.references = found
    return require("klaviyo.model.validate").update(resource, request.model, ctx)
  end
  function request.body(d)
    record.body = d.update(resource, id, request.model)
    return record.body
  end
  local resolved, refused = crud.with_ids(client, operation, request)
  if not resolved then
    return nil, refused
  end
  request.model = resolved
  if request.named or client._given then
    require("klaviyo.calls.given_names").changed(client, id, request)
  end
  local function attempt(attempt_options)
    local received, err = client._dispatch:call(operation, call_options.with(request, { options = attempt_options }))
    if not received then
      return nil, err
    end
    return crud.answered(client, operation, received, identity_map, id)
  end
  local updated, err = reconcile().perform(client, call, record, { method = crud.methods.update,
    idempotent = true, attempt = attempt })
  if updated and identity_map and updated._identity_map ~= identity_map then
    identity_map:add(updated._document) -- it was read back
  end
  return updated, err
end

---Deletes a resource. It may be repeated; what became of it is read back where the responses do not say.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table
---@return boolean|nil
---@return klaviyo.error|nil
function crud.delete(client, resource, id, options)
  local query, call = call_options.begin(client, options)
  local operation = crud.operation(resource, "delete")
  return reconcile().perform(client, call, { kind = "delete", operation = operation, resource = resource, id = id }, {
    method = crud.methods.delete, idempotent = true,
    attempt = function(attempt_options)
      local received, err = client._dispatch:call(operation, { ids = id, query = query, options = attempt_options })
      if err and err.outcome == "happened" then
        return true -- whatever its body: there is nothing else to know of it
      end
      return received and true or nil, err
    end,
  })
end

-- Look-ups for reconcile -------------------------------------------------------------------------------------------

local look = {}

---Whether the changes of an update are there.
---@type klaviyo.reconcile.look
function look.update(client, record, _, options)
  local fresh, err = crud.get(client, record.resource, record.id, options)
  if not fresh then
    return nil, err
  elseif compare().different_field(compare().sent_by(record).fields, fresh) then
    return "none"
  end
  return "done", fresh
end

---Whether a resource is gone. A campaign is archived instead.
---@type klaviyo.reconcile.look
function look.delete(client, record, _, options)
  local fresh, err = crud.get(client, record.resource, record.id, options)
  if fresh then
    return fresh.archived == true and "done" or "none", fresh.archived == true
  elseif err.kind == "not_found" and err.errors then
    return "done", true
  end
  return nil, err
end

---How reconcile looks for what an update or a deletion did.
---@type table<string, klaviyo.reconcile.method>
crud.methods = { update = { look = look.update }, delete = { look = look.delete } }

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
function crud.related(client, resource, id, name, options, identity_map)
  if options ~= nil then
    options_of.need_table(options)
  end
  local relationship = (dialect.relationships[resource] or {})[name]
  local ids = options and options.ids
  local operation = relationship and (ids and relationship.ids or not ids and relationship.related)
  if not operation then
    local suggest = require "klaviyo.model.suggest"
    local names = suggest.names(dialect.relationships[resource] or {})
    error(("%s has no relationship %s that can be read%s; there are %s"):format(resource, suggest.show(name),
      suggest.phrase(name, names), suggest.list(names)), 3)
  end
  if relationship.many then
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

return crud
