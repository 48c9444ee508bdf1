-- SPDX-License-Identifier: MIT
--- klaviyo export: writes a line for each message (CSV), or each whole campaign on a line (JSON lines).

local describe = require "klaviyo.cli.describe"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local names = require "klaviyo.cli.names"
local pretty = require "klaviyo.cli.terminal.pretty"
local query = require "klaviyo.cli.query"
local as_json = require "klaviyo.cli.as_json"
local text = require "klaviyo.cli.terminal.text"
local values = require "klaviyo.cli.values"
local write_csv = require "klaviyo.cli.write_csv"

local export = { summary = "Write campaigns and their messages as CSV or JSON lines.", examples = {
  "export --created-since 2026-01-01 --output year.csv",
  "export --format jsonl | wc -l",
} }

function export.define(command)
  query.define(command, "-created_at") -- the order in which whole campaigns take the fewest requests
  command:option("-f --format", "csv: a line for each message; jsonl: a line for each campaign.", "csv")
    :choices { "csv", "jsonl" }
  command:option("-o --output", "File to write to; default: standard output."):argname "FILE"
  command:option("-l --limit", "Largest number of campaigns; 0: all.", "0")
    :convert(values.whole("--limit", 0)):argname "COUNT"
end

local COLUMNS = { "campaign_id", "campaign", "archived", "audience", "included", "excluded", "message_id", "message",
  "status", "channel", "subject", "send_time", "strategy", "throttle_percentage", "created_at", "updated_at",
  "included_names", "excluded_names", "template", "template_name" }

-- The words that recipients read first. The variations of a message share its line.
local function first_words(details)
  return describe.known(details.subject) or describe.known(details.title) or describe.known(details.body) or nil
end

local function template_id(details)
  return describe.known(details.template_id)
end

-- The names of what messages refer to. Audiences and templates are listed when the first row needs them.
local function lazy_names(ctx)
  local audiences, templates
  return {
    audiences = function(ids)
      audiences = audiences or names.all(ctx, { "list", "segment" })
      return audiences:of(ids)
    end,
    template = function(details)
      local id = template_id(details)
      templates = templates or id and names.all(ctx, { "template" }) or nil
      return id and (templates:name(id) or id)
    end,
  }
end

local function row_of(campaign, audience, message, shown)
  local send = describe.send(message)
  return write_csv.line(COLUMNS, { campaign_id = campaign.id, campaign = campaign.name, archived = campaign.archived,
    audience = audience.name, included = table.concat(describe.known(audience.included) or {}, " "),
    excluded = table.concat(describe.known(audience.excluded) or {}, " "), message_id = message.id,
    message = message.name, status = message.status, channel = describe.channel(message),
    subject = describe.each(message, first_words),
    send_time = send and (describe.known(message.scheduling.send_time) or send.date), strategy = send and send.strategy,
    throttle_percentage = send and send.percentage, created_at = message.created_at, updated_at = message.updated_at,
    included_names = shown.audiences(audience.included), excluded_names = shown.audiences(audience.excluded),
    template = describe.each(message, template_id), template_name = describe.each(message, shown.template) })
end

local FORMATS = {}

function FORMATS.csv(campaign, write, shown)
  for _, audience in ipairs(campaign.audiences) do
    for _, message in ipairs(audience.messages) do
      write(row_of(campaign, audience, message, shown))
    end
  end
end

function FORMATS.jsonl(campaign, write)
  write(pretty.line(as_json.campaign(campaign)) .. "\n")
end

-- Collects what goes to a file and writes it at the end; writes to standard output at once.
local function writer(ctx, path)
  if not path or path == "-" then
    return function(piece)
      -- A terminal would obey control characters; files and programs get the text unchanged.
      ctx.term:write(ctx.term.out_tty and piece:gsub("[^\r\n]+", text.clean) or piece)
    end, function() end
  end
  local pieces = {}
  return function(piece)
    pieces[#pieces + 1] = piece
  end, function()
    failure.check(files.write(path, table.concat(pieces)))
  end
end

function export.run(ctx, args)
  local format = args.json and "jsonl" or args.format
  local write, finish = writer(ctx, args.output)
  local count, shown = 0, lazy_names(ctx)
  if format == "csv" then
    write(write_csv.head(COLUMNS))
  end
  for campaign in query.each(ctx, args.limit, true) do
    FORMATS[format](campaign, write, shown)
    count = count + 1
  end
  finish()
  if args.output and args.output ~= "-" then
    ctx.term:note(("%s written to %s."):format(text.count(count, "campaign"), text.clean(args.output)))
  end
end

return export
