-- SPDX-License-Identifier: MIT
--- The topics of klaviyo help, apart from the fields. What can change is taken from where it is decided.

local checks = require "klaviyo.cli.checks"
local environment = require "klaviyo.cli.environment"
local failure = require "klaviyo.cli.terminal.failure"
local format_time = require "klaviyo.cli.format_time"
local pretty = require "klaviyo.cli.terminal.pretty"
local profile = require "klaviyo.cli.profile"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local send_time = require "klaviyo.cli.send_time"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"

local topics = {}

---@class klaviyo.cli.topic
---@field name string
---@field summary string
---@field blocks fun(view: klaviyo.cli.topic_view): klaviyo.cli.block[]

---What topics depend on.
---@class klaviyo.cli.topic_view
---@field now number
---@field zone klaviyo.cli.zone
---@field commands { name: string, fields: klaviyo.cli.shape|nil }[]
---@field kinds string     the kinds of campaign files
---@field defaults string  the file with the defaults of a folder

local function items(blocks, rows)
  for _, row in ipairs(rows) do
    blocks[#blocks + 1] = { term = tostring(row[1]), text = row[2] }
  end
  return blocks
end

-- What a form of a time means now.
local function meaning_now(form, view)
  local made, message = send_time.read(form, view.zone, view.now)
  local epoch = made and (time.parse(made.at) or time.resolve(made.at, view.zone.name))
  return epoch and "now: " .. format_time.show(epoch, view.zone) or "now: refused, it " .. tostring(message)
end

local function times(view)
  local blocks = { "The time of a send, as klaviyo schedule and reschedule take it with --at. It is shown in full "
    .. "before anything is done. What could be two times is refused." }
  for _, form in ipairs(send_time.forms) do
    blocks[#blocks + 1] = { term = form[1], text = form[2], code = meaning_now(form[1], view) }
  end
  blocks[#blocks + 1] = ("With the strategy local_timezone, the time of day is that of each recipient. The zone of a "
    .. "campaign is its send_settings.send_timezone. Days of other options (--from, --created-since) are 2026-12-01, "
    .. "today and -7d. Times here are shown in %s."):format(view.zone.name)
  return blocks
end

-- What a campaign file in Lua has beside the language: the words, and what each is.
local FILE_WORDS = {
  { 'campaign "NAME"', "The builder: the campaign, to which audiences and their messages are added." },
  { 'list "NAME"', "A list by its name, wherever an id goes; segment, template and tag likewise." },
  { "send = { ... }", "When a message goes out, or all of them where the campaign has it; schedule FILE sends." },
  { 'include "FILE"', "What another file of the folder returns." },
  { "vars.NAME", "A variable, which --set NAME=VALUE gives a value." },
  { "null", "Clears a field; one that is left out stays as it is." },
}

local function files(view)
  local blocks = { ("A campaign file describes one campaign: %s. It cannot access programs or the network. klaviyo "
    .. "init writes a first one."):format(view.kinds), { heading = "As calls" }, { code = {
      'local sale = campaign "Summer Sale 2026"', '  :timezone "America/New_York"',
      'sale:audience("VIP", { included = { "LIST_ID" } })',
      '  :email { name = "Blast", subject = "It starts now", from_email = "hello@example.com",',
      '           send = { at = "2026-12-01T09:00" } }',
      '  :sms { name = "Text", body = "It starts now" }', "return sale" } },
    ("An audience has a method for each channel: %s."):format(suggest.list(schema.channels):gsub('"', "")),
    { heading = "As a table, which is also the form of JSON" }, { code = {
      'return { name = "Summer Sale 2026", audiences = {',
      '  { name = "VIP", included = { "LIST_ID" }, messages = {',
      '    { channel = "email", name = "Blast", subject = "It starts now" } } } } }' } },
    { heading = "Words" } }
  items(blocks, FILE_WORDS)
  blocks[#blocks + 1] = "klaviyo help fields lists every field. klaviyo plan FILE shows what differs from the account, "
    .. "klaviyo apply FILE writes it; neither sends anything. klaviyo create FILE --dry-run says what is wrong with a "
    .. "file. Folders stand for the files in them."
  blocks[#blocks + 1] = { heading = "Other files" }
  blocks[#blocks + 1] = { term = view.defaults,
    text = "The defaults of its folder: sender, zone, tags, names of lists." }
  return items(blocks, environment.files)
end

local function exit_codes()
  local rows = {}
  for i, exit in ipairs(failure.exits) do
    rows[i] = { exit[1], exit[3] }
  end
  return items({ "The exit code is the kind of success or failure. The numbers are stable; with --json, a failure "
    .. "has its number as error.code." }, rows)
end

local function variables()
  return items(items({}, environment.variables), environment.others)
end

local function config()
  return items({ "~/.config/klaviyo/config (KLAVIYO_CONFIG) describes accounts. Each has a name, its settings stand "
    .. "below it. The profile default is used where none is chosen with --profile or KLAVIYO_PROFILE. The file "
    .. "never contains a key: it says where to find one.", { code = { "[default]", 'key_command = "pass klaviyo"', "",
      "[shop-eu]", 'key_file = "~/.config/klaviyo/shop-eu.key"', 'timezone = "Europe/Berlin"' } } }, profile.described)
end

local function warnings()
  local blocks = { "klaviyo schedule looks at a send before it asks, and create --dry-run at a file. What is missing "
    .. "keeps the send from going out, with --yes too, unless --force names it: --force=no-template,no-sender. What is "
    .. "only unusual is a warning, which --allow silences, or allow in the profile." }
  for _, kind in ipairs { "missing", "odd" } do
    blocks[#blocks + 1] = { heading = kind == "odd" and "Warnings, for --allow" or "Missing, for --force" }
    for _, check in ipairs(checks.list) do
      blocks[#blocks + 1] = check.kind == kind and { term = check.name, text = check.text } or nil
    end
  end
  return blocks
end

local function revision_text(row)
  local parts = { row.name == revisions.default and "The default." or nil }
  if row.dialect == "auto" then
    parts[#parts + 1] = "Both published descriptions of the API cover it, and differ: the client finds out which of "
      .. "them the service speaks."
  end
  for _, kind in ipairs { "capabilities", "operations" } do
    local names = row.adds and row.adds[kind]
    parts[#parts + 1] = names and ("Adds %s."):format(table.concat(names, ", "):gsub("_", " ")) or nil
  end
  local brought = {}
  for _, resource in ipairs { "campaign", "message" } do
    for _, field in ipairs(schema.resources[resource].fields) do
      brought[#brought + 1] = schema.since(field, "openapi") == row.name and field[1] or nil
    end
  end
  if #brought > 0 then
    parts[#parts + 1] = ("Adds the fields %s."):format(table.concat(brought, ", "))
  end
  return table.concat(parts, " ")
end

local function revision_list()
  local blocks = { "A request names the revision of the API that it is meant for: --revision, the profile's, or "
    .. "KLAVIYO_REVISION. klaviyo doctor says what later ones have." }
  for _, row in ipairs(revisions.list) do
    blocks[#blocks + 1] = { term = row.name, text = revision_text(row) }
  end
  return blocks
end

local function output(view)
  local blocks = { "--json prints the result as JSON with keys that are stable, and a failure as one line of JSON on "
    .. "standard error. --fields a,b.c selects fields of it; without --json they are the columns of a table. In a "
    .. "pipe, tables are tab-separated and not shortened.", { heading = "Fields of --fields" } }
  for _, command in ipairs(view.commands) do
    if command.fields then
      blocks[#blocks + 1] = { term = command.name, text = table.concat(pretty.names(command.fields), ", ") }
    end
  end
  blocks[#blocks + 1] = ("Dotted names select inside: %s."):format(table.concat({ "messages.status",
    "send_settings.send_timezone" }, ", "))
  return blocks
end

---@type klaviyo.cli.topic[]
topics.list = {
  { name = "times", summary = "How the time of a send is written.", blocks = times },
  { name = "files", summary = "Campaign files, and the files of the command.", blocks = files },
  { name = "warnings", summary = "What the pre-flight check of a send looks for, and --force.", blocks = warnings },
  { name = "output", summary = "--json, --fields and tables, for scripts.", blocks = output },
  { name = "exit-codes", summary = "What the exit code of a command means.", blocks = exit_codes },
  { name = "environment", summary = "Environment variables.", blocks = variables },
  { name = "config", summary = "The config file: accounts and their keys.", blocks = config },
  { name = "revisions", summary = "The revisions of the API and what each brought.", blocks = revision_list },
}

---@param name string
---@return klaviyo.cli.topic|nil
function topics.find(name)
  for _, topic in ipairs(topics.list) do
    if topic.name == name then
      return topic
    end
  end
end

return topics
