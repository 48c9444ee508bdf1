-- SPDX-License-Identifier: MIT
--- The resources beside campaigns, audiences, messages and variations, as schema.lua describes them; and the options of
--- schedule().

local schema = require "klaviyo.model.schema"

local TAG = {
  schema.id_field "tag",
  { "name", "string", read_only = true, doc = "The tag.", source = "openapi: TagResponseObjectResource" },
}

local IMAGE = {
  schema.id_field "image",
  { "name", "string", read_only = true, doc = "The image's name." },
  { "image_url", "string", read_only = true, doc = "Where it is." },
  { "format", "string", read_only = true, doc = "Its file format." },
  { "size", "integer", read_only = true, doc = "Its size in bytes." },
  { "hidden", "boolean", read_only = true, doc = "Whether it is left out of the library's lists." },
  { "updated_at", "datetime", read_only = true, doc = "When it was last changed." },
}

local TRANSLATION = {
  schema.id_field "translation",
  { "source_locale", "string", read_only = true, doc = "The language it is translated from." },
  { "target_locales", "array", read_only = true, of = { "locale", "string" },
    doc = "The languages it is translated to." },
  { "fallback_locale", "string", read_only = true, nullable = true, doc = "The language for everybody else." },
  { "channel", "string", read_only = true, enum = { "email", "mobile_push", "sms", "whatsapp" },
    doc = "The channel; push is mobile_push here." },
  { "metadata", "object", read_only = true, nullable = true, doc = "Further data that the service keeps." },
  schema.created, schema.updated,
}
local COUNT = { "profile_count", "integer", additional = true,
  doc = 'The number of people; read with additional_fields = { "profile_count" }, of one at a time.' }

local LIST = {
  schema.id_field "list",
  { "name", "string", doc = "The list's name." },
  { "opt_in_process", "string", enum = { "double_opt_in", "single_opt_in" },
    doc = "Whether a person has to confirm before they are on it." },
  COUNT, schema.created, schema.updated,
}

local SEGMENT = {
  schema.id_field "segment",
  { "name", "string", doc = "The segment's name." },
  { "definition", "object", doc = "The conditions that make it." },
  { "is_active", "boolean", doc = "Whether it is kept up to date." },
  { "is_processing", "boolean", doc = "Whether its people are being looked for." },
  { "is_starred", "boolean", doc = "Whether it is among the favourites." },
  COUNT, schema.created, schema.updated,
}

local TEMPLATE = {
  schema.id_field "template",
  { "name", "string", doc = "The template's name." },
  { "editor_type", "string", doc = "What it was written with: SYSTEM_DRAGGABLE, USER_DRAGGABLE, CODE, HYBRID." },
  { "html", "string", doc = "Its HTML." },
  { "text", "string", doc = "Its plain text." },
  { "amp", "string", doc = "Its AMP." },
  schema.created, schema.updated,
}

local METRIC = {
  schema.id_field "metric",
  { "name", "string", doc = "The metric's name." },
  { "integration", "object", doc = "What counts it: its id, name, category, ..." },
  schema.created, schema.updated,
}

local ACCOUNT = {
  schema.id_field "account",
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
  schema.id_field "campaign",
  { "estimated_recipient_count", "integer", read_only = true, doc = "The number of recipients, estimated.",
    source = "openapi: CampaignRecipientEstimationResponseObjectResource" },
}

local VALUES_REPORT = {
  { "results", "array", of = { "result", "object" }, read_only = true, doc = "Groupings, and the statistics of each.",
    source = "openapi: PostCampaignValuesResponseDTO" },
}

local ESTIMATION_JOB = {
  schema.id_field "campaign",
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
  schema.id_field "message",
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
return {
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
