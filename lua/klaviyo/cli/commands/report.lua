-- SPDX-License-Identifier: MIT
--- klaviyo report: what campaigns have led to, as a table with bars, CSV, JSON, or a page with a chart.

local ab_verdict = require "klaviyo.cli.ab_verdict"
local csv = require "klaviyo.cli.csv"
local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local fields = require "klaviyo.cli.fields"
local file_set = require "klaviyo.cli.plan.file_set"
local files = require "klaviyo.cli.files"
local format_time = require "klaviyo.cli.format_time"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local of_file = require "klaviyo.cli.plan.of_file"
local of_model = require "klaviyo.model.report"
local progress = require "klaviyo.cli.terminal.progress"
local report = require "klaviyo.cli.report"
local report_html = require "klaviyo.cli.report_html"
local selection = require "klaviyo.cli.selection"
local suggest = require "klaviyo.model.suggest"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local command = { summary = "Show what campaigns have led to: opens, clicks, conversions.", examples = {
  "report",
  'report "Summer Sale 2026" --by variation',
  "report campaigns/ --since 2026-06-01 --until 2026-06-30 --html june.html",
}, fields = fields.shape(of_model.counts, fields.shape(suggest.names(of_model.rates)), fields.shape { "campaign_id",
  "campaign_name", "message_id", "message_name", "channel", "variation_id", "variation_name" }) }

local BAR = 12

function command.define(definition)
  definition:argument("CAMPAIGN", "Name or id of a campaign, CAMPAIGN/MESSAGE, a campaign file, or a folder of them; "
    .. "default: all that were sent in the period."):target "campaigns":args "*"
  file_set.define(definition)
  definition:option("--since", "First day of the period in which messages were sent: 2026-06-01, -30d, today; default: "
    .. "30 days ago, or 365 where campaigns are named."):argname "DAY"
  definition:option("--until", "Its last day; default: today."):argname "DAY"
  definition:option("--by", "What a row is: campaign, message, variation or channel; default: campaign, or message "
    .. "where one campaign is named."):choices { "campaign", "message", "variation", "channel" }
  definition:option("--metric", 'Name of the metric that counts as a conversion; default: "Placed Order".')
    :convert(values.filled("--metric", "the name of a metric")):argname "NAME"
  definition:flag("--csv", "Print comma-separated values, with all numbers.")
  definition:option("--html", "Write a page with a chart; - is standard output.")
    :convert(values.filled("--html", "a file")):argname "FILE"
end

-- The campaigns that are named, and the messages that alone are wanted of them: ids of messages, or of whole campaigns.
local function named(ctx, words)
  local campaigns, wanted, known, paths = {}, {}, {}, {}
  local function add(campaign, part)
    wanted[part or campaign.id] = true
    if not known[campaign.id] then
      known[campaign.id], campaigns[#campaigns + 1] = true, campaign
    end
  end
  for _, word in ipairs(words) do
    if file_set.is_path(word) then
      paths[#paths + 1] = word
    else
      local found = selection.find(ctx, word)
      for _, message in ipairs(found.audience and found.messages or {}) do
        add(found.campaign, message.id)
      end
      if not found.audience then
        add(found.campaign, found.message and found.message.id)
      end
    end
  end
  if #paths == 0 then
    file_set.refuse_options(ctx.args)
  end
  for _, file in ipairs(#paths > 0 and file_set.read(ctx, paths) or {}) do
    add(failure.check(ctx:client().campaigns:get(of_file.id(ctx, file.name, file.model.id))))
  end
  return campaigns, wanted
end

-- Output ------------------------------------------------------------------------------------------------------------

-- Columns: title, the cell of a row, and the number that a bar shows.
local COLUMNS = {
  { title = "RECIPIENTS", get = function(row)
    return report.count(row.recipients)
  end },
  { title = "DELIVERED", get = function(row)
    return report.percent(row.delivered and row.recipients and row.recipients > 0
      and row.delivered / row.recipients or nil)
  end },
  { title = "OPENED", bar = "open_rate", get = function(row)
    return report.percent(row.open_rate)
  end },
  { title = "CLICKED", bar = "click_rate", get = function(row)
    return report.percent(row.click_rate)
  end },
  { title = "UNSUBSCRIBED", get = function(row)
    return report.percent(row.unsubscribe_rate)
  end },
  { title = "CONVERTED", get = function(row)
    return report.percent(row.conversion_rate)
  end },
  { title = "VALUE", get = function(row)
    return report.money(row.conversion_value)
  end },
}

local function largest(rows, name)
  local most = 0
  for _, row in ipairs(rows) do
    most = math.max(most, row[name] or 0)
  end
  return most
end

-- A table. On a terminal that is wide enough, rates have a bar beside them, as long as the share of the largest.
local function write_table(ctx, self)
  local term, columns, rows = ctx.term, { { title = self.by[1]:upper(), least = 12 } }, {}
  local wide = term.out_tty and term:columns() >= 110
  for i, column in ipairs(COLUMNS) do
    columns[i + 1] = { title = column.title, right = not (wide and column.bar), least = 8 }
  end
  local lines = {}
  for i, row in ipairs(self.rows) do
    lines[i] = row
  end
  lines[#lines + 1] = self.total
  for r, row in ipairs(lines) do
    local cells = { row == self.total and "all" or report.name(row, self.by) }
    for i, column in ipairs(COLUMNS) do
      local cell, most = column.get(row), wide and column.bar and largest(self.rows, column.bar)
      if most and most > 0 then
        local share = row[column.bar]
        cell = text.pad(cell, 7, true) .. " " .. (share and row ~= self.total
          and progress.bar(share / most, BAR, term.glyphs) or (" "):rep(BAR))
      end
      cells[i + 1] = cell
    end
    rows[r] = cells
  end
  tables.write(term, columns, rows)
end

local function write_tests(ctx, self)
  for _, test in ipairs(self.tests) do
    ctx.term:line("")
    ctx.term:line(ctx.term:style("bold", "A/B test " .. text.clean(test.name)))
    for _, verdict in ipairs(test.verdicts) do
      ctx.term:line("  ", ctx.term.glyphs.bullet, " ", text.clean(ab_verdict.sentence(verdict)))
    end
    if test.is_uneven then
      ctx.term:line("  ", ctx.term.glyphs.bullet, " the variations went to unequal numbers of recipients, as after a "
        .. "test whose winner got the rest")
    end
  end
end

-- The period, and whose days these are.
local function period_of(self)
  return ("%s (times of the account%s)"):format(report.period_text(self), self.zone and ": " .. text.clean(self.zone)
    or "")
end

-- What every form of the report has: the period, and when the numbers were read.
local function about(self)
  local zone = self.zone and local_time.zone(self.zone)
  return ("Sent %s. Numbers as of %s; they grow for days. Conversions: %s%s."):format(period_of(self),
    zone and format_time.show(self.read_at, zone) or time.format(self.read_at),
    text.clean(self.metric.name or self.metric.id), self.currency and ", values in " .. text.clean(self.currency) or "")
end

-- What a report without rows says: of what nothing was sent.
local function nothing(self, campaigns)
  local of = ""
  if campaigns and #campaigns > 0 then
    of = #campaigns == 1 and " of " .. describe.name(campaigns[1].name)
      or (" of these %d campaigns"):format(#campaigns)
  end
  return ("Nothing%s was sent %s."):format(of, period_of(self))
end

local IDS = { "campaign_id", "campaign_name", "message_id", "message_name", "channel", "variation_id",
  "variation_name" }

local function csv_of(self)
  local names, rows = {}, {}
  for _, name in ipairs(IDS) do
    names[#names + 1] = name
  end
  for _, name in ipairs(self.statistics) do
    names[#names + 1] = name
  end
  for _, name in ipairs { "sent_since", "sent_before", "timeframe", "read_at", "conversion_metric", "currency" } do
    names[#names + 1] = name
  end
  for i, row in ipairs(self.rows) do
    rows[i] = setmetatable({ sent_since = self.period.since, sent_before = self.period.before,
      timeframe = self.period.timeframe, read_at = time.format(self.read_at),
      conversion_metric = self.metric.name or self.metric.id, currency = self.currency }, { __index = row })
  end
  return csv.write(names, rows)
end

local function as_json(self)
  return { period = self.period, timezone = self.zone, read_at = time.format(self.read_at), by = self.by[1],
    conversion_metric = self.metric, currency = self.currency, rows = json.array(self.rows), total = self.total,
    tests = json.array(self.tests) }
end

-- The rows, and how the report is written.
local function write(ctx, args, self, campaigns)
  if args.html then
    local page = report_html.page(self, about(self))
    if args.html == "-" then
      return ctx.term:write(page)
    end
    failure.check(files.write(args.html, page))
    return ctx.term:note(("%s written to %s."):format(text.count(#self.rows, "row"), text.clean(args.html)))
  elseif args.csv then
    return ctx.term:write(csv_of(self))
  elseif ctx:wants_data() then
    return ctx:data(as_json(self), "rows")
  elseif #self.rows == 0 then
    return ctx.term:line(nothing(self, campaigns))
  end
  write_table(ctx, self)
  write_tests(ctx, self)
  ctx.term:line("")
  ctx.term:line(ctx.term:style("dim", about(self)))
end

function command.run(ctx, args)
  if args.csv or args.html then
    ctx:refuse_fields(args.csv and "--csv" or "--html")
  end
  local chosen = (args.csv and 1 or 0) + (args.html and 1 or 0) + (args.json and 1 or 0)
  if chosen > 1 then
    failure.raise { code = "usage", message = "--csv, --html and --json are three forms of a report; give one" }
  end
  local account = report.account(ctx)
  local asked = report.period(ctx, args, account.timezone)
  if #args.campaigns > 0 then
    asked.campaigns, asked.messages = named(ctx, args.campaigns)
  end
  asked.by = { args.by or asked.campaigns and #asked.campaigns == 1 and "message" or "campaign" }
  asked.metric, asked.zone, asked.currency = args.metric, account.timezone, account.currency
  write(ctx, args, report.read(ctx, asked), asked.campaigns)
end

return command
