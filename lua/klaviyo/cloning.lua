-- SPDX-License-Identifier: MIT
--- Copies of campaigns, audiences and messages, as drafts.

local creation = require "klaviyo.creation"
local hierarchy = require "klaviyo.hierarchy"
local likeness = require "klaviyo.likeness"
local suggest = require "klaviyo.suggest"
local verbs = require "klaviyo.verbs"

local cloning = {}

-- The name of the copy, and the parts of a call that options make.
local function parts(source, options, own)
  local query, call = verbs.begin(source._client, options, own)
  local name = options and options.name
  if name ~= nil and (type(name) ~= "string" or name == "") then
    error("clone: the name of the copy is a string and not empty, found " .. suggest.show(name), 4)
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

---@param source klaviyo.audience
---@param options? table
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
function cloning.audience(source, options)
  local client, id = source._client, source.id
  local own = { name = true, campaign = true }
  local name, call, query = parts(source, options, own)
  local campaign = creation.id_of(options and options.campaign) or (source.campaign and source.campaign.id)
  if not campaign then
    error("clone: name the campaign that the copy goes to: campaign = campaign or its id", 3)
  end
  return creation.clone(client, "clone_campaign_audience", campaign, {
    query = query, own = own, options = call, resource = "audience", model = { name = name },
    body = function(d)
      return d.clone_audience(id, { name = name }, campaign)
    end,
  }, function(began)
    return creation.find_child(client, began, { "campaign", campaign, "audiences" }, call, function(audience)
      return audience.id ~= id and likeness.same_ids(audience.included, source.included)
        and (name == nil or audience.name == name)
    end)
  end)
end

---@param source klaviyo.message
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function cloning.message(source, options)
  local client, id = source._client, source.id
  local own = { name = true, audience = true }
  local name, call, query = parts(source, options, own)
  local audience = creation.id_of(options and options.audience) or (source.audience and source.audience.id)
  if not audience then
    error("clone: name the audience that the copy goes to: audience = audience or its id", 3)
  end
  return creation.clone(client, "clone_campaign_message", audience, {
    query = query, own = own, options = call, resource = "message", model = { name = name },
    body = function(d)
      return d.clone_message(id, { name = name }, audience)
    end,
  }, function(began)
    return creation.find_child(client, began, { "audience", audience, "messages" }, call, function(message)
      return message.id ~= id and likeness.is_copy_name(message.name, name, source.name)
    end)
  end)
end

return cloning
