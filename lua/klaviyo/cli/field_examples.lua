-- SPDX-License-Identifier: MIT
--- An example of each field that can be set, for klaviyo help fields. A field of true or false, or of few values, needs
--- none here. field_help_spec.lua has each of them validated.

---By topic and name; parts of objects by dotted names. `beside` is what a field needs beside it.
---@type table<string, table<string, any>>
local examples = {
  campaign = {
    name = "Summer Sale 2026",
    color = "FF7A00",
    description = "Multi-channel summer promotion",
    ["send_settings.send_timezone"] = "America/New_York",
    ["send_settings.throttle_percentage"] = 25,
    ["send_settings.exit_condition_conversion_metric_id"] = "METRIC_ID",
    tags = { "TAG_ID" },
  },
  audience = {
    name = "VIP customers",
    priority = 0,
    included = { "LIST_ID", "SEGMENT_ID" },
    excluded = { "LIST_ID" },
  },
  message = {
    name = "Summer email blast",
    recipient_percentage = 50,
    tracking_params = { { name = "utm_campaign", value = "summer" } },
    ["ab_test.winner_metric"] = "open_rate",
    ["ab_test.winner_percentage"] = 20,
    ["ab_test.winner_wait_hours"] = 4,
    variations = { { channel = "email", subject = "Summer Sale starts now" },
      { channel = "email", subject = "The sale is on" } },
  },
  email = {
    template_id = "TEMPLATE_ID",
    subject = "Summer Sale starts now",
    preview_text = "Up to 40 % off, for a week",
    from_email = "hello@example.com",
    from_label = "Example Brand",
    reply_to_email = "support@example.com",
    cc_email = "team@example.com",
    bcc_email = "archive@example.com",
  },
  sms = {
    template_id = "TEMPLATE_ID",
    body = "The sale is on: https://example.com/sale",
    mms_static_image_asset_id = 1234567,
    mms_dynamic_image_template = "https://example.com/{{ person.id }}.png",
    cost = 0.01,
  },
  push = {
    title = "Summer Sale",
    body = "It starts now",
    static_asset_id = 1234567,
    ios_deep_link = "example://sale",
    android_deep_link = "example://sale",
    badge_value = "1",
    sound_file_name = "bell.wav",
    open_action = 0,
    dynamic_media_template = "https://example.com/{{ person.id }}.png",
    kv_pairs = { campaign = "summer" },
    web_url = "https://example.com/sale",
    video_asset_id = "VIDEO_ID",
    action_buttons = { { label = "To the sale", action_type = "open_url", url = "https://example.com/sale" } },
  },
  whatsapp = { template_id = "TEMPLATE_ID" },
  send = {
    at = "2026-12-01T09:00",
    timezone = "America/New_York",
    date = "2026-12-01",
    percentage = 25,
    unit = "minute",
  },
}

---What a field needs beside it, by topic and name.
---@type table<string, table<string, table<string, any>>>
local beside = {
  campaign = { ["send_settings.throttle_percentage"] = { send_strategy = "THROTTLED" },
    ["send_settings.send_passed_rltz_immediately"] = { send_strategy = "LOCAL_TIMEZONE" } },
  send = {
    at = { timezone = "America/New_York" },
    timezone = { at = "2026-12-01T09:00" },
    date = { strategy = "smart_send_time" },
    percentage = { strategy = "throttled" },
    unit = { strategy = "throttled", percentage = 10 },
    past_timezones = { strategy = "local_timezone" },
  },
}

return { of = examples, beside = beside }
