-- SPDX-License-Identifier: MIT
--- klaviyo list: lists the campaigns of the account.

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local format_time = require "klaviyo.cli.format_time"
local query = require "klaviyo.cli.query"
local as_json = require "klaviyo.cli.as_json"
local suggest = require "klaviyo.model.suggest"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"
local time = require "klaviyo.model.time"
local values = require "klaviyo.cli.values"

local list = { summary = "List campaigns.", examples = {
  "list --status scheduled --sort name",
  "list --name Sale --created-since -30d --columns id,name,messages",
} }

local function status_style(cell)
  return describe.STATUS[cell] and cell or nil
end

local function short_time(value, z)
  local epoch = time.parse(value)
  return epoch and format_time.short(epoch, z) or ""
end

-- Columns of a table, each with `get(campaign, zone, now)`, which returns the text of its cell.
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
local NAMES = { "id", "name", "status", "send", "messages", "builder", "archived", "timezone", "description",
  "created_at", "updated_at" }
local DEFAULT = "id,name,status,send"

function list.define(command)
  query.define(command)
  command:option("-l --limit", "Largest number of campaigns; 0: all.", "30"):convert(values.whole("--limit", 0))
    :argname "COUNT"
  command:option("-c --columns", "Columns, of: " .. table.concat(NAMES, ", ") .. ".", DEFAULT):argname "NAMES"
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

local function columns_of(names)
  local columns = {}
  for name in names:gmatch "[^,%s]+" do
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

local function write_json(ctx, limit)
  local records = json.array()
  for campaign in query.each(ctx, limit) do
    records[#records + 1] = as_json.campaign_line(campaign)
  end
  ctx:json(records)
end

local function report_none(ctx)
  ctx.term:note("No campaigns.", ctx.args.all and "" or " --all shows archived ones.")
end

function list.run(ctx, args)
  local columns = columns_of(args.columns)
  if args.json then
    return write_json(ctx, args.limit)
  end
  local z, now, rows = ctx:zone(), ctx:now(), {}
  for i, column in ipairs(columns) do
    columns[i] = column.is_time and in_zone(column, z) or column
  end
  -- Reads one more than the limit, to know whether there are more.
  for campaign in query.each(ctx, args.limit > 0 and args.limit + 1 or nil) do
    local row = {}
    for i, column in ipairs(columns) do
      row[i] = column.get(campaign, z, now)
    end
    rows[#rows + 1] = row
  end
  local more = args.limit > 0 and #rows > args.limit
  rows[more and #rows or #rows + 1] = nil
  if #rows == 0 then
    return report_none(ctx)
  end
  tables.write(ctx.term, columns, rows)
  if more then
    ctx.term:note(ctx.term:err_style("hint", ("The first %d; --limit 0 shows all."):format(args.limit)))
  end
end

return list
