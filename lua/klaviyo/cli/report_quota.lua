-- SPDX-License-Identifier: MIT
--- The reports that this machine has asked for. An account may ask for two a minute and 225 a day, a program that ends
--- after each command would forget them, so they are kept between commands.

local cache = require "klaviyo.cli.cache"
local operations = require "klaviyo.wire.operations"
local text = require "klaviyo.cli.terminal.text"

local report_quota = {}

local NAME, SPENT, DAY, MINUTE = "reports", "reports-spent", 86400, 60
local LIMIT = operations.get("query_campaign_values").rate

-- When reports were asked for within the last day, oldest first.
local function times_of(ctx, now)
  local kept, times = cache.read(ctx, NAME), {}
  for _, at in ipairs(type(kept) == "table" and kept or {}) do
    if type(at) == "number" and at <= now and now - at < DAY then
      times[#times + 1] = at
    end
  end
  return times
end

---Notes reports that were asked for.
---@param ctx klaviyo.cli.context
---@param count integer
function report_quota.note(ctx, count)
  local now = os.time()
  local times = times_of(ctx, now)
  for _ = 1, count do
    times[#times + 1] = now
  end
  cache.write(ctx, NAME, times)
end

---Notes that the service refused a report. Where it has none for longer than a minute, the day's are spent, by whoever.
---@param ctx klaviyo.cli.context
---@param err klaviyo.error
function report_quota.refused(ctx, err)
  local wait = err.kind == "rate_limited" and err.status and err.retry_after or 0
  if wait > MINUTE then
    cache.write(ctx, SPENT, { ["until"] = os.time() + math.ceil(wait) })
  end
end

-- Seconds until the service has reports again, by what it said.
local function refused_for(ctx, now)
  local kept = cache.read(ctx, SPENT)
  local till = type(kept) == "table" and kept["until"]
  return type(till) == "number" and till - now <= DAY and math.max(0, till - now) or 0
end

---When the next report of a day is possible, in words; nil: now.
---@param used { wait_day: integer }
---@return string|nil
function report_quota.next_day(used)
  return used.wait_day > 0 and text.wait(used.wait_day) or nil
end

---@class klaviyo.cli.report_quota
---@field minute integer       reports of the last minute, from this machine
---@field day integer          of the last 24 hours
---@field wait_minute integer  seconds until the next is within the limit of a minute; 0: now
---@field wait_day integer     seconds until as many as are needed are within the limit of a day
---@field is_refused boolean    it is the service that said so: others have asked for reports too

---What is used of the limits, as far as this machine knows.
---@param ctx klaviyo.cli.context
---@param needed? integer  requests that a report takes; default: 1
---@return klaviyo.cli.report_quota
function report_quota.used(ctx, needed)
  local now = os.time()
  local times, minute = times_of(ctx, now), 0
  for _, at in ipairs(times) do
    minute = minute + (now - at < MINUTE and 1 or 0)
  end
  -- The time that must pass until fewer than `most` remain within a window.
  local function wait(most, window)
    local at = times[#times - most + 1]
    return at and math.max(0, at + window - now) or 0
  end
  local own, refused = wait(LIMIT.daily - (needed or 1) + 1, DAY), refused_for(ctx, now)
  return { minute = minute, day = #times, wait_minute = wait(LIMIT.steady, MINUTE), wait_day = math.max(own, refused),
    is_refused = refused > own }
end

return report_quota
