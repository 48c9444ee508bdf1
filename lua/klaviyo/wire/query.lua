-- SPDX-License-Identifier: MIT
--- Query strings: validates the options of list and get against an operation and writes them for a dialect.
-- Filters and sparse fields are loaded on use: a first request should not wait for what it does not need.

local core = require "klaviyo.core"
local grammars = require "klaviyo.wire.grammar"
local operations = require "klaviyo.wire.operations"
local options_of = require "klaviyo.model.options"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local types = require "klaviyo.wire.dialect.types"

local escape = core.escape

local query = {}

---@class klaviyo.query.options
---@field filter? klaviyo.filter|string
---@field sort? string                          "-updated_at"
---@field include? string|string[]              "audiences", or the wire's "campaign-audiences"
---@field fields? table<string, string|string[]>  by resource: { campaign = { "name", "created_at" } }
---@field additional_fields? string|string[]     "profile_count"
---@field page_size? integer
---@field cursor? string

local OPTIONS = { "filter", "sort", "include", "fields", "additional_fields", "page_size", "cursor" }
local IS_OPTION = {}
for _, name in ipairs(OPTIONS) do
  IS_OPTION[name] = true
end

-- Loaded on use, as all that a query without mistakes does not need.
local function suggest()
  return require "klaviyo.model.suggest"
end

local function as_list(value)
  if type(value) == "string" then
    local list = {}
    for item in value:gmatch("[^,%s]+") do
      list[#list + 1] = item
    end
    return list
  end
  return value
end

local function add(problems, path, parameter, message, found, allowed)
  problems[#problems + 1] = { path = path, parameter = parameter, message = message, found = found, allowed = allowed }
end

-- The wire name for a canonical name or a wire name.
local function wire_name(map, name)
  if map[name] then
    return map[name]
  end
  for _, wire in pairs(map) do
    if wire == name then
      return wire
    end
  end
end

-- The problem with a name: a later revision may have it.
local function unknown_name(item, name, map, since)
  if since then
    return ("cannot be %s; %s"):format(suggest().show(item), revisions.hint(since))
  end
  local names = suggest().names(map)
  return ("cannot be %s%s; there are %s"):format(suggest().show(item), suggest().phrase(name, names),
    suggest().list(names)), names
end

-- The wire names of an option's names; a minus in front of one is kept where `signed`. `since_of` gives the revision
-- that brought a name, if one did.
local function map_names(value, map, option, parameter, problems, signed, since_of)
  local list = as_list(value)
  if type(list) ~= "table" or next(list) ~= nil and #list == 0 or value == "" then
    add(problems, option, parameter, ("is a name or a list of names, found %s"):format(suggest().show(value)), value)
    return nil
  end
  local out = {}
  for i, item in ipairs(list) do
    local front, name = "", item
    if signed and type(item) == "string" then
      front, name = item:match("^(%-?)(.*)$")
    end
    local wire = type(name) == "string" and wire_name(map, name)
    if wire then
      out[#out + 1] = front .. wire
    else
      local message, names = unknown_name(item, name, map, since_of and since_of(name))
      add(problems, ("%s[%d]"):format(option, i), parameter, message, item, names)
    end
  end
  return table.concat(out, ",")
end

local function unsupported(problems, option, parameter, operation, dialect, found)
  add(problems, option, parameter, ("is not an option of a request to %s in the %s dialect")
    :format(operation.purpose, dialect), found)
end

local function page_size(value, rule, problems)
  if type(value) ~= "number" or value ~= math.floor(value) or value < 1 or value > rule.maximum then
    add(problems, "page_size", "page[size]", ("is a whole number from 1 to %d, found %s")
      :format(rule.maximum, suggest().show(value)), value)
    return nil
  end
  return ("%d"):format(value)
end

-- The fields of one resource.
local function sparse_of(key, value, wire, grammar, dialect, revision, problems, params)
  local option, parameter = "fields." .. key, ("fields[%s]"):format(wire)
  if type(value) == "table" and next(value) == nil then
    add(problems, option, parameter, "is a list of one field or more", value)
    return
  end
  local resource, places = types.resource[wire], require "klaviyo.wire.dialect.fields"
  local names = places.sparse(resource, dialect, revision, grammar.additional_fields ~= nil)
  local text = map_names(value, names, option, parameter, problems, false, function(name)
    local field = places.of[resource][name]
    return field and field[dialect] and schema.since(field, dialect)
  end)
  if text and text ~= "" then
    params[#params + 1] = { parameter, text }
  end
end

local function sparse(fields, grammar, dialect, revision, problems, params)
  if type(fields) ~= "table" then
    add(problems, "fields", "fields", ("is a table of resources and their fields, found %s")
      :format(suggest().show(fields)), fields)
    return
  end
  local known = {}
  for _, resource in ipairs(grammar.fields) do
    known[resource] = types.wire[resource]
  end
  for _, key in ipairs(suggest().names(fields)) do
    local wire = wire_name(known, key)
    if wire then
      sparse_of(key, fields[key], wire, grammar, dialect, revision, problems, params)
    else
      local names = suggest().names(known)
      add(problems, "fields." .. key, "fields", ("is not in the response to this request%s; there are %s")
        :format(suggest().phrase(key, names), suggest().list(names)), key, names)
    end
  end
end

-- The options that can be given: those of the query, of the method that calls, and of any call.
local function option_names(grammar, method_options)
  local names = {}
  for _, name in ipairs(OPTIONS) do
    names[#names + 1] = grammar[name] and name or nil
  end
  for _, list in ipairs { suggest().names(method_options), options_of.of_a_call } do
    for _, name in ipairs(list) do
      names[#names + 1] = name
    end
  end
  return names
end

local function validate_options(options, operation, grammar, method_options, problems)
  for key, value in pairs(options) do
    if not IS_OPTION[key] then
      local names = option_names(grammar, method_options)
      add(problems, tostring(key), nil, ("is not an option of a request to %s%s; there are %s")
        :format(operation.purpose, suggest().phrase(key, names), suggest().list(names)), value, names)
    end
  end
end

-- Option, parameter and writer, in the order of the parameters.
local WRITERS = {
  { "filter", "filter", function(value, rule, problems)
    local text, rejected = require("klaviyo.model.filter").encode(value, rule)
    for _, item in ipairs(rejected or {}) do
      problems[#problems + 1] = item
    end
    return text
  end },
  { "include", "include", function(value, rule, problems, operation)
    return map_names(value, rule, "include", "include", problems, false, function(name)
      return revisions.since("includes", operation.id .. "." .. tostring(name))
    end)
  end },
  { "cursor", "page[cursor]", function(value, _, problems)
    if type(value) ~= "string" or value == "" then
      add(problems, "cursor", "page[cursor]", "is a cursor of the service, found " .. suggest().show(value), value)
      return nil
    end
    return value
  end },
  { "page_size", "page[size]", page_size },
  { "sort", "sort", function(value, rule, problems)
    local list = as_list(value)
    if type(list) == "table" and #list > 1 then
      add(problems, "sort", "sort", ("is one field, found %d"):format(#list), value)
      return nil
    end
    return map_names(value, rule, "sort", "sort", problems, true)
  end },
}

---Validates options for an operation and writes them as parameters, in a fixed order.
---@param operation_id string
---@param dialect "guide"|"openapi"
---@param options? klaviyo.query.options
---@param revision? string  fields that came later than it are not known
---@param method_options? table<string, boolean>  further options that the function takes, for messages
---@return { [1]: string, [2]: string }[]|nil params  names and values, not yet encoded
---@return klaviyo.problem[]|nil problems
function query.build(operation_id, dialect, options, revision, method_options)
  local operation = operations.get(operation_id)
  local grammar = grammars.at(operation_id, dialect, revision)
  local problems, params = {}, {}
  options = options or {}
  validate_options(options, operation, grammar, method_options, problems)
  if options.fields ~= nil and grammar.fields then
    sparse(options.fields, grammar, dialect, revision, problems, params)
  elseif options.fields ~= nil then
    unsupported(problems, "fields", "fields", operation, dialect, options.fields)
  end
  if options.additional_fields ~= nil and grammar.additional_fields then
    local rule = grammar.additional_fields
    local text = map_names(options.additional_fields, rule.names, "additional_fields", rule.parameter, problems)
    params[#params + 1] = text and text ~= "" and { rule.parameter, text } or nil
  elseif options.additional_fields ~= nil then
    unsupported(problems, "additional_fields", "additional-fields", operation, dialect, options.additional_fields)
  end
  for _, row in ipairs(WRITERS) do
    local option, parameter, write = row[1], row[2], row[3]
    local value, rule = options[option], grammar[option]
    if value ~= nil and not rule then
      unsupported(problems, option, parameter, operation, dialect, value)
    elseif value ~= nil then
      local text = write(value, rule, problems, operation)
      if text and text ~= "" then
        params[#params + 1] = { type(rule) == "string" and rule or parameter, text }
      end
    end
  end
  if #problems > 0 then
    return nil, problems
  end
  return params
end

---Writes parameters as a query string, percent-encoded, without the question mark.
---@param params { [1]: string, [2]: string }[]
---@return string
function query.encode(params)
  local out = {}
  for i, pair in ipairs(params) do
    out[i] = escape(pair[1]) .. "=" .. escape(tostring(pair[2]))
  end
  return table.concat(out, "&")
end

return query
