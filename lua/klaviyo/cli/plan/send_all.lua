-- SPDX-License-Identifier: MIT
--- Schedules and moves the messages of files, one call after the other, and stops at the first that fails. The lock
--- file records each before its request leaves, so that a run that was interrupted is continued by the next.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local rescheduling = require "klaviyo.cli.rescheduling"
local scheduling = require "klaviyo.model.scheduling"
local send_plan = require "klaviyo.cli.plan.send_plan"
local time = require "klaviyo.model.time"

local send_all = {}

local function title_of(one)
  return ("%s (%s)"):format(one.name, one.message.id)
end

-- The options that leave nothing to a default that the message may have otherwise now.
local function options_of(plan)
  local past = plan.past_timezones_tomorrow
  return { at = plan.send_time, date = plan.send_date, strategy = plan.strategy, percentage = plan.percentage,
    unit = plan.unit or plan.percentage and "hour" or nil,
    past_timezones = past ~= nil and (past and "tomorrow" or "immediately") or nil }
end

-- Records how a message is about to be scheduled. What the service does not show of it, nobody else knows.
local function record(one, is_begun)
  local plan = one.plan
  one.lock.entry.sends[one.message.id] = { send_time = plan.epoch and time.format(plan.epoch),
    send_date = plan.send_date, strategy = plan.strategy, percentage = plan.percentage, unit = plan.unit,
    past_timezones_tomorrow = plan.past_timezones_tomorrow,
    began = is_begun and time.format(os.time()) or nil, move = is_begun and one.state == "move" or nil }
  one.lock:save()
end

-- Whether a message that was refused is as planned nevertheless: the request of an interrupted run came before.
local function is_there(ctx, one, err)
  if err.outcome ~= "none" or one.state == "move" then
    return false
  end
  local now = ctx:client().messages:get(one.message.id)
  if now and now.status ~= "DRAFT" and now.status ~= "CANCELLED"
      and scheduling.is_as_planned(now.scheduling, one.plan) then
    one.shown = now
    return true
  end
  return false
end

local function call(ctx, one)
  local options = options_of(one.plan)
  if one.state == "move" then
    return interrupt.hold(function()
      return one.message:reschedule(options)
    end)
  end
  local done, err = one.message:schedule(options)
  if not done and is_there(ctx, one, err) then
    return one.message
  end
  return done, err
end

local VERBS = { schedule = { "Scheduling", "Scheduled", "scheduled" }, move = { "Moving", "Moved", "moved" } }

local function when(one)
  return send_plan.when(one.send, one.zone)
end

-- Ends the command with what was done, what failed and what was not tried.
local function give_up(ctx, list, number, err)
  local one = list[number]
  local code
  if one.state == "move" then
    code = rescheduling.record_failure(ctx, title_of(one), err)
  elseif err.outcome ~= "none" then
    ctx.log:lost(("%s may have been scheduled."):format(title_of(one)))
  else
    ctx.log:failed()
  end
  if err.outcome == "none" and not code then
    one.lock.entry.sends[one.message.id] = one.recorded
    one.lock:save()
  end
  local failed = failure.of(err)
  failed.code = code and failure.codes[code] or failed.code
  failed.message = ("%s could not be %s: %s"):format(one.name, VERBS[one.state][3], failed.message)
  failed.details = failed.details or {}
  for i, other in ipairs(list) do
    if i ~= number then
      table.insert(failed.details, ("%s %s"):format(title_of(other), i < number
        and ("%s: %s"):format(VERBS[other.state][3], when(other)) or "was not tried"))
    end
  end
  if err.outcome == "none" then
    failed.hint, failed.is_usual = "run klaviyo schedule with the same files again: it does what is missing", false
  end
  ctx.progress:finish()
  error(failed, 0)
end

---@param ctx klaviyo.cli.context
---@param list klaviyo.cli.planned_send[]  to be scheduled or moved, each with its lock
function send_all.perform(ctx, list)
  ctx.term.keep_going = true
  ctx.progress:begin("Scheduling", #list)
  for i, one in ipairs(list) do
    interrupt.check()
    ctx.log:begin(("%s %s"):format(VERBS[one.state][1], title_of(one)))
    one.recorded = one.lock.entry.sends[one.message.id]
    record(one, true)
    local done, err = call(ctx, one)
    if not done then
      give_up(ctx, list, i, err)
    end
    one.unread = err
    ctx:did(("%s %s."):format(VERBS[one.state][2], title_of(one)))
    record(one, false)
    ctx.progress:set(i)
  end
  ctx.progress:finish()
end

---What the service shows of a message that was scheduled or moved: its status; when it goes out; and a remark, where
---that is not known, or not what was asked for.
---@param one klaviyo.cli.planned_send
---@return string status
---@return klaviyo.cli.send send
---@return string|nil remark
function send_all.result(one)
  local message = one.shown or one.message
  if one.unread then
    return "SCHEDULED", one.send, "accepted; it could not be read back"
  elseif message.status == "DRAFT" then
    return "SCHEDULED", one.send, "accepted; the service does not show it yet"
  end
  local is_as_planned = scheduling.is_as_planned(message.scheduling, one.plan)
  return describe.known(message.status) or "?", describe.send(message) or one.send, not is_as_planned
    and "not what the file says: somebody changed it meanwhile, or the service is late" or nil
end

---@param one klaviyo.cli.planned_send
---@return table
function send_all.as_json(one)
  local message = one.shown or one.message
  return { id = message.id, name = message.name, campaign = one.campaign, file = one.file.name,
    status = (send_all.result(one)), scheduling = describe.known(message.scheduling) or json.null }
end

return send_all
