-- SPDX-License-Identifier: MIT
--- The fields of a result that --fields selects, in JSON and as columns of a table. A command names the fields that its
--- result has, so a wrong name is reported before anything is done.

local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local pretty = require "klaviyo.cli.terminal.pretty"
local suggest = require "klaviyo.model.suggest"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"

local fields = {}

---The fields of a record by name: true, or the fields inside. A list has the fields of its items.
---@alias klaviyo.cli.shape table<string, true|klaviyo.cli.shape>

---Makes a shape of names and other shapes.
---@param names string[]
---@param ... klaviyo.cli.shape  further names, and those that have fields inside
---@return klaviyo.cli.shape
function fields.shape(names, ...)
  local shape = {}
  for _, name in ipairs(names) do
    shape[name] = true
  end
  for _, other in ipairs { ... } do
    for name, inside in pairs(other) do
      shape[name] = inside
    end
  end
  return shape
end

---Makes a shape of the fields of the schema.
---@param described klaviyo.schema.field[]
---@return klaviyo.cli.shape
function fields.described(described)
  local shape = {}
  for _, field in ipairs(described) do
    local inside = field.fields or field.of and field.of.fields
    shape[field[1]] = inside and fields.described(inside) or true
  end
  return shape
end

local function add_names(list, shape, lead)
  for _, name in ipairs(pretty.names(shape)) do
    list[#list + 1] = lead .. name
    if shape[name] ~= true then
      add_names(list, shape[name], lead .. name .. ".")
    end
  end
  return list
end

---The names of a shape, dotted ones of what is inside others too.
---@param shape klaviyo.cli.shape
---@return string[]
function fields.names(shape)
  return add_names({}, shape, "")
end

local function refuse(name, shape, inside, lead)
  failure.raise { code = "usage", message = ("--fields: there is no field %s%s"):format(text.clean(name),
    suggest.phrase(name, fields.names(shape))),
    hint = ("%s has %s"):format(lead or "a record", table.concat(pretty.names(inside), ", ")) }
end

-- Ends the command unless a dotted name is in the shape.
local function require_known(name, shape)
  local at, lead = shape, nil
  for key in name:gmatch "[^%.]+" do
    if at == true then
      failure.raise { code = "usage", message = ("--fields: %s has no fields inside"):format(lead) }
    elseif not at[key] then
      refuse(name, shape, at, lead)
    end
    at, lead = at[key], lead and lead .. "." .. key or key
  end
  return lead
end

---Reads the value of --fields. A field that the shape does not have ends the command.
---@param value string
---@param shape klaviyo.cli.shape
---@return string[]  dotted names, in the order given
function fields.parse(value, shape)
  local names = {}
  for word in value:gmatch "[^,%s]+" do
    names[#names + 1] = require_known(word, shape) or refuse(word, shape, shape)
  end
  if #names == 0 then
    failure.raise { code = "usage", message = "--fields names no field" }
  end
  return names
end

-- What to keep, by name: true for the whole, or what to keep inside.
local function tree_of(names)
  local tree = {}
  for _, name in ipairs(names) do
    local at = tree
    local lead, last = name:match "^(.-)%.?([^%.]+)$"
    for key in lead:gmatch "[^%.]+" do
      at[key] = at[key] or {}
      at = at[key]
      if at == true then
        break
      end
    end
    if at ~= true then
      at[last] = true
    end
  end
  return tree
end

local function pick(value, tree)
  if type(value) ~= "table" or tree == true then
    return value == nil and json.null or value
  end
  local made = {}
  if #value > 0 or json.is_array(value) then
    made = json.array(made)
    for i, item in ipairs(value) do
      made[i] = pick(item, tree)
    end
    return made
  end
  for name, below in pairs(tree) do
    made[name] = pick(value[name], below)
  end
  return made
end

---A copy of a record, or of each of a list, with these fields alone; null stands for what has no value.
---@param value any
---@param names string[]
---@return any
function fields.pick(value, names)
  return pick(value, tree_of(names))
end

-- Adds the texts of the values at a path, of each item where a list is on the way.
local function add_texts(texts, value, keys, at)
  if value == nil or value == json.null then
    return
  elseif type(value) == "table" and #value > 0 then
    for _, item in ipairs(value) do
      add_texts(texts, item, keys, at)
    end
  elseif at <= #keys then
    add_texts(texts, type(value) == "table" and value[keys[at]] or nil, keys, at + 1)
  elseif type(value) ~= "table" then
    texts[#texts + 1] = text.clean(tostring(value))
  elseif next(value) ~= nil then
    texts[#texts + 1] = text.clean(pretty.line(value))
  end
end

---The columns of a table, one for each field.
---@param names string[]
---@return klaviyo.cli.column[]
function fields.columns(names)
  local columns = {}
  for i, name in ipairs(names) do
    columns[i] = { title = name:upper(), least = 8 }
  end
  return columns
end

---The row of a record in such a table.
---@param record table
---@param names string[]
---@return string[]
function fields.row(record, names)
  local row = {}
  for i, name in ipairs(names) do
    local texts, keys = {}, {}
    for key in name:gmatch "[^%.]+" do
      keys[#keys + 1] = key
    end
    add_texts(texts, record, keys, 1)
    row[i] = table.concat(texts, ", ")
  end
  return row
end

---Writes records as a table with a column for each field.
---@param term klaviyo.cli.terminal
---@param records table[]
---@param names string[]
function fields.write(term, records, names)
  local rows = {}
  for r, record in ipairs(records) do
    rows[r] = fields.row(record, names)
  end
  tables.write(term, fields.columns(names), rows)
end

return fields
