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

local schema = {}

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

local CREATED = { "created_at", "datetime", read_only = true, nullable = "openapi",
  doc = "When it was created.", source = "guide: Data model; openapi: *ResponseObjectResource" }
local UPDATED = { "updated_at", "datetime", read_only = true, nullable = "openapi",
  doc = "When it was last changed.", source = "guide: Data model; openapi: *ResponseObjectResource" }

local function id_field(what)
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

local EMAIL = {
  { "template_id", "string", nullable = true, rewritten = true, reference = { "template" },
    doc = "The template the email is made from." },
  { "subject", "string", default = "", doc = "The subject line." },
  { "preview_text", "string", default = "", doc = "The line that mail programs show beside the subject." },
  { "from_email", "string", default = "", doc = "The address it is sent from." },
  { "from_label", "string", default = "", doc = "The sender's name as shown." },
  { "reply_to_email", "string", default = "", doc = "Where answers go." },
  { "cc_email", "string", default = "", doc = "An address that gets a visible copy." },
  { "bcc_email", "string", default = "", doc = "An address that gets a hidden copy." },
}

local SMS = {
  { "template_id", "string", nullable = true, rewritten = true, reference = { "template" },
    doc = "The template the text is made from." },
  { "body", "string", default = "", doc = "The text." },
  { "shorten_links", "boolean", nullable = true, doc = "Whether links in the text are shortened." },
  { "include_contact_card", "boolean", nullable = true, doc = "Whether the sender's contact card is attached." },
  { "cost", "number", nullable = true, dialect = "openapi", not_in = { inline = true, create = true },
    doc = "The cost of sending one; the service rejects it on create." },
  { "mms_static_image_asset_id", "integer", nullable = true, dialect = "openapi",
    doc = "The image asset of a picture message." },
  { "mms_dynamic_image_template", "string", nullable = true, dialect = "openapi",
    doc = "The template that makes the picture of a picture message." },
  { "add_org_prefix", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether the organisation's name is put in front." },
  { "add_info_link", "boolean", nullable = true, dialect = "openapi", doc = "Whether a link to information is added." },
  { "add_opt_out_language", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether a line on how to opt out is added." },
  { "text_message_type", "string", enum = { "SMS", "MMS", "RCS" }, default = "SMS", dialect = "openapi",
    doc = "The kind of text message." },
  { "message_hierarchy", "any", nullable = true, dialect = "openapi",
    doc = "The kinds of text message to fall back on; the documents do not say its form." },
}

local ACTION_BUTTON = {
  { "label", "string", required = true, doc = "The text on the button." },
  { "action_type", "string", required = true, enum = { "deep_link", "dismiss", "open_app", "open_url" },
    doc = "The action of the button." },
  { "url", "string", nullable = true, doc = "The page that the button opens." },
  { "icon", "string", nullable = true, doc = "The button's icon." },
  { "custom_action_id", "string", nullable = true, doc = "An id for an app's own handling." },
}

local PUSH = {
  { "title", "string", default = "", doc = "The title of the notification." },
  { "body", "string", default = "", doc = "The text of the notification." },
  { "static_asset_id", "integer", nullable = true, doc = "The image shown with it." },
  { "ios_deep_link", "string", nullable = true, doc = "Opened on iOS." },
  { "android_deep_link", "string", nullable = true, doc = "Opened on Android." },
  { "sound", "boolean", default = false, doc = "Whether it makes a sound." },
  { "badge", "boolean", default = false, doc = "Whether it sets a badge on the app's icon." },
  { "badge_config", "string", enum = { "increment-one", "set-count", "set-property" }, default = "increment-one",
    dialect = "openapi", doc = "How the badge's number is found." },
  { "badge_value", "string", default = "1", dialect = "openapi", doc = "The badge's number or the property it is in." },
  { "sound_file_name", "string", default = "", dialect = "openapi", doc = "The sound it makes." },
  { "open_action", "integer", default = 0, dialect = "openapi", doc = "The number of the action on opening." },
  { "dynamic_media_template", "string", default = "", dialect = "openapi",
    doc = "The template that makes its picture." },
  { "kv_pairs", "object", nullable = true, dialect = "openapi", doc = "Data for the app; any names." },
  { "push_type", "string", enum = { "standard", "silent" }, default = "standard", dialect = "openapi",
    doc = "Whether it is shown or only wakes the app." },
  { "web_url", "string", nullable = true, dialect = "openapi", doc = "Opened in a browser." },
  { "content_available", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether iOS wakes the app for it in the background." },
  { "mutable_content", "boolean", nullable = true, dialect = "openapi",
    doc = "Whether an iOS extension may change it before it is shown." },
  { "video_asset_id", "string", nullable = true, dialect = "openapi", doc = "The video shown with it." },
  { "action_buttons", "array", nullable = true, dialect = "openapi", doc = "The buttons under it.",
    of = { "button", "object", fields = ACTION_BUTTON, doc = "One button.", source = "openapi: PushActionButton" } },
}

local WHATSAPP = {
  { "template_id", "string", nullable = true, reference = { "template" }, doc = "The WhatsApp template." },
  { "shorten_links", "boolean", default = true, doc = "Whether links are shortened." },
}

---The fields of `details`, by channel; `channel` itself is in each.
---@type table<string, klaviyo.schema.field[]>
schema.details = { email = EMAIL, sms = SMS, push = PUSH, whatsapp = WHATSAPP }

local SCHEMAS = { email = "EmailChannelDetails", sms = "SMSChannelDetails", push = "PushChannelDetails",
  whatsapp = "WhatsappChannelDetails" }
for channel, fields in pairs(schema.details) do
  for _, field in ipairs(fields) do
    field.source = (field.dialect and "" or "guide: Campaign variation; ") .. "openapi: " .. SCHEMAS[channel]
  end
  table.insert(fields, 1, { "channel", "string", enum = { channel }, required = true,
    doc = "The channel these details are for.",
    source = "guide: Campaign variation; openapi: " .. SCHEMAS[channel] })
end
for _, field in ipairs(ACTION_BUTTON) do
  field.source = "openapi: PushActionButton"
end

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
  id_field "variation",
  { "name", "string", nullable = true, doc = "A name for the variation.",
    source = "guide: Campaign variation; openapi: VariationDefinition" },
  { "channel", "string", enum = schema.channels, read_only = true, doc = "The channel, from its details.",
    source = "guide: Campaign variation" },
  { "details", "object", nullable = true, doc = "The content; its fields depend on `details.channel`.",
    source = "guide: Campaign variation; openapi: VariationDefinition" },
  CREATED, UPDATED,
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
  id_field "message",
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
  CREATED, UPDATED,
  { "variations", "array", nullable = "openapi", not_in = { create = "guide", update = true },
    of = { "variation", "object", fields = VARIATION, doc = "One variation.",
      source = "openapi: VariationInlineCreate" },
    doc = "The contents; on a new message only.",
    source = "guide: Atomic inline creation; openapi: MessageInlineCreate" },
}

local AUDIENCE = {
  id_field "audience",
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
  CREATED, UPDATED,
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
  id_field "campaign",
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
  CREATED, UPDATED,
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

local TAG = {
  id_field "tag",
  { "name", "string", read_only = true, doc = "The tag.", source = "openapi: TagResponseObjectResource" },
}

local IMAGE = {
  id_field "image",
  { "name", "string", read_only = true, doc = "The image's name." },
  { "image_url", "string", read_only = true, doc = "Where it is." },
  { "format", "string", read_only = true, doc = "Its file format." },
  { "size", "integer", read_only = true, doc = "Its size in bytes." },
  { "hidden", "boolean", read_only = true, doc = "Whether it is left out of the library's lists." },
  { "updated_at", "datetime", read_only = true, doc = "When it was last changed." },
}

local TRANSLATION = {
  id_field "translation",
  { "source_locale", "string", read_only = true, doc = "The language it is translated from." },
  { "target_locales", "array", read_only = true, of = { "locale", "string" },
    doc = "The languages it is translated to." },
  { "fallback_locale", "string", read_only = true, nullable = true, doc = "The language for everybody else." },
  { "channel", "string", read_only = true, enum = { "email", "mobile_push", "sms", "whatsapp" },
    doc = "The channel; push is mobile_push here." },
  { "metadata", "object", read_only = true, nullable = true, doc = "Further data that the service keeps." },
  CREATED, UPDATED,
}
local COUNT = { "profile_count", "integer", additional = true,
  doc = 'The number of people; read with additional_fields = { "profile_count" }, of one at a time.' }

local LIST = {
  id_field "list",
  { "name", "string", doc = "The list's name." },
  { "opt_in_process", "string", enum = { "double_opt_in", "single_opt_in" },
    doc = "Whether a person has to confirm before they are on it." },
  COUNT, CREATED, UPDATED,
}

local SEGMENT = {
  id_field "segment",
  { "name", "string", doc = "The segment's name." },
  { "definition", "object", doc = "The conditions that make it." },
  { "is_active", "boolean", doc = "Whether it is kept up to date." },
  { "is_processing", "boolean", doc = "Whether its people are being looked for." },
  { "is_starred", "boolean", doc = "Whether it is among the favourites." },
  COUNT, CREATED, UPDATED,
}

local TEMPLATE = {
  id_field "template",
  { "name", "string", doc = "The template's name." },
  { "editor_type", "string", doc = "What it was written with: SYSTEM_DRAGGABLE, USER_DRAGGABLE, CODE, HYBRID." },
  { "html", "string", doc = "Its HTML." },
  { "text", "string", doc = "Its plain text." },
  { "amp", "string", doc = "Its AMP." },
  CREATED, UPDATED,
}

local METRIC = {
  id_field "metric",
  { "name", "string", doc = "The metric's name." },
  { "integration", "object", doc = "What counts it: its id, name, category, ..." },
  CREATED, UPDATED,
}

local ACCOUNT = {
  id_field "account",
  { "test_account", "boolean", doc = "Whether it is for tests." },
  { "contact_information", "object", doc = "The default sender, the organization and its address." },
  { "industry", "string", doc = "What it sells." },
  { "timezone", "string", doc = "Its time zone." },
  { "preferred_currency", "string", doc = "Its currency, such as USD." },
  { "public_api_key", "string", doc = "Its public key, the site id." },
  { "locale", "string", doc = "Its language and country, such as en-US." },
}
for schema_name, fields in pairs { ListResponse = LIST, SegmentResponse = SEGMENT, TemplateResponse = TEMPLATE,
  MetricResponse = METRIC, AccountResponse = ACCOUNT } do
  for _, field in ipairs(fields) do
    field.read_only = true
    field.nullable = field.nullable or field[1] ~= "id" or nil
    field.source = field.source or ("openapi: %sObjectResource"):format(schema_name)
  end
end

local ESTIMATION = {
  id_field "campaign",
  { "estimated_recipient_count", "integer", read_only = true, doc = "The number of recipients, estimated.",
    source = "openapi: CampaignRecipientEstimationResponseObjectResource" },
}

local VALUES_REPORT = {
  { "results", "array", of = { "result", "object" }, read_only = true, doc = "Groupings, and the statistics of each.",
    source = "openapi: PostCampaignValuesResponseDTO" },
}

local ESTIMATION_JOB = {
  id_field "campaign",
  { "status", "string", read_only = true, doc = "How far it is: queued, processing, complete or cancelled.",
    source = "openapi: CampaignRecipientEstimationJobResponseObjectResource" },
}

for _, field in ipairs(IMAGE) do
  field.source = "openapi: ImageResponseObjectResource"
end
for _, field in ipairs(TRANSLATION) do
  field.source = field.source or "openapi: TranslationResponseObjectResource"
end

-- The options of schedule(), in our words; the plan made from them goes out through the dialect.
-- `as_read` is the name of the same thing in message.scheduling: schedule() takes either.
local SCHEDULE = {
  { "at", "datetime", as_read = "send_time",
    doc = "When: ISO 8601 with an offset, or a local time together with `timezone`." },
  { "timezone", "string", format = "timezone", doc = "The zone that a local `at` is meant in." },
  { "date", "date", as_read = "send_date", dialect = "openapi", doc = "The day, YYYY-MM-DD, with smart_send_time." },
  { "strategy", "string", enum = schema.strategies, default = "static", doc = "How: all at once, at the same local "
    .. "time everywhere, a share of recipients at a time, or at each recipient's best time." },
  { "percentage", "integer", as_read = "throttle_percentage", enum = schema.percentages,
    doc = "With throttled: the share of recipients at a time." },
  { "unit", "string", as_read = "throttle_unit", enum = { "hour", "minute" }, default = "hour", dialect = "openapi",
    doc = "With throttled: the time between shares; minute from revision 2026-07-15.pre." },
  { "past_timezones", "string", as_read = "past_timezones_tomorrow", enum = { "tomorrow", "immediately" },
    doc = "With local_timezone: what happens where the time has already passed." },
}
for _, field in ipairs(SCHEDULE) do
  field.source = "guide: Schedule a campaign; openapi: CampaignMessageScheduleQuery"
end

-- The response to schedule().
local SCHEDULED = {
  id_field "message",
  { "send_time", "datetime", doc = "When it goes out." },
  { "send_date", "date", doc = "The day it goes out, with smart send time." },
  { "strategy", "string", doc = "How it goes out." },
  { "throttle_percentage", "integer", since = "2026-07-15.pre", doc = "The share of recipients in each unit of time." },
  { "throttle_unit", "string", since = "2026-07-15.pre", doc = "The unit of time of the share." },
}
for _, field in ipairs(SCHEDULED) do
  field.read_only, field.nullable = true, true
  field.source = "guide: Schedule a campaign; openapi: CampaignMessageScheduleResponseObjectResource"
end

---@type table<string, klaviyo.schema.resource>
schema.resources = {
  campaign = { name = "campaign", fields = CAMPAIGN, doc = "A campaign: settings, audiences and their messages." },
  audience = { name = "audience", fields = AUDIENCE, inline = INLINE_AUDIENCE,
    doc = "Lists and segments that a campaign is sent to." },
  message = { name = "message", fields = MESSAGE, inline = INLINE_MESSAGE,
    doc = "One send to one audience, from draft to sent." },
  variation = { name = "variation", fields = VARIATION, doc = "The content of a message on one channel." },
  tag = { name = "tag", fields = TAG, doc = "A label of the account." },
  image = { name = "image", fields = IMAGE, doc = "An image of the library." },
  translation = { name = "translation", fields = TRANSLATION, doc = "How a variation is translated." },
  list = { name = "list", fields = LIST, doc = "A list of people." },
  segment = { name = "segment", fields = SEGMENT, doc = "The people that conditions are true of." },
  template = { name = "template", fields = TEMPLATE, doc = "A template of messages." },
  metric = { name = "metric", fields = METRIC, doc = "What people do, such as placing an order." },
  account = { name = "account", fields = ACCOUNT, doc = "The account that the credential is of." },
  estimation = { name = "estimation", fields = ESTIMATION, doc = "How many recipients a campaign has." },
  estimation_job = { name = "estimation_job", fields = ESTIMATION_JOB, doc = "A job that counts them." },
  values_report = { name = "values_report", fields = VALUES_REPORT, doc = "Results of campaigns." },
  schedule = { name = "schedule", fields = SCHEDULE, response = SCHEDULED,
    doc = "The options of schedule()." },
}

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
