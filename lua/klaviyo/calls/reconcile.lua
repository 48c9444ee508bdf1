-- SPDX-License-Identifier: MIT
--- Finds out what a request did whose response was lost, so that nothing is done twice and no outcome is claimed
--- without evidence. The API has no idempotency keys; what counts as evidence is in rules.lua.
--
-- A method describes what it does in a record, which is data alone: a text made of it lets another process look again
-- (recheck.lua). How to look is the method's own business, too.

local call_options = require "klaviyo.calls.call_options"
local core = require "klaviyo.core"
local errors = require "klaviyo.model.error"
local events = require "klaviyo.model.events"
local ledger = require "klaviyo.calls.ledger"
local rules = require "klaviyo.calls.rules"
local service_clock = require "klaviyo.calls.service_clock"

local reconcile = { rules = rules }

---@class klaviyo.reconcile.record
---@field kind string        "create", "clone", "schedule", "cancel", "revert", "assign", "update" or "delete"
---@field operation string   the operation's id
---@field resource? string
---@field id? string         of what is changed
---@field body? table        the request's, as it was sent last
---@field sent? table        its content, see compare

---@alias klaviyo.reconcile.look fun(client: klaviyo.client, record: klaviyo.reconcile.record,
---  clock: klaviyo.service_clock, options: table): "done"|"none"|"other"|"over"|nil, any, string|nil
-- done: it happened, with the result. none: there is no trace of it. other: with what was seen that is not it; it may
-- still come. over: the same, and it will not become clear any more, with the reason. nil: with the look-up's error.

---@class klaviyo.reconcile.method  how to look for what a method did
---@field look klaviyo.reconcile.look
---@field adopts? boolean  what is found may be somebody else's: it is taken over, and marked
---@field finish? fun(client: klaviyo.client, record: klaviyo.reconcile.record, found: any, options: table): any, any
---                        does what is left to do for what was found

local FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4 -- seconds between two looks; each pause is half as long again
local LAST_LOOK = 2                        -- seconds kept for the last one, or a quarter of all
local LOOK_TIMEOUT = 10                    -- seconds for one request of a look
local LOOK_ATTEMPTS = 2                    -- for each of its requests

local function is_closed(client)
  return client._dispatch.transport.closed
end

-- Waits if there is time for it. False: there is not, or the client was closed meanwhile.
local function pause(client, seconds, ends)
  seconds = math.min(seconds, ends - core.now())
  if seconds <= 0 or is_closed(client) then
    return false
  end
  client.loop.sleep(seconds)
  return not is_closed(client)
end

-- Looking ------------------------------------------------------------------------------------------------------------

-- Failures that say nothing about the service, because their responses were not what was asked for.
local MALFORMED = { json = true, content_type = true }

-- Looks once. A client that is closed meanwhile makes the look raise, which must not hide what is unknown.
local function look_once(client, method, record, clock, options, ends)
  local look_options = { revision = options.revision, max_attempts = LOOK_ATTEMPTS,
    deadline = math.min(options.deadline, ends),
    reconcile_strict = call_options.value(client, options, "reconcile_strict"),
    attempt_timeout = math.min(call_options.value(client, options, "attempt_timeout"), LOOK_TIMEOUT) }
  local ok, verdict, found, why = pcall(method.look, client, record, clock, look_options)
  if not ok then
    if is_closed(client) then
      return nil, "the client was closed"
    end
    error(verdict, 0)
  elseif not verdict and not rules.malformed_is_no_evidence and errors.is(found) and MALFORMED[found.kind] then
    return "none", nil, "malformed"
  end
  return verdict, found, why
end

-- Verdicts in the words of the event.
local function tell(client, verdict, fields)
  fields.type, fields.verdict = "settle", verdict
  events.emit(client._dispatch.transport.core, fields)
end

-- Looks until it is clear what happened, or until `ends`. `again`, if given, is called while nothing is there yet: it
-- tries once more, and returns true if that ended the matter.
local function look_patiently(client, method, record, clock, options, ends, again)
  local wait, now = FIRST_PAUSE, core.now()
  local last = ends - math.min(LAST_LOOK, (ends - now) / 4) -- the last look begins then, and has the rest for itself
  local seen_before, found_before, why_before
  while true do
    local verdict, found, why = look_once(client, method, record, clock, options, ends)
    if verdict ~= "done" then
      tell(client, verdict or "failed", { remaining = math.max(ends - core.now(), 0) })
    end
    if not verdict and seen_before then
      verdict, found, why = seen_before, found_before, why_before
    end
    seen_before, found_before, why_before = verdict, found, why
    if verdict == "done" or verdict == "over" or (verdict == "none" and why == "malformed")
        or (verdict == "none" and not rules.none_needs_proof) then
      return verdict, found, why
    elseif verdict == "none" and again and again() then
      return "again"
    elseif not pause(client, wait, last) then
      return verdict, found, why
    end
    wait = math.min(wait * 1.5, LONGEST_PAUSE)
  end
end

-- Results ------------------------------------------------------------------------------------------------------------

-- The object found is the result, unless it is a creation that must not be taken over.
local function accept(client, method, record, found, options)
  if method.adopts then
    if call_options.value(client, options, "reconcile_strict") then
      return false, "it equals what was sent, but reconcile_strict is set"
    elseif found.id == record.found then
      ledger.mark(found)
    elseif not ledger.adopt(client, found) then
      return false, "it was taken for the result of another call"
    end
    record.found = found.id
  end
  tell(client, "done", { id = type(found) == "table" and found.id or record.id })
  return true
end

-- Why it is not known, as the end of a sentence.
local function explain(verdict, found, why, seconds)
  if why then
    return why
  elseif verdict == "other" then
    return "what is there is not what was sent, and what was sent may still come"
  elseif verdict == "none" then
    return ("nothing of it is there%s, but it may still come"):format(
      seconds >= 0.1 and (" after looking for %.3g s"):format(seconds) or "")
  elseif seconds == 0 and not found then
    return "it was not looked for (option reconcile)"
  end
  return "what the service has could not be read: " .. tostring(found):gsub("%.$", "")
end

local recheck

-- The error of a call of which it is not known what it did, or that happened and could not be read back.
local function open_error(client, method, record, clock, cause, outcome, verdict, found, why, seconds)
  local err = errors.new {
    kind = cause.kind, status = cause.status, errors = cause.errors, request_id = cause.request_id,
    attempts = cause.attempts, retry_after = cause.retry_after, retryable = false, outcome = outcome,
    seen = (verdict == "other" or verdict == "over" or verdict == "done") and found or nil,
    message = ("%s; %s: %s. Look again (err:recheck) before you repeat it"):format((cause.message:gsub("%.$", "")),
      outcome == "happened" and "it happened, and could not be read back" or "whether it happened is not known",
      explain(verdict, found, why, seconds)),
  }
  errors.set_recheck(err, {
    recheck = function(options)
      return recheck(client, method, record, clock, cause, outcome, options)
    end,
    token = function()
      return require("klaviyo.calls.recheck_token").write(client, record, clock, cause, outcome)
    end,
  })
  return err
end

-- Performing ---------------------------------------------------------------------------------------------------------

-- An outcome never becomes better known by a later failure: "happened" stays, and "unknown" is not undone by "none".
local RANK = { none = 0, unknown = 1, happened = 2 }
local function worse(a, b)
  return RANK[b] > RANK[a] and b or a
end

local function outcome_of(err)
  if err.outcome == "happened" and not rules.two_hundred_happened then
    return "none"
  end
  return err.outcome
end

-- The attempts of one call: they share one budget, and end early enough to leave time to look.
---@class klaviyo.reconcile.attempts
---@field left integer
---@field ends number
local function new_attempts(client, options)
  local now = core.now()
  local patience = call_options.value(client, options, "reconcile")
  return { left = call_options.value(client, options, "max_attempts"), patience = patience,
    ends = options.deadline - math.min(patience, (options.deadline - now) / 4) }
end

-- The caller's record of a write that is about to be sent, in case this process ends before its response comes.
local function announcer(client, record, options, clock)
  local on_token = call_options.value(client, options, "on_token")
  return on_token and function()
    on_token(require("klaviyo.calls.recheck_token").write(client, record, clock, { kind = "interrupted" }, "unknown"))
  end
end

local function attempt_once(attempts, work, options)
  local result, err = work.attempt(call_options.with(options, { before_send = attempts.before_send,
    deadline = math.max(attempts.ends, core.now()), max_attempts = attempts.left,
    repeat_on_guess = not rules.repeat_only_on_proof or nil }))
  attempts.left = attempts.left - (err and err.attempts or 1)
  return result, err
end

---Performs something and, where its responses do not say what became of it, finds out.
---@param client klaviyo.client
---@param options table  of the call, see call_options.begin; not changed
---@param record klaviyo.reconcile.record
---@param work { method: klaviyo.reconcile.method, attempt: fun(options: table): any, klaviyo.error|nil,
---  idempotent: boolean?, on_lost: fun()? }
---@return any result
---@return klaviyo.error|nil
function reconcile.perform(client, options, record, work)
  local began = core.now()
  local attempts = new_attempts(client, options)
  record.revision = options.revision
  attempts.before_send = not work.idempotent and announcer(client, record, options, service_clock.new(began)) or nil
  local result, err = attempt_once(attempts, work, options)
  if result ~= nil then
    return result
  end
  local outcome = outcome_of(err)
  if outcome == "none" then
    err.outcome = "none"
    return nil, err
  end
  if work.on_lost then
    work.on_lost()
  end
  local clock = service_clock.new(began)
  if attempts.patience == 0 or err.kind == "cancelled" or is_closed(client) then
    local why = (err.kind == "cancelled" or is_closed(client)) and "the call was given up" or nil
    return nil, open_error(client, work.method, record, clock, err, outcome, nil, nil, why, 0)
  end
  local looked = core.now()
  local ends = math.min(looked + attempts.patience, options.deadline)
  tell(client, "looking", { kind = err.kind, attempt = err.attempts, remaining = math.max(ends - looked, 0) })
  local function again()
    if attempts.left < 1 or outcome == "happened" or not (work.idempotent or not rules.repeat_only_on_proof) then
      return false
    end
    local failure
    local now = core.now()
    attempts.ends = now + (ends - now) / 2 -- the other half is for looking
    result, failure = attempt_once(attempts, work, options)
    if result ~= nil then
      return true
    end
    err, outcome = failure, worse(outcome, outcome_of(failure))
    return false
  end
  local verdict, found, why = look_patiently(client, work.method, record, clock, options, ends, again)
  if verdict == "again" then
    return result
  elseif verdict == "done" then
    local accepted, refusal = accept(client, work.method, record, found, options)
    if accepted then
      return found
    end
    found, why = { found }, refusal
  elseif verdict == "none" and (why == "malformed" or not rules.none_needs_proof) then
    err.outcome = "none"
    return nil, err
  end
  return nil, open_error(client, work.method, record, clock, err, outcome, verdict, found, why, core.now() - looked)
end

-- Looking again ------------------------------------------------------------------------------------------------------

---Looks again for what a call did that ended without a known outcome: once, or for as long as `reconcile` says.
---@param client klaviyo.client
---@param method klaviyo.reconcile.method
---@param record klaviyo.reconcile.record
---@param clock klaviyo.service_clock
---@param cause klaviyo.error  how the call ended
---@param outcome "unknown"|"happened"
---@param options? table       of a call
---@return any result
---@return klaviyo.error|nil
function recheck(client, method, record, clock, cause, outcome, options)
  local unknown_option, call = call_options.begin(client, options)
  local name = next(unknown_option)
  if name ~= nil then
    error(("recheck has no option %s; it takes the options of a call"):format(tostring(name)), 3)
  end
  local began = core.now()
  local ends = math.min(began + (call.reconcile or 0), call.deadline)
  local verdict, found, why
  if call.reconcile and call.reconcile > 0 then
    verdict, found, why = look_patiently(client, method, record, clock, call, ends)
  else
    verdict, found, why = look_once(client, method, record, clock, call, call.deadline)
  end
  if verdict == "done" then
    local accepted, refusal = accept(client, method, record, found, call)
    if accepted then
      if method.finish then
        return method.finish(client, record, found, call)
      end
      return found
    end
    found, why = { found }, refusal
  end
  return nil, open_error(client, method, record, clock, cause, outcome, verdict, found, why, core.now() - began)
end

reconcile.recheck = recheck

return reconcile
