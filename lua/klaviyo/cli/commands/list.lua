-- SPDX-License-Identifier: MIT
--- klaviyo list: lists the campaigns of the account.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local names = require "klaviyo.cli.names"
local query = require "klaviyo.cli.query"
local as_json = require "klaviyo.cli.as_json"
local suggest = require "klaviyo.model.suggest"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local list = { summary = "List campaigns.", examples = {
  "list --status scheduled --sort name",
  "list --upcoming",
  "list --name Sale --created-since -30d --columns id,name,messages",
} }

local function status_style(cell)
  return describe.STATUS[cell] and cell or nil
end

local function short_time(value, z)
  local epoch = time.parse(value)
  return epoch and format_time.short(epoch, z) or ""
end

-- Columns of a table, each with `get(campaign, zone, now, names)`, which returns the text of its cell.
local COLUMNS = {
  id = { title = "ID", least = 26, style = function()
    return "dim"
  end, get = function(campaign)
    return text.clean(campaign.id)
  end },
  name = { title = "NAME", least = 12, get = function(campaign)
    return describe.name(campaign.name)
  end },
  status = { title = "STATUS", least = 9, style = status_style, get = function(campaign)
    return describe.status_line(campaign.messages)
  end },
  send = { title = "SEND", is_time = true, least = 16, get = function(campaign, z, now)
    local send = describe.nearest_send(campaign, now)
    return send and describe.when(send, z) or ""
  end },
  messages = { title = "MESSAGES", right = true, get = function(campaign)
    return tostring(#campaign.messages)
  end },
  lists = { title = "LISTS", least = 12, get = function(campaign, _, _, shown)
    local parts = {}
    for i, audience in ipairs(campaign.audiences) do
      parts[i] = shown:labels(audience.included)
    end
    return table.concat(parts, ", ")
  end },
  builder = { title = "BUILDER", get = function(campaign)
    return text.clean(describe.known(campaign.builder) or "")
  end },
  archived = { title = "ARCHIVED", get = function(campaign)
    return campaign.archived == true and "archived" or ""
  end },
  timezone = { title = "TIMEZONE", get = function(campaign)
    local settings = describe.known(campaign.send_settings)
    return settings and text.clean(describe.known(settings.send_timezone) or "") or ""
  end },
  description = { title = "DESCRIPTION", get = function(campaign)
    return text.clean(describe.known(campaign.description) or "")
  end },
  created_at = { title = "CREATED", is_time = true, least = 16, get = function(campaign, z)
    return short_time(campaign.created_at, z)
  end },
  updated_at = { title = "UPDATED", is_time = true, least = 16, get = function(campaign, z)
    return short_time(campaign.updated_at, z)
  end },
}
local NAMES = { "id", "name", "status", "send", "messages", "lists", "builder", "archived", "timezone", "description",
  "created_at", "updated_at" }
local DEFAULT = "id,name,status,send"

function list.define(command)
  query.define(command, nil, "send_time")
  command:flag("-u --upcoming", "Campaigns with a scheduled message, the next to be sent first (or as --sort says).")
  command:option("-l --limit", "Largest number of campaigns; 0: all.", "30"):convert(values.whole("--limit", 0))
    :argname "COUNT"
  command:option("-c --columns", ("Columns, of: %s. Default: %s."):format(table.concat(NAMES, ", "), DEFAULT))
    :argname "NAMES"
  command:option("-z --timezone", "Zone to show times in."):argname "ZONE"
end

-- A column of times with the zone in its title.
local function in_zone(column, z)
  local copy = {}
  for name, value in pairs(column) do
    copy[name] = value
  end
  copy.title = ("%s (%s)"):format(column.title, z.name)
  return copy
end

local function columns_of(given)
  local columns = {}
  for name in given:gmatch "[^,%s]+" do
    if not COLUMNS[name] then
      failure.raise { code = "usage", message = ("there is no column %s%s"):format(name, suggest.phrase(name, NAMES)),
        hint = "there are " .. table.concat(NAMES, ", ") }
    end
    columns[#columns + 1] = COLUMNS[name]
  end
  if #columns == 0 then
    failure.raise { code = "usage", message = "--columns names no column" }
  end
  return columns
end

local function epoch_of(send)
  local days = send and not send.epoch and time.date(send.date)
  return send and (send.epoch or days and days * 86400)
end

-- The time of the next send that is yet to come; nil if nothing is scheduled.
local function next_epoch(campaign)
  local first
  for _, message in ipairs(campaign.messages) do
    local epoch = message.status == "SCHEDULED" and epoch_of(describe.send(message)) or nil
    first = epoch and math.min(epoch, first or epoch) or first
  end
  return first
end

-- Orders by the time of sending, and those that have none behind the others.
local function sort_by_time(campaigns, now, is_reversed)
  local epochs, places = {}, {}
  for i, campaign in ipairs(campaigns) do
    epochs[campaign] = next_epoch(campaign) or epoch_of(describe.nearest_send(campaign, now))
    places[campaign] = i
  end
  table.sort(campaigns, function(a, b)
    local x, y = epochs[a], epochs[b]
    if x == y then
      return places[a] < places[b]
    elseif not x or not y then
      return x ~= nil
    elseif is_reversed then
      return x > y
    end
    return x < y
  end)
end

-- The campaigns to show, at most so many (0: all). The service neither sorts by the time of sending nor knows what is
-- upcoming: then all are read.
local function chosen(ctx, args, limit, with)
  local sort = args.sort or args.upcoming and "send_time" or "-updated_at"
  local is_own = sort:find "send_time$" ~= nil
  if not args.upcoming and not is_own then
    return query.each(ctx, limit, false, sort, with)
  end
  local campaigns = {}
  for campaign in query.each(ctx, nil, false, is_own and "-updated_at" or sort, with) do
    campaigns[#campaigns + 1] = (not args.upcoming or next_epoch(campaign)) and campaign or nil
  end
  if is_own then
    sort_by_time(campaigns, ctx:now(), sort == "-send_time")
  end
  local i = 0
  return function()
    i = i + 1
    return (limit == 0 or i <= limit) and campaigns[i] or nil
  end
end

list.fields = as_json.fields.campaign_line

local function write_data(ctx, args)
  local records = json.array()
  for campaign in chosen(ctx, args, args.limit) do
    records[#records + 1] = as_json.campaign_line(campaign)
  end
  ctx:data(records)
end

-- The campaigns of a table, and whether there are more than its limit.
local function read(ctx, args, columns)
  local campaigns = {}
  local with = suggest.contains(columns, COLUMNS.lists) and { "audiences" } or nil
  for campaign in chosen(ctx, args, args.limit > 0 and args.limit + 1 or 0, with) do
    campaigns[#campaigns + 1] = campaign
  end
  local more = args.limit > 0 and #campaigns > args.limit
  campaigns[more and #campaigns or #campaigns + 1] = nil
  return campaigns, more
end

-- The names of the lists that the campaigns go to, where there is a column for them.
local function names_of(ctx, columns, campaigns)
  local audiences = {}
  for _, campaign in ipairs(suggest.contains(columns, COLUMNS.lists) and campaigns or {}) do
    for _, audience in ipairs(campaign.audiences) do
      audiences[#audiences + 1] = audience
    end
  end
  return names.of_audiences(ctx, audiences)
end

local function write_table(ctx, columns, campaigns)
  local z, now, rows, shown = ctx:zone(), ctx:now(), {}, names_of(ctx, columns, campaigns)
  local titled = {}
  for i, column in ipairs(columns) do
    titled[i] = column.is_time and in_zone(column, z) or column
  end
  for r, campaign in ipairs(campaigns) do
    rows[r] = {}
    for i, column in ipairs(columns) do
      rows[r][i] = column.get(campaign, z, now, shown)
    end
  end
  tables.write(ctx.term, titled, rows)
end

local function report_none(ctx)
  ctx.term:note("No campaigns.", ctx.args.all and "" or " --all shows archived ones.")
end

function list.run(ctx, args)
  local columns = columns_of(args.columns or DEFAULT)
  if ctx:wants_data() then
    if args.columns then
      ctx:refuse_fields "--columns"
    end
    return write_data(ctx, args)
  end
  local campaigns, more = read(ctx, args, columns)
  if #campaigns == 0 then
    return report_none(ctx)
  end
  write_table(ctx, columns, campaigns)
  if more then
    ctx.term:note(ctx.term:err_style("hint", ("The first %d; --limit 0 shows all."):format(args.limit)))
  end
end

return list
