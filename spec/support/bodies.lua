-- SPDX-License-Identifier: MIT
--- Bodies for the specs of the dialect: what a service gets and answers, in either shape.

local json = require "klaviyo.model.json"

local bodies = {}

---The body as the service gets it.
---@param body table
---@return table
function bodies.sent(body)
  return assert(json.decode(assert(json.encode(body))))
end

---A getter as objects have one, over a plain table.
---@param resource table
---@return fun(path: string): any
function bodies.getter(resource)
  return function(path)
    local value = resource
    for name in path:gmatch "[^.]+" do
      if type(value) ~= "table" then
        return nil
      end
      value = value[name]
    end
    return value
  end
end

---A model with two audiences and three messages on three channels.
---@return table
function bodies.summer()
  return {
    name = "Summer", timezone = "America/New_York", color = json.null, send_settings = { send_strategy = "STATIC" },
    audiences = {
      { name = "VIP", included = { "L1" }, excluded = {}, messages = {
        { name = "Blast", channel = "email", subject = "Now", from_email = "a@b.example", is_tracking_opens = false },
        { name = "Text", variations = { { name = "V", details = { channel = "sms", body = "Hi" } } } },
      } },
      { included = { "L2" }, messages = {
        { name = "Ping", details = { channel = "push", title = "T", badge = true } },
      } },
    },
  }
end

---Resource objects as a service answers them, every field at its place in one shape, by shape and resource.
bodies.responses = {
  guide = {
    audience = { type = "campaign-audience", id = "A", attributes = { audience_name = "VIP", priority = 2,
      included = { "L" }, excluded = {}, archived = false, has_non_draft_messages = true, created_at = "c",
      updated_at = "u" } },
    message = { type = "campaign-message", id = "M", attributes = { name = "Blast", status = "SCHEDULED",
      created = "c", updated = "u", definition = { is_tracking_opens = false }, tracking_params = json.null,
      scheduling_info = { send_time = "t", strategy = "throttled",
        throttled_options = { throttling_percentage = 25 } } } },
  },
  openapi = {
    audience = { type = "campaign-audience", id = "A", attributes = { created = "c", updated = "u",
      definition = { name = "VIP", priority = 2, included = { "L" }, excluded = {} } } },
    message = { type = "campaign-message", id = "M", attributes = { created = "c", updated = "u",
      definition = { name = "Blast", status = "scheduled", tracking_options = { is_tracking_opens = false },
        send_options = { send_time = "t", send_strategy = "throttled", throttling_type = "throttle-for-flows",
          throttle_unit = "hour" } } } },
  },
}

return bodies
