-- SPDX-License-Identifier: MIT
--- Creating and cloning: one POST each, and the look for what it made if its answer is lost.

local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local filter = require "klaviyo.model.filter"
local hierarchy = require "klaviyo.calls.read_tree"
local likeness = require "klaviyo.calls.find_created"
local objects = require "klaviyo.objects.object"
local settle = require "klaviyo.calls.reconcile"
local time = require "klaviyo.model.time"
local mutex = require "klaviyo.calls.mutex"
local verbs = require "klaviyo.calls.crud"
local walk = require "klaviyo.calls.pages"

local creation = {}

-- Finding -----------------------------------------------------------------------------------------------------------

-- Campaigns of that name created since; the newest first.
local function campaigns_since(client, began, name_part, options)
  local answer, err, request = client._dispatch:call("get_campaigns", { query = { page_size = 1 }, options = options })
  if not answer then
    return nil, err
  end
  local since = settle.server_time(answer.request or request, began)
  local narrow = filter.since("created_at", time.format(math.floor(since)))
  if name_part then
    narrow = filter.all(filter.contains("name", name_part), narrow)
  end
  local list, failure = walk.all(client, "get_campaigns", nil,
    verbs.with(options, { filter = narrow, sort = "-created_at", limit = 100 }))
  return list, failure, since
end

local function find_campaign(client, began, name_part, options, matches)
  local list, err, since = campaigns_since(client, began, name_part, options)
  if not list then
    return nil, err
  end
  local close = {}
  for _, campaign in ipairs(list) do
    local whole, failure = hierarchy.read(client, campaign.id, options)
    if not whole then
      return nil, failure
    end
    close[#close + 1] = whole
  end
  return settle.adopt(client, close, since, matches)
end

-- Children of a parent, created since. way: { the parent's resource, its id, the relationship }
local function find_child(client, began, way, options, matches)
  local operation, parent_id = dialect.relationships[way[1]][way[3]].related, way[2]
  local answer, err = client._dispatch:call(operation, { ids = parent_id, options = options })
  if not answer then
    return nil, err
  end
  local since = settle.server_time(answer.request, began)
  local list, failure = walk.all(client, operation, parent_id, options)
  if not list then
    return nil, failure
  end
  return settle.adopt(client, list, since, matches)
end

-- Posting -----------------------------------------------------------------------------------------------------------

---Performs a POST that makes something, and settles it. Two that make the same, or could be taken for one another, do
---not run at once: a look for one would find the other's.
---@param client klaviyo.client
---@param operation string
---@param place string  what it makes, and where
---@param call klaviyo.call
---@param find fun(began: number): string|nil, any
---@return klaviyo.object|nil
---@return klaviyo.error|nil
local function post(client, operation, place, call, find)
  local function attempt()
    local answer, err = client._dispatch:call(operation, call)
    if not answer then
      return nil, err
    end
    return verbs.answered(client, operation, answer)
  end
  local function run()
    local began = core.now()
    local object, err = settle.perform(client, attempt, function()
      return find(began)
    end, call.options)
    if object then
      client._created[object.id] = true
    end
    return object, err
  end
  local ran, object, err = mutex.hold(client._creating, operation .. " " .. place, client.loop, call.options.deadline,
    run)
  if not ran then
    return nil, errors.new { kind = "timeout", retryable = true,
      message = "the deadline passed while another call that makes the same was under way" }
  end
  return object, err
end

local validators = setmetatable({}, {
  __index = function(_, name)
    return require("klaviyo.model.validate")[name]
  end,
})

-- The parents that a new resource names, as ids.
local PARENTS = { campaign = {}, audience = { "campaign" }, message = { "campaign", "audience" },
  variation = { "message" } }

-- The id of something, given as the object or the id.
local function id_of(value, wanted, level)
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
    parents[name] = id_of(model[name], name, 3)
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

local FIND = {}

function FIND.campaign(client, model, _, began, options)
  local wanted = likeness.audiences_of(model)
  return find_campaign(client, began, likeness.known_name(model.name), options, function(campaign)
    return likeness.same_name(model.name, campaign.name) and likeness.same_tree(wanted, campaign.audiences)
  end)
end

function FIND.audience(client, model, parents, began, options)
  return find_child(client, began, { "campaign", parents.campaign, "audiences" }, options, function(audience)
    return likeness.same_name(model.name, audience.name) and likeness.same_ids(model.included, audience.included)
      and likeness.same_ids(model.excluded, audience.excluded)
  end)
end

function FIND.message(client, model, parents, began, options)
  return find_child(client, began, { "audience", parents.audience, "messages" }, options, function(message)
    return likeness.same_name(model.name, message.name)
  end)
end

function FIND.variation(client, model, parents, began, options)
  local details = type(model.details) == "table" and model.details or model
  return find_child(client, began, { "message", parents.message, "variations" }, options, function(variation)
    return likeness.same_name(model.name, variation.name) and variation.channel == details.channel
  end)
end

local function list_of(model_list)
  return type(model_list) == "table" and model_list or {}
end

-- The audience there that a part of the model became: the one in its place, if it includes the same lists.
local function counterpart(audiences, model, place, taken)
  local order = { audiences[place] }
  for _, audience in ipairs(audiences) do
    order[#order + 1] = audience
  end
  for _, audience in ipairs(order) do
    if not taken[audience.id] and likeness.same_ids(audience.included, model.included) then
      taken[audience.id] = true
      return audience
    end
  end
end

-- The guide has no place for an audience's name within a new campaign: where the name did not arrive, it is set now.
local function name_audiences(campaign, model, options)
  local parts, named = list_of(model.audiences), false
  for _, part in ipairs(parts) do
    named = named or type(part.name) == "string"
  end
  if not named then
    return nil
  end
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

---Creates a resource. A campaign comes with its whole tree, made in one atomic call and read back.
---@param client klaviyo.client
---@param resource "campaign"|"audience"|"message"|"variation"
---@param model table
---@param options? table  of a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
function creation.create(client, resource, model, options)
  local parents = parents_of(resource, model)
  local query, call_options = verbs.begin(client, options)
  local fields = without_parents(resource, model)
  local place = table.concat({ tostring(parents.message or parents.audience or parents.campaign or ""),
    tostring(model.name) }, " ")
  local created, err = post(client, verbs.operation(resource, "create"), place, {
    query = query, options = call_options, resource = resource, model = fields,
    body = function(d)
      return d.create(resource, fields, parents)
    end,
    check = function(name, revision)
      return validators.create(resource, fields, { dialect = name, revision = revision, now = client.now(),
        parents = parents })
    end,
  }, function(began)
    return FIND[resource](client, fields, parents, began, call_options)
  end)
  if not created or resource ~= "campaign" then
    return created, err
  end
  -- It stands; a failure to read it whole must not look like a failure to make it.
  local whole, unread = hierarchy.read(client, created.id, call_options, created._graph)
  return created, unread or name_audiences(whole, model, call_options)
end

creation.clone = post
creation.find_campaign = find_campaign
creation.find_child = find_child
creation.id_of = id_of

return creation
