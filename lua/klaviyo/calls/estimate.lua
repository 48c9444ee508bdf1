-- SPDX-License-Identifier: MIT
--- Estimating the recipients of a campaign: a job of the service is started, and read until it is complete.

local call_options = require "klaviyo.calls.call_options"
local companion = require "klaviyo.calls.companion"
local core = require "klaviyo.core"
local crud = require "klaviyo.calls.crud"
local errors = require "klaviyo.model.error"
local options_of = require "klaviyo.model.options"
local response = require "klaviyo.calls.response"

local estimate = {}

local START, JOB, RESULT = "refresh_campaign_recipient_estimation", "get_campaign_recipient_estimation_job",
  "get_campaign_recipient_estimation"
local FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10 -- seconds between two reads
local LAST = 1 -- seconds before the deadline at which the job is read once more
local ABSENT = 5 -- answers of 404 in a row: a job that was just started may be shown late

local OWN = { { "interval", "seconds", "between two reads; default: 0.5, growing to 10" },
  { "start", "boolean", "false: start no job, but wait for the one that was started before; default: true" } }

-- Starts the job. A second one does no harm: it counts again.
local function start(client, id, call)
  local received, err = companion.call(client, START, {
    options = call_options.with(call, { repeat_on_guess = true }),
    body = function(d)
      return d.estimation_job(id)
    end,
  })
  if not received then
    err.outcome = "none" -- whatever became of the job, it changes nothing
  end
  return received, err
end

local function read(client, operation, id, call)
  local received, err = companion.call(client, operation, { ids = id, options = call })
  if not received then
    return nil, err
  end
  return crud.answered(client, operation, received, nil, id)
end

local function number_of(client, id, call)
  local result, err = read(client, RESULT, id, call)
  if not result then
    return nil, err
  end
  local count = result.estimated_recipient_count
  if type(count) ~= "number" or count < 0 or count % 1 ~= 0 then
    return nil, response.odd(RESULT, "holds no number of recipients")
  end
  return count
end

-- The number, once the job is complete; nil and the status before that; nil, nil and an error.
local function look(client, id, call)
  local job, err = read(client, JOB, id, call)
  if not job then
    return nil, nil, err
  elseif job.status ~= "complete" then
    return nil, tostring(job.status)
  end
  local count, unread = number_of(client, id, call)
  return count, "complete", unread
end

local function message_of(campaign, what)
  return ("the recipients of %s could not be estimated: %s"):format(tostring(campaign), what)
end

-- A pause that ends before the deadline, with time for a last look; nil if there is none.
local function within(pause, left)
  return pause <= left and pause or left > 2 * LAST and left - LAST or nil
end

---@param campaign klaviyo.campaign
---@param options? table
---@return integer|nil
---@return klaviyo.error|nil
function estimate.estimate(campaign, options)
  local client, id = campaign._client, campaign.id
  local given = type(options) == "table" and options or {}
  local own = options_of.check({ interval = given.interval, start = given.start }, OWN, "estimate")
  local query, call = call_options.begin(client, options, { interval = true, start = true })
  local unknown = next(query)
  if unknown ~= nil then
    error(("estimate has no option %s; it takes interval, start and those of a call"):format(tostring(unknown)), 3)
  end
  local began = core.now()
  if own.start ~= false then
    local started, err = start(client, id, call)
    if not started then
      return nil, err
    end
  end
  local pause, absent, patience = own.interval or FIRST_PAUSE, 0, own.start == false and 1 or ABSENT
  while true do
    local count, status, failed = look(client, id, call)
    if count then
      return count
    elseif status == "cancelled" then
      return nil, errors.new { kind = "status", retryable = true,
        message = message_of(campaign, "the service cancelled the job") }
    end
    absent = failed and failed.kind == "not_found" and absent + 1 or 0
    if failed and (failed.kind ~= "not_found" or absent >= patience) then
      return nil, failed
    end
    pause = within(pause, call.deadline - core.now())
    if not pause then
      return nil, errors.new { kind = "timeout", retryable = true,
        message = message_of(campaign, ("the job is %s after %.3g s"):format(status or "not shown",
          core.now() - began)) }
    elseif client.loop.sleep(pause, true) == false then
      return nil, errors.new { kind = "cancelled", retryable = true,
        message = message_of(campaign, "the process that waits is about to quit") }
    end
    pause = own.interval or math.min(pause * 1.5, LONGEST_PAUSE)
  end
end

---The options of its own, for the reference.
estimate.options = OWN

return estimate
