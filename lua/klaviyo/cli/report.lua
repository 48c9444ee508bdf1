-- SPDX-License-Identifier: MIT
--- Results of campaigns for people and scripts: read in one go, by variation, and summed up here, so that a report
--- costs as few requests as the limits ask for, and A/B tests are in it whatever the rows are.

local ab_verdict = require "klaviyo.cli.ab_verdict"
local cache = require "klaviyo.cli.cache"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local filter = require "klaviyo.model.filter"
local local_time = require "klaviyo.cli.local_time"
local of_model = require "klaviyo.model.report"
local report_quota = require "klaviyo.cli.report_quota"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"

local report = {}

local DAY = 86400
local KEPT = 3600 -- seconds for which the account's zone and currency are not asked for again
local FIRST = 30 -- seconds that first results may take
local AT_ONCE = 100 -- campaigns that one request asks for
local DAILY = require("klaviyo.wire.operations").get("query_campaign_values").rate.daily

---@class klaviyo.cli.report
---@field rows klaviyo.result[]         by what was asked for
---@field variations klaviyo.result[]   all, by variation
---@field tests { message_id: string, name: string, verdicts: klaviyo.cli.ab_verdict[], is_uneven: boolean }[]
---@field total klaviyo.result|nil      of all rows, where there are several
---@field by string[]
---@field read_at number
---@field period klaviyo.report.period
---@field zone string|nil               of the account, where it was asked for
---@field currency string|nil           of the account
---@field metric { id: string, name: string? }
---@field names table<string, string>   of campaigns, by id

---The zone and the currency of the account.
---@param ctx klaviyo.cli.context
---@return { timezone: string?, currency: string? }  neither where the key may not read the account
function report.account(ctx)
  local kept, age = cache.read(ctx, "report-account")
  if type(kept) == "table" and type(kept.timezone) == "string" and age < KEPT and not ctx.sandbox then
    return kept
  end
  local account, err = ctx:client():account()
  if err and err.kind == "forbidden" then
    ctx.term:note(ctx.term:err_style("hint", ("The account's time zone and currency are not known: %s"):format(
      text.clean(failure.reason(err)))))
    return {}
  end
  failure.check(account, err)
  local currency = describe.known(account.preferred_currency)
  local found = { timezone = describe.known(account.timezone) or "UTC",
    currency = type(currency) == "string" and currency or nil }
  cache.write(ctx, "report-account", found)
  return found
end

-- A local time as data.
local function written(wall)
  return ("%04d-%02d-%02dT%02d:%02d:%02d"):format(wall.year, wall.month, wall.day, wall.hour, wall.min, wall.sec)
end

-- A day or an instant of the command line as a local time of the account. A day as the end is in the period.
local function local_of(value, option, zone, now, is_end)
  local epoch, message = local_time.parse(value, zone, now)
  if not epoch then
    failure.raise { code = "usage", message = ("%s %s"):format(option, message) }
  end
  local wall = local_time.wall(epoch, zone)
  if is_end and not value:find "[T:]" then
    wall = local_time.wall(local_time.day(wall.days + 1, zone), zone)
  end
  return written(wall)
end

---The period of the options, for kl:results.
---@param ctx klaviyo.cli.context
---@param args { since: string?, until: string? }
---@param zone_name string|nil  of the account
---@return { since: string?, before: string? }
function report.period(ctx, args, zone_name)
  local since, till = args.since, args["until"]
  if not since and not till then
    return {}
  end
  local zone = zone_name and local_time.zone(zone_name) or ctx:zone()
  local now = ctx:now()
  local period = { since = since and local_of(since, "--since", zone, now)
      or local_of("-30d", "--since", zone, local_time.parse(till, zone, now) or now),
    before = local_of(till or "today", "--until", zone, now, true) }
  if period.since > written(local_time.wall(now, zone)) then
    failure.raise { code = "usage", message = since
      and ("--since %s is in the future: nothing was sent then"):format(since)
      or ("--until %s: the 30 days before it are in the future"):format(till) }
  elseif period.since >= period.before then
    failure.raise { code = "usage", message = ("--since %s is after --until %s"):format(since, till or "today") }
  end
  return period
end

-- The names of campaigns that are known by their ids alone. Without them a report has ids: that is no failure.
local function read_names(ctx, rows, names)
  local missing, known = {}, {}
  for _, row in ipairs(rows) do
    local id = row.campaign_id
    if id and not names[id] and not known[id] then
      known[id], missing[#missing + 1] = true, id
    end
  end
  for first = 1, #missing, AT_ONCE do
    local some = {}
    for i = first, math.min(first + AT_ONCE - 1, #missing) do
      some[#some + 1] = missing[i]
    end
    local page = ctx:client().campaigns:list { filter = filter.any("id", some), page_size = AT_ONCE }
    for campaign in (page and page:items() or function() end) do
      local name = describe.known(campaign.name)
      names[campaign.id] = type(name) == "string" and name or nil
    end
  end
end

-- A variation for people: its name, or its place among those of its message.
local function variation_name(row, place)
  return row.variation_name and text.clean(row.variation_name) or ("variation %d"):format(place)
end

local function most_and_least(rows)
  local most, least = 0, math.huge
  for _, row in ipairs(rows) do
    most, least = math.max(most, row.recipients or 0), math.min(least, row.recipients or 0)
  end
  return most, least
end

-- The messages with several variations, and what their numbers say.
local function tests_of(rows, campaigns)
  local by_message, order, tests = {}, {}, {}
  for _, row in ipairs(rows) do
    local id = row.message_id
    if id and row.variation_id then
      if not by_message[id] then
        by_message[id], order[#order + 1] = {}, id
      end
      table.insert(by_message[id], row)
    end
  end
  for _, id in ipairs(order) do
    local members = by_message[id]
    if #members > 1 then
      local names = {}
      for i, row in ipairs(members) do
        names[row] = variation_name(row, i)
      end
      local most, least = most_and_least(members)
      local campaign = members[1].campaign_id
      tests[#tests + 1] = { message_id = id, campaign_id = campaign, is_uneven = most > 1.5 * least,
        name = ("%s / %s"):format(campaigns[campaign] or campaign or "?", members[1].message_name or id),
        verdicts = ab_verdict.of(members, function(row)
          return names[row]
        end) }
    end
  end
  return tests
end

-- Why the limit of a day leaves no room for a report.
local function spent(used, needed)
  local next_day = report_quota.next_day(used)
  if used.is_refused then
    return ("The account's %d reports of a day are spent, the service says; the next is possible in %s."):format(DAILY,
      next_day)
  elseif needed == 1 then
    return ("This machine has asked for %d reports within 24 hours, which is what an account may; the next is possible "
      .. "in %s."):format(used.day, next_day)
  end
  return ("This report takes %d requests, and this machine has asked for %d of the %d that an account may within 24 "
    .. "hours; it is possible in %s, or of fewer campaigns at once."):format(needed, used.day, DAILY, next_day)
end

-- Waits for the limit of a minute, of which reports of earlier commands may have used a part.
local function wait_for_limit(ctx, needed)
  local used = report_quota.used(ctx, needed)
  if used.wait_day > 0 and not ctx.sandbox then
    failure.raise { code = "refused", message = spent(used, needed), hint = "klaviyo limits" }
  elseif used.wait_minute > 0 and not ctx.sandbox then
    ctx.progress:hold("an account may ask for two reports a minute", used.wait_minute)
    failure.check(ctx:client():sleep(used.wait_minute))
    ctx.progress:hold(nil)
  end
end

---Reads a report.
---@param ctx klaviyo.cli.context
---@param asked { campaigns: klaviyo.campaign[]?, messages: table<string, boolean>?, since: string?, before: string?,
---  metric: string?, by: string[], zone: string?, currency: string?, timeout: number? }
---@return klaviyo.cli.report
function report.read(ctx, asked)
  local options = { campaigns = asked.campaigns, since = asked.since, before = asked.before, by = "variation",
    conversion_metric = asked.metric, timeout = asked.timeout }
  ctx.progress:begin "Reading results"
  wait_for_limit(ctx, asked.campaigns and math.max(1, math.ceil(#asked.campaigns / AT_ONCE)) or 1)
  local found, err = ctx:client():results(options)
  if err then
    report_quota.refused(ctx, err)
  end
  report_quota.note(ctx, found and found.requests or err.requests or 0)
  ctx.progress:finish()
  failure.check(found, err, failure.is_missing(err) and "klaviyo request GET /api/metrics lists the metrics" or nil)
  local rows, names = {}, {}
  for _, row in ipairs(found) do
    if not asked.messages or asked.messages[row.message_id] or asked.messages[row.campaign_id] then
      rows[#rows + 1] = row
    end
  end
  for _, campaign in ipairs(asked.campaigns or {}) do
    local name = describe.known(campaign.name)
    names[campaign.id] = type(name) == "string" and name or nil
  end
  read_names(ctx, rows, names)
  local sums = of_model.sum(rows, asked.by, found.statistics)
  local tests, tested = tests_of(rows, names), {}
  for _, test in ipairs(tests) do
    tested[test.message_id] = true
  end
  for _, sum in ipairs(sums) do
    sum.campaign_name, sum.is_one_of = names[sum.campaign_id], sum.variation_id and tested[sum.message_id] or nil
  end
  return { rows = sums, variations = rows, tests = tests, by = asked.by, period = found.period,
    total = #sums > 1 and of_model.sum(rows, {}, found.statistics)[1] or nil, read_at = time.parse(found.read_at),
    zone = asked.zone, currency = asked.currency, metric = found.conversion_metric, names = names,
    statistics = found.statistics }
end

---The first results of a campaign, by message, where they can be had at once: it does not wait for a limit.
---@param ctx klaviyo.cli.context
---@param campaign klaviyo.campaign
---@param messages table<string, boolean>  the ids of those that are wanted
---@return klaviyo.cli.report|nil
---@return string|nil why  a sentence
function report.first(ctx, campaign, messages)
  local used = report_quota.used(ctx)
  if not ctx.sandbox and used.wait_day + used.wait_minute > 0 then
    return nil, used.wait_day > 0 and spent(used, 1):gsub("^%u", string.lower)
      or "an account may ask for two reports a minute, and this machine has."
  end
  local ok, found = pcall(report.read, ctx, { campaigns = { campaign }, messages = messages, by = { "message" },
    timeout = FIRST })
  if ok then
    return found
  elseif failure.is(found) then
    return nil, (found.message:gsub("%.?$", "."))
  end
  error(found, 0)
end

---A row in one line, for people.
---@param row klaviyo.result
---@return string
function report.summary(row)
  local parts = { report.count(row.recipients) .. " recipients" }
  for _, part in ipairs { { "open_rate", "opened" }, { "click_rate", "clicked" },
    { "conversion_rate", "converted" } } do
    parts[#parts + 1] = row[part[1]] and report.percent(row[part[1]]) .. " " .. part[2] or nil
  end
  return ("%s: %s"):format(text.clean(row.message_name or row.message_id or "?"), table.concat(parts, ", "))
end

---The name of a row for people. A variation that is alone and has no name is its message.
---@param row klaviyo.result
---@param by string[]
---@return string
function report.name(row, by)
  local campaign = row.campaign_id and text.clean(row.campaign_name or row.campaign_id)
  if by[1] == "channel" then
    return text.clean(row.channel or "(no channel)")
  elseif by[1] == "campaign" then
    return campaign or "?"
  end
  local name = (campaign and campaign .. " / " or "") .. text.clean(row.message_name or row.message_id or "?")
  local variation = row.variation_name or row.is_one_of and row.variation_id
  return name .. (by[1] == "variation" and variation and " / " .. text.clean(variation) or "")
end

local WORDS = { today = "today", yesterday = "yesterday", last_30_days = "in the last 30 days",
  last_365_days = "in the last 365 days" }

-- The last day of a period that ends with a day; nil: it ends within one.
local function last_day(before)
  local day = before:match "^(.*)T00:00:00$"
  return day and time.format((time.date(day) - 1) * DAY):sub(1, 10)
end

---The period for people: "from 2026-03-01 to 2026-03-31", both days in it.
---@param self klaviyo.cli.report
---@return string
function report.period_text(self)
  local period = self.period
  if period.timeframe then
    return WORDS[period.timeframe] or period.timeframe:gsub("_", " ")
  end
  local function short(local_text)
    return (local_text:gsub("T00:00:00$", ""):gsub("T", " "):gsub(":00$", ""))
  end
  local first, last = short(period.since), last_day(period.before)
  if last == first then
    return "on " .. last
  end
  return last and ("from %s to %s"):format(first, last)
    or ("from %s until before %s"):format(first, short(period.before))
end

---A share of recipients for people; a dash for what the report does not have.
---@param share number|nil
---@return string
function report.percent(share)
  return share and (share > 0 and share < 0.001 and "%.2f %%" or "%.1f %%"):format(share * 100) or "-"
end

---A count for people, with a space between thousands.
---@param count number|nil
---@return string
function report.count(count)
  if not count then
    return "-"
  end
  local digits = ("%.0f"):format(count)
  return (digits:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
end

---An amount of money for people.
---@param amount number|nil
---@return string
function report.money(amount)
  if not amount then
    return "-"
  end
  local whole = math.floor(amount + 0.005)
  return ("%s.%02d"):format(report.count(whole), math.floor((amount - whole) * 100 + 0.5) % 100)
end

return report
