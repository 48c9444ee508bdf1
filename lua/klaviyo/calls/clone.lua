-- SPDX-License-Identifier: MIT
--- Copies of campaigns, audiences and messages, as drafts.

local creation = require "klaviyo.calls.create"
local hierarchy = require "klaviyo.calls.read_tree"
local likeness = require "klaviyo.calls.find_created"
local objects = require "klaviyo.objects.object"
local suggest = require "klaviyo.model.suggest"
local verbs = require "klaviyo.calls.crud"

local cloning = {}

-- The name of the copy, and the parts of a call that options make.
local function parts(source, options, own)
  local query, call = verbs.begin(source._client, options, own)
  local name = options and options.name
  if name ~= nil and (type(name) ~= "string" or name == "") then
    error("clone: the name of the copy is a string and not empty, found " .. suggest.show(name), 3)
  end
  return name, call, query
end

---@param source klaviyo.campaign
---@param options? table
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
function cloning.campaign(source, options)
  local client, id = source._client, source.id
  local own = { name = true }
  local name, call, query = parts(source, options, own)
  local original
  local unsent = false -- whether the name has no place in the call and is set afterwards
  local clone, err = creation.clone(client, "clone_campaign", id, {
    query = query, own = own, options = call, resource = "campaign", model = { name = name },
    body = function(d)
      local body
      body, unsent = d.clone_campaign(id, { name = name })
      return body
    end,
  }, function(began)
    local given = not unsent and name or nil
    local failure
    original, failure = hierarchy.read(client, id, call)
    if not original then
      return nil, failure
    end
    return creation.find_campaign(client, began, given or likeness.known_name(original.name), call, function(campaign)
      return campaign.id ~= id and likeness.is_copy_name(campaign.name, given, original.name)
        and likeness.same_tree(original.audiences, campaign.audiences)
    end)
  end)
  if not clone then
    return nil, err
  end
  -- The copy stands: a failure to name it or to read it whole must not look like a failure to make it.
  local failed
  if unsent then
    failed = select(2, clone:update({ name = name }, call))
  end
  local _, unread = hierarchy.read(client, clone.id, call, clone._graph)
  return clone, failed or unread
end

-- Copies of what belongs to something: to another one of its kind, or to its own.
---@class klaviyo.cloning.kind
---@field resource string
---@field operation string
---@field parent string      the resource that it belongs to
---@field children string    what it is there
---@field write string       the dialect's function that writes the body
---@field matches fun(found: klaviyo.object, source: klaviyo.object, name: string|nil): boolean

---@type table<string, klaviyo.cloning.kind>
local KINDS = {
  audience = { resource = "audience", operation = "clone_campaign_audience", parent = "campaign",
    children = "audiences", write = "clone_audience",
    matches = function(found, source, name)
      return likeness.same_ids(found.included, objects.peek(source, "included")) and (name == nil or found.name == name)
    end },
  message = { resource = "message", operation = "clone_campaign_message", parent = "audience",
    children = "messages", write = "clone_message",
    matches = function(found, source, name)
      return likeness.is_copy_name(found.name, name, objects.peek(source, "name"))
    end },
}

local function copy_into(kind, source, options)
  local client, id, resource, parent = source._client, source.id, kind.resource, kind.parent
  local own = { name = true, [parent] = true }
  local name, call, query = parts(source, options, own)
  local own_parent = objects.peek(source, parent)
  local place = creation.id_of(options and options[parent], parent, 2) or own_parent and own_parent.id
  if not place then
    error(("clone: name the %s that the copy goes to: %s = %s or its id"):format(parent, parent, parent), 2)
  end
  return creation.clone(client, kind.operation, place, {
    query = query, own = own, options = call, resource = resource, model = { name = name },
    body = function(d)
      return d[kind.write](id, { name = name }, place)
    end,
  }, function(began)
    return creation.find_child(client, began, { parent, place, kind.children }, call, function(found)
      return found.id ~= id and kind.matches(found, source, name)
    end)
  end)
end

---@param source klaviyo.audience
---@param options? table
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
function cloning.audience(source, options)
  return copy_into(KINDS.audience, source, options)
end

---@param source klaviyo.message
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function cloning.message(source, options)
  return copy_into(KINDS.message, source, options)
end

return cloning
