-- SPDX-License-Identifier: MIT
--- Validates values against their descriptions in schema.lua: kinds, enumerations, nulls, unknown names. Rules that the
-- published specs state in prose, and those of one resource, are in validate/init.lua.

local json = require "klaviyo.model.json"
local path = require "klaviyo.model.path"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local normalize = require "klaviyo.model.normalize"
local reference = require "klaviyo.model.reference"

local null = json.null
local math_type = rawget(math, "type") -- Lua 5.4 alone

local values = {}

-- A validation in progress. `keys` is the path of the current value: one list that grows and shrinks, because most
-- values are valid and need no path.
---@class klaviyo.validation
---@field name "guide"|"openapi"   the dialect's
---@field revision? string          nil: the newest
---@field resource string
---@field form "inline"|"create"|"update"
---@field model table
---@field keys klaviyo.path
---@field problems klaviyo.problem[]
---@field present? fun(path: string): boolean
---@field references? klaviyo.found_reference[]  those that were met, in a list to be filled
---@field syntax? "json"            how messages write what is to be written instead; nil: as Lua

---A reference by name in a model.
---@class klaviyo.found_reference
---@field keys klaviyo.path
---@field kind string
---@field name string

---Reports a problem at a key of the current value, or at the value itself.
---@param v klaviyo.validation
---@param key string|integer|nil
---@param message string
---@param found? any
---@param allowed? any
---@return klaviyo.problem
function values.report(v, key, message, found, allowed)
  local keys = v.keys
  keys[#keys + 1] = key
  local where = path.format(keys)
  if key ~= nil then
    keys[#keys] = nil
  end
  local problem = { path = where, message = message,
    found = found, allowed = allowed }
  v.problems[#v.problems + 1] = problem
  return problem
end

---Descends to a key of the current value.
---@param v klaviyo.validation
---@param key string|integer
function values.enter(v, key)
  v.keys[#v.keys + 1] = key
end

---Returns to the value that holds the current one.
---@param v klaviyo.validation
function values.leave(v)
  v.keys[#v.keys] = nil
end

local KINDS = {
  string = "a string", boolean = "true or false", integer = "a whole number", number = "a number",
  object = "a table of named fields", array = "a list",
}

local function is_integer(value)
  return type(value) == "number" and value == math.floor(value)
    and (math_type and math_type(value) == "integer" or math.abs(value) <= 2 ^ 53)
end

local function has_kind(value, kind)
  if kind == "string" or kind == "boolean" then
    return type(value) == kind
  elseif kind == "integer" then
    return is_integer(value)
  elseif kind == "number" then
    return type(value) == "number" and value == value and math.abs(value) ~= math.huge
  elseif kind == "array" then
    return type(value) == "table" and normalize.is_list(value) or json.is_empty_array(value)
  elseif kind == "object" then
    return json.is_object(value)
  end
  return type(value) ~= "function" and type(value) ~= "thread"
end

local OTHER = { guide = "openapi", openapi = "guide" }

local ELSEWHERE = {
  guide = 'exists in the openapi dialect alone (revision 2026-07-15.pre and later, or dialect = "openapi")',
  openapi = 'exists in the guide dialect alone (revision 2026-04-15.pre, or dialect = "guide")',
}

---Why a field has no place in a form of writing, by the form.
---@type table<string, string>
values.FORMS = {
  inline = "cannot be set on what is created inside a new campaign; set it afterwards",
  create = "cannot be set on create",
  update = "cannot be changed once it exists",
}

local VARIATIONS = {
  create = "cannot be set on create: create the message, then its variation",
  update = "cannot be changed through the message: change the variation itself",
}

---Why a known field is rejected here.
---@param v klaviyo.validation
---@param field klaviyo.schema.field
---@return string|nil message   nil if it can
---@return boolean|nil elsewhere the other dialect has a place for it
function values.rejection(v, field)
  local no_place = field.not_in and field.not_in[v.form]
  if not (field.dialect or field.read_only or no_place or field.since) then
    return nil
  end
  local since = schema.since(field, v.name)
  if since and not revisions.reaches(v.revision, since) then
    return "is not known to this revision; " .. revisions.hint(since), not schema.has(field, v.name)
  elseif not schema.has(field, v.name) then
    return ELSEWHERE[v.name], true
  elseif schema.holds(field.read_only, v.name) then
    local later = schema.since(field, OTHER[v.name])
    return "is read-only: the service sets it" .. (later and "; to set it, " .. revisions.hint(later) or ""),
      field.read_only == v.name
  elseif schema.holds(no_place, v.name) then
    return field[1] == "variations" and VARIATIONS[v.form] or values.FORMS[v.form], no_place == v.name
  end
end

---The names that can be given here, for messages.
---@param v klaviyo.validation
---@param fields klaviyo.schema.field[]
---@param more? string[]
---@return string[]
function values.writable_names(v, fields, more)
  local names = {}
  for _, field in ipairs(fields) do
    if not values.rejection(v, field) then
      names[#names + 1] = field[1]
    end
  end
  for _, name in ipairs(more or {}) do
    names[#names + 1] = name
  end
  return names
end

local function validate_scalar(v, key, field, value)
  if field.enum and (not field.enum_in or field.enum_in == v.name) and not suggest.contains(field.enum, value) then
    values.report(v, key, ("cannot be %s%s; allowed: %s"):format(suggest.show(value), suggest.phrase(value, field.enum),
      suggest.list(field.enum)), value, field.enum)
  elseif field.range and (value < field.range[1] or value > field.range[2]) then
    values.report(v, key, ("must be from %d to %d, found %s"):format(field.range[1], field.range[2], tostring(value)),
      value)
  elseif value == "" and schema.holds(field.not_empty, v.name) then
    values.report(v, key, "cannot be empty", value)
  elseif field.format == "timezone" then
    local known, message = time.has_zone(value)
    if known == false then
      values.report(v, key, message, value)
    end
  end
end

-- A table with numbers for keys that is no list: a variable in it was not set.
local function has_gap(value)
  for key in pairs(type(value) == "table" and value or {}) do
    if type(key) == "number" then
      return true
    end
  end
  return false
end

-- Whether a table is empty, and not said to be a list all the same.
local function is_bare(value)
  return type(value) == "table" and next(value) == nil and not json.is_array(value)
end

-- A name instead of an id: whether there is such a thing is known once it is looked up.
local function validate_reference(v, key, field, kind, name)
  if not suggest.contains(field.reference, kind) then
    values.report(v, key, ("takes a %s, found %s"):format(table.concat(field.reference, " or a "),
      reference.show(kind, name, v.syntax)), name)
  elseif type(name) ~= "string" or name == "" then
    values.report(v, key, ("refers to a %s by its name, a string and not empty; found %s"):format(kind,
      suggest.show(name)), name)
  elseif v.references then
    local keys = {}
    for i, one in ipairs(v.keys) do
      keys[i] = one
    end
    keys[#keys + 1] = key
    table.insert(v.references, { keys = keys, kind = kind, name = name })
  end
end

---Validates a value against the description of its field.
---@param v klaviyo.validation
---@param key string|integer
---@param field klaviyo.schema.field
---@param value any
function values.validate(v, key, field, value)
  local kind = field[2]
  if type(value) == kind and (kind == "string" or kind == "boolean") then -- as most are
    validate_scalar(v, key, field, value)
    return
  end
  local named = field.reference and reference.of(value)
  if named then
    validate_reference(v, key, field, named, value[named])
  elseif value == null then
    if not schema.holds(field.nullable, v.name) then
      values.report(v, key, "cannot be null", value)
    end
  elseif kind == "array" and not has_kind(value, kind) and has_gap(value) then
    values.report(v, key, "must be a list without gaps: one of its items is nil (is a variable not set?)", value)
  elseif kind == "array" and field.not_empty and v.form ~= "update" and v.form ~= "apart" and is_bare(value) then
    values.report(v, key, "is empty, as { nil } is too (is a variable not set?); if it is to be, say klaviyo.array {}",
      value)
  elseif kind == "array" and reference.of(value) then
    local wanted, name = reference.of(value)
    local one = reference.show(wanted, name, v.syntax)
    values.report(v, key, ("must be a list, found %s by itself: write %s"):format(one,
      (v.syntax == "json" and "[%s]" or "{ %s }"):format(one)), value)
  elseif not has_kind(value, kind) then
    local wanted = KINDS[kind] or "a JSON value"
    if field.reference and kind == "string" and type(value) == "table" then
      wanted = "an id, or a name as " .. reference.show(field.reference[1], "NAME", v.syntax)
    end
    values.report(v, key, ("must be %s, found %s"):format(wanted, suggest.show(value)), value)
  elseif kind == "array" then
    values.enter(v, key)
    for i = 1, field.of and type(value) == "table" and #value or 0 do
      values.validate(v, i, field.of, value[i])
    end
    values.leave(v)
  elseif kind == "object" then
    if field.fields then
      values.enter(v, key)
      values.fields(v, field.fields, value, { what = field[1], whole = true })
      values.leave(v)
    end
  else
    validate_scalar(v, key, field, value)
  end
end

local function validate_extra(v, extra)
  if not json.is_object(extra) then
    values.report(v, "extra", "must be a table of field names of the service and their values, found "
      .. suggest.show(extra), extra)
  end
end

-- Whether any resource has a field of this name.
local function is_known(name)
  for _, resource in pairs(schema.all()) do
    if schema.find(resource.fields, name) or resource.inline and schema.find(resource.inline, name) then
      return true
    end
  end
  return normalize.is_detail(name)
end

-- Reports an unknown name. In a change, a name passes as newer than this library if the object has such a field, or if
-- it resembles no field that could be given here and is no field of another resource.
local function validate_unknown(v, name, value, fields, options)
  local names = values.writable_names(v, fields, options.more and options.more())
  local near = suggest.nearest(name, names)
  if v.form == "update" and type(name) == "string" then
    values.enter(v, name)
    local present = v.present and v.present(path.format(v.keys))
    values.leave(v)
    if present or not near and not is_known(name) then
      return
    end
  end
  values.report(v, name, ("is no field of %s%s; what this library does not know goes in %s"):format(options.what,
    suggest.phrase(name, names), v.syntax == "json" and '"extra": { ... }' or "extra = { ... }"), value, names)
end

-- How a table of fields is validated.
---@class klaviyo.validate.fields_options
---@field what string                       for messages: "an audience"
---@field more? fun(): string[]             names besides those of the fields, for "did you mean"
---@field skip? fun(key: any): boolean      keys that are validated elsewhere
---@field whole? boolean                    it replaces the present value: required fields must be given on update too

---Validates a table of fields: each value, unknown names, and missing fields.
---@param v klaviyo.validation
---@param fields klaviyo.schema.field[]
---@param source table
---@param options klaviyo.validate.fields_options
function values.fields(v, fields, source, options)
  local skip, by_name = options.skip, schema.by_name(fields)
  for name, value in next, source do
    local field = by_name[name]
    if not (skip and skip(name)) then
      if name == "extra" then
        validate_extra(v, value)
      elseif not field then
        validate_unknown(v, name, value, fields, options)
      else
        local why, elsewhere = values.rejection(v, field)
        if why then
          values.report(v, name, why, value).elsewhere = elsewhere
        else
          values.validate(v, name, field, value)
        end
      end
    end
  end
  if v.form == "update" and not options.whole then
    return -- fields that are not given stay as they are
  end
  local required = schema.required(fields)
  for i = 1, #required do
    local field = required[i]
    local name = field[1]
    if source[name] == nil and schema.holds(field.required, v.name) and not (skip and skip(name)) then
      values.report(v, name, "is missing", nil, field.enum)
    end
  end
end

return values
