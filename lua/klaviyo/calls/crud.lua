-- SPDX-License-Identifier: MIT
--- The verbs that every resource shares, as operations: what collections and objects call, and nothing else does.

local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local graphs = require "klaviyo.objects.identity_map"
local objects = require "klaviyo.objects.object"
local options_of = require "klaviyo.model.options"
local suggest = require "klaviyo.model.suggest"

local verbs = {}

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

---@param resource string
---@param verb "list"|"get"|"create"|"update"|"delete"|"clone"
---@return string
function verbs.operation(resource, verb)
  if resource == nil then
    error(("%s: call it with a colon, kl.campaigns:%s(...)"):format(verb, verb), 3)
  end
  return OPERATIONS[resource][verb]
end

-- Options of a query and options of a call come in one table. `deadline` is ours: see verbs.begin.
local CALL_OPTIONS = { deadline = true }
for _, name in ipairs(options_of.of_a_call) do
  CALL_OPTIONS[name] = true
end

---Splits options into those of the query and those of the call.
---@param options? table
---@param own? table<string, boolean>  names that the caller deals with itself
---@return table|nil query  nil without options
---@return table|nil call
function verbs.split(options, own)
  if not options then
    return nil, nil
  end
  options_of.need_table(options)
  local query, call = {}, {}
  for name, value in pairs(options) do
    if CALL_OPTIONS[name] then
      options_of.check_of_a_call(name, value)
      call[name] = value
    elseif not (own and own[name]) then
      query[name] = value
    end
  end
  return query, call
end

---The same for a verb that makes several calls: all of them have one deadline (an instant on core.now's clock).
---@param client klaviyo.client
---@param options? table
---@param own? table<string, boolean>
---@return table query
---@return table call
function verbs.begin(client, options, own)
  local query, call = verbs.split(options or {}, own)
  call.deadline = call.deadline or core.now() + (call.timeout or client.options.timeout)
  return query, call
end

---Options with more of them.
---@param options table
---@param more table
---@return table
function verbs.with(options, more)
  local copy = {}
  for _, part in ipairs { options, more } do
    for name, value in pairs(part) do
      copy[name] = value
    end
  end
  return copy
end

---The object that an answer is about, in a graph of its own or in one that is given.
---@param client klaviyo.client
---@param document userdata
---@param graph? klaviyo.identity_map
---@return klaviyo.object|nil
function verbs.primary(client, document, graph)
  if graph then
    graph:add(document)
  else
    graph = graphs.new(client, document)
  end
  local data = document:find(0, "data")
  return data and document:type(data) == "object" and graph:adopt(document, data) or nil
end

---What something is, for messages: one of our objects by its name, anything else by its type.
---@param value any
---@return string
function verbs.describe(value)
  return objects.resource_of(value) and tostring(value) or type(value)
end

---Raises, at the line that called the caller, if a value is no table of fields: an object of the account is none.
---@param value any
---@param what string  "update takes a table of fields"
function verbs.need_fields(value, what)
  if type(value) ~= "table" or objects.resource_of(value) then
    error(("%s, got %s"):format(what, verbs.describe(value)), 3)
  end
end

---The object that an operation was answered with. An answer without one is an error; what was to change may have.
---@param client klaviyo.client
---@param operation string
---@param answer klaviyo.wire.response
---@param graph? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function verbs.answered(client, operation, answer, graph)
  local object = answer.document and verbs.primary(client, answer.document, graph)
  if object then
    return object
  end
  return nil, errors.new { kind = "json", status = answer.status,
    outcome = operation:find "^get_" and "none" or "unknown",
    message = ("%s was answered (%d) without the resource"):format(operation, answer.status) }
end

---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table  include, fields, and those of a call
---@param graph? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function verbs.get(client, resource, id, options, graph)
  local query, call = verbs.split(options)
  local operation = verbs.operation(resource, "get")
  local answer, err = client._dispatch:call(operation, { ids = id, query = query, options = call })
  if not answer then
    return nil, err
  end
  return verbs.answered(client, operation, answer, graph)
end

-- What is known here of the resource that a change is for: it decides what the change may hold.
local function context(client, resource, id, name, revision, graph)
  local ctx = { dialect = name, revision = revision, now = client.now() }
  local known = graph and graph:find(dialect.types[resource], id)
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

---@param client klaviyo.client
---@param resource string
---@param id string
---@param changes table   changed fields alone
---@param options? table
---@param graph? klaviyo.identity_map
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function verbs.update(client, resource, id, changes, options, graph)
  local query, call = verbs.split(options)
  local operation = verbs.operation(resource, "update")
  local answer, err = client._dispatch:call(operation, {
    ids = id, query = query, options = call, resource = resource, model = changes,
    body = function(d)
      return d.update(resource, id, changes)
    end,
    check = function(name, revision)
      return require("klaviyo.model.validate").update(resource, changes,
        context(client, resource, id, name, revision, graph))
    end,
  })
  if not answer then
    return nil, err
  end
  return verbs.answered(client, operation, answer, graph)
end

---@param client klaviyo.client
---@param resource string
---@param id string
---@param options? table
---@return boolean|nil
---@return klaviyo.error|nil
function verbs.delete(client, resource, id, options)
  local query, call = verbs.split(options)
  local answer, err = client._dispatch:call(verbs.operation(resource, "delete"),
    { ids = id, query = query, options = call })
  if not answer and err.kind == "not_found" and err.outcome == "unknown" then
    return true -- an attempt whose answer was lost has done it
  end
  return answer and true or nil, err
end

---What a relationship of an object leads to, asked of the service.
---@param client klaviyo.client
---@param resource string
---@param id string
---@param name string      "messages"
---@param options? table   ids = true: the ids alone; fields; cursor; and those of a call
---@param graph? klaviyo.identity_map
---@return klaviyo.object|klaviyo.object[]|string|string[]|nil  nil alone: there is none
---@return klaviyo.error|nil
function verbs.related(client, resource, id, name, options, graph)
  local relationship = (dialect.relationships[resource] or {})[name]
  local ids = options and options.ids
  local operation = relationship and (ids and relationship.ids or not ids and relationship.related)
  if not operation then
    local names = suggest.names(dialect.relationships[resource] or {})
    error(("%s has no relationship %s that can be read%s; there are %s"):format(resource, suggest.show(name),
      suggest.phrase(name, names), suggest.list(names)), 3)
  end
  if relationship.many then
    return require("klaviyo.calls.pages").all(client, operation, id, options, graph)
  end
  local own = { ids = true }
  local query, call = verbs.split(options, own)
  local answer, err = client._dispatch:call(operation, { ids = id, query = query, options = call, own = own })
  if not answer then
    return nil, err
  end
  local data = answer.document and answer.document:find(0, "data")
  if not data or answer.document:type(data) ~= "object" then
    return nil
  elseif ids then
    return answer.document:get(data, "id")
  end
  return verbs.primary(client, answer.document, graph)
end

return verbs
