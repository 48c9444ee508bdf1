-- SPDX-License-Identifier: MIT
--- A campaign: audiences, their messages, and what all of them share.

local base = require "klaviyo.base"
local object = require "klaviyo.objects.object"

---@class klaviyo.campaign : klaviyo.resource
---@field name string
---@field builder "wizard"|"canvas"
---@field archived boolean
---@field color string|nil
---@field description string|nil
---@field send_settings klaviyo.send_settings
---@field created_at string
---@field updated_at string
---@field audiences klaviyo.audience[]
---@field messages klaviyo.message[]
---@field tags klaviyo.object[]
local methods = {}

---Schedules all draft messages of the campaign: all are checked first, then one call each.
---@param options klaviyo.schedule_all_options  as for a message; undo = true reverts those already scheduled if one
---                   fails
---@return klaviyo.message[]|nil scheduled
---@return klaviyo.error|nil  with `scheduled` and `failed`
---@overload fun(self, options: klaviyo.schedule_all_options, done: klaviyo.done.messages)
function methods:schedule(options)
  return require("klaviyo.calls.schedule").schedule_all(self, options)
end

---Cancels every message of the campaign that was not sent yet: the emergency stop. All cancellations go out at once,
---within the account's limits, and a failure does not stop the others; then the messages are read again. This cannot be
---undone. (Guide: Cancel or revert)
---@param options? klaviyo.cancel_options  drafts = false leaves drafts alone; on_result(message, err) is called when a
---                       message was cancelled or could not be; and those of a call. Without `timeout`, each request
---                       has the client's from when it begins
---@return klaviyo.message[]|nil messages  all of the campaign
---@return klaviyo.error|nil  with `failures` (a list of { message, err }), `failed` (the message that err is about) and
---`cancelled`; `failures` is empty where only the list of all messages could not be read: there may be more. With the
---messages as well: they are cancelled, but one could not be read again, so its fields are old
---@overload fun(self, done: klaviyo.done.messages)
---@overload fun(self, options: klaviyo.cancel_options, done: klaviyo.done.messages)
function methods:cancel(options)
  return require("klaviyo.calls.cancel_all").cancel(self, options)
end

---Archives the campaign with all its content. This cannot be undone. (Guide: Delete campaign resources)
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.boolean)
---@overload fun(self, options: klaviyo.call_options, done: klaviyo.done.boolean)
function methods:archive(options)
  return self:delete(options)
end

---Copies the campaign with all its content, as drafts. (Guide: Clone a campaign)
---@param options? klaviyo.clone_options  name; fields, and those of a call
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.campaign)
---@overload fun(self, options: klaviyo.clone_options, done: klaviyo.done.campaign)
function methods:clone(options)
  return require("klaviyo.calls.clone").campaign(self, options)
end

---Estimates how many recipients the campaign has: starts a job of the service and waits for its result. It changes
---nothing, so it may be repeated. A client of a .pre revision sends it with 2026-07-15, which may not know a campaign
---of that revision (unverified). (OpenAPI: refresh_campaign_recipient_estimation)
---@param options? klaviyo.estimate_options  interval (seconds between two reads; default: 0.5, growing to 10);
---                   start = false: wait for the job that was started before, as one that took longer than `timeout`;
---                   and those of a call: timeout bounds the whole
---@return integer|nil recipients
---@return klaviyo.error|nil  kind "timeout" if the job takes longer, "status" if it was cancelled
---@overload fun(self, done: klaviyo.done.integer)
---@overload fun(self, options: klaviyo.estimate_options, done: klaviyo.done.integer)
function methods:estimate(options)
  return require("klaviyo.calls.estimate").estimate(self, options)
end

---Shows how every variation of every message looks, as message:preview does. A template that several of them have is
---rendered once. (OpenAPI: render_template)
---@param options? klaviyo.preview_options  context (the values of variables, by name), and those of a call
---@return klaviyo.preview[]|nil
---@return klaviyo.error|nil  with the previews as well: a template could not be rendered, the rest is there
---@overload fun(self, done: klaviyo.done.previews)
---@overload fun(self, options: klaviyo.preview_options, done: klaviyo.done.previews)
function methods:preview(options)
  return require("klaviyo.calls.preview").campaign(self, options)
end

---Reads the results of the campaign: what its messages that were sent in a period have led to. All results of a call
---come from one report, of which an account may ask for two a minute and 225 a day. A client of a .pre revision asks
---with 2026-07-15, which may not know a campaign of that revision (unverified). (OpenAPI: query_campaign_values)
---@param options? klaviyo.results_options  statistics, conversion_metric ("Placed Order") or conversion_metric_id;
---                   since and before, or timeframe ("last_365_days"); by: "campaign", "message", "variation",
---                   "channel", or several; and those of a call
---@return klaviyo.report|nil rows  a klaviyo.result each; none if nothing was sent in the period
---@return klaviyo.error|nil  kind "not_found": there is no such metric, with candidates; kind "rate_limited": the limit
---of a day is spent
---@overload fun(self, done: klaviyo.done.report)
---@overload fun(self, options: klaviyo.results_options, done: klaviyo.done.report)
function methods:results(options)
  return require("klaviyo.calls.results").of_campaign(self, options)
end

---Reads the campaign again, with its audiences, messages and variations.
---@param options? klaviyo.call_options  of a call
---@return klaviyo.campaign|nil self
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.campaign)
---@overload fun(self, options: klaviyo.call_options, done: klaviyo.done.campaign)
function methods:tree(options)
  return require("klaviyo.calls.read_tree").read(self._client, self.id, options, self._identity_map)
end

return object.define("campaign", base.methods(methods))
