-- SPDX-License-Identifier: MIT
--- Copies of campaigns, audiences and messages, as drafts.

local creation = require "klaviyo.creation"
local hierarchy = require "klaviyo.hierarchy"
local verbs = require "klaviyo.verbs"

local cloning = {}

-- A copy has the name that was asked for; or, where the service makes one, another that holds the original's.
local function is_copy_name(found, wanted, original)
  if wanted ~= nil then
    return found == wanted
  end
  return type(found) == "string" and found ~= original and found:find(original, 1, true) ~= nil
end

local function parts(source, options, own)
  local _, call = verbs.begin(source._client, options, own)
  return options and options.name, call
end

---@param source klaviyo.campaign
---@param options? table
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
function cloning.campaign(source, options)
  local client, id = source._client, source.id
  local name, call = parts(source, options, { name = true })
  local original
  local unsent = false -- whether the name has no place in the call and is set afterwards
  local clone, err = creation.clone(client, "clone_campaign", id, {
    options = call, resource = "campaign", model = { name = name },
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
    local wanted = creation.tree_key(original.audiences)
    return creation.find_campaign(client, began, given or original.name, call, function(campaign)
      return campaign.id ~= id and is_copy_name(campaign.name, given, original.name)
        and creation.tree_key(campaign.audiences) == wanted
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
  local name, call = parts(source, options, { name = true, campaign = true })
  local campaign = creation.id_of(options and options.campaign) or (source.campaign and source.campaign.id)
  if not campaign then
    error("clone: name the campaign that the copy goes to: campaign = campaign or its id", 3)
  end
  return creation.clone(client, "clone_campaign_audience", campaign, {
    options = call, resource = "audience", model = { name = name },
    body = function(d)
      return d.clone_audience(id, { name = name }, campaign)
    end,
  }, function(began)
    return creation.find_child(client, began, { "campaign", campaign, "audiences" }, call, function(audience)
      return audience.id ~= id and creation.same_ids(audience.included, source.included)
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
  local name, call = parts(source, options, { name = true, audience = true })
  local audience = creation.id_of(options and options.audience) or (source.audience and source.audience.id)
  if not audience then
    error("clone: name the audience that the copy goes to: audience = audience or its id", 3)
  end
  return creation.clone(client, "clone_campaign_message", audience, {
    options = call, resource = "message", model = { name = name },
    body = function(d)
      return d.clone_message(id, { name = name }, audience)
    end,
  }, function(began)
    return creation.find_child(client, began, { "audience", audience, "messages" }, call, function(message)
      return message.id ~= id and is_copy_name(message.name, name, source.name)
    end)
  end)
end

return cloning
