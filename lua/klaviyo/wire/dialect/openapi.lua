-- SPDX-License-Identifier: MIT
--- The wire names of the published OpenAPI files (2026-07-15.pre and later, and as last published 2026-04-15.pre).
-- A form says where fields stand in `attributes`: under `home`, by their own name, unless `fields` says otherwise.

local writer = require "klaviyo.wire.dialect.write"

local TRACKING, SENDING = { "definition", "tracking_options" }, { "definition", "send_options" }

local function under(base, name)
  return { base[1], base[2], name }
end

-- The same choice has two spellings: FOR_FLOWS in a new campaign, throttle-for-flows in send_options.
local function throttling_type(value)
  if type(value) ~= "string" or value == "NONE" then
    return value == "NONE" and "none" or value
  end
  return "throttle-" .. value:lower():gsub("_", "-")
end

return writer.new {
  name = "openapi",
  names_clones = true,
  forms = {
    campaign = { home = { "definition" }, needs = "definition" },
    audience = { home = { "definition" }, needs = "definition" },
    inline_audience = { home = {} },
    message = { home = { "definition" }, needs = "definition",
      fields = {
        is_tracking_opens = under(TRACKING, "is_tracking_opens"),
        is_tracking_clicks = under(TRACKING, "is_tracking_clicks"),
        is_add_utm = under(TRACKING, "is_add_utm"),
        throttling_type = under(SENDING, "throttling_type"),
        recipient_percentage = under(SENDING, "recipient_percentage"),
        is_ignoring_unsubscribes = under(SENDING, "is_ignoring_unsubscribes"),
        variations = { "variations" },
      },
      convert = { throttling_type = throttling_type } },
    inline_message = { home = {} },
    variation = { home = { "definition" }, needs = "definition" },
  },
}
