-- SPDX-License-Identifier: MIT
--- Requests to begin with when a sandbox is held against the OpenAPI file: for each operation that writes bodies with
--- every field there is, for each that reads every query of the file and the like that are none of it.
local wire = require "spec.support.wire"

local M = {}

local DETAILS = {
  { channel = "email", template_id = "T", from_label = "F", from_email = "a@example.com", reply_to_email = "",
    cc_email = "", bcc_email = "", subject = "S", preview_text = "P" },
  { channel = "sms", template_id = "T", mms_static_image_asset_id = 5, shorten_links = true, body = "B",
    include_contact_card = true, add_org_prefix = true, add_info_link = true, add_opt_out_language = true,
    mms_dynamic_image_template = "X", text_message_type = "MMS", message_hierarchy = { "SMS" } },
  { channel = "push", title = "T", body = "B", badge = true, badge_config = "set-count", badge_value = "2",
    sound = true, sound_file_name = "S", static_asset_id = 5, open_action = 1, dynamic_media_template = "D",
    kv_pairs = { a = "b" }, push_type = "silent", ios_deep_link = "X", android_deep_link = "Y",
    web_url = "https://example.com",
    content_available = true, mutable_content = true, video_asset_id = "V", action_buttons = { { label = "L",
      action_type = "open_url", url = "https://example.com", icon = "I", custom_action_id = "C" } } },
  { channel = "whatsapp", template_id = "T", shorten_links = true },
}
local CAMPAIGN = { name = "N", builder = "canvas", archived = false, color = "#4A90D9", description = "D",
  send_settings = { send_timezone = "UTC", send_strategy = "STATIC", send_passed_rltz_immediately = true,
    exit_condition_enabled = true, exit_condition_conversion_metric_id = "M" } }
local AUDIENCE = { name = "N", included = { "L" }, excluded = { "M" }, priority = 2 }
local MESSAGE = { name = "N", tracking_options = { is_add_utm = true, is_tracking_clicks = true,
  is_tracking_opens = true }, send_options = { recipient_percentage = 50, throttling_type = "none",
  is_ignoring_unsubscribes = false } }

---Makes what the requests are about.
---@return table  ids: campaign, audience, message, variation, scheduled (a message), tag
function M.prepare(box, client)
  local made = wire.create(client, { { name = "One", details = { channel = "email" } },
    { name = "Two", details = { channel = "push" } } })
  wire.schedule(client, made.messages[2], { send_time = "2026-08-01T00:00:00Z", strategy = "static" })
  local free = wire.create(client, { { name = "Three", details = { channel = "email" } } })
  return { campaign = free.id, audience = free.audiences[1], message = free.messages[1],
    variation = wire.variation(client, free.messages[1]), scheduled = made.messages[2], tag = box:tag { name = "t" } }
end

local function link(kind, id)
  return { data = { type = kind, id = id } }
end

-- What a message has besides from revision 2026-10-15 on.
local AB_TEST = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 4 }
local PARAMS = { { name = "N", value = "V" } }

local function message_of(revision)
  if revision < "2026-10-15" then
    return MESSAGE
  end
  local message = { ab_test = AB_TEST, tracking_options = { tracking_params = PARAMS } }
  for name, value in pairs(MESSAGE.tracking_options) do
    message.tracking_options[name] = value
  end
  message.name, message.send_options = MESSAGE.name, MESSAGE.send_options
  return message
end

---Bodies that are right, with every field there is.
---@param world table      of prepare
---@param revision string
---@return { operation: string, path: string, body: table }[]
function M.bodies(world, revision)
  local list, message = {}, message_of(revision)
  local function add(operation, path, data)
    list[#list + 1] = { operation = operation, path = "/api/" .. path, body = { data = data } }
  end
  local to_campaign = { campaign = link("campaign", world.campaign) }
  local to_message = { ["campaign-message"] = link("campaign-message", world.message) }
  local to_audience = { ["campaign-audience"] = link("campaign-audience", world.audience) }
  for _, details in ipairs(DETAILS) do
    local variation = { definition = { name = "V", details = details } }
    add("create_campaign", "campaigns", { type = "campaign", attributes = { definition = CAMPAIGN,
      audiences = { { temporary_id = "a", name = "N", included = { "L" }, excluded = { "M" } } },
      messages = { { audience_temporary_id = "a", name = "N", is_add_utm = true, throttling_type = "FOR_FLOWS",
        ab_test = message.ab_test, tracking_params = message.tracking_options.tracking_params,
        variations = { variation } } } }, relationships = { tags = { data = { { type = "tag", id = world.tag } } } } })
    add("create_campaign_message", "campaign-messages", { type = "campaign-message",
      attributes = { definition = message, variations = { variation } },
      relationships = { campaign = to_campaign.campaign, ["campaign-audience"] = to_audience["campaign-audience"] } })
    add("create_campaign_variation", "campaign-variations", { type = "campaign-variation", attributes = variation,
      relationships = to_message })
    add("update_campaign_variation", "campaign-variations/" .. world.variation, { type = "campaign-variation",
      id = world.variation, attributes = variation })
  end
  add("update_campaign", "campaigns/" .. world.campaign, { type = "campaign", id = world.campaign,
    attributes = { definition = CAMPAIGN } })
  add("clone_campaign", "campaign-clone", { type = "campaign", id = world.campaign, attributes = { name = "N" } })
  add("create_campaign_audience", "campaign-audiences", { type = "campaign-audience",
    attributes = { definition = AUDIENCE }, relationships = to_campaign })
  add("update_campaign_audience", "campaign-audiences/" .. world.audience, { type = "campaign-audience",
    id = world.audience, attributes = { definition = AUDIENCE } })
  add("clone_campaign_audience", "campaign-audience-clone", { type = "campaign-audience-clone", id = world.audience,
    attributes = { id = world.audience, name = "N" }, relationships = to_campaign })
  add("update_campaign_message", "campaign-messages/" .. world.message, { type = "campaign-message",
    id = world.message, attributes = { definition = message } })
  add("clone_campaign_message", "campaign-message-clone", { type = "campaign-message", id = world.message,
    attributes = { id = world.message, name = "N" }, relationships = to_audience })
  for _, attributes in ipairs {
    { send_time = "2026-08-01T00:00:00Z", strategy = "throttled", throttled_options = { throttling_percentage = 25,
      throttle_unit = revision >= "2026-07-15" and "minute" or nil } },
    { send_time = "2026-08-01T00:00:00Z", strategy = "local_timezone",
      timezone_options = { send_past_timezones_tomorrow = true } },
    { send_date = "2026-08-01", strategy = "smart_send_time" },
  } do
    add("schedule_campaign_message", "campaign-message-schedule", { type = "campaign-message-schedule",
      attributes = attributes, relationships = to_message })
  end
  add("update_campaign_message_schedule", "campaign-message-schedule/" .. world.scheduled, {
    type = "campaign-message-schedule", id = world.scheduled, attributes = { action = "revert" } })
  return list
end

local OPERATORS = { "equals", "less-than", "less-or-equal", "greater-than", "greater-or-equal", "contains",
  "contains-any", "contains-all", "starts-with", "ends-with", "any", "has" }
local TIME = "2026-01-01T00:00:00Z"
local FIELDS = { id = "'x'", name = "'x'", archived = "true", builder = "'wizard'", created_at = TIME,
  updated_at = TIME, campaign_id = "'x'", ["campaign.id"] = "'x'", status = "'draft'", created = TIME, updated = TIME,
  color = "'x'", ["campaign-message.id"] = "'x'", priority = "1" }

-- The words that a parameter takes, as a set; nil for one that takes other things.
local function words_of(parameter)
  local set, list = {}, parameter.schema.items and parameter.schema.items.enum or parameter.schema.enum
  for _, word in ipairs(list or {}) do
    set[word] = true
  end
  return list and set
end

-- What each parameter with words takes anywhere in the file.
local function all_words(operations)
  local found = {}
  for _, operation in pairs(operations) do
    for _, parameter in ipairs(operation.operation.parameters or {}) do
      for word in pairs(parameter["in"] == "query" and words_of(parameter) or {}) do
        found[parameter.name] = found[parameter.name] or { zzz = true }
        found[parameter.name][word] = true
      end
    end
  end
  return found
end

local function escape(text)
  return (text:gsub("[%[%]]", { ["["] = "%5B", ["]"] = "%5D" }))
end

local function add_filters(rules, add)
  for field, value in pairs(FIELDS) do
    local arities = {}
    for arity, operators in pairs(rules[field] and rules[field].operators or {}) do
      for _, operator in ipairs(operators) do
        arities[operator] = arity
      end
    end
    for _, operator in ipairs(OPERATORS) do
      local given = (arities[operator] or operator == "any" and "list") == "list" and "[" .. value .. "]" or value
      add("filter", ("%s(%s,%s)"):format(operator, field, given), arities[operator] ~= nil)
    end
  end
end

---Queries with one parameter of every operation that reads, and whether the file allows it.
---@param operations table  of the file
---@param world table       of prepare
---@return { path: string, allowed: boolean }[]
function M.queries(operations, world)
  local list, words = {}, all_words(operations)
  for _, operation in pairs(operations) do
    local path = operation.path:gsub("/$", ""):gsub("{id}", function()
      return world[operation.path:match "^/api/campaign%-(%a+)s/" or "campaign"]
    end)
    local function add(name, value, allowed)
      list[#list + 1] = { path = path .. "?" .. escape(name) .. "=" .. escape(value), allowed = allowed }
    end
    local own = {}
    for _, parameter in ipairs(operation.operation.parameters or {}) do
      own[parameter.name] = parameter
    end
    if operation.method == "GET" then
      for name, known in pairs(words) do
        for word in pairs(known) do
          add(name, word, own[name] ~= nil and words_of(own[name])[word] or false)
        end
      end
      for _, size in ipairs { 0, 1, 2, 99, 100, 101 } do
        add("page[size]", tostring(size), own["page[size]"] ~= nil and size >= 1 and size <= 100)
      end
      add("page[cursor]", "zzz", false)
      add("zzz", "1", false)
      add_filters(operation.operation["x-klaviyo-filters"] or {}, add)
    end
  end
  return list
end

return M
