-- SPDX-License-Identifier: MIT
--- A message: one scheduled send within an audience, on one channel.

local base = require "klaviyo.base"
local object = require "klaviyo.objects.object"

---@class klaviyo.message : klaviyo.resource
---@field name string
---@field status "DRAFT"|"SCHEDULED"|"SENDING"|"SENT"|"CANCELLED"
---@field scheduling klaviyo.scheduling|klaviyo.null|nil  send_time, strategy, ... once scheduled; klaviyo.null before
---                   that
---@field is_tracking_opens boolean
---@field is_tracking_clicks boolean
---@field is_add_utm boolean|nil
---@field throttling_type string|nil
---@field recipient_percentage integer|nil
---@field is_ignoring_unsubscribes boolean|nil
---@field tracking_params klaviyo.tracking_param[]|nil  read-only before revision 2026-10-15
---@field ab_test klaviyo.ab_test|nil  winner_metric, winner_percentage, winner_wait_hours; since 2026-10-15, unverified
---@field created_at string
---@field updated_at string
---@field campaign klaviyo.campaign|nil
---@field audience klaviyo.audience|nil
---@field variations klaviyo.variation[]
local methods = {}

---Schedules the message: it will be sent to real people. It is never scheduled twice: after a lost response the client
---looks up what happened. (Guide: Schedule a message)
---@param options klaviyo.schedule_options  at, timezone, date, strategy, percentage, unit, past_timezones; the names of
---                                          `message.scheduling` will do as well; and those of a call
---@return klaviyo.message|nil self
---@return klaviyo.error|nil  outcome "unknown", with `seen`, if that could not be found out. With self as well: it is
---scheduled, but could not be read again, so its fields are the old ones
---@overload fun(self, options: klaviyo.schedule_options, done: klaviyo.done.message)
function methods:schedule(options)
  return require("klaviyo.calls.schedule").schedule(self, options)
end

---Cancels the message while it is DRAFT or SCHEDULED; while it is SENDING, for the recipients not reached yet. (Guide:
---Cancel or revert)
---@param options? klaviyo.call_options  of a call
---@return klaviyo.message|nil self
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.message)
---@overload fun(self, options: klaviyo.call_options, done: klaviyo.done.message)
function methods:cancel(options)
  return require("klaviyo.calls.schedule").act(self, "cancel", options)
end

---Reverts the message to DRAFT, while it is SCHEDULED, and not shortly before its time. (Guide: Cancel or revert)
---@param options? klaviyo.call_options  of a call
---@return klaviyo.message|nil self
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.message)
---@overload fun(self, options: klaviyo.call_options, done: klaviyo.done.message)
function methods:revert(options)
  return require("klaviyo.calls.schedule").act(self, "revert", options)
end

---Has the service copy a template and give the copy to the message's variations; they are read again. A client of a
---.pre revision sends it with revision 2026-07-15, which may not know a message of that one (unverified). It is not
---repeated on a guess: after a lost response the client looks whether a variation has another template than before.
---(OpenAPI: assign_template_to_campaign_message)
---@param template_id string|klaviyo.reference  its id, or a reference with its name
---@param options? klaviyo.call_options  of a call
---@return klaviyo.message|nil self
---@return klaviyo.error|nil  outcome "unknown", with `seen`, if that could not be found out. With self as well: it is
---assigned, but the message could not be read again
---@overload fun(self, template_id: string, done: klaviyo.done.message)
---@overload fun(self, template_id: string, options: klaviyo.call_options, done: klaviyo.done.message)
function methods:assign_template(template_id, options)
  return require("klaviyo.calls.assign_template").assign(self, template_id, options)
end

---Moves a message that is SCHEDULED to another time: reverts it and schedules it anew. What the options do not name is
---kept: strategy, percentage and the rest, or the time. If the second half fails, the old time is set again if it is
---still ahead. A message that is as asked for already is left alone, one whose send has begun is refused. (Guide:
---Cancel or revert, Schedule a message)
---@param options klaviyo.schedule_options  as for schedule; and those of a call
---@return klaviyo.message|nil self
---@return klaviyo.error|nil  `left_as` says how that leaves the message: "unchanged"; "restored", to its old time;
---"draft", which will not be sent; "other", as somebody else made it meanwhile (`seen`); "rescheduled", which could not
---be read back; or "unknown". With self as well: it has the new time, but could not be read again
---@overload fun(self, options: klaviyo.schedule_options, done: klaviyo.done.message)
function methods:reschedule(options)
  return require("klaviyo.calls.reschedule").reschedule(self, options)
end

---Shows how every variation looks, without changing anything. The service renders the templates of emails (3 a second,
---60 a minute); in texts outside of templates plain `{{ name }}` and `|default:"..."` are filled in here, and every
---other tag is left as it stands and listed in `unrendered`. Text messages are counted in parts. (OpenAPI:
---render_template)
---@param options? klaviyo.preview_options  context (the values of variables, by name), and those of a call
---@return klaviyo.preview|nil
---@return klaviyo.error|nil  with the preview as well: a template could not be rendered, the rest is there
---@overload fun(self, done: klaviyo.done.preview)
---@overload fun(self, options: klaviyo.preview_options, done: klaviyo.done.preview)
function methods:preview(options)
  return require("klaviyo.calls.preview").message(self, options)
end

---Reads the results of the message, as campaign:results does those of a campaign. (OpenAPI: query_campaign_values)
---@param options? klaviyo.results_options  as for a campaign
---@return klaviyo.report|nil rows  a klaviyo.result each; none if it was not sent in the period
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.report)
---@overload fun(self, options: klaviyo.results_options, done: klaviyo.done.report)
function methods:results(options)
  return require("klaviyo.calls.results").of_message(self, options)
end

---Waits until the message has a status, by reading it at intervals.
---@param options klaviyo.wait_options  until_status (one or several), timeout (seconds, 3600), interval (seconds
---                   between two reads;
---                       default: 1, growing to 30), on_change(message, status, before)
---@return klaviyo.message|nil self
---@return klaviyo.error|nil  kind "timeout", or "status" if it can no longer reach that status
---@overload fun(self, options: klaviyo.wait_options, done: klaviyo.done.message)
function methods:wait(options)
  return require("klaviyo.calls.wait").wait(self, options)
end

---Copies the message, with its content, as a DRAFT. (OpenAPI: clone_campaign_message)
---@param options? klaviyo.clone_options  audience (object or id; default: its own), name; fields, and those of a call
---@return klaviyo.message|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.message)
---@overload fun(self, options: klaviyo.clone_options, done: klaviyo.done.message)
function methods:clone(options)
  return require("klaviyo.calls.clone").message(self, options)
end

---Reads the tags of the message. (OpenAPI: get_tags_for_campaign_message)
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.related)
---@overload fun(self, options: klaviyo.related_options, done: klaviyo.done.related)
function methods:tags(options)
  return self:related("tags", options)
end

return object.define("message", base.methods(methods))
