-- SPDX-License-Identifier: MIT
--- The columns of klaviyo create --csv: those of a campaign, its audience, its message and the content of that, named
--- as the fields; and what the text of a cell means there.

local json = require "klaviyo.model.json"
local reference = require "klaviyo.model.reference"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"

local csv_columns = {}

---@class klaviyo.cli.csv_column
---@field name string      as the template has it
---@field part "campaign"|"audience"|"message"|"details"
---@field inside? string   the object that the field is in: send_settings
---@field field string     its name there
---@field types table<string, klaviyo.schema.field>  by channel; "" for all of them
---@field is_reference? string  the cell is the name of such a thing, and not its id

local columns, by_name = {}, {}

local SCHEDULING = schema.find(schema.resources.message.fields, "scheduling").fields

local function add(column, ...)
  columns[#columns + 1] = column
  by_name[column.name] = column
  for _, other in ipairs { ... } do
    by_name[other] = column
  end
end

-- Fields that a row has in another way, or not at all.
local LEFT_OUT = { name = true, variations = true, ab_test = true, scheduling = true, messages = true, audiences = true,
  send_settings = true, channel = true, temporary_id = true, audience_temporary_id = true, details = true, tags = true,
  included = true, excluded = true, send_timezone = true }

local function field_of(resource, name)
  return { [""] = schema.find(schema.resources[resource].fields, name) }
end

local function add_fields(resource, fields, inside)
  for _, field in ipairs(fields) do
    if field.read_only ~= true and not LEFT_OUT[field[1]] then
      add({ name = field[1], part = resource, inside = inside, field = field[1], types = { [""] = field } },
        ("%s.%s"):format(resource, field[1]), inside and ("%s.%s"):format(inside, field[1]) or nil)
    end
  end
end

local function add_campaign()
  add({ name = "campaign", part = "campaign", field = "name", types = field_of("campaign", "name") }, "campaign.name")
  local settings = schema.find(schema.resources.campaign.fields, "send_settings").fields
  add({ name = "timezone", part = "campaign", inside = "send_settings", field = "send_timezone",
    types = { [""] = schema.find(settings, "send_timezone") } }, "campaign.timezone", "send_timezone",
    "send_settings.send_timezone")
  add_fields("campaign", schema.resources.campaign.fields)
  add_fields("campaign", settings, "send_settings")
  add({ name = "tags", part = "campaign", field = "tags", types = field_of("campaign", "tags") }, "campaign.tags")
end

local function add_audience()
  add({ name = "audience", part = "audience", field = "name", types = field_of("audience", "name") }, "audience.name")
  for _, name in ipairs { "included", "excluded" } do
    add({ name = name, part = "audience", field = name, types = field_of("audience", name) }, "audience." .. name)
  end
end

local function add_message()
  add({ name = "message", part = "message", field = "name", types = field_of("message", "name") }, "message.name")
  add({ name = "channel", part = "message", field = "channel", types = { [""] = { "channel", "string",
    enum = schema.channels } } }, "message.channel", "details.channel")
  add_fields("message", schema.resources.message.fields)
end

local function add_details()
  for _, channel in ipairs(schema.channels) do
    for _, field in ipairs(schema.details[channel]) do
      local name = field[1]
      if name ~= "channel" and not by_name[name] then
        add({ name = name, part = "details", field = name, types = {} }, "details." .. name)
      end
      if name ~= "channel" then
        by_name[name].types[channel] = field
      end
    end
  end
  local template = by_name.template_id
  add({ name = "template", part = "details", field = "template_id", types = template.types, is_reference = "template" })
end

add_campaign()
add_audience()
add_message()
add_details()

---All columns, in the order of a template.
---@type klaviyo.cli.csv_column[]
csv_columns.list = columns

-- Whether a title says when a message is sent.
local function is_of_send(name)
  return name == "send" or name:find "^send%." ~= nil or name:find "^scheduling%." ~= nil
    or schema.find(schema.resources.schedule.fields, name) ~= nil or schema.find(SCHEDULING, name) ~= nil
end

---The column of a title.
---@param title string  as the file has it
---@return klaviyo.cli.csv_column|nil
---@return string|nil message  what is wrong with it
function csv_columns.of(title)
  local name = title:match "^%s*(.-)%s*$":lower()
  if by_name[name] then
    return by_name[name]
  elseif name == "" then
    return nil, "has no title"
  elseif name == "name" then
    return nil, 'is ambiguous: "campaign", "audience" and "message" are the columns of names'
  end
  if is_of_send(name) then
    return nil, "says when a message is sent: create makes drafts, and klaviyo schedule sends them"
  end
  local names = {}
  for i, column in ipairs(columns) do
    names[i] = column.name
  end
  return nil, ("is no column%s"):format(suggest.phrase(name, names))
end

local BOOLEANS = { ["true"] = true, yes = true, ["1"] = true, ["false"] = false, no = false, ["0"] = false }

-- An id, or a reference by name: list:VIP customers.
local function one_id(text)
  local kind, name = text:match "^(%l+):%s*(.+)$"
  if kind and suggest.contains(reference.kinds, kind) then
    return reference.new(kind, name)
  end
  return text
end

-- Ids and references, with semicolons between them; ids alone may have blanks.
local function ids_of(text)
  local list = {}
  for item in text:gmatch "[^;\n]+" do
    item = item:match "^%s*(.-)%s*$"
    if item:find "^%l+:" then
      list[#list + 1] = one_id(item)
    else
      for word in item:gmatch "%S+" do
        list[#list + 1] = word
      end
    end
  end
  return list
end

local function from_json(text, what)
  local value, message = json.decode(text)
  if value == nil then
    return nil, ("is %s in JSON: %s"):format(what, message)
  end
  return value
end

local CONVERT = {}

function CONVERT.boolean(text)
  local value = BOOLEANS[text:lower()]
  if value == nil then
    return nil, "is true or false, found " .. suggest.show(text)
  end
  return value
end

function CONVERT.number(text)
  local value = text:find "^%-?%d+%.?%d*$" and tonumber(text)
  if not value then
    return nil, "is a number, found " .. suggest.show(text)
  end
  return value
end

function CONVERT.integer(text)
  if not text:find "^%-?%d+$" then
    return nil, "is a whole number, found " .. suggest.show(text)
  end
  return tonumber(text)
end

function CONVERT.array(text, field)
  if field.of and field.of[2] == "string" then
    return ids_of(text)
  end
  return from_json(text, "a list")
end

function CONVERT.object(text)
  return from_json(text, "a table")
end

CONVERT.any = CONVERT.object

-- The channels in which a column has a meaning.
local function channels_of(column)
  local names = {}
  for _, channel in ipairs(schema.channels) do
    names[#names + 1] = column.types[channel] and channel or nil
  end
  return suggest.list(names)
end

---The value of a cell.
---@param column klaviyo.cli.csv_column
---@param text string
---@param channel string|nil  of the row
---@return any value
---@return string|nil message  what is wrong with it
function csv_columns.value(column, text, channel)
  local field = column.types[channel or ""] or column.types[""]
  if not field then
    return nil, ("belongs to %s, and this row is for %s"):format(channels_of(column), suggest.show(channel))
  elseif column.is_reference then
    return reference.new(column.is_reference, text)
  elseif CONVERT[field[2]] then
    return CONVERT[field[2]](text, field)
  end
  return field.reference and one_id(text) or text
end

return csv_columns
