-- SPDX-License-Identifier: MIT
--- klaviyo list: lists the campaigns of the account.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local fields = require "klaviyo.cli.fields"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local names = require "klaviyo.cli.names"
local pretty = require "klaviyo.cli.terminal.pretty"
local query = require "klaviyo.cli.query"
local spool = require "klaviyo.cli.spool"
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

local ID_END = "\1" -- behind each id of a cell

-- Iterates over the ids of a cell.
local function ids_of(cell)
  return cell:gmatch "([^\1]+)\1"
end

-- Columns of a table, each with `get(campaign, zone, now)`, which returns the text of its cell. A cell of ids gets the
-- names when all campaigns are known, so that one request asks for them.
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
  lists = { title = "LISTS", least = 12, is_ids = true, get = function(campaign)
    local ids = {}
    for _, audience in ipairs(campaign.audiences) do
      for _, id in ipairs(describe.known(audience.included) or {}) do
        ids[#ids + 1] = tostring(id) .. ID_END
      end
    end
    return table.concat(ids)
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

-- Texts with their epochs in the order of these; those without one come last.
local function sort_by_time(entries, is_reversed)
  table.sort(entries, function(a, b)
    local x, y = a.epoch, b.epoch
    if x == y then
      return a.place < b.place
    elseif not x or not y then
      return x ~= nil
    elseif is_reversed then
      return x > y
    end
    return x < y
  end)
end

-- Iterates over what `render` makes of each campaign to show, at most so many (0: all). The service neither sorts by
-- the time of sending nor knows what is upcoming: then all are read, and what is made of them is kept.
local function each_rendered(ctx, args, limit, with, render)
  local sort = args.sort or args.upcoming and "send_time" or "-updated_at"
  local is_own = sort:find "send_time$" ~= nil
  if not args.upcoming and not is_own then
    local next_one = query.each(ctx, limit, false, sort, with)
    return function()
      local campaign = next_one()
      return campaign and render(campaign)
    end
  end
  local entries, now = {}, ctx:now()
  for campaign in query.each(ctx, nil, false, is_own and "-updated_at" or sort, with) do
    local epoch = next_epoch(campaign)
    if epoch or not args.upcoming then
      entries[#entries + 1] = { rendered = render(campaign), place = #entries,
        epoch = is_own and (epoch or epoch_of(describe.nearest_send(campaign, now))) or nil }
    end
  end
  if is_own then
    sort_by_time(entries, sort == "-send_time")
  end
  local i = 0
  return function()
    i = i + 1
    return (limit == 0 or i <= limit) and entries[i] and entries[i].rendered or nil
  end
end

list.fields = as_json.fields.campaign_line

local CELL_END = "\t" -- behind each cell but the last; no cell has one

local function cells_of(row)
  local cells = {}
  for cell in (row .. CELL_END):gmatch "(.-)\t" do
    cells[#cells + 1] = cell
  end
  return cells
end

-- A table of collected rows; `finish` completes the cells of one.
local function write_rows(ctx, columns, rows, finish)
  tables.write(ctx.term, columns, function()
    local next_text = rows:each()
    return function()
      local row = next_text()
      return row and finish(cells_of(row))
    end
  end)
end

local function write_json(ctx, records)
  if records.count == 0 then
    return ctx:json(json.array())
  end
  local lead = "[\n"
  for record in records:each() do
    ctx.term:write(lead, record)
    lead = ",\n"
  end
  ctx.term:line "\n]"
end

-- The campaigns as data: each as JSON, or as the row of a table of --fields.
local function write_data(ctx, args)
  local selected, collected = ctx.fields, spool.new()
  for piece in each_rendered(ctx, args, args.limit, nil, function(campaign)
    local record = as_json.campaign_line(campaign)
    if not args.json then
      return table.concat(fields.row(record, selected), CELL_END)
    end
    return pretty.item(selected and fields.pick(record, selected) or record)
  end) do
    collected:add(piece)
  end
  if args.json then
    write_json(ctx, collected)
  else
    write_rows(ctx, fields.columns(selected), collected, function(cells)
      return cells
    end)
  end
  collected:close()
end

-- The rows of a table, whether there are more than its limit, and the ids that cells have.
local function read(ctx, args, columns)
  local z, now, rows, more, ids = ctx:zone(), ctx:now(), spool.new(), false, {}
  local with = suggest.contains(columns, COLUMNS.lists) and { "audiences" } or nil
  for row in each_rendered(ctx, args, args.limit > 0 and args.limit + 1 or 0, with, function(campaign)
    local cells = {}
    for i, column in ipairs(columns) do
      cells[i] = column.get(campaign, z, now)
      for id in ids_of(column.is_ids and cells[i] or "") do
        ids[id] = true
      end
    end
    return table.concat(cells, CELL_END)
  end) do
    more = args.limit > 0 and rows.count == args.limit
    if not more then
      rows:add(row)
    end
  end
  return rows, more, pretty.names(ids)
end

local function write_table(ctx, columns, rows, included)
  local z, titled, shown = ctx:zone(), {}, names.of_audiences(ctx, { { included = included } })
  for i, column in ipairs(columns) do
    titled[i] = column.is_time and in_zone(column, z) or column
  end
  write_rows(ctx, titled, rows, function(cells)
    for i, column in ipairs(columns) do
      if column.is_ids then
        local ids = {}
        for id in ids_of(cells[i]) do
          ids[#ids + 1] = id
        end
        cells[i] = shown:labels(ids)
      end
    end
    return cells
  end)
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
  local rows, more, ids = read(ctx, args, columns)
  if rows.count == 0 then
    return report_none(ctx)
  end
  write_table(ctx, columns, rows, ids)
  rows:close()
  if more then
    ctx.term:note(ctx.term:err_style("hint", ("The first %d; --limit 0 shows all."):format(args.limit)))
  end
end

return list
