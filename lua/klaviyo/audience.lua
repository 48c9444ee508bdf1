-- SPDX-License-Identifier: MIT
--- An audience: the lists and segments that get a campaign's messages.

local base = require "klaviyo.base"
local object = require "klaviyo.objects.object"

---@class klaviyo.audience : klaviyo.resource
---@field name string
---@field priority integer
---@field included string[]
---@field excluded string[]
---@field archived boolean|nil
---@field has_non_draft_messages boolean|nil
---@field created_at string
---@field updated_at string
---@field campaign klaviyo.campaign|nil
---@field messages klaviyo.message[]
local methods = {}

---Schedules all draft messages of the audience: all are checked first, then one call each.
---@param options klaviyo.schedule_all_options  as for a message; undo = true reverts those already scheduled if one
---                   fails
---@return klaviyo.message[]|nil scheduled
---@return klaviyo.error|nil  with `scheduled` and `failed`
---@overload fun(self, options: klaviyo.schedule_all_options, done: klaviyo.done.messages)
function methods:schedule(options)
  return require("klaviyo.calls.schedule").schedule_all(self, options)
end

---Cancels every message of the audience that was not sent yet: the emergency stop. All cancellations go out at once,
---within the account's limits, and a failure does not stop the others; then the messages are read again. This cannot be
---undone. (Guide: Cancel or revert)
---@param options? klaviyo.cancel_options  drafts = false leaves drafts alone; on_result(message, err) is called when a
---                       message was cancelled or could not be; and those of a call. Without `timeout`, each request
---                       has the client's from when it begins
---@return klaviyo.message[]|nil messages  all of the audience
---@return klaviyo.error|nil  with `failures` (a list of { message, err }), `failed` (the message that err is about) and
---`cancelled`; `failures` is empty where only the list of all messages could not be read: there may be more. With the
---messages as well: they are cancelled, but one could not be read again, so its fields are old
---@overload fun(self, done: klaviyo.done.messages)
---@overload fun(self, options: klaviyo.cancel_options, done: klaviyo.done.messages)
function methods:cancel(options)
  return require("klaviyo.calls.cancel_all").cancel(self, options)
end

---Copies the audience, with its messages and their content, as drafts. (OpenAPI: clone_campaign_audience)
---@param options? klaviyo.clone_options  campaign (object or id; default: its own), name; fields, and those of a call
---@return klaviyo.audience|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.audience)
---@overload fun(self, options: klaviyo.clone_options, done: klaviyo.done.audience)
function methods:clone(options)
  return require("klaviyo.calls.clone").audience(self, options)
end

return object.define("audience", base.methods(methods))
