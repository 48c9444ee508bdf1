-- SPDX-License-Identifier: MIT
--- Every operation of the Campaigns API as data: the 45 of the OpenAPI files, by their ids without `_beta`, those that
-- the guide alone has: two lists, and the tags of a campaign; and those of older revisions that live on beside them.
-- Each dialect has its own query grammar, because the published specs differ in filter fields, sorts and includes.

local revisions = require "klaviyo.model.revisions"
local types = require "klaviyo.wire.dialect.types"

local operations = {}

---@class klaviyo.operation.filter
---@field wire string
---@field type "string"|"boolean"|"datetime"
---@field operators string[]   wire names
---@field case? "upper"|"lower"
---@field enum? string[]

---@class klaviyo.operation.query
---@field filter? table<string, klaviyo.operation.filter>  by canonical name
---@field sort? table<string, string>      canonical -> wire
---@field include? table<string, string>   canonical -> wire
---@field fields? string[]                 resources whose fields can be chosen
---@field page_size? { default: integer|nil, maximum: integer }
---@field additional_fields? { parameter: string, names: table<string, string> }  left out unless they are asked for
---@field cursor? boolean|string  whether it has one; the parameter where it is not page[cursor]

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
---@field query { guide: klaviyo.operation.query, openapi: klaviyo.operation.query }

---Rate limits by tier: requests a second (burst) and a minute (steady), per account and operation.
---@type table<string, { burst: integer, steady: integer }>
operations.tiers = {
  XS = { burst = 1, steady = 15 },
  S = { burst = 3, steady = 60 },
  M = { burst = 10, steady = 150 },
  L = { burst = 75, steady = 700 },
  XL = { burst = 350, steady = 3500 },
}

local EQUALS, ANY, CONTAINS = { "equals" }, { "any" }, { "contains" }
local ID = { "equals", "any" }
local RANGE = { "greater-or-equal", "greater-than", "less-or-equal", "less-than" }

local function text(wire, operators)
  return { wire = wire, type = "string", operators = operators }
end
local function flag(wire)
  return { wire = wire, type = "boolean", operators = EQUALS }
end
local function time_range(wire)
  return { wire = wire, type = "datetime", operators = RANGE }
end
local function status(case)
  return { wire = "status", type = "string", operators = EQUALS, case = case,
    enum = { "DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED" } }
end

-- Relationships that can be included: the name on the wire, and the resource behind it.
local INCLUDES, INCLUDED = {}, {}
for _, relationships in pairs(types.relationships) do
  for name, relationship in pairs(relationships) do
    INCLUDES[name], INCLUDED[name] = relationship.wire, relationship.resource
  end
end
local function includes(...)
  local map = {}
  for _, name in ipairs { ... } do
    map[name] = INCLUDES[name]
  end
  return map
end

local CAMPAIGN_SORT = { id = "id", name = "name", created_at = "created_at", updated_at = "updated_at" }

local function campaign_filter(id_operators)
  return {
    id = text("id", id_operators), name = text("name", CONTAINS), archived = flag "archived",
    builder = { wire = "builder", type = "string", operators = EQUALS, enum = { "wizard", "canvas" } },
    created_at = time_range "created_at", updated_at = time_range "updated_at",
  }
end

local function message_filter(campaign, case)
  return {
    id = text("id", ID), campaign_id = text(campaign, EQUALS), name = text("name", CONTAINS),
    status = status(case), created_at = time_range "created", updated_at = time_range "updated",
  }
end

local PAGE_100 = { default = 100, maximum = 100 }
local PAGE_20 = { default = 20, maximum = 100 }

local LIST_CAMPAIGNS = {
  guide = { filter = campaign_filter(ID), sort = CAMPAIGN_SORT, page_size = PAGE_100, cursor = true,
    include = includes("audiences", "messages", "variations", "tags"),
    fields = { "campaign", "audience", "message", "variation", "tag" } },
  openapi = { filter = campaign_filter(ANY), sort = CAMPAIGN_SORT, page_size = PAGE_100, cursor = true,
    include = includes("audiences", "messages", "tags"), fields = { "campaign", "audience", "message", "tag" } },
}
local GET_CAMPAIGN = {
  guide = { include = LIST_CAMPAIGNS.guide.include, fields = LIST_CAMPAIGNS.guide.fields },
  openapi = { include = LIST_CAMPAIGNS.openapi.include, fields = LIST_CAMPAIGNS.openapi.fields },
}

-- The guide lists includes for campaigns alone; the others are taken from the OpenAPI file.
local GET_MESSAGE = {
  guide = { include = includes("campaign", "variations"), fields = { "message", "campaign", "variation" } },
  openapi = { include = includes("campaign", "variations"), fields = { "message", "campaign", "variation" } },
}
local LIST_MESSAGES = {
  guide = { filter = message_filter("campaign.id", "upper"), page_size = PAGE_20, cursor = true,
    sort = { id = "id", name = "name", created_at = "created", updated_at = "updated" },
    include = GET_MESSAGE.guide.include, fields = GET_MESSAGE.guide.fields },
  openapi = { filter = message_filter("campaign_id", "lower"), page_size = PAGE_20, cursor = true,
    sort = { id = "id", name = "name", status = "status", created_at = "created", updated_at = "updated" },
    include = GET_MESSAGE.openapi.include, fields = GET_MESSAGE.openapi.fields },
}
local GET_AUDIENCE = {
  guide = { include = includes("campaign", "messages"), fields = { "audience", "campaign", "message" } },
  openapi = { include = includes("campaign", "messages"), fields = { "audience", "campaign", "message" } },
}
local GET_VARIATION = {
  guide = { include = includes "message", fields = { "variation", "message" } },
  openapi = { include = includes("message", "image", "translation"),
    fields = { "variation", "message", "image", "translation" } },
}
local LIST_AUDIENCES = {
  guide = { filter = { campaign_id = text("campaign.id", EQUALS) }, page_size = PAGE_20, cursor = true,
    include = GET_AUDIENCE.guide.include, fields = GET_AUDIENCE.guide.fields },
  openapi = {},
}
local LIST_VARIATIONS = {
  guide = { filter = { message_id = text("campaign-message.id", EQUALS) }, page_size = PAGE_20, cursor = true,
    include = GET_VARIATION.guide.include, fields = GET_VARIATION.guide.fields },
  openapi = {},
}

local NONE = { guide = {}, openapi = {} }
local PAGED_IDS = { guide = { cursor = true }, openapi = { cursor = true } }

local function fields_of(resource, cursor)
  local query = { fields = { resource }, cursor = cursor }
  return { guide = query, openapi = query }
end

operations.list = {}
operations.by_id = {}

local function add(id, method, before, after, resource, query, extra)
  local operation = {
    id = id, method = method, before = before, after = after, path = after and before .. "{id}" .. after or before,
    resource = resource, query = query or NONE,
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
  add(id, "GET", before, "/" .. name, resource, fields_of(resource, extra.cursor),
    { guide = extra.guide, openapi = extra.openapi, purpose = ("read the %s of %s"):format(what, owner) })
  add(ids, "GET", before, "/relationships/" .. name, resource, extra.cursor and PAGED_IDS or NONE,
    { guide = extra.guide, openapi = extra.openapi,
      purpose = ("read the %s of the %s of %s"):format(many and "ids" or "id", what, owner) })
end

-- Create, read, update and delete.
local function crud(name, path, resource, get)
  local before, what = path .. "/", article(resource)
  add("create_" .. name, "POST", path, nil, resource, fields_of(resource), { purpose = "create " .. what })
  add("get_" .. name, "GET", before, "", resource, get, { purpose = "read " .. what })
  add("update_" .. name, "PATCH", before, "", resource, fields_of(resource), { purpose = "change " .. what })
  add("delete_" .. name, "DELETE", before, "", resource, nil, { purpose = "delete " .. what })
end

add("get_campaigns", "GET", "/api/campaigns", nil, "campaign", LIST_CAMPAIGNS,
  { purpose = "list campaigns" })
crud("campaign", "/api/campaigns", "campaign", GET_CAMPAIGN)
add("clone_campaign", "POST", "/api/campaign-clone", nil, "campaign", fields_of "campaign",
  { purpose = "clone a campaign" })

add("get_campaign_audiences", "GET", "/api/campaign-audiences", nil, "audience", LIST_AUDIENCES,
  { openapi = false, purpose = "list all audiences",
    instead = "campaign:audiences() reads those of one campaign" })
crud("campaign_audience", "/api/campaign-audiences", "audience", GET_AUDIENCE)
add("clone_campaign_audience", "POST", "/api/campaign-audience-clone", nil, "audience", fields_of "audience",
  { purpose = "clone an audience" })

add("get_campaign_messages", "GET", "/api/campaign-messages", nil, "message", LIST_MESSAGES,
  { purpose = "list messages" })
crud("campaign_message", "/api/campaign-messages", "message", GET_MESSAGE)
add("clone_campaign_message", "POST", "/api/campaign-message-clone", nil, "message", fields_of "message",
  { purpose = "clone a message" })

add("get_campaign_variations", "GET", "/api/campaign-variations", nil, "variation", LIST_VARIATIONS,
  { openapi = false, purpose = "list all variations",
    instead = "message:variations() reads those of one message" })
crud("campaign_variation", "/api/campaign-variations", "variation", GET_VARIATION)

add("schedule_campaign_message", "POST", "/api/campaign-message-schedule", nil, "schedule", fields_of "schedule",
  { purpose = "schedule a message" })
add("update_campaign_message_schedule", "PATCH", "/api/campaign-message-schedule/", "", "schedule", NONE,
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
  fields_of "estimation_job", { beside = true, guide = false, asks = true,
    purpose = "estimate the recipients of a campaign" })
add("get_campaign_recipient_estimation_job", "GET", "/api/campaign-recipient-estimation-jobs/", "", "estimation_job",
  fields_of "estimation_job", { beside = true, guide = false, purpose = "read the state of an estimation" })
add("get_campaign_recipient_estimation", "GET", "/api/campaign-recipient-estimations/", "", "estimation",
  fields_of "estimation", { beside = true, guide = false, purpose = "read the estimated number of recipients" })
add("assign_template_to_campaign_message", "POST", "/api/campaign-message-assign-template", nil, "message",
  fields_of "message", { beside = true, guide = false, purpose = "assign a template to a message" })

-- What campaigns refer to, read by name: the same grammar in every revision that has it.
local function named(filter, sort, page_size, resource)
  return { guide = {}, openapi = { filter = filter, sort = sort, page_size = page_size, cursor = true,
    fields = { resource } } }
end
local NAME_SORT = { id = "id", name = "name" }
local DATED_SORT = { id = "id", name = "name", created_at = "created", updated_at = "updated" }
local PAGE_10, PAGE_50 = { default = 10, maximum = 10 }, { default = 50, maximum = 50 }
local LATER = { "greater-than" }
local DATE = { "equals", "greater-or-equal", "greater-than", "less-or-equal", "less-than" }

local function date(wire, operators)
  return { wire = wire, type = "datetime", operators = operators }
end

local function list_filter()
  return { id = text("id", ID), name = text("name", ANY), created_at = date("created", LATER),
    updated_at = date("updated", LATER) }
end
local SEGMENT_FILTER = list_filter()
SEGMENT_FILTER.is_active, SEGMENT_FILTER.is_starred = flag "is_active", flag "is_starred"
SEGMENT_FILTER.is_active.operators = ID

local BESIDE = {
  list = { rate = { burst = 75, steady = 750 }, query = named(list_filter(), DATED_SORT, PAGE_10, "list") },
  segment = { rate = { burst = 75, steady = 750 }, query = named(SEGMENT_FILTER, DATED_SORT, PAGE_10, "segment") },
  template = { rate = { burst = 75, steady = 750 }, query = named({ id = text("id", ANY),
    name = text("name", { "any", "contains", "equals" }), created_at = date("created", DATE),
    updated_at = date("updated", DATE) }, DATED_SORT, PAGE_10, "template") },
  tag = { rate = operations.tiers.S, query = named({ name = text("name", { "contains", "ends-with", "equals",
    "starts-with" }) }, NAME_SORT, PAGE_50, "tag") },
  metric = { rate = operations.tiers.M, query = named({ ["integration.name"] = text("integration.name", EQUALS),
    ["integration.category"] = text("integration.category", EQUALS) }, nil, nil, "metric") },
}

local function beside(id, method, before, after, resource, query, purpose, scopes)
  add(id, method, before, after, resource, query, { beside = true, guide = false, rate = BESIDE[resource].rate,
    purpose = purpose, scopes = scopes })
end

for _, resource in ipairs { "list", "segment", "template", "tag", "metric" } do
  local path, scopes = "/api/" .. resource .. "s", { resource .. "s:read" }
  beside("get_" .. resource .. "s", "GET", path, nil, resource, BESIDE[resource].query, "list " .. resource .. "s",
    scopes)
  if resource == "list" or resource == "segment" or resource == "template" then
    local query = fields_of(resource)
    query.openapi.additional_fields = resource ~= "template"
      and { parameter = ("additional-fields[%s]"):format(resource), names = { profile_count = "profile_count" } } or nil
    beside("get_" .. resource, "GET", path .. "/", "", resource, query, "read " .. article(resource), scopes)
    operations.by_id["get_" .. resource].rate_with_additional = resource ~= "template" and operations.tiers.XS or nil
  end
end
beside("create_tag", "POST", "/api/tags", nil, "tag", fields_of "tag", "create a tag", { "tags:read", "tags:write" })
beside("tag_campaigns", "POST", "/api/tags/", "/relationships/campaigns", "tag", NONE, "attach a tag to campaigns",
  { "campaigns:write", "tags:write" })
beside("remove_tag_from_campaigns", "DELETE", "/api/tags/", "/relationships/campaigns", "tag", NONE,
  "detach a tag from campaigns", { "campaigns:write", "tags:write" })
add("render_template", "POST", "/api/template-render", nil, "template", fields_of "template", { beside = true,
  guide = false, asks = true, rate = operations.tiers.S, purpose = "render a template", scopes = { "templates:read" } })
add("get_accounts", "GET", "/api/accounts", nil, "account", fields_of "account", { beside = true, guide = false,
  rate = operations.tiers.XS, purpose = "read the account", scopes = { "accounts:read" } })
add("query_campaign_values", "POST", "/api/campaign-values-reports", nil, "values_report",
  { guide = {}, openapi = { cursor = "page_cursor" } }, { beside = true, guide = false, asks = true,
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

-- A grammar without some includes, and without the fields of what they would have included.
local function without(grammar, names)
  local copy = { include = {}, fields = {} }
  for key, value in pairs(grammar) do
    copy[key] = copy[key] or value
  end
  local hidden = {}
  for name, wire in pairs(grammar.include) do
    if names[name] then
      hidden[INCLUDED[name]] = true
    else
      copy.include[name] = wire
    end
  end
  for _, resource in ipairs(grammar.fields) do
    copy.fields[#copy.fields + 1] = not hidden[resource] and resource or nil
  end
  return copy
end

---The query grammar of an operation at a revision.
---@param id string
---@param dialect "guide"|"openapi"
---@param revision? string  nil: the newest
---@return klaviyo.operation.query
function operations.grammar(id, dialect, revision)
  local grammar = operations.get(id).query[dialect]
  local missing
  for name in pairs(dialect == "openapi" and grammar.include or {}) do
    if not revisions.has(revision, "includes", id .. "." .. name) then
      missing = missing or {}
      missing[name] = true
    end
  end
  return missing and without(grammar, missing) or grammar
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

return operations
