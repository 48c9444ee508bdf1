-- SPDX-License-Identifier: MIT
--- Moving a scheduled message to another time: a revert and a schedule as one operation. Between the two the message is
--- a draft, which nobody would send: if the second half fails, the old time is set again, or the error says what is
--- left.

local call_options = require "klaviyo.calls.call_options"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local json = require "klaviyo.model.json"
local problems_of = require "klaviyo.model.problems"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"
local schedule = require "klaviyo.calls.schedule"
local scheduling = require "klaviyo.model.scheduling"
local time = require "klaviyo.model.time"

local reschedule = {}

local function known(value)
  if value ~= json.null then
    return value
  end
end

-- The new plan, made before anything is changed.
local function plan_of(message, given, present, call)
  local client = message._client
  local dialect = client._dispatch:dialect(call.revision or client._dispatch.revision)
  local merged, problems = reschedule_options.merge(given, present, dialect)
  if not merged then
    return nil, problems_of.error(problems, "the request to schedule a message")
  end
  return schedule.plan_of(message, merged, call)
end

local ADVICE = { DRAFT = "schedule it", SENDING = "cancel stops it for those it has not reached yet" }

-- Refuses a message that is not waiting for its time.
local function check(message, now)
  local status, info = message.status, message.scheduling
  local sentence
  if status ~= "SCHEDULED" or type(info) ~= "table" then
    local advice = ADVICE[status]
    sentence = ("%s is %s: only a scheduled message can be rescheduled%s"):format(tostring(message), tostring(status),
      advice and "; " .. advice or "")
  elseif (time.parse(info.send_time) or math.huge) <= now then
    sentence = ("%s is not reverted: its time, %s, has come"):format(tostring(message), info.send_time)
  end
  return not sentence, sentence and errors.new { kind = "status", message = sentence, left_as = "unchanged" }
end

-- When a message goes out, for a sentence.
local function when(info)
  return tostring(known(info.send_time) or known(info.send_date) or "its time")
end

local function is_closed(client)
  return client._dispatch.transport.closed
end

local function fail(err, left_as, sentence)
  err.left_as, err.message = left_as, sentence
  return nil, err
end

-- Options of a call with a deadline of their own: the failure may have been that the time was over.
local function begin_anew(client, call)
  local own = call_options.with(call)
  own.deadline = nil
  local _, begun = call_options.begin(client, own)
  return begun
end

-- Whether a message is shown as it was before the revert: a response may be older than the revert is.
local function shows_schedule(message, old)
  local info = message.scheduling
  return message.status == "SCHEDULED" and type(info) == "table" and known(info.send_time) == known(old.send_time)
    and known(info.send_date) == known(old.send_date)
end

local DRAFT = "it is a draft now, and will not be sent"

-- Sets the old time again, after the new one was refused or never arrived.
local function restore(state, err)
  local message, client = state.message, state.message._client
  local prefix = ("%s was reverted, and the new time could not be set: %s"):format(tostring(message),
    (err.message:gsub("%.$", "")))
  if is_closed(client) then
    return fail(err, "draft", ("%s; %s"):format(prefix, DRAFT))
  end
  local call = begin_anew(client, state.call)
  local now = crud.get(client, "message", message.id, call, message._identity_map)
  local shows_old = now and shows_schedule(now, state.old)
  if now and now.status ~= "DRAFT" and not shows_old then
    err.seen = { status = now.status, scheduling = now.scheduling }
    return fail(err, "other", ("%s; meanwhile somebody else has made it %s"):format(prefix, tostring(now.status)))
  end
  local plan, refused = plan_of(message, state.old, state.old, call)
  if not plan then
    return fail(err, "draft", ("%s; the old time, %s, cannot be set again (%s): %s"):format(prefix, when(state.old),
      (refused.message:gsub("%.$", "")), DRAFT))
  end
  local restored, failure = schedule.post(message, plan, begin_anew(client, state.call))
  if restored or failure.outcome == "happened" then
    schedule.reread(message, begin_anew(client, state.call))
    return fail(err, "restored", ("%s; the old time, %s, is set again"):format(prefix, when(state.old)))
  elseif failure.outcome == "none" and shows_old then
    err.outcome = "unknown"
    return fail(err, "unknown", ("%s; the service shows the old time, %s, which may be out of date, and refuses to set "
      .. "it again: if it is, the message is a draft and will not be sent"):format(prefix, when(state.old)))
  elseif failure.outcome == "none" then
    return fail(err, "draft", ("%s; the old time, %s, could not be set again (%s): %s"):format(prefix, when(state.old),
      (failure.message:gsub("%.$", "")), DRAFT))
  end
  return fail(failure, "unknown", ("%s; whether the old time, %s, was set again is not certain, and if not, the "
    .. "message is a draft and will not be sent: %s"):format(prefix, when(state.old), failure.message))
end

-- Says what a second half that went wrong leaves.
local function second_half_failed(state, err)
  local name = tostring(state.message)
  if err.outcome == "none" then
    return restore(state, err)
  elseif err.outcome == "happened" then
    return fail(err, "rescheduled", ("%s has the new time: %s"):format(name, err.message))
  end
  if not is_closed(state.message._client) then
    schedule.reread(state.message, begin_anew(state.message._client, state.call))
  end
  return fail(err, "unknown", ("%s was reverted, and whether it has the new time is not certain; if not, it is a draft "
    .. "and will not be sent: %s"):format(name, err.message))
end

local function first_half_failed(state, err)
  local name = tostring(state.message)
  if err.outcome == "none" then
    return fail(err, "unchanged", ("%s was not rescheduled, nothing was changed: %s"):format(name, err.message))
  end
  return fail(err, "unknown", ("%s was not rescheduled, and whether it still goes out at %s or is a draft, "
    .. "which will not be sent, is not certain: %s"):format(name, when(state.old), err.message))
end

---Moves a scheduled message to another time.
---@param message klaviyo.message
---@param options? table  as for schedule
---@return klaviyo.message|nil
---@return klaviyo.error|nil  with `left_as`
function reschedule.reschedule(message, options)
  local client = message._client
  local given, call = call_options.begin(client, options)
  local now, unread = crud.get(client, "message", message.id, call, message._identity_map)
  if not now then
    unread.left_as = "unchanged"
    return nil, unread
  end
  local is_waiting, refused = check(now, client:now())
  if not is_waiting then
    return nil, refused
  end
  local present = call_options.with(now.scheduling)
  local plan, wrong = plan_of(message, given, present, call)
  if not plan then
    wrong.left_as = "unchanged"
    return nil, wrong
  elseif scheduling.is_as_planned(now.scheduling, plan) and scheduling.shows_all(now.scheduling, plan) then
    return message
  end
  local proved, stale = schedule.prove_names(client, { message }, call)
  if not proved then
    stale.left_as = "unchanged"
    return nil, stale
  end
  -- what the service does not show of the present schedule comes from the options
  local state = { message = message, call = call, old = reschedule_options.complete(present, given) }
  local reverted, err = schedule.send_action(message, "revert", {}, call)
  if not reverted and err.outcome ~= "happened" then
    return first_half_failed(state, err)
  end
  local done, failure = schedule.post(message, plan, call)
  if not done then
    return second_half_failed(state, failure)
  end
  return schedule.reread(message, call)
end

return reschedule
