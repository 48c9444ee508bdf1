-- SPDX-License-Identifier: MIT
--- The period of a report. The service takes local times of the account and ignores their offsets, so an instant is
--- written as the account's clocks show it.

local blame = require "klaviyo.model.blame"
local report = require "klaviyo.model.report"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"

local report_period = {}

local YEAR = 366 * 86400 -- "Max length: 1 year"

---@class klaviyo.report.period
---@field timeframe? string  the name of a time frame; else since and before
---@field since? string      ISO 8601; local times of the account have no offset
---@field before? string
---@field timezone? string   of the account, where it was needed

-- Reads a time: an instant, or a local time of the account.
local function parts_of(option, value)
  if type(value) == "number" and value == value and math.abs(value) < 253402300800 then
    return { instant = value }
  elseif type(value) == "string" then
    local instant = time.parse(value)
    local parts = not instant and time.parts(value)
    local days = not instant and not parts and time.date(value)
    if instant then
      return { instant = instant }
    elseif days then
      return { wall = days * 86400 }
    elseif parts then
      return { wall = time.parse(("%04d-%02d-%02dT%02d:%02d:%02dZ"):format(parts.year, parts.month, parts.day,
        parts.hour, parts.min, math.floor(parts.sec))) }
    end
  end
  blame(("option %s is a time, such as 2026-12-01T14:00:00Z, epoch seconds, or a day of the account, such as "
    .. "2026-12-01; got %s"):format(option, suggest.show(value)))
end

---What the options ask for. A mistake raises.
---@param given { timeframe: any, since: any, before: any }
---@param default string  a time frame
---@return table period  { timeframe }, or { since, before } as { instant } or { wall }
function report_period.read(given, default)
  local named = given.timeframe
  if named ~= nil and (given.since ~= nil or given.before ~= nil) then
    blame "timeframe is one way to name a period, since and before are another; give one"
  elseif named ~= nil and not suggest.contains(report.timeframes, named) then
    blame(("option timeframe: there is no time frame %s%s; there are %s"):format(suggest.show(named),
      suggest.phrase(named, report.timeframes), suggest.list(report.timeframes)))
  elseif given.since == nil and given.before ~= nil then
    blame "option before needs since: a report has a beginning, and is at most a year long"
  elseif given.since == nil then
    return { timeframe = named or default }
  end
  return { since = parts_of("since", given.since), before = given.before ~= nil and parts_of("before", given.before)
    or nil }
end

-- A time as the clocks of a zone show it, in seconds as if they showed UTC.
local function wall_of(one, zone)
  return one.wall or one.instant + (time.offset(zone, one.instant) or 0)
end

-- Whether a time is an instant, so that the zone of the account matters.
local function is_instant(one)
  return one and one.instant ~= nil
end

---Whether the zone of the account must be known.
---@param period table  of `read`
---@return boolean
function report_period.needs_zone(period)
  return period.since ~= nil and (period.before == nil or is_instant(period.since) or is_instant(period.before))
end

---The time frame as the service takes it.
---@param period table     of `read`
---@param zone string|nil  of the account
---@param now number       epoch seconds
---@return table|nil timeframe
---@return klaviyo.report.period|string described  a sentence if it is impossible
function report_period.write(period, zone, now)
  if period.timeframe then
    return { key = period.timeframe }, { timeframe = period.timeframe }
  end
  local from, till = wall_of(period.since, zone), wall_of(period.before or { instant = math.ceil(now) + 1 }, zone)
  if from >= till then
    return nil, ("the period of a report begins before it ends: since is %s, and %s %s, as the account's clocks show "
      .. "it"):format(time.format(from):gsub("Z$", ""), period.before and "before is" or "it ends now, at",
      (time.format(till):gsub("Z$", "")))
  elseif till - from > YEAR then
    return nil, "the period of a report is at most a year long"
  end
  local first, last = time.format(from), time.format(till)
  return { start = first, ["end"] = last },
    { since = (first:gsub("Z$", "")), before = (last:gsub("Z$", "")), timezone = zone }
end

return report_period
