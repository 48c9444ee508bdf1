-- SPDX-License-Identifier: MIT
--- Sends: scheduling, cancelling and reverting messages, each at most once.

local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local object = require "klaviyo.objects.object"
local problems_of = require "klaviyo.model.problems"
local settle = require "klaviyo.calls.reconcile"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local validate = require "klaviyo.model.validate"
local verbs = require "klaviyo.calls.crud"

local scheduling = {}

-- What the campaign says, where it is known: its throttle percentage serves a message that has none.
local function settings_of(owner)
  local campaign = object.resource_of(owner) == "campaign" and owner or object.peek(owner, "campaign")
  local settings = campaign and object.peek(campaign, "send_settings")
  return type(settings) == "table" and settings or nil
end

local function context(owner, call, more)
  local client = owner._client
  local revision = call.revision or client._dispatch.revision
  local name, open = client._dispatch:dialect(revision)
  return { dialect = name, now = client.now(), revision = revision, send_settings = settings_of(owner), more = more },
    open
end

-- The plan that options make, or the refusal of them. While the dialect is open, one that the other alone has will do.
local function plan_of(owner, options, call, more)
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

local function same_instant(a, b)
  local x, y = time.parse(a), time.parse(b)
  return x ~= nil and x == y
end

-- Whether it goes out on a day: smart send time is told as the day, as a time, or as one for each variation.
local function is_on_day(info, day)
  local times = { info.send_date, info.send_time }
  for _, moment in pairs(type(info.send_times) == "table" and info.send_times or {}) do
    times[#times + 1] = moment
  end
  for _, moment in pairs(times) do
    if tostring(moment):sub(1, 10) == day then
      return true
    end
  end
  return false
end

-- Whether a message read back is scheduled as the plan says.
local function is_as_planned(message, plan)
  local info = message.scheduling
  if type(info) ~= "table" then
    return false
  end
  local same_time = plan.send_time and same_instant(info.send_time, plan.send_time)
    or plan.send_date and is_on_day(info, plan.send_date)
  return same_time and (info.strategy == nil or info.strategy == plan.strategy)
end

-- What a lost answer to a schedule left behind.
local function look_at_schedule(message, plan, call)
  local fresh, err = verbs.get(message._client, "message", message.id, call, message._graph)
  if not fresh then
    return nil, err
  end
  local status = message.status
  if status == "DRAFT" then
    return "none"
  elseif status ~= "CANCELLED" and is_as_planned(message, plan) then
    return "done", message
  end
  return "other", { status = status, scheduling = message.scheduling }
end

local function post_schedule(message, plan, call)
  local client = message._client
  return settle.perform(client, function()
    local answer, err = client._dispatch:call("schedule_campaign_message", {
      options = call, resource = "schedule", model = plan,
      body = function(d)
        return d.schedule(message.id, plan)
      end,
    })
    return answer and message, err
  end, function()
    return look_at_schedule(message, plan, call)
  end, call)
end

-- The message as it is now. What was asked for stands whether or not this look succeeds; if it does not, the object is
-- older than that, and the second result says why.
local function reread(message, call)
  local _, unread = verbs.get(message._client, "message", message.id, call, message._graph)
  return message, unread
end

---Schedules one message.
---@param message klaviyo.message
---@param options table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function scheduling.schedule(message, options)
  local given, call = verbs.begin(message._client, options)
  local plan, refused = plan_of(message, given, call)
  if not plan then
    return nil, refused
  end
  local done, err = post_schedule(message, plan, call)
  if not done then
    return nil, err
  end
  return reread(message, call)
end

local RESULT = { cancel = "CANCELLED", revert = "DRAFT" }

local function look_at_action(message, action, call)
  local fresh, err = verbs.get(message._client, "message", message.id, call, message._graph)
  if not fresh then
    return nil, err
  end
  local status = message.status
  if status == RESULT[action] then
    return "done", message
  elseif status == "SCHEDULED" or (action == "cancel" and (status == "SENDING" or status == "DRAFT")) then
    return "none"
  end
  return "other", { status = status, scheduling = message.scheduling }
end

---Cancels or reverts one message.
---@param message klaviyo.message
---@param action "cancel"|"revert"
---@param options? table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function scheduling.act(message, action, options)
  local query, call = verbs.begin(message._client, options)
  local client = message._client
  local done, err = settle.perform(client, function()
    local answer, failure = client._dispatch:call("update_campaign_message_schedule", {
      ids = message.id, query = query, options = call, once = true,
      body = function(d)
        return d.schedule_action(message.id, action)
      end,
    })
    return answer and message, failure
  end, function()
    return look_at_action(message, action, call)
  end, call)
  if not done then
    return nil, err
  end
  return reread(message, call)
end

-- Several messages --------------------------------------------------------------------------------------------------

-- The draft messages of a campaign or an audience, as the service has them now.
local function drafts_of(owner, call)
  local messages, err = owner:related("messages", call)
  if not messages then
    return nil, err
  end
  local drafts = {}
  for _, message in ipairs(messages) do
    if message.status == "DRAFT" then
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

-- Each draft must have something to send. All that is wrong is told at once.
local function check_contents(drafts, call)
  local problems = {}
  for i, message in ipairs(drafts) do
    local variations, err = message:related("variations", call)
    if not variations then
      return nil, err
    end
    if not has_content(variations) then
      problems[#problems + 1] = { path = ("messages[%d]"):format(i),
        message = ("(%s) has nothing to send: no variation with details"):format(tostring(message)) }
    end
  end
  return #problems == 0 or nil, #problems > 0 and problems_of.error(problems, "the request to schedule messages") or nil
end

-- Says what stands after a failure in the middle, and takes it back if that was wished: with a deadline of its own,
-- because the failure may have been that the time was over.
local function stop_after(failed, err, scheduled, undo, call)
  local standing, anew = {}, verbs.with(call, {})
  anew.deadline = nil
  for _, message in ipairs(scheduled) do
    if not (undo and scheduling.act(message, "revert", anew)) then
      standing[#standing + 1] = message
    end
  end
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
function scheduling.schedule_all(owner, options)
  local undo = options and options.undo
  if undo ~= nil and type(undo) ~= "boolean" then
    error("schedule: undo is true or false, found " .. suggest.show(undo), 3)
  end
  local given, call = verbs.begin(owner._client, options, { undo = true })
  local plan, refused = plan_of(owner, given, call, { "undo" })
  if not plan then
    return nil, refused
  end
  local drafts, err = drafts_of(owner, call)
  if not drafts then
    return nil, err
  end
  local checked, problems = check_contents(drafts, call)
  if not checked then
    return nil, problems
  end
  local scheduled = {}
  for _, message in ipairs(drafts) do
    local done, failure = post_schedule(message, plan, call)
    if not done then
      return stop_after(message, failure, scheduled, undo, call)
    end
    scheduled[#scheduled + 1] = (reread(message, call))
  end
  return scheduled
end

return scheduling
