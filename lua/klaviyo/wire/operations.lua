-- SPDX-License-Identifier: MIT
--- Every operation of the Campaigns API as data: the 45 of the OpenAPI files, by their ids without `_beta`, those that
-- the guide alone has: two lists, and the tags of a campaign; and those of older revisions that live on beside them.

local revisions = require "klaviyo.model.revisions"

local operations = {}

---@class klaviyo.operation
---@field id string
---@field method "GET"|"POST"|"PATCH"|"DELETE"
---@field path string           `{id}` stands for one path segment
---@field before string         the path up to `{id}`, or whole
---@field after? string         the path after it; nil: there is no id in it
---@field resource string       what the response holds
---@field purpose string      what it is for, for messages: "a request to PURPOSE"
---@field scopes string[]       what an OAuth app must have been granted
---@field instead? string       what to write where one dialect does not have it
---@field guide boolean         whether the guide has it
---@field openapi boolean       whether the OpenAPI file has it
---@field beside? boolean       it lives on beside the campaigns of several messages: the preview revisions have it not,
--                              and their clients send it with the companion revision (model/revisions.lua)
---@field asks? boolean         a POST that changes nothing
---@field urgent? boolean         takes the whole burst at once, and goes before others in a budget that machines share
---@field rate? { burst: integer, steady: integer, daily: integer? }  its limit, where no revision gives it a tier
---@field rate_with_additional? { burst: integer, steady: integer }  its limit for requests with additional fields
---@field takes? "fields"|"cursor"|"fields and cursor"|"own"  what its query takes, see grammar.lua; nil: nothing

---Rate limits by tier: requests a second (burst) and a minute (steady), per account and operation.
---@type table<string, { burst: integer, steady: integer }>
operations.tiers = {
  XS = { burst = 1, steady = 15 },
  S = { burst = 3, steady = 60 },
  M = { burst = 10, steady = 150 },
  L = { burst = 75, steady = 700 },
  XL = { burst = 350, steady = 3500 },
}

operations.list = {}
operations.by_id = {}

-- What its query takes: "fields" of its resource, a "cursor", or both; "own", what grammar.lua says; nil, nothing.
local function add(id, method, before, after, resource, takes, extra)
  local operation = {
    id = id, method = method, before = before, after = after, path = after and before .. "{id}" .. after or before,
    resource = resource, takes = takes,
    guide = true, openapi = true,
    scopes = { method == "GET" and "campaigns:read" or "campaigns:write", resource == "tag" and "tags:read" or nil },
  }
  for key, value in pairs(extra or {}) do
    operation[key] = value
  end
  table.insert(operations.list, operation)
  operations.by_id[id] = operation
end

local function article(noun)
  return (noun:find "^[aeiou]" and "an " or "a ") .. noun
end

-- A related resource and the ids of the same relationship, which come in pairs.
local function related(id, ids, parent, name, resource, extra)
  local many = extra.many
  local before = "/api/" .. parent .. "/"
  local owner = article(parent:gsub("^campaign%-", ""):gsub("s$", ""))
  local what = resource .. (many and "s" or "")
  add(id, "GET", before, "/" .. name, resource, extra.cursor and "fields and cursor" or "fields",
    { guide = extra.guide, openapi = extra.openapi, purpose = ("read the %s of %s"):format(what, owner) })
  add(ids, "GET", before, "/relationships/" .. name, resource, extra.cursor and "cursor" or nil,
    { guide = extra.guide, openapi = extra.openapi,
      purpose = ("read the %s of the %s of %s"):format(many and "ids" or "id", what, owner) })
end

-- Create, read, update and delete.
local function crud(name, path, resource)
  local before, what = path .. "/", article(resource)
  add("create_" .. name, "POST", path, nil, resource, "fields", { purpose = "create " .. what })
  add("get_" .. name, "GET", before, "", resource, "own", { purpose = "read " .. what })
  add("update_" .. name, "PATCH", before, "", resource, "fields", { purpose = "change " .. what })
  add("delete_" .. name, "DELETE", before, "", resource, nil, { purpose = "delete " .. what })
end

add("get_campaigns", "GET", "/api/campaigns", nil, "campaign", "own",
  { purpose = "list campaigns" })
crud("campaign", "/api/campaigns", "campaign")
add("clone_campaign", "POST", "/api/campaign-clone", nil, "campaign", "fields",
  { purpose = "clone a campaign" })

add("get_campaign_audiences", "GET", "/api/campaign-audiences", nil, "audience", "own",
  { openapi = false, purpose = "list all audiences",
    instead = "campaign:audiences() reads those of one campaign" })
crud("campaign_audience", "/api/campaign-audiences", "audience")
add("clone_campaign_audience", "POST", "/api/campaign-audience-clone", nil, "audience", "fields",
  { purpose = "clone an audience" })

add("get_campaign_messages", "GET", "/api/campaign-messages", nil, "message", "own",
  { purpose = "list messages" })
crud("campaign_message", "/api/campaign-messages", "message")
add("clone_campaign_message", "POST", "/api/campaign-message-clone", nil, "message", "fields",
  { purpose = "clone a message" })

add("get_campaign_variations", "GET", "/api/campaign-variations", nil, "variation", "own",
  { openapi = false, purpose = "list all variations",
    instead = "message:variations() reads those of one message" })
crud("campaign_variation", "/api/campaign-variations", "variation")

add("schedule_campaign_message", "POST", "/api/campaign-message-schedule", nil, "schedule", "fields",
  { purpose = "schedule a message" })
add("update_campaign_message_schedule", "PATCH", "/api/campaign-message-schedule/", "", "schedule", nil,
  { purpose = "cancel or revert a message", urgent = true })

related("get_campaign_audiences_for_campaign", "get_audience_ids_for_campaign",
  "campaigns", "campaign-audiences", "audience", { many = true })
related("get_messages_for_campaign", "get_message_ids_for_campaign",
  "campaigns", "campaign-messages", "message", { many = true, cursor = true })
related("get_tags_for_campaign", "get_tag_ids_for_campaign",
  "campaigns", "tags", "tag", { many = true })
related("get_campaign_for_campaign_audience", "get_campaign_id_for_campaign_audience",
  "campaign-audiences", "campaign", "campaign", {})
related("get_campaign_messages_for_campaign_audience", "get_message_ids_for_campaign_audience",
  "campaign-audiences", "campaign-messages", "message", { many = true, cursor = true })
related("get_campaign_for_campaign_message", "get_campaign_id_for_campaign_message",
  "campaign-messages", "campaign", "campaign", {})
related("get_audience_for_campaign_message", "get_audience_id_for_campaign_message",
  "campaign-messages", "campaign-audience", "audience", {})
related("get_variations_for_campaign_message", "get_variation_ids_for_campaign_message",
  "campaign-messages", "campaign-variations", "variation", { many = true })
related("get_tags_for_campaign_message", "get_tag_ids_for_campaign_message",
  "campaign-messages", "tags", "tag", { many = true, guide = false })
related("get_message_for_campaign_variation", "get_message_id_for_campaign_variation",
  "campaign-variations", "campaign-message", "message", {})
related("get_image_for_campaign_variation", "get_image_id_for_campaign_variation",
  "campaign-variations", "image", "image", { guide = false })
related("get_translation_for_campaign_variation", "get_translation_id_for_campaign_variation",
  "campaign-variations", "translation", "translation", { guide = false })

-- Send jobs live on, too. They get no method: what they do to a campaign of several messages is not known.
add("refresh_campaign_recipient_estimation", "POST", "/api/campaign-recipient-estimation-jobs", nil, "estimation_job",
  "fields", { beside = true, guide = false, asks = true,
    purpose = "estimate the recipients of a campaign" })
add("get_campaign_recipient_estimation_job", "GET", "/api/campaign-recipient-estimation-jobs/", "", "estimation_job",
  "fields", { beside = true, guide = false, purpose = "read the state of an estimation" })
add("get_campaign_recipient_estimation", "GET", "/api/campaign-recipient-estimations/", "", "estimation",
  "fields", { beside = true, guide = false, purpose = "read the estimated number of recipients" })
add("assign_template_to_campaign_message", "POST", "/api/campaign-message-assign-template", nil, "message",
  "fields", { beside = true, guide = false, purpose = "assign a template to a message" })

-- What campaigns refer to: its rate.
local BESIDE = {
  list = { burst = 75, steady = 750 }, segment = { burst = 75, steady = 750 }, template = { burst = 75, steady = 750 },
  tag = operations.tiers.S, metric = operations.tiers.M,
}

local function beside(id, method, before, after, resource, takes, purpose, scopes)
  add(id, method, before, after, resource, takes, { beside = true, guide = false, rate = BESIDE[resource],
    purpose = purpose, scopes = scopes })
end

for _, resource in ipairs { "list", "segment", "template", "tag", "metric" } do
  local path, scopes = "/api/" .. resource .. "s", { resource .. "s:read" }
  beside("get_" .. resource .. "s", "GET", path, nil, resource, "own", "list " .. resource .. "s",
    scopes)
  if resource == "list" or resource == "segment" or resource == "template" then
    local takes = resource == "template" and "fields" or "own"
    beside("get_" .. resource, "GET", path .. "/", "", resource, takes, "read " .. article(resource), scopes)
    operations.by_id["get_" .. resource].rate_with_additional = resource ~= "template" and operations.tiers.XS or nil
  end
end
beside("create_tag", "POST", "/api/tags", nil, "tag", "fields", "create a tag", { "tags:read", "tags:write" })
beside("tag_campaigns", "POST", "/api/tags/", "/relationships/campaigns", "tag", nil, "attach a tag to campaigns",
  { "campaigns:write", "tags:write" })
beside("remove_tag_from_campaigns", "DELETE", "/api/tags/", "/relationships/campaigns", "tag", nil,
  "detach a tag from campaigns", { "campaigns:write", "tags:write" })
add("render_template", "POST", "/api/template-render", nil, "template", "fields", { beside = true,
  guide = false, asks = true, rate = operations.tiers.S, purpose = "render a template", scopes = { "templates:read" } })
add("get_accounts", "GET", "/api/accounts", nil, "account", "fields", { beside = true, guide = false,
  rate = operations.tiers.XS, purpose = "read the account", scopes = { "accounts:read" } })
add("query_campaign_values", "POST", "/api/campaign-values-reports", nil, "values_report",
  "own", { beside = true, guide = false, asks = true,
    rate = { burst = 1, steady = 2, daily = 225 }, purpose = "read the results of campaigns",
    scopes = { "campaigns:read" } })

---Finds an operation.
---@param id string
---@return klaviyo.operation
function operations.get(id)
  return operations.by_id[id] or error(("no operation %q"):format(tostring(id)), 2)
end

---Whether a dialect has an operation at a revision.
---@param operation klaviyo.operation
---@param dialect "guide"|"openapi"
---@param revision? string  nil: the newest
---@return boolean
function operations.available(operation, dialect, revision)
  if operation.beside and revision and revisions.companion(revision) ~= revision then
    return false
  end
  return operation[dialect] and (dialect == "guide" or revisions.has(revision, "operations", operation.id))
end

---A request for an operation, for messages: "the request to create a campaign".
---@param id string
---@return string
function operations.request(id)
  local operation = operations.by_id[id]
  return operation and "the request to " .. operation.purpose or id
end

---The rate limit of an operation: per account, `burst` requests a second, `steady` a minute and, if there is such a
---limit, `daily` a day.
---@param id string
---@param revision string
---@return { burst: integer, steady: integer, daily: integer? } limit
---@return string|nil tier  nil: it has a limit of its own
function operations.limit(id, revision)
  local own = operations.by_id[id] and operations.by_id[id].rate
  if own then
    return own
  end
  local tier = revisions.tier(id, revision) or "M"
  return operations.tiers[tier], tier
end

local ASKS = {}
for _, operation in ipairs(operations.list) do
  ASKS[operation.path] = operation.asks or nil
end

---Whether a request changes nothing at the service: one that reads, or a POST that only asks.
---@param method string
---@param path string
---@return boolean
function operations.only_asks(method, path)
  return method == "GET" or method == "HEAD" or method == "POST" and ASKS[path] == true
end

---Whether a user's value is a rate: { burst, steady }, or with these names.
---@param value any
---@return boolean
function operations.is_rate(value)
  return type(value) == "table" and type(value.burst or value[1]) == "number"
    and type(value.steady or value[2]) == "number"
end

---What requests with additional fields count against, where these have a limit of their own.
---@param id string
---@return string
function operations.with_additional(id)
  return id .. " additional"
end

return operations
