-- SPDX-License-Identifier: MIT
--- What to do when an answer was lost: find out what happened there, and then finish, repeat, or say what was seen.
--- The API has no idempotency keys, so a POST is never repeated on a guess.

local core = require "klaviyo.core"
local events = require "klaviyo.events"
local time = require "klaviyo.time"

local settle = {}

-- A service that did not answer in time may still be at it: these are the pauses between further looks, in seconds.
local PATIENCE = { 0.5, 1, 2, 4, 8 }

local function may_still_happen(err)
  return err.kind == "timeout" or err.kind == "stalled" or err.kind == "cancelled"
    or err.status == 504 or err.status == 524
end

local function unknown(err, seen, why)
  err.outcome = "unknown"
  err.retryable = false
  err.seen = seen
  err.message = ("%s; %s"):format(err.message, why)
  return nil, err
end

-- Looks, and keeps looking while the effect may still come. Nothing is found out of an error.
local function look_patiently(client, look, err, deadline)
  local verdict, found = look()
  for _, pause in ipairs(may_still_happen(err) and PATIENCE or {}) do
    if verdict ~= "none" or core.now() + pause > deadline then
      break
    end
    client.loop.sleep(pause)
    verdict, found = look()
  end
  return verdict, found
end

---Performs what must happen at most once.
---@param client klaviyo.client
---@param attempt fun(): any, klaviyo.error|nil   result, or nil and the error
---@param look fun(): "done"|"none"|"other"|nil, any  done: with the result; none: it did not happen; other: with what
---                                                   was seen instead; nil: with the error of the look
---@param options? table  max_attempts, timeout
---@return any result
---@return klaviyo.error|nil
function settle.perform(client, attempt, look, options)
  options = options or {}
  local deadline = core.now() + (options.timeout or client.options.timeout)
  local attempts = options.max_attempts or client.options.max_attempts
  for n = 1, attempts do
    local result, err = attempt()
    if result then
      return result
    elseif err.outcome ~= "unknown" and n == 1 then
      return nil, err
    end
    local verdict, found = look_patiently(client, look, err, deadline)
    events.emit(client.session.transport.core, { type = "settle", verdict = verdict or "failed", attempt = n,
      kind = err.kind })
    if verdict == "done" then
      return found
    elseif err.outcome ~= "unknown" then
      return nil, err -- a repeat was refused, and what it would have done was not done before either
    elseif verdict == "other" then
      return unknown(err, found, "what was found there is not what was asked for")
    elseif not verdict then
      return unknown(err, nil, "what happened could not be found out: " .. tostring(found))
    elseif may_still_happen(err) then
      return unknown(err, nil, "nothing of it is there yet, but it may still come: look again before repeating it")
    elseif n == attempts or core.now() >= deadline then
      err.outcome, err.retryable = "none", true
      err.message = err.message .. "; it did not happen"
      return nil, err
    end
  end
end

-- The service's own clock -------------------------------------------------------------------------------------------

local MONTHS = { Jan = 1, Feb = 2, Mar = 3, Apr = 4, May = 5, Jun = 6, Jul = 7, Aug = 8, Sep = 9, Oct = 10, Nov = 11,
  Dec = 12 }

-- RFC 9110 5.6.7, the one form that is sent today.
local function http_date(text)
  local day, month, year, clock = tostring(text):match("^%a+, (%d+) (%a+) (%d+) (%d+:%d+:%d+) GMT$")
  if not day or not MONTHS[month] then
    return nil
  end
  return (time.parse(("%s-%02d-%02dT%sZ"):format(year, MONTHS[month], tonumber(day), clock)))
end

---When a call began, by the service's clock, as well as can be told from a later answer: its Date is cut to the second.
---@param request userdata  of the later answer
---@param began number      core.now() at the beginning
---@return number epoch
function settle.server_time(request, began)
  local elapsed = core.now() - began
  local date = request and http_date(request:headers()["date"])
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
    if created and created >= since and not client.created[object.id] and matches(object) then
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
