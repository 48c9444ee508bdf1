-- SPDX-License-Identifier: MIT
--- Campaigns as JSON, with the same keys in every command.

local describe = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"

local as_json = {}

local function list_of(items, make)
  local list = json.array()
  for i, item in ipairs(items) do
    list[i] = make(item)
  end
  return list
end

---@param variation klaviyo.variation
---@return table
function as_json.variation(variation)
  return { id = variation.id, name = variation.name, channel = variation.channel, details = variation.details }
end

---@param message klaviyo.message
---@return table
function as_json.message(message)
  return { id = message.id, name = message.name, status = message.status, scheduling = message.scheduling,
    is_tracking_opens = message.is_tracking_opens, is_tracking_clicks = message.is_tracking_clicks,
    tracking_params = message.tracking_params, ab_test = message.ab_test,
    created_at = message.created_at, updated_at = message.updated_at,
    variations = list_of(message.variations, as_json.variation) }
end

---A message in a list: without its content.
---@param message klaviyo.message
---@param status? string  its status, where it could not be read back
---@return table
function as_json.message_line(message, status)
  return { id = message.id, name = message.name, status = status or message.status,
    scheduling = describe.known(message.scheduling) or json.null }
end

---@param audience klaviyo.audience
---@return table
function as_json.audience(audience)
  return { id = audience.id, name = audience.name, priority = audience.priority,
    included = json.array(describe.known(audience.included) or {}),
    excluded = json.array(describe.known(audience.excluded) or {}),
    messages = list_of(audience.messages, as_json.message) }
end

local function head(campaign)
  return { id = campaign.id, name = campaign.name, builder = campaign.builder, archived = campaign.archived,
    color = campaign.color, description = campaign.description, send_settings = campaign.send_settings,
    created_at = campaign.created_at, updated_at = campaign.updated_at }
end

---A campaign with its audiences, messages and variations.
---@param campaign klaviyo.campaign
---@return table
function as_json.campaign(campaign)
  local made = head(campaign)
  made.audiences = list_of(campaign.audiences, as_json.audience)
  return made
end

---A campaign in a list: its messages without their content.
---@param campaign klaviyo.campaign
---@return table
function as_json.campaign_line(campaign)
  local made = head(campaign)
  made.messages = list_of(campaign.messages, as_json.message_line)
  return made
end

return as_json
