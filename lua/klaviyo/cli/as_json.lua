-- SPDX-License-Identifier: MIT
--- Campaigns as JSON, with the same keys in every command.

local describe = require "klaviyo.cli.describe"
local fields = require "klaviyo.cli.fields"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local as_json = {}

local CAMPAIGN = { "id", "name", "builder", "archived", "color", "description", "send_settings", "created_at",
  "updated_at" }
local MESSAGE = { "id", "name", "status", "scheduling", "is_tracking_opens", "is_tracking_clicks", "tracking_params",
  "ab_test", "created_at", "updated_at" }
local VARIATION = { "id", "name", "channel", "details" }

local function list_of(items, make)
  local list = json.array()
  for i, item in ipairs(items) do
    list[i] = make(item)
  end
  return list
end

local function pick(object, names)
  local made = {}
  for _, name in ipairs(names) do
    made[name] = object[name]
  end
  return made
end

---@param variation klaviyo.variation
---@return table
function as_json.variation(variation)
  return pick(variation, VARIATION)
end

---@param message klaviyo.message
---@return table
function as_json.message(message)
  local made = pick(message, MESSAGE)
  made.variations = list_of(message.variations, as_json.variation)
  return made
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

---A campaign with its audiences, messages and variations.
---@param campaign klaviyo.campaign
---@return table
function as_json.campaign(campaign)
  local made = pick(campaign, CAMPAIGN)
  made.audiences = list_of(campaign.audiences, as_json.audience)
  return made
end

---A campaign in a list: its messages without their content.
---@param campaign klaviyo.campaign
---@return table
function as_json.campaign_line(campaign)
  local made = pick(campaign, CAMPAIGN)
  made.messages = list_of(campaign.messages, as_json.message_line)
  return made
end

-- The fields of details, of any channel.
local function details_shape()
  local shape = {}
  for _, channel in ipairs(schema.channels) do
    shape = fields.shape({}, shape, fields.described(schema.details[channel]))
  end
  return shape
end

-- The shape of some fields of a resource, and of others that are inside.
local function shape_of(resource, names, inside)
  local described, shape = fields.described(schema.resources[resource].fields), {}
  for _, name in ipairs(names) do
    shape[name] = described[name] or true
  end
  return fields.shape({}, shape, inside)
end

local message_shape = shape_of("message", MESSAGE, {
  variations = shape_of("variation", VARIATION, { details = details_shape() }) })
local audience_shape = fields.shape({ "id", "name", "priority", "included", "excluded" }, { messages = message_shape })

---The fields of what the functions return, for --fields.
---@type { campaign: klaviyo.cli.shape, campaign_line: klaviyo.cli.shape }
as_json.fields = {
  campaign = shape_of("campaign", CAMPAIGN, { audiences = audience_shape }),
  campaign_line = shape_of("campaign", CAMPAIGN, { messages = shape_of("message", { "id", "name", "status",
    "scheduling" }) }),
}

return as_json
