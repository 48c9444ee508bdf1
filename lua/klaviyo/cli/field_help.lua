-- SPDX-License-Identifier: MIT
--- The fields of campaign files and sends, for klaviyo help fields: of each its type and limits, the revisions in which
--- it can be set, and an example. All of it comes from the schema, the validator, the dialects and the revisions.

local examples = require "klaviyo.cli.field_examples"
local fields_on_wire = require "klaviyo.wire.dialect.fields"
local lua_literal = require "klaviyo.cli.lua_literal"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local values = require "klaviyo.model.validate.value"

local field_help = {}

---@class klaviyo.cli.field_topic
---@field name string
---@field title string
---@field where string      how a campaign file has them
---@field fields klaviyo.schema.field[]
---@field resource string   whose places on the wire they have

local function channel_topic(name, title)
  return { name = name, title = title, resource = "variation", fields = schema.details[name],
    where = (":%s { ... } below an audience in a campaign file, beside those of a message; as a table { channel = %q, "
      .. "... }"):format(name, name) }
end

---The topics of klaviyo help fields.
---@type klaviyo.cli.field_topic[]
field_help.topics = {
  { name = "campaign", title = "A campaign", resource = "campaign", fields = schema.resources.campaign.fields,
    where = 'campaign "NAME" :description "..." :timezone "..." :send_settings { ... } in a campaign file; as a table '
      .. "{ name = ..., send_settings = { ... } }" },
  { name = "audience", title = "An audience", resource = "audience", fields = schema.resources.audience.fields,
    where = ':audience("NAME", { included = { ... } }) in a campaign file; as a table, in the list audiences' },
  { name = "message", title = "A message", resource = "message", fields = schema.resources.message.fields,
    where = "in a campaign file, in :email { ... }, :sms { ... }, :push { ... } and :whatsapp { ... }, beside those "
      .. "of the channel; as a table, in the list messages of an audience" },
  channel_topic("email", "An email"),
  channel_topic("sms", "A text message"),
  channel_topic("push", "A push notification"),
  channel_topic("whatsapp", "A WhatsApp message"),
  { name = "send", title = "A send", resource = "schedule", fields = schema.resources.schedule.fields,
    where = "send = { ... } of a message or of the campaign in a campaign file; the options --at, --timezone, ... of "
      .. "klaviyo schedule; message:schedule { ... } in a script" },
}

---@param name string
---@return klaviyo.cli.field_topic|nil
function field_help.topic(name)
  for _, topic in ipairs(field_help.topics) do
    if topic.name == name then
      return topic
    end
  end
end

local LIST_OF = { string = "strings", object = "tables", integer = "numbers" }
local TYPES = { boolean = "true or false", integer = "whole number", object = "table",
  datetime = "time", date = "day (YYYY-MM-DD)", any = "anything" }

-- The type in words, with what it allows.
local function type_of(field)
  local what = TYPES[field[2]] or field[2]
  if field[2] == "array" then
    what = "list of " .. (LIST_OF[field.of[2]] or field.of[2])
  elseif field.format == "timezone" then
    what = "IANA time zone"
  end
  if field.range then
    what = ("%s from %d to %d"):format(what, field.range[1], field.range[2])
  end
  return field.nullable and what .. " or null" or what
end

local function dialect_of(row)
  return row.dialect == "auto" and "guide" or row.dialect
end

-- Whether a field can be written in a form in a revision.
local function is_writable(field, row, form)
  return not values.rejection({ name = dialect_of(row), revision = row.name, form = form }, field)
end

-- The revisions in which a field can be written, in words: nil if in all of them, false if in none.
local function revisions_in_words(field, form)
  local names, last = {}, nil
  for i, row in ipairs(revisions.list) do
    if is_writable(field, row, form) then
      names[#names + 1], last = row.name, i
    end
  end
  if #names == 0 then
    return false
  elseif #names == #revisions.list then
    return nil
  elseif last == #revisions.list then
    return ("since revision %s"):format(names[1])
  end
  return ("in revision %s alone"):format(table.concat(names, ", "))
end

-- When a field can be set, as notes; nil where only the service sets it.
local function when_of(field)
  local inline, later = revisions_in_words(field, "inline"), revisions_in_words(field, "update")
  if inline == later then
    return inline ~= false and { inline or nil } or nil
  elseif inline == false then
    return { "set once it exists, not in a new campaign", later or nil }
  elseif later == false then
    return { "set when it is created, and not changed", inline or nil }
  end
  return { "in a new campaign " .. (inline or "in every revision"), "later " .. (later or "in every revision") }
end

local function required_note(field, name)
  local said = field[name]
  local rows = {}
  for _, row in ipairs(said and revisions.list or {}) do
    rows[#rows + 1] = schema.holds(said, dialect_of(row)) and row.name or nil
  end
  local what = name == "required" and "required" or "not empty"
  return said and (#rows == #revisions.list and what or ("%s in revision %s"):format(what, table.concat(rows, ", ")))
end

-- How the name may be written in the place of the id.
local function name_note(field)
  local words = {}
  for i, kind in ipairs(field.reference or field.of and field.of.reference or {}) do
    words[i] = ('%s "NAME"'):format(kind)
  end
  return words[1] and ("by name in a campaign file: %s"):format(table.concat(words, " or "))
end

local function notes_of(field, when)
  local notes = {}
  local function add(note)
    notes[#notes + 1] = note or nil
  end
  add(required_note(field, "required"))
  add(required_note(field, "not_empty"))
  add(field.enum and "one of " .. suggest.list(field.enum)
    .. (field.enum_in and field.enum_in == "guide" and " in revision " .. revisions.list[1].name or ""))
  add(field.default ~= nil and "default " .. lua_literal.of(field.default))
  for _, note in ipairs(when) do
    add(note)
  end
  add(field.unverified and "its place and values are not documented yet")
  add(name_note(field))
  add(field.rewritten and "the service puts the id of its own copy in its place")
  return notes
end

-- The value of an example: of the table of examples, or one that the type allows.
local function example_value(topic, name, field)
  local value = examples.of[topic.name][name]
  if value == nil and field.enum then
    for _, allowed in ipairs(field.enum) do
      value = value == nil and allowed ~= field.default and allowed or value
    end
    value = value == nil and field.enum[1] or value
  elseif value == nil and field[2] == "boolean" then
    value = not field.default
  end
  return value
end

-- The example as a table: the field, what it needs beside it, and the object around it.
local function example_of(topic, name, field)
  local value = example_value(topic, name, field)
  if value == nil then
    return nil
  end
  local parent, own = name:match "^(.*)%.([^%.]+)$"
  local made = { [own or name] = value }
  for other, also in pairs(examples.beside[topic.name] and examples.beside[topic.name][name] or {}) do
    made[other] = also
  end
  return parent and { [parent] = made } or made
end

local function wire_of(topic, name)
  local place = fields_on_wire.of[topic.resource]
  if topic.resource == "schedule" then
    local at = fields_on_wire.schedule_options[name]
    return at and { guide = at, openapi = at } or nil
  elseif topic.resource == "variation" then
    return { guide = place.details.guide .. "." .. name, openapi = place.details.openapi .. "." .. name }
  end
  return place[name] and { guide = place[name].guide, openapi = place[name].openapi } or nil
end

---@class klaviyo.cli.field_record
---@field topic string
---@field name string               dotted, where it is part of an object
---@field type string
---@field description string
---@field notes string[]
---@field read_only boolean         the service sets it
---@field example? string           Lua
---@field example_value? table      the same as a table
---@field default? any
---@field allowed? any[]
---@field wire? { guide: string?, openapi: string? }  where requests and responses have it, from `attributes`

local function record_of(topic, name, field)
  local when = when_of(field)
  local example = when and example_of(topic, name, field)
  local line = example and lua_literal.of(example):match "^{ (.*) }$"
  return { topic = topic.name, name = name, type = type_of(field), description = field.doc, read_only = when == nil,
    notes = when and notes_of(field, when) or {}, example = line, example_value = example, default = field.default,
    allowed = field.enum, wire = wire_of(topic, name) }
end

local CHILDREN = { audiences = true, messages = true, channel = true }

-- A part of an object, with what holds for the whole.
local function part_of(field, part)
  local inner = {}
  for key, value in pairs(part) do
    inner[key] = value
  end
  inner.since, inner.dialect = part.since or field.since, part.dialect or field.dialect
  inner.not_in = part.not_in or field.not_in
  return inner
end

-- Goes through the fields of a topic and their parts: the description, the name, and the part as it is described.
local function each_field(topic, visit)
  for _, field in ipairs(topic.fields) do
    if not CHILDREN[field[1]] then
      visit(field, field[1], field)
      for _, part in ipairs(field.fields and when_of(field) and field.fields or {}) do
        visit(part, field[1] .. "." .. part[1], part_of(field, part))
      end
    end
  end
end

---The fields of a topic in the order of the schema; an object's own fields come behind it, by dotted names.
---@param topic klaviyo.cli.field_topic
---@return klaviyo.cli.field_record[]
function field_help.records(topic)
  local records = {}
  each_field(topic, function(_, name, whole)
    records[#records + 1] = record_of(topic, name, whole)
  end)
  return records
end

---What is known about a field of the schema.
---@param field klaviyo.schema.field
---@return klaviyo.cli.field_record|nil  nil: no topic has it
function field_help.record(field)
  local found
  for _, topic in ipairs(field_help.topics) do
    each_field(topic, function(described, name, whole)
      found = found or described == field and record_of(topic, name, whole) or nil
    end)
  end
  return found
end

---The fields of a name in all topics: of the whole dotted name, or of its last part.
---@param name string
---@return klaviyo.cli.field_record[]
function field_help.find(name)
  local found = {}
  for _, topic in ipairs(field_help.topics) do
    for _, record in ipairs(field_help.records(topic)) do
      if record.name == name or record.name:match "[^%.]+$" == name then
        found[#found + 1] = record
      end
    end
  end
  return found
end

---The names of all fields.
---@return string[]
function field_help.names()
  local names, seen = {}, {}
  for _, topic in ipairs(field_help.topics) do
    for _, record in ipairs(field_help.records(topic)) do
      if not seen[record.name] then
        seen[record.name], names[#names + 1] = true, record.name
      end
    end
  end
  return names
end

return field_help
