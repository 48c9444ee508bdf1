-- SPDX-License-Identifier: MIT
--- Every field of every resource, as data. Validation, messages, annotations, the reference and the command line are
-- derived from it. Names are those that scripts use; their places on the wire are in wire/dialect/fields.lua.
--
-- A field is a table:
--   [1] name, [2] type: "string" "boolean" "integer" "number" "datetime" "date" "object" "array" "any"
--   doc       one line in our own words
--   source    where it comes from: a section of the guide, a schema of the OpenAPI file, or both
--   enum      allowed values; `enum_in` names the one dialect that limits them, where the other leaves them free
--   default   what the service takes if it is left out
--   range     the least and the greatest number
--   since     the revision that brought it (model/revisions.lua), or one for each dialect; the first if absent
--   unverified true, or the one dialect: its type, values or place are not published; it is checked for its type alone
--   additional it is left out unless additional_fields names it; lists do not have it
--   reference the kinds of names that may stand for it until they are looked up (model/reference.lua)
--   rewritten true if the service puts another value in its place (it clones a template): of what was sent, only
--             that there is a value can be compared with what is read
--   dialect   the one dialect that has it; both if absent
--   fields    of an object; `of` the item of an array; `format` "timezone": an IANA zone
-- and, each true or the one dialect that it holds for:
--   required  it must be given on create
--   nullable  null is allowed
--   not_empty an empty string is rejected; on create, also an empty table that is not marked as a list
--   read_only the service sets it
--   not_in    by form of writing: "inline" (within a new campaign), "create" (alone), "update": no place for it there

---@class klaviyo.schema
---@field details table<string, klaviyo.schema.field[]>  the fields of `details`, by channel
local schema = setmetatable({}, { __index = function(self, name)
  if name == "details" then -- loaded on use: most programs read no content
    self.details = require "klaviyo.model.schema_details"
    return self.details
  end
end })

---@class klaviyo.schema.field
---@field [1] string name
---@field [2] string type
---@field doc string
---@field source string
---@field enum? (string|integer)[]
---@field enum_in? "guide"|"openapi"
---@field default? any
---@field range? { [1]: integer, [2]: integer }
---@field since? string|{ guide: string?, openapi: string? }
---@field unverified? true|"guide"|"openapi"
---@field additional? boolean
---@field reference? string[]
---@field rewritten? boolean
---@field dialect? "guide"|"openapi"
---@field required? true|"guide"|"openapi"
---@field nullable? true|"guide"|"openapi"
---@field not_empty? true|"guide"|"openapi"
---@field read_only? true|"guide"|"openapi"
---@field not_in? table<"inline"|"create"|"update", true|"guide"|"openapi">
---@field fields? klaviyo.schema.field[]
---@field of? klaviyo.schema.field
---@field format? "timezone"

---@class klaviyo.schema.resource
---@field name string
---@field doc string
---@field fields klaviyo.schema.field[]
---@field inline? klaviyo.schema.field[]  what it has besides within a new campaign
---@field response? klaviyo.schema.field[]  what is read, where that is not what is written

schema.percentages = { 10, 11, 13, 14, 17, 20, 25, 33, 50 }
schema.channels = { "email", "sms", "push", "whatsapp" }
schema.statuses = { "DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED" }
schema.strategies = { "static", "local_timezone", "throttled", "smart_send_time" }

---The fields that most resources have.
schema.created = { "created_at", "datetime", read_only = true, nullable = "openapi",
  doc = "When it was created.", source = "guide: Data model; openapi: *ResponseObjectResource" }
schema.updated = { "updated_at", "datetime", read_only = true, nullable = "openapi",
  doc = "When it was last changed.", source = "guide: Data model; openapi: *ResponseObjectResource" }

---@param what string
---@return klaviyo.schema.field
function schema.id_field(what)
  return { "id", "string", read_only = true, doc = "The id of the " .. what .. ".", source = "guide: Data model" }
end

local LIST_ID = { "id", "string", not_empty = true, reference = { "list", "segment" },
  doc = "The id of a list or segment.",
  source = "guide: Campaign audience" }

local SEND_SETTINGS = {
  { "send_timezone", "string", format = "timezone", nullable = "openapi",
    doc = "IANA name of the zone that send times are meant in, such as America/New_York.",
    source = "guide: Campaign; openapi: SendSettings" },
  { "send_strategy", "string", enum = { "STATIC", "LOCAL_TIMEZONE", "THROTTLED" }, enum_in = "guide",
    nullable = "openapi", doc = "How messages go out unless they are scheduled otherwise.",
    source = "guide: Scheduling strategies; openapi: SendSettings" },
  { "send_passed_rltz_immediately", "boolean", nullable = "openapi",
    doc = "With LOCAL_TIMEZONE: recipients whose local time has passed get it at once (true) or not at all (false).",
    source = "guide: Scheduling strategies; openapi: SendSettings" },
  { "throttle_percentage", "integer", enum = schema.percentages, dialect = "guide", nullable = true,
    doc = "With THROTTLED: the share of recipients sent to each hour.", source = "guide: Campaign" },
  { "exit_condition_enabled", "boolean", nullable = "openapi",
    doc = "Whether a recipient leaves the campaign once the exit condition is met.",
    source = "guide: Campaign; openapi: SendSettings" },
  { "exit_condition_conversion_metric_id", "string", nullable = true,
    doc = "The metric that the exit condition looks at.", source = "guide: Campaign; openapi: SendSettings" },
}

local SCHEDULING = {
  { "send_time", "datetime", nullable = true, doc = "When it goes out." },
  { "send_date", "date", nullable = true, doc = "The day it goes out, with smart send time." },
  { "send_times", "object", nullable = true, dialect = "openapi", doc = "The time of each variation, by its id." },
  { "strategy", "string", nullable = true, doc = "How it goes out: static, local_timezone, throttled, smart_send_time, "
    .. "or a kind of test that the service names." },
  { "throttle_percentage", "integer", nullable = true, doc = "The share of recipients in each unit of time." },
  { "throttle_unit", "string", nullable = true, enum = { "hour", "minute" }, since = "2026-07-15.pre",
    doc = "The unit of time of the share." },
  { "past_timezones_tomorrow", "boolean", nullable = true,
    doc = "With local_timezone: whether zones whose time has passed get it the next day." },
}
for _, field in ipairs(SCHEDULING) do
  field.read_only = true
  field.source = "guide: Campaign message; openapi: MessageSendOptions"
end

local VARIATION = {
  schema.id_field "variation",
  { "name", "string", nullable = true, doc = "A name for the variation.",
    source = "guide: Campaign variation; openapi: VariationDefinition" },
  { "channel", "string", enum = schema.channels, read_only = true, doc = "The channel, from its details.",
    source = "guide: Campaign variation" },
  { "details", "object", nullable = true, doc = "The content; its fields depend on `details.channel`.",
    source = "guide: Campaign variation; openapi: VariationDefinition" },
  schema.created, schema.updated,
}

-- Types, values and ranges are not published: what is given is checked for its type alone.
local AB_TEST = {
  { "winner_metric", "string", nullable = true, since = "2026-10-15", unverified = true,
    doc = "The measure by which variations are compared.", source = "2026-10-15: sparse fields of a message" },
  { "winner_percentage", "number", nullable = true, since = "2026-10-15", unverified = true,
    doc = "A percentage: of the recipients that the test is sent to.",
    source = "2026-10-15: sparse fields of a message" },
  { "winner_wait_hours", "number", nullable = true, since = "2026-10-15", unverified = true,
    doc = "Hours between the test and the choice of the winner.",
    source = "2026-10-15: sparse fields of a message" },
}

local MESSAGE = {
  schema.id_field "message",
  { "name", "string", nullable = "openapi", required = "guide", not_empty = "guide",
    doc = "The message's name, as seen by those who work on it.",
    source = "guide: Campaign message; openapi: MessageDefinition, MessageInlineCreate" },
  { "status", "string", enum = schema.statuses, read_only = true, nullable = "openapi",
    doc = "How far it is: DRAFT, SCHEDULED, SENDING, SENT or CANCELLED.",
    source = "guide: Campaign message; openapi: MessageDefinition" },
  { "is_tracking_opens", "boolean", default = true, nullable = "openapi", not_in = { inline = "openapi" },
    doc = "Whether opens of an email are counted.",
    source = "guide: Tracking and UTM parameters; openapi: MessageTrackingOptions" },
  { "is_tracking_clicks", "boolean", default = true, nullable = "openapi", not_in = { inline = "openapi" },
    doc = "Whether clicks in an email are counted.",
    source = "guide: Tracking and UTM parameters; openapi: MessageTrackingOptions" },
  { "is_add_utm", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether UTM parameters are added to links.",
    source = "openapi: MessageTrackingOptions, MessageInlineCreate" },
  { "throttling_type", "string", enum = { "FOR_CAMPAIGNS", "FOR_CAMPAIGNS_AND_FLOWS", "FOR_FLOWS", "NONE" },
    nullable = true, dialect = "openapi", doc = "Which recent messages make smart sending skip a recipient.",
    source = "openapi: MessageSendOptions, MessageInlineCreate" },
  { "recipient_percentage", "integer", nullable = true, dialect = "openapi", not_in = { inline = true },
    range = { 1, 100 }, doc = "The share of recipients that get this message.",
    source = "openapi: MessageSendOptions" },
  { "is_ignoring_unsubscribes", "boolean", nullable = true, dialect = "openapi", not_in = { inline = true },
    doc = "Whether it goes to the unsubscribed too.", source = "openapi: MessageSendOptions" },
  { "scheduling", "object", read_only = true, nullable = true, fields = SCHEDULING,
    doc = "When and how it goes out; set with schedule().",
    source = "guide: Campaign message; openapi: MessageSendOptions" },
  { "tracking_params", "array", read_only = "guide", nullable = true, since = { openapi = "2026-10-15" },
    unverified = "openapi",
    of = { "parameter", "object", doc = "One parameter: name, value, and type, which is `dynamic` if the value names a "
      .. "datum. Its shape is not published for writing.", source = "guide: Tracking and UTM parameters" },
    doc = "The UTM parameters; until 2026-10-15 they are set in the app or for the whole account.",
    source = "guide: Tracking and UTM parameters; 2026-10-15: sparse fields of a message" },
  { "ab_test", "object", nullable = true, dialect = "openapi", since = "2026-10-15", unverified = true,
    fields = AB_TEST,
    doc = "How the winner among several variations is found. A share of the recipients gets each of them; the winner "
      .. "goes to the rest.",
    source = "2026-10-15: sparse fields of a message" },
  schema.created, schema.updated,
  { "variations", "array", nullable = "openapi", not_in = { create = "guide", update = true },
    of = { "variation", "object", fields = VARIATION, doc = "One variation.",
      source = "openapi: VariationInlineCreate" },
    doc = "The contents; on a new message only.",
    source = "guide: Atomic inline creation; openapi: MessageInlineCreate" },
}

local AUDIENCE = {
  schema.id_field "audience",
  { "name", "string", nullable = "openapi", not_empty = "guide",
    doc = "A name for the audience; in the guide it can be set once the audience exists.",
    source = "guide: Campaign audience; openapi: AudienceDefinition" },
  { "priority", "integer", nullable = "openapi", not_in = { inline = true }, range = { 0, 2147483647 },
    doc = "Its place in the canvas, counted from 0.",
    source = "guide: Campaign audience; openapi: AudienceDefinition" },
  { "included", "array", of = LIST_ID, nullable = "openapi", not_empty = true,
    doc = "The lists and segments it is sent to.",
    source = "guide: Campaign audience; openapi: AudienceDefinition" },
  { "excluded", "array", of = LIST_ID, nullable = "openapi", doc = "The lists and segments left out.",
    source = "guide: Campaign audience; openapi: AudienceDefinition" },
  { "archived", "boolean", read_only = true, dialect = "guide", doc = "Whether it has been deleted.",
    source = "guide: Campaign audience" },
  { "has_non_draft_messages", "boolean", read_only = true, dialect = "guide",
    doc = "Whether one of its messages has left DRAFT; then it can be neither changed nor deleted.",
    source = "guide: Campaign audience" },
  schema.created, schema.updated,
}

-- Inside a new campaign, audiences hold their messages, and may name the temporary id that the wire needs.
local INLINE_AUDIENCE = {
  { "temporary_id", "string", not_empty = true, doc = "A name for linking messages to it; made up if left out.",
    source = "guide: Atomic inline creation; openapi: AudienceInlineCreate" },
  { "messages", "array", doc = "The messages it gets.", source = "guide: Atomic inline creation",
    of = { "message", "object", fields = MESSAGE, doc = "One message.", source = "openapi: MessageInlineCreate" } },
}
local INLINE_MESSAGE = {
  { "audience_temporary_id", "string", not_empty = true,
    doc = "The temporary id of its audience; for a message listed beside the audiences, not inside one.",
    source = "guide: Atomic inline creation; openapi: MessageInlineCreate" },
}

local CAMPAIGN = {
  schema.id_field "campaign",
  { "name", "string", nullable = "openapi", required = "guide", not_empty = "guide",
    doc = "The campaign's name.", source = "guide: Campaign; openapi: CampaignDefinition" },
  { "builder", "string", enum = { "wizard", "canvas" }, nullable = "openapi", not_in = { update = "guide" },
    doc = "The kind of editor it opens in.", source = "guide: Campaign; openapi: CampaignDefinition" },
  { "archived", "boolean", nullable = "openapi", read_only = "guide", doc = "Whether it has been archived.",
    source = "guide: Campaign; openapi: CampaignDefinition" },
  { "color", "string", nullable = true, doc = "The colour it is shown in, as hexadecimal digits.",
    source = "guide: Campaign; openapi: CampaignDefinition" },
  { "description", "string", nullable = true, doc = "A note for the team.",
    source = "guide: Campaign; openapi: CampaignDefinition" },
  { "send_settings", "object", fields = SEND_SETTINGS, nullable = "openapi",
    doc = "How its messages are sent unless they say otherwise.",
    source = "guide: Campaign; openapi: CampaignDefinition" },
  schema.created, schema.updated,
  { "audiences", "array", required = "guide", not_in = { update = true }, nullable = "openapi",
    doc = "Who it is sent to; in the guide at least one.", source = "guide: Atomic inline creation",
    of = { "audience", "object", fields = AUDIENCE, doc = "One audience.", source = "openapi: AudienceInlineCreate" } },
  { "messages", "array", not_in = { update = true }, nullable = "openapi",
    doc = "Messages that name their audience by its temporary id, instead of standing inside it.",
    source = "guide: Atomic inline creation; openapi: CampaignCreateQuery",
    of = { "message", "object", fields = MESSAGE, doc = "One message.", source = "openapi: MessageInlineCreate" } },
  { "tags", "array", of = { "id", "string", not_empty = true, reference = { "tag" }, doc = "The id of a tag.",
      source = "openapi: CampaignCreateQuery" },
    dialect = "openapi", not_in = { update = true }, doc = "The tags of a new campaign, by id.",
    source = "openapi: CampaignCreateQuery" },
}

---The resources by name. Those that most programs do without are in a file of their own, which is loaded when one of
---them is asked for: `schema.all` has all.
---@type table<string, klaviyo.schema.resource>
schema.resources = setmetatable({
  campaign = { name = "campaign", fields = CAMPAIGN, doc = "A campaign: settings, audiences and their messages." },
  audience = { name = "audience", fields = AUDIENCE, inline = INLINE_AUDIENCE,
    doc = "Lists and segments that a campaign is sent to." },
  message = { name = "message", fields = MESSAGE, inline = INLINE_MESSAGE,
    doc = "One send to one audience, from draft to sent." },
  variation = { name = "variation", fields = VARIATION, doc = "The content of a message on one channel." },
}, { __index = function(self, name)
  local found = require("klaviyo.model.schema_beside")[name]
  if found then
    self[name] = found
  end
  return found
end })

---All resources, for those who iterate over them.
---@return table<string, klaviyo.schema.resource>
function schema.all()
  for name in pairs(require "klaviyo.model.schema_beside") do
    local _ = schema.resources[name]
  end
  return schema.resources
end

-- Per list of fields, made on first use and kept as long as the list: its fields by name, and those that are required.
local indexes = setmetatable({}, {
  __mode = "k",
  __index = function(self, fields)
    local by_name, required = {}, {}
    for _, field in ipairs(fields) do
      by_name[field[1]] = field
      required[#required + 1] = field.required and field or nil
    end
    self[fields] = { by_name, required }
    return self[fields]
  end,
})

---The fields of a list by their names.
---@param fields klaviyo.schema.field[]
---@return table<string, klaviyo.schema.field>
function schema.by_name(fields)
  return indexes[fields][1]
end

---Those fields of a list that are required in some dialect, in its order.
---@param fields klaviyo.schema.field[]
---@return klaviyo.schema.field[]
function schema.required(fields)
  return indexes[fields][2]
end

---Finds a field in a list by its name.
---@param fields klaviyo.schema.field[]
---@param name string
---@return klaviyo.schema.field|nil
function schema.find(fields, name)
  return indexes[fields][1][name]
end

---Whether something said of a field (true, or the name of one dialect) holds in a dialect.
---@param said boolean|string|nil
---@param dialect string
---@return boolean
function schema.holds(said, dialect)
  return said == true or (said ~= nil and said == dialect)
end

---Whether a dialect has a field.
---@param field klaviyo.schema.field
---@param dialect string
---@return boolean
function schema.has(field, dialect)
  return field.dialect == nil or field.dialect == dialect
end

---The revision that brought a field to a dialect.
---@param field { since: string|table|nil }
---@param dialect string
---@return string|nil  nil: all have it
function schema.since(field, dialect)
  local since = field.since
  if type(since) == "table" then
    return since[dialect]
  end
  return since
end

---Whether this is a strategy of schedule().
---@param name any
---@return boolean
function schema.is_strategy(name)
  for _, known in ipairs(schema.strategies) do
    if known == name then
      return true
    end
  end
  return false
end

-- Words of statuses that this library has never heard of and after which nothing comes, in upper case.
local FINAL = { "FAIL", "ERROR", "CANCEL", "REJECT", "EXPIRED", "SKIPPED" }

---Whether a status is the last one of a message: SENT, CANCELLED, or one that is not known and says that it failed.
---@param status any
---@return boolean
function schema.is_final(status)
  local upper = type(status) == "string" and status:upper() or ""
  for _, word in ipairs(FINAL) do
    if upper:find(word, 1, true) then
      return true
    end
  end
  return upper == "SENT"
end

---The channels whose details have a field of this name.
---@param name string
---@return string[]
function schema.channels_with(name)
  local found = {}
  for _, channel in ipairs(schema.channels) do
    if schema.find(schema.details[channel], name) then
      found[#found + 1] = channel
    end
  end
  return found
end

---The names of a list of fields, in its order.
---@param fields klaviyo.schema.field[]
---@return string[]
function schema.names(fields)
  local names = {}
  for i, field in ipairs(fields) do
    names[i] = field[1]
  end
  return names
end

return schema
