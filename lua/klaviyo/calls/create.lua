-- SPDX-License-Identifier: MIT
--- Creating a campaign, an audience, a message or a variation: one POST each.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local ledger = require "klaviyo.calls.ledger"
local objects = require "klaviyo.objects.object"
local read_tree = require "klaviyo.calls.read_tree"
local reconcile = require "klaviyo.calls.reconcile"

local create = {}

local validators = setmetatable({}, {
  __index = function(_, name)
    return require("klaviyo.model.validate")[name]
  end,
})

-- The parents that a new resource names, as ids.
local PARENTS = { campaign = {}, audience = { "campaign" }, message = { "campaign", "audience" },
  variation = { "message" } }

---The id of something, given as the object or the id.
---@param value any
---@param wanted string  resource
---@param level integer
---@return any
function create.id_of(value, wanted, level)
  local resource = objects.resource_of(value)
  if resource and resource ~= wanted then
    error(("%s: give a %s or its id, found %s"):format(wanted, wanted, tostring(value)), level + 1)
  end
  return type(value) == "table" and value.id or value
end

-- The campaign of a message may be left out where its audience says it.
local function parents_of(resource, model)
  local parents = {}
  for _, name in ipairs(PARENTS[resource]) do
    parents[name] = create.id_of(model[name], name, 3)
  end
  local audience = model.audience
  local campaign = objects.resource_of(audience) and objects.peek(audience, "campaign")
  if parents.campaign == nil and campaign then
    parents.campaign = campaign.id
  end
  return parents
end

local function without_parents(resource, model)
  local copy = {}
  for name, value in pairs(model) do
    copy[name] = value
  end
  for _, name in ipairs(PARENTS[resource]) do
    copy[name] = nil
  end
  return copy
end

---Sends a POST that creates something, and finds what it created where its response is lost.
---@param client klaviyo.client
---@param record klaviyo.reconcile.record.creation
---@param method klaviyo.reconcile.method
---@param call klaviyo.call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function create.post(client, record, method, call)
  local options = call.options
  local entry = ledger.begin(client, record, options.deadline)
  local function attempt(attempt_options)
    local attempted = call_options.with(call, { options = attempt_options })
    local received, err = client._dispatch:call(record.operation, attempted)
    if not received then
      return nil, err
    end
    local object, odd = crud.answered(client, record.operation, received)
    if object then
      ledger.claim(client, object.id)
    end
    return object, odd
  end
  local object, err = reconcile.perform(client, options, record, { method = method, attempt = attempt,
    on_lost = function()
      entry.is_sending = false
    end })
  ledger.finish(client, entry)
  return object, err
end

-- Reading back -------------------------------------------------------------------------------------------------------

-- The audience there that a part of what was sent became: the one in its place, if it includes the same lists.
local function counterpart(audiences, part, place, taken)
  local compare = require "klaviyo.calls.compare"
  local order = { audiences[place] }
  for _, audience in ipairs(audiences) do
    order[#order + 1] = audience
  end
  for _, audience in ipairs(order) do
    if not taken[audience.id] and compare.same_ids(audience.included, part.included) then
      taken[audience.id] = true
      return audience
    end
  end
end

-- The guide has no place for an audience's name within a new campaign: where the name did not arrive, it is set now.
local function name_audiences(campaign, parts, options)
  local audiences, taken = objects.peek(campaign, "audiences") or {}, {}
  for place, part in ipairs(parts) do
    local audience = counterpart(audiences, part, place, taken)
    if audience and type(part.name) == "string" and audience.name ~= part.name then
      local updated, err = audience:update({ name = part.name }, options)
      if not updated then
        return err
      end
    end
  end
end

-- The names that audiences were given, with the lists that tell which is which; nil if none was.
local function audience_names(model)
  local parts, is_named = {}, false
  for i, part in ipairs(type(model.audiences) == "table" and model.audiences or {}) do
    part = type(part) == "table" and part or {}
    local name = type(part.name) == "string" and part.name or nil
    parts[i], is_named = { name = name, included = part.included }, is_named or name ~= nil
  end
  return is_named and parts or nil
end

-- A new campaign with all that is in it. It stands: a failure to read it whole or to name its audiences comes beside
-- it, and does not look like a failure to create it.
local function complete(client, campaign, names, options)
  local whole, unread = read_tree.read_created(client, campaign, options)
  return campaign, unread or names and name_audiences(whole, names, options) or nil
end

-- Loaded on use: most programs never lose a response.
function create.find(...)
  return require("klaviyo.calls.find_created").look(...)
end

-- Does for an object that was found later what create does at the end.
local function finish(client, record, object, options)
  if record.resource ~= "campaign" then
    return object
  end
  return complete(client, object, record.names, options)
end

---What a request to create something writes, and how it is validated.
---@param client klaviyo.client
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table
---@param parents table<string, any>  ids
---@return klaviyo.call
function create.request(client, resource, model, parents)
  local request = { resource = resource, model = without_parents(resource, model) }
  function request.problems_in(name, revision, found)
    return validators.create(resource, request.model, { dialect = name, revision = revision, now = client:now(),
      parents = parents, references = found })
  end
  return request
end

---Creates a resource. A campaign comes with its whole tree, created in one atomic call and read back.
---@param client klaviyo.client
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table
---@param options? table  of a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function create.create(client, resource, model, options)
  local parents = parents_of(resource, model)
  local query, call = call_options.begin(client, options)
  local operation, request = crud.operation(resource, "create"), create.request(client, resource, model, parents)
  request.query, request.options = query, call
  local fields, refused = crud.with_ids(client, operation, request)
  if not fields then
    return nil, refused
  end
  request.model = fields
  local record = { kind = "create", operation = operation, resource = resource, parents = parents,
    names = resource == "campaign" and audience_names(fields) or nil }
  function request.body(d)
    record.body = d.create(resource, fields, parents)
    return record.body
  end
  local created, err = create.post(client, record, create.methods.create, request)
  if created and request.named then
    require("klaviyo.calls.given_names").record(client, created.id, request.named)
  end
  if not created or resource ~= "campaign" then
    return created, err
  end
  return complete(client, created, record.names, call)
end

-- A campaign as its creation would write it.
local function campaign_request(client, given, call)
  local request = create.request(client, "campaign", given, {})
  request.options = call
  return request
end

---Puts ids in the place of names, in a campaign or in a list of them.
---@param client klaviyo.client
---@param given table
---@param options? table  of a call
---@return table|nil
---@return klaviyo.error|nil
function create.resolve(client, given, options)
  local _, call = call_options.begin(client, options)
  local operation = crud.operation("campaign", "create")
  call.name_cache = call.name_cache or 0 -- what it returns has ids alone, which nothing looks up again
  if given[1] == nil then
    return crud.with_ids(client, operation, campaign_request(client, given, call))
  end
  local requests = {}
  for i, one in ipairs(given) do
    requests[i] = campaign_request(client, one, call)
  end
  return require("klaviyo.calls.references").resolve_all(client, operation, requests, call)
end

---How reconcile looks for what was created.
---@type table<string, klaviyo.reconcile.method>
create.methods = { create = { look = create.find, adopts = true, finish = finish } }

return create
