-- SPDX-License-Identifier: MIT
--- klaviyo help: the help of a command, a topic, or the fields of campaign files and sends.

local commands = require "klaviyo.cli.commands"
local failure = require "klaviyo.cli.terminal.failure"
local field_help = require "klaviyo.cli.field_help"
local fields = require "klaviyo.cli.fields"
local file_kinds = require "klaviyo.cli.plan.file_kinds"
local help_page = require "klaviyo.cli.help_page"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local suggest = require "klaviyo.model.suggest"
local text = require "klaviyo.cli.terminal.text"
local topics = require "klaviyo.cli.topics"

local help = { summary = "Explain a command, a topic, or the fields of campaign files.",
  examples = { "help schedule", "help times", "help fields email", "help fields subject" } }

local FIELDS = "fields"

-- The names of all topics.
local function topic_names()
  local names = { FIELDS }
  for _, topic in ipairs(topics.list) do
    names[#names + 1] = topic.name
  end
  return names
end

local function field_topic_names()
  local names = {}
  for _, topic in ipairs(field_help.topics) do
    names[#names + 1] = topic.name
  end
  return names
end

function help.define(command)
  command:argument("TOPIC", "A command, or a topic: " .. table.concat(topic_names(), ", ") .. "."):target "topic"
    :args "?"
  command:argument("FIELD", ("Behind fields: %s, or the name of a field."):format(table.concat(field_topic_names(),
    ", "))):target "name":args "?"
end

help.fields = fields.shape { "topic", "name", "type", "description", "notes", "read_only", "example", "example_value",
  "default", "allowed", "wire" }

local function columns_of(ctx)
  return math.max(60, math.min(ctx.term:columns(), 100))
end

local function show(ctx, name, blocks)
  if ctx.args.json then
    return ctx:json { topic = name, blocks = blocks }
  end
  help_page.write(ctx.term, blocks, columns_of(ctx))
end

-- The help of a command, or of the whole.
local function show_command(ctx, name)
  local parser = commands.parser(name and { name } or nil, columns_of(ctx))
  local found = name and parser._commands[1] or parser
  if ctx.args.json then
    return ctx:json { topic = name or json.null, text = found:get_help() }
  end
  ctx.term:line(found:get_help())
end

local function topic_items(blocks)
  blocks[#blocks + 1] = { heading = "Topics of klaviyo help" }
  blocks[#blocks + 1] = { term = FIELDS, text = "The fields of campaign files and sends, with limits and examples." }
  for _, topic in ipairs(topics.list) do
    blocks[#blocks + 1] = { term = topic.name, text = topic.summary }
  end
  return blocks
end

-- What there is to explain: the commands in their groups, and the topics.
local function overview()
  local blocks = { "klaviyo help COMMAND explains a command, and klaviyo help TOPIC a topic." }
  for _, group in ipairs(commands.groups) do
    blocks[#blocks + 1] = { heading = group.title }
    for _, name in ipairs(group) do
      blocks[#blocks + 1] = { term = name, text = commands.module(name).summary }
    end
  end
  return topic_items(blocks)
end

-- No account is asked: what is wrong with the config file must not keep anybody from its help.
local function view_of()
  local list = {}
  for _, name in ipairs(commands.names) do
    list[#list + 1] = { name = name, fields = commands.module(name).fields }
  end
  return { now = os.time(), zone = local_time.machine(), commands = list,
    kinds = file_kinds.ALLOWED:gsub("^a campaign file is ", ""), defaults = file_kinds.DEFAULTS }
end

-- Fields -------------------------------------------------------------------------------------------------------------

local function item_of(record, is_alone)
  local parts = { record.description }
  local notes = #record.notes > 0 and "; " .. table.concat(record.notes, "; ") or ""
  parts[#parts + 1] = (record.type:gsub("^%l", string.upper)) .. notes .. "."
  if is_alone and record.wire then
    local guide, openapi = record.wire.guide, record.wire.openapi
    parts[#parts + 1] = guide == openapi and ("In requests: %s."):format(guide)
      or ("In requests: %s (guide), %s (openapi)."):format(guide or "nowhere", openapi or "nowhere")
  end
  return { term = record.name, text = table.concat(parts, " "), code = record.example }
end

local function show_fields_of(ctx, topic)
  local records = field_help.records(topic)
  if ctx:wants_data() then
    return ctx:data(json.array(records))
  end
  local blocks, set_there = { ("%s: %s."):format(topic.title, topic.where) }, {}
  for _, record in ipairs(records) do
    if record.read_only then
      set_there[#set_there + 1] = record.name
    else
      blocks[#blocks + 1] = item_of(record)
    end
  end
  if #set_there > 0 then
    blocks[#blocks + 1] = ("The service sets %s."):format(table.concat(set_there, ", "))
  end
  help_page.write(ctx.term, blocks, columns_of(ctx))
end

local function show_field(ctx, name)
  local records = field_help.find(name)
  if #records == 0 then
    local names = field_help.names()
    for _, topic in ipairs(field_topic_names()) do
      table.insert(names, 1, topic)
    end
    failure.raise { code = "usage", message = ("there are no fields %s%s"):format(text.clean(name),
      suggest.phrase(name, names)), hint = "klaviyo help fields lists them" }
  elseif ctx:wants_data() then
    return ctx:data(json.array(records))
  end
  local blocks = {}
  for _, record in ipairs(records) do
    blocks[#blocks + 1] = { heading = ("%s, of %s"):format(record.name, record.topic) }
    blocks[#blocks + 1] = item_of(record, true)
  end
  help_page.write(ctx.term, blocks, columns_of(ctx))
end

-- The names of the fields of each topic.
local function show_all_fields(ctx)
  local blocks, all = { "klaviyo help fields NAME explains the fields of one of these, or one field." }, json.array()
  for _, topic in ipairs(field_help.topics) do
    local names = {}
    for _, record in ipairs(field_help.records(topic)) do
      all[#all + 1] = record
      names[#names + 1] = not record.read_only and record.name or nil
    end
    blocks[#blocks + 1] = { term = topic.name, text = table.concat(names, ", ") }
  end
  if ctx:wants_data() then
    return ctx:data(all)
  end
  help_page.write(ctx.term, blocks, columns_of(ctx))
end

local function show_fields(ctx, name)
  local topic = name and field_help.topic(name)
  if topic then
    return show_fields_of(ctx, topic)
  elseif name then
    return show_field(ctx, name)
  end
  show_all_fields(ctx)
end

-- Words that people look for, and what explains them.
local ALIASES = { ["exit"] = "exit-codes", exits = "exit-codes", ["exit-code"] = "exit-codes", time = "times",
  file = "files", field = FIELDS, profile = "config", profiles = "config", env = "environment", force = "warnings",
  allow = "warnings", checks = "warnings", json = "output", revision = "revisions" }

local function show_unknown(name)
  local names = topic_names()
  for _, command in ipairs(commands.names) do
    names[#names + 1] = command
  end
  for _, topic in ipairs(field_topic_names()) do
    names[#names + 1] = topic
  end
  failure.raise { code = "usage", message = ("there is no command or topic %s%s"):format(text.clean(name),
    suggest.phrase(name, names)), hint = "klaviyo help lists them" }
end

function help.run(ctx, args)
  local name = args.topic and (ALIASES[args.topic] or args.topic)
  local is_field_topic = name and field_help.topic(name) ~= nil
  if name ~= FIELDS and not is_field_topic then
    ctx:refuse_fields(name or "help")
  end
  if not name then
    return show(ctx, json.null, overview())
  elseif args.name and name ~= FIELDS then
    failure.raise { code = "usage", message = ("help takes one name, found %s and %s"):format(args.topic, args.name),
      hint = "klaviyo help fields email takes two" }
  elseif name == FIELDS then
    return show_fields(ctx, args.name)
  elseif suggest.contains(commands.names, name) then
    return show_command(ctx, name)
  elseif topics.find(name) then
    return show(ctx, name, topics.find(name).blocks(view_of()))
  elseif is_field_topic then
    return show_fields(ctx, name)
  end
  show_unknown(name)
end

return help
