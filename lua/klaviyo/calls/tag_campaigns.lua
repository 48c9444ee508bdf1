-- SPDX-License-Identifier: MIT
--- Creating tags, and attaching them to campaigns or detaching them.

local call_options = require "klaviyo.calls.call_options"
local companion = require "klaviyo.calls.companion"
local crud = require "klaviyo.calls.crud"
local json = require "klaviyo.model.json"
local objects = require "klaviyo.objects.object"
local reference = require "klaviyo.model.reference"
local references = require "klaviyo.calls.references"

local tag_campaigns = {}

local OPERATIONS = { attach = "tag_campaigns", detach = "remove_tag_from_campaigns" }

-- The id of a value that is one, or an object of the resource; nil for any other.
local function id_of(value, resource)
  if type(value) == "string" and value ~= "" then
    return value
  end
  return objects.resource_of(value) == resource and value.id or nil
end

-- Options of a call alone: these requests have no query.
local function of_a_call(client, method, options)
  local query, call = call_options.begin(client, options)
  local unknown = next(query)
  if unknown ~= nil then
    error(("%s has no option %s; it takes those of a call"):format(method, tostring(unknown)), 3)
  end
  return call
end

-- Type and id of each campaign.
local function members_of(campaigns, method)
  local is_one = type(campaigns) ~= "table" or objects.resource_of(campaigns) or reference.of(campaigns)
  local given = is_one and { campaigns } or campaigns
  local members = json.array()
  for i, campaign in ipairs(given) do
    local id = id_of(campaign, "campaign")
    if not id then
      error(("%s takes campaigns or their ids, got %s at %d"):format(method, crud.describe(campaign), i), 3)
    end
    members[i] = { type = "campaign", id = id }
  end
  if #members == 0 then
    error(("%s takes a campaign, its id, or a list of them, got %s"):format(method,
      campaigns == nil and "nil" or "an empty list"), 3)
  end
  return members
end

---Attaches a tag to campaigns, or detaches it. Both say how it shall be, so that they may be repeated.
---@param client klaviyo.client
---@param method "attach"|"detach"
---@param tag klaviyo.tag|string|klaviyo.reference
---@param campaigns klaviyo.campaign|string|table
---@param options? table
---@return boolean|nil true
---@return klaviyo.error|nil
function tag_campaigns.change(client, method, tag, campaigns, options)
  local id = id_of(tag, "tag") or reference.of(tag) and tag
  if not id then
    error(("%s takes a tag or its id, got %s"):format(method, crud.describe(tag)), 2)
  end
  local members, call = members_of(campaigns, method), of_a_call(client, method, options)
  local known, unknown = references.id(client, id, "tag", method, call)
  if not known then
    return nil, unknown
  end
  local received, err = companion.call(client, OPERATIONS[method], { ids = known,
    options = call_options.with(call, { repeat_on_guess = true }),
    body = function()
      return { data = members }
    end })
  return received and true or nil, err
end

---Creates a tag. It is not repeated on a guess: the service allows several of one name.
---@param client klaviyo.client
---@param model table
---@param options? table
---@return klaviyo.tag|nil
---@return klaviyo.error|nil
function tag_campaigns.create(client, model, options)
  crud.need_fields(model, "create takes a table with a name")
  for name in pairs(model) do
    if name ~= "name" then
      error(("create: a tag has no field %s to be written; it has name"):format(tostring(name)), 2)
    end
  end
  if type(model.name) ~= "string" or model.name == "" then
    error("create: the name of a tag is a string and not empty", 2)
  end
  local query, call = call_options.begin(client, options)
  local received, err = companion.call(client, "create_tag", { query = query, options = call, not_idempotent = true,
    body = function()
      return { data = { type = "tag", attributes = { name = model.name } } }
    end })
  if not received then
    if err.outcome == "unknown" then
      err.message = ("%s; kl.tags:find(%q) tells whether it is there now"):format((err.message:gsub("%.$", "")),
        model.name)
    end
    return nil, err
  end
  return crud.answered(client, "create_tag", received)
end

return tag_campaigns
