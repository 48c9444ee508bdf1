-- SPDX-License-Identifier: MIT
--- What the query of each operation takes. Each dialect has a grammar of its own, because the published specs differ in
--- filter fields, sorts and includes. Loaded on use: most requests have no query.

local operations = require "klaviyo.wire.operations"
local revisions = require "klaviyo.model.revisions"
local types = require "klaviyo.wire.dialect.types"

local grammar = {}

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

local function counted(resource)
  local query = { fields = { resource }, additional_fields = { parameter = ("additional-fields[%s]"):format(resource),
    names = { profile_count = "profile_count" } } }
  return { guide = query, openapi = query }
end

-- The grammars of operations that take more than the fields of their resource and a cursor.
---@type table<string, { guide: klaviyo.operation.query, openapi: klaviyo.operation.query }>
local OWN = {
  get_campaigns = LIST_CAMPAIGNS, get_campaign = GET_CAMPAIGN,
  get_campaign_audiences = LIST_AUDIENCES, get_campaign_audience = GET_AUDIENCE,
  get_campaign_messages = LIST_MESSAGES, get_campaign_message = GET_MESSAGE,
  get_campaign_variations = LIST_VARIATIONS, get_campaign_variation = GET_VARIATION,
  get_lists = named(list_filter(), DATED_SORT, PAGE_10, "list"), get_list = counted "list",
  get_segments = named(SEGMENT_FILTER, DATED_SORT, PAGE_10, "segment"), get_segment = counted "segment",
  get_templates = named({ id = text("id", ANY), name = text("name", { "any", "contains", "equals" }),
    created_at = date("created", DATE), updated_at = date("updated", DATE) }, DATED_SORT, PAGE_10, "template"),
  get_tags = named({ name = text("name", { "contains", "ends-with", "equals", "starts-with" }) }, NAME_SORT, PAGE_50,
    "tag"),
  get_metrics = named({ ["integration.name"] = text("integration.name", EQUALS),
    ["integration.category"] = text("integration.category", EQUALS) }, nil, nil, "metric"),
  query_campaign_values = { guide = {}, openapi = { cursor = "page_cursor" } },
}

---The query grammar of an operation, by dialect, at the newest revision.
---@param id string
---@return { guide: klaviyo.operation.query, openapi: klaviyo.operation.query }
function grammar.of(id)
  local takes = operations.get(id).takes
  if takes == "own" then
    return OWN[id]
  end
  local query = { fields = takes and takes:find "fields" and { operations.get(id).resource } or nil,
    cursor = takes and takes:find "cursor" and true or nil }
  return { guide = query, openapi = query }
end

-- A grammar without some includes, and without the fields of what they would have included.
local function without(whole, names)
  local copy = { include = {}, fields = {} }
  for key, value in pairs(whole) do
    copy[key] = copy[key] or value
  end
  local hidden = {}
  for name, wire in pairs(whole.include) do
    if names[name] then
      hidden[INCLUDED[name]] = true
    else
      copy.include[name] = wire
    end
  end
  for _, resource in ipairs(whole.fields) do
    copy.fields[#copy.fields + 1] = not hidden[resource] and resource or nil
  end
  return copy
end

---The query grammar of an operation at a revision.
---@param id string
---@param dialect "guide"|"openapi"
---@param revision? string  nil: the newest
---@return klaviyo.operation.query
function grammar.at(id, dialect, revision)
  local whole = grammar.of(id)[dialect]
  local missing
  for name in pairs(dialect == "openapi" and whole.include or {}) do
    if not revisions.has(revision, "includes", id .. "." .. name) then
      missing = missing or {}
      missing[name] = true
    end
  end
  return missing and without(whole, missing) or whole
end

return grammar
