-- SPDX-License-Identifier: MIT
--- klaviyo calendar: upcoming and past sends by day and hour, in the terminal or as an HTML page, beside what campaign
--- files plan to send.

local calendar = require "klaviyo.cli.calendar"
local calendar_grid = require "klaviyo.cli.calendar_grid"
local calendar_html = require "klaviyo.cli.calendar_html"
local fields = require "klaviyo.cli.fields"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local send_files = require "klaviyo.cli.plan.send_files"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local command = { summary = "Draw upcoming and past sends by day and hour.", examples = {
  "calendar --from today --days 14 --timezone Europe/Berlin",
  "calendar black_friday/ --html calendar.html",
} }

local DAYS = 21

function command.define(definition)
  definition:argument("FILE", "Campaign files, and folders of them, whose planned sends are drawn, too."):args "*"
    :target "files"
  definition:option("--from", "First day: 2026-12-01, today, -7d; default: last Monday, with FILE that before their "
    .. "first planned send."):argname "DAY"
  definition:option("--days", "Number of days.", tostring(DAYS)):convert(values.whole("--days", 1, 400))
    :argname "COUNT"
  definition:option("-z --timezone", "Zone of the days and hours."):argname "ZONE"
  definition:option("--html", "Write an HTML page; - is standard output."):argname "FILE"
end

-- The first of some sends; now if there are none.
local function earliest(ctx, items)
  local first = items[1] and items[1].first or ctx:now()
  for _, item in ipairs(items) do
    first = math.min(first, item.first)
  end
  return first
end

-- The Monday of this week or of the first planned send, or the day of --from.
local function first_day(ctx, args, planned, z)
  if not args.from then
    local wall = local_time.wall(earliest(ctx, planned), z)
    return local_time.day(wall.days - wall.weekday + 1, z)
  end
  local epoch, message = local_time.parse(args.from, z, ctx:now())
  if not epoch then
    failure.raise { code = "usage", message = "--from " .. message }
  end
  return epoch
end

local function write_grid(term, self)
  local now = local_time.wall(self.now, self.zone)
  local label = 13
  term:line(calendar_grid.head(term, label))
  for _, day in ipairs(self.days) do
    term:line(day.today and term.glyphs.arrow .. (" "):rep(2 - text.width(term.glyphs.arrow)) or "  ",
      term:style(day.today and "bold" or day.wall.weekday > 5 and "dim" or "", format_time.day(day.wall)), " ",
      calendar_grid.hours(term, day, day.today and now.hour or nil, label))
  end
end

local function write_agenda(term, self)
  local last
  for _, item in ipairs(self.items) do
    local wall = local_time.wall(item.send.epoch, self.zone)
    if wall.days ~= last then
      last = wall.days
      term:line("")
      term:line(term:style("bold", format_time.day(wall)), wall.days == local_time.wall(self.now, self.zone).days
        and term:style("dim", "  today") or "")
    end
    local what = ("%s / %s"):format(item.campaign, item.name)
    local narrow = term.out_tty and term:columns() < 60
    local room = term.out_tty and term:columns() - (narrow and 9 or 30) or math.huge
    term:line(("  %02d:%02d  %s  %s%s%s"):format(wall.hour, wall.min, term:style(item.status, text.pad(item.status, 9)),
      text.pad(text.clean(item.channel or ""), 8), narrow and "\n" .. (" "):rep(9) or "  ",
      term:cut(what .. ", " .. calendar.how(item), room)))
  end
end

command.fields = fields.shape { "id", "name", "campaign", "campaign_id", "channel", "status", "send_time",
  "first_send_time", "last_send_time", "strategy", "percentage", "went_out" }

local function as_json(self)
  local list = json.array()
  for i, item in ipairs(self.items) do
    list[i] = { id = item.id ~= "" and item.id or nil, name = item.name, campaign = item.campaign,
      campaign_id = item.campaign_id,
      channel = item.channel, status = item.status, send_time = time.format(item.send.epoch),
      first_send_time = time.format(item.first), last_send_time = time.format(item.last),
      strategy = item.send.strategy, percentage = item.send.percentage,
      went_out = item.status == "CANCELLED" and (item.delivered.share or json.null) or nil }
  end
  return { from = time.format(self.from), till = time.format(self.till), timezone = self.zone.name, sends = list }
end

function command.run(ctx, args)
  local z = ctx:zone()
  if args.html then
    ctx:refuse_fields "--html"
  end
  local planned = #args.files > 0 and send_files.planned(ctx) or {}
  local from = first_day(ctx, args, planned, z)
  local till = local_time.day(local_time.wall(from, z).days + args.days, z)
  local items = calendar.merge(calendar.read(ctx, from, till), planned, from, till)
  local self = calendar.new(items, { zone = z, now = ctx:now(), from = from, till = till })
  if args.html == "-" then
    return ctx.term:write(calendar_html.page(self))
  elseif args.html then
    failure.check(files.write(args.html, calendar_html.page(self)))
    return ctx.term:note(("%s written to %s."):format(text.count(#self.items, "send"), text.clean(args.html)))
  elseif ctx:wants_data() then
    return ctx:data(as_json(self), "sends")
  end
  write_grid(ctx.term, self)
  write_agenda(ctx.term, self)
  ctx.term:line("")
  ctx.term:line(ctx.term:style("dim", ("%s; times in %s"):format(text.count(#self.items, "send"), z.name)))
end

return command
