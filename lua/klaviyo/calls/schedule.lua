-- SPDX-License-Identifier: MIT
--- Scheduling, cancelling and reverting messages, each at most once.

local blame = require "klaviyo.model.blame"
local call_options = require "klaviyo.calls.call_options"
local contents = require "klaviyo.calls.contents"
local crud = require "klaviyo.calls.crud"
local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local object = require "klaviyo.objects.object"
local options_of = require "klaviyo.model.options"
local problems_of = require "klaviyo.model.problems"
local reconcile = require "klaviyo.calls.reconcile"
local rules = require "klaviyo.calls.rules"
local scheduling = require "klaviyo.model.scheduling"
local suggest = require "klaviyo.model.suggest"
local validate = require "klaviyo.model.validate"

local schedule = {}

-- The campaign's send settings, if known: its throttle percentage applies to a message that has none.
local function settings_of(owner)
  local campaign = object.resource_of(owner) == "campaign" and owner or object.peek(owner, "campaign")
  local settings = campaign and object.peek(campaign, "send_settings")
  return type(settings) == "table" and settings or nil
end

local function context(owner, call, more)
  local client = owner._client
  local revision = call.revision or client._dispatch.revision
  local name, open = client._dispatch:dialect(revision)
  return { dialect = name, now = client:now(), revision = revision, send_settings = settings_of(owner), more = more },
    open
end

---The plan that options make, or the refusal of them. While the dialect is open, one that the other alone has will do.
---@param owner klaviyo.object
---@param options table
---@param call table
---@param more? string[]  options that the method has besides
---@return klaviyo.validated_schedule|nil
---@return klaviyo.error|nil
function schedule.plan_of(owner, options, call, more)
  local ctx, open = context(owner, call, more)
  local plan, problems = validate.schedule(options, ctx)
  if not plan and open and problems_of.elsewhere(problems) then
    ctx.dialect = "openapi"
    plan = validate.schedule(options, ctx)
  end
  if not plan then
    return nil, problems_of.error(dialect.add_pointers(problems, ctx.dialect, "schedule"),
      "the request to schedule a message")
  end
  return plan
end

---Proves that the names which this client wrote still mean what they did.
---@param client klaviyo.client
---@param messages klaviyo.message[]
---@param call table
---@return true|nil
---@return klaviyo.error|nil
function schedule.prove_names(client, messages, call)
  if not client._given then
    return true
  end
  return require("klaviyo.calls.given_names").prove(client, messages, call)
end

-- Look-ups for reconcile --------------------------------------------------------------------------------------------

local look = {}

local function seen_of(message)
  return { status = message.status, scheduling = message.scheduling }
end

-- Whether a message has a status that this library knows: with another one, or none, nothing can be concluded.
local function read_status(client, record, options)
  local message, err = crud.get(client, "message", record.id, options)
  if not message then
    return nil, err
  elseif type(message.status) ~= "string" and rules.malformed_is_no_evidence then
    return nil, ("message %s was answered without a status"):format(record.id)
  end
  return message
end

---@type klaviyo.reconcile.look
function look.schedule(client, record, _, options)
  local message, err = read_status(client, record, options)
  if not message then
    return nil, err
  elseif message.status == "DRAFT" then
    return "none"
  elseif message.status ~= "CANCELLED" and scheduling.is_as_planned(message.scheduling, record.plan) then
    return "done", message
  end
  return "over", seen_of(message), ("the message is %s, and not as it was to be scheduled"):format(
    tostring(message.status))
end

---@type klaviyo.reconcile.look
function look.cancel(client, record, _, options)
  local message, err = read_status(client, record, options)
  if not message then
    return nil, err
  elseif message.status == "CANCELLED" or message.status == nil then
    return "done", message
  elseif message.status == "SENT" then
    return "over", seen_of(message), "the message is SENT"
  end
  return "none"
end

---@type klaviyo.reconcile.look
function look.revert(client, record, _, options)
  local message, err = read_status(client, record, options)
  if not message then
    return nil, err
  elseif message.status == "DRAFT" or message.status == nil then
    return "done", message
  elseif message.status == "SCHEDULED" then
    return "none"
  end
  return "over", seen_of(message), "the message is " .. tostring(message.status)
end

---How reconcile looks for what was done to a message.
---@type table<string, klaviyo.reconcile.method>
schedule.methods = { schedule = { look = look.schedule }, cancel = { look = look.cancel },
  revert = { look = look.revert } }

-- One message --------------------------------------------------------------------------------------------------------

---Schedules a message as planned, without reading it again.
---@param message klaviyo.message
---@param plan klaviyo.validated_schedule
---@param call table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function schedule.post(message, plan, call)
  local client = message._client
  local record = { kind = "schedule", operation = "schedule_campaign_message", id = message.id, plan = plan }
  local function attempt(attempt_options)
    local received, err = client._dispatch:call("schedule_campaign_message", {
      options = attempt_options, resource = "schedule", model = plan,
      body = function(d)
        return d.schedule(message.id, plan)
      end,
    })
    return received and message, err
  end
  local done, err = reconcile.perform(client, call, record, { method = schedule.methods.schedule, attempt = attempt })
  return done and message, err
end

---The message as it is now. What was asked for stands whether or not this look succeeds; if it does not, the object is
---older than that, and the second result says why.
---@param message klaviyo.message
---@param call table
---@return klaviyo.message
---@return klaviyo.error|nil unread
function schedule.reread(message, call)
  local _, unread = crud.get(message._client, "message", message.id, call, message._identity_map)
  return message, unread
end

---Schedules one message.
---@param message klaviyo.message
---@param options table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function schedule.schedule(message, options)
  local given, call = call_options.begin(message._client, options)
  local plan, refused = schedule.plan_of(message, given, call)
  if not plan then
    return nil, refused
  end
  local proved, stale = schedule.prove_names(message._client, { message }, call)
  if not proved then
    return nil, stale
  end
  local done, err = schedule.post(message, plan, call)
  if not done then
    return nil, err
  end
  return schedule.reread(message, call)
end

---Cancels or reverts one message, without reading it again. A cancel may be repeated; a revert may not, because the
---message may have been scheduled anew in between.
---@param message klaviyo.message
---@param action "cancel"|"revert"
---@param query table
---@param call table
---@return any done
---@return klaviyo.error|nil
function schedule.send_action(message, action, query, call)
  local client, operation = message._client, "update_campaign_message_schedule"
  local is_idempotent = action == "cancel"
  local function attempt(attempt_options)
    local received, err = client._dispatch:call(operation, {
      ids = message.id, query = query, options = attempt_options, not_idempotent = not is_idempotent,
      body = function(d)
        return d.schedule_action(message.id, action)
      end,
    })
    return received and message, err
  end
  return reconcile.perform(client, call, { kind = action, operation = operation, id = message.id },
    { method = schedule.methods[action], idempotent = is_idempotent, attempt = attempt })
end

---Cancels or reverts one message, and reads it again.
---@param message klaviyo.message
---@param action "cancel"|"revert"
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function schedule.act(message, action, options)
  local query, call = call_options.begin(message._client, options)
  local done, err = schedule.send_action(message, action, query, call)
  if not done then
    return nil, err
  end
  return schedule.reread(message, call)
end

-- Several messages --------------------------------------------------------------------------------------------------

-- The draft messages of a campaign or an audience with their variations, as the service has them now.
local function drafts_of(owner, call)
  local messages, err = contents.of(owner, call)
  if not messages then
    return nil, err
  end
  local drafts = {}
  for _, message in ipairs(messages) do
    local status = object.peek(message, "status")
    if type(status) ~= "string" then
      return nil, errors.new { kind = "json",
        message = ("nothing was scheduled: %s was answered without a status"):format(tostring(message)) }
    elseif status == "DRAFT" then
      drafts[#drafts + 1] = message
    end
  end
  if #drafts == 0 then
    return nil, errors.new { kind = "validation",
      message = ("nothing was scheduled: %s has no draft messages"):format(tostring(owner)) }
  end
  return drafts
end

local function has_content(variations)
  for _, variation in ipairs(variations) do
    if type(variation.details) == "table" then
      return true
    end
  end
  return false
end

-- Each draft must have something to send. All mistakes are reported at once.
local function check_contents(drafts)
  local problems = {}
  for i, message in ipairs(drafts) do
    if not has_content(object.peek(message, "variations") or {}) then
      problems[#problems + 1] = { path = ("messages[%d]"):format(i),
        message = ("(%s) has nothing to send: no variation with details"):format(tostring(message)) }
    end
  end
  return #problems == 0 or nil, #problems > 0 and problems_of.error(problems, "the request to schedule messages") or nil
end

-- Shows several messages as they are now, see reread. What a list shows as it was before is read by its id.
local function reread_all(owner, messages, call, before)
  if #messages > 0 then
    contents.load(owner, messages, call, {
      is_expected = function(message)
        return object.peek(message, "status") ~= before
      end })
  end
  return messages
end

-- Reverts messages that were scheduled before one failed, and returns those that could not be. Each revert has a
-- deadline of its own, because the failure may have been that the time was over.
local function undo_all(messages, options)
  local standing, own = {}, call_options.with(options)
  own.deadline = nil
  for _, message in ipairs(messages) do
    if not schedule.act(message, "revert", own) then
      standing[#standing + 1] = message
    end
  end
  return standing
end

-- Says what stands after a failure in the middle, and reverts it if that was wished.
local function stop_after(owner, failed, err, scheduled, undo, call)
  local standing = undo and undo_all(scheduled, call) or reread_all(owner, scheduled, call, "DRAFT")
  err.scheduled, err.failed = standing, failed
  err.message = ("%s could not be scheduled: %s; %d of the messages before it %s scheduled"):format(tostring(failed),
    err.message, #standing, #standing == 1 and "is" or "are")
  return nil, err
end

---Schedules all draft messages of a campaign or an audience.
---@param owner klaviyo.campaign|klaviyo.audience
---@param options table
---@return klaviyo.message[]|nil
---@return klaviyo.error|nil  `scheduled`: those that stand; `failed`: the one that did not work
function schedule.schedule_all(owner, options)
  if options ~= nil then
    options_of.need_table(options)
  end
  local undo = options and options.undo
  if undo ~= nil and type(undo) ~= "boolean" then
    blame("schedule: undo is true or false, found " .. suggest.show(undo))
  end
  local given, call = call_options.begin(owner._client, options, { undo = true })
  local plan, refused = schedule.plan_of(owner, given, call, { "undo" })
  if not plan then
    return nil, refused
  end
  local drafts, err = drafts_of(owner, call)
  if not drafts then
    return nil, err
  end
  local checked, problems = check_contents(drafts)
  if checked then
    checked, problems = schedule.prove_names(owner._client, drafts, call)
  end
  if not checked then
    return nil, problems
  end
  local scheduled = {}
  for _, message in ipairs(drafts) do
    local done, failure = schedule.post(message, plan, call)
    if not done then
      return stop_after(owner, message, failure, scheduled, undo, call)
    end
    scheduled[#scheduled + 1] = message
  end
  return reread_all(owner, scheduled, call, "DRAFT")
end

return schedule
