-- SPDX-License-Identifier: MIT
--- What to do when an answer was lost: find out what happened there, and then finish, repeat, or say what was seen.
--- The API has no idempotency keys, so a POST is never repeated on a guess.

local core = require "klaviyo.core"
local events = require "klaviyo.model.events"
local time = require "klaviyo.model.time"

local settle = {}

-- A service that did not answer in time may still be at it: these are the pauses between further looks, in seconds.
local PATIENCE = { 0.5, 1, 2, 4, 8 }

-- So much of the time is kept for looking: a quarter, but no more than this many seconds.
local RESERVE = 5

local function may_still_happen(err)
  return err.kind == "timeout" or err.kind == "stalled" or err.status == 504 or err.status == 524
end

-- Failures that pass by themselves: what did not happen because of them may be tried again.
local function is_transient(err)
  return err.kind == "disconnected" or err.status == 502 or err.status == 503
end

local function unknown(err, seen, why)
  err.outcome = "unknown"
  err.retryable = false
  err.seen = seen
  err.message = ("%s; %s"):format(err.message, why)
  return nil, err
end

local function did_not_happen(err)
  err.outcome, err.retryable = "none", is_transient(err)
  err.message = err.message .. "; it did not happen"
  return nil, err
end

-- Waits if there is time for it; false if not, or if the client was closed meanwhile.
local function pause(client, seconds, deadline)
  local transport = client._dispatch.transport
  if transport.closed or core.now() + seconds >= deadline then
    return false
  end
  client.loop.sleep(seconds)
  return not transport.closed
end

-- A client that is closed while somebody looks through it makes the look raise: that must not hide what is unknown.
local function try(client, look)
  local ok, verdict, found = pcall(look)
  if ok then
    return verdict, found
  elseif client._dispatch.transport.closed then
    return nil, "the client was closed"
  end
  error(verdict, 0)
end

-- Looks, and keeps looking while the effect may still come. Nothing is found out of an error.
local function look_patiently(client, look, err, deadline)
  local verdict, found = try(client, look)
  for _, seconds in ipairs(may_still_happen(err) and PATIENCE or {}) do
    if verdict ~= "none" or not pause(client, seconds, deadline) then
      break
    end
    verdict, found = try(client, look)
  end
  return verdict, found
end

-- What a lost answer comes to, once it was looked for: the results of the call, or nothing to have it tried again.
local function conclude(err, verdict, found)
  if verdict == "done" then
    return true, found
  elseif err.outcome ~= "unknown" then
    return true, nil, err -- a repeat was refused, and what it would have done was not done before either
  elseif verdict == "other" then
    return true, unknown(err, found, "what was found there is not what was asked for")
  elseif not verdict then
    return true, unknown(err, nil, "what happened could not be found out: " .. tostring(found))
  elseif may_still_happen(err) then
    return true, unknown(err, nil, "nothing of it is there yet, but it may still come: look again before repeating it")
  end
  return false
end

---Performs what must happen at most once.
---@param client klaviyo.client
---@param attempt fun(): any, klaviyo.error|nil   result, or nil and the error
---@param look fun(): "done"|"none"|"other"|nil, any  done: with the result; none: it did not happen; other: with what
---                                                   was seen instead; nil: with the error of the look
---@param options table  of the call, see verbs.begin; an attempt sees a deadline there that leaves time to look
---@return any result
---@return klaviyo.error|nil
function settle.perform(client, attempt, look, options)
  local deadline = options.deadline
  local attempts = options.max_attempts or client.options.max_attempts
  local transport = client._dispatch.transport
  for n = 1, attempts do
    options.deadline = deadline - math.min((deadline - core.now()) / 4, RESERVE)
    local result, err = attempt()
    options.deadline = deadline
    if result then
      return result
    elseif (err.outcome ~= "unknown" and n == 1) or err.kind == "cancelled" or transport.closed then
      return nil, err
    end
    local verdict, found = look_patiently(client, look, err, deadline)
    events.emit(transport.core, { type = "settle", verdict = verdict or "failed", attempt = n, kind = err.kind })
    local over, settled, failure = conclude(err, verdict, found)
    if over then
      return settled, failure
    elseif n == attempts or not is_transient(err)
        or not pause(client, math.max(err.retry_after or 0, transport.core:backoff(n)), deadline) then
      return did_not_happen(err)
    end
  end
end

-- The service's own clock -------------------------------------------------------------------------------------------

---When a call began, by the service's clock, as well as can be told from a later answer: its Date is cut to the second.
---@param request userdata  of the later answer
---@param began number      core.now() at the beginning
---@return number epoch
function settle.server_time(request, began)
  local elapsed = core.now() - began
  local date = request and time.http(request:headers()["date"])
  if date then
    return date - elapsed - 1
  end
  return os.time() - elapsed - 60 -- our own clock, and a minute for the difference
end

---Of objects that a list held, those that a lost creation may have made: created since, by no call of this client
---that was answered, and like what was asked for.
---@param client klaviyo.client
---@param list klaviyo.object[]
---@param since number                     epoch, by the service's clock
---@param matches fun(object: klaviyo.object): boolean
---@return "done"|"none"|"other" verdict
---@return klaviyo.object|klaviyo.object[]|nil
function settle.adopt(client, list, since, matches)
  local found = {}
  for _, object in ipairs(list) do
    local created = time.parse(object.created_at)
    if created and created >= since and not client._created[object.id] and matches(object) then
      found[#found + 1] = object
    end
  end
  if #found == 1 then
    return "done", found[1]
  elseif #found == 0 then
    return "none"
  end
  return "other", found
end

return settle
