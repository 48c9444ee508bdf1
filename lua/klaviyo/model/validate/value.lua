-- SPDX-License-Identifier: MIT
--- Values against their descriptions in schema.lua: kinds, enumerations, nulls, names that are not known. What the
-- documents state in prose, and what belongs to one resource, is in validate.lua.

local json = require "klaviyo.model.json"
local path = require "klaviyo.model.path"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local tree = require "klaviyo.model.normalize"

local null = json.null
local math_type = rawget(math, "type") -- Lua 5.4 alone

local check = {}

-- One validation under way. `keys` leads to the value at hand: one list that grows and shrinks, because most values
-- are right and need no path.
---@class klaviyo.validation
---@field name "guide"|"openapi"   the dialect's
---@field revision? string          nil: the newest
---@field resource string
---@field form "inline"|"create"|"update"
---@field model table
---@field keys klaviyo.path
---@field problems klaviyo.problem[]
---@field present? fun(path: string): boolean

---A problem at a key of the value at hand, or at the value itself.
---@param v klaviyo.validation
---@param key string|integer|nil
---@param message string
---@param found? any
---@param allowed? any
---@return klaviyo.problem
function check.report(v, key, message, found, allowed)
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

---What is checked next is at a key of the value at hand.
---@param v klaviyo.validation
---@param key string|integer
function check.enter(v, key)
  v.keys[#v.keys + 1] = key
end

---Back to what holds it.
---@param v klaviyo.validation
function check.leave(v)
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
    return type(value) == "table" and tree.is_list(value) or json.is_empty_array(value)
  elseif kind == "object" then
    return json.is_object(value)
  end
  return type(value) ~= "function" and type(value) ~= "thread"
end

local ELSEWHERE = {
  guide = 'exists in the openapi dialect alone (revision 2026-07-15.pre and later, or dialect = "openapi")',
  openapi = 'exists in the guide dialect alone (revision 2026-04-15.pre, or dialect = "guide")',
}

---Why a field has no place in a form of writing, by the form.
---@type table<string, string>
check.FORMS = {
  inline = "cannot be set on what is created inside a new campaign; set it afterwards",
  create = "cannot be set on create",
  update = "cannot be changed once it exists",
}

local VARIATIONS = {
  create = "cannot be set on create: create the message, then its variation",
  update = "cannot be changed through the message: change the variation itself",
}

---Why a known field cannot be given here.
---@param v klaviyo.validation
---@param field klaviyo.schema.field
---@return string|nil message   nil if it can
---@return boolean|nil elsewhere the other dialect has a place for it
function check.refusal(v, field)
  local no_place = field.not_in and field.not_in[v.form]
  if not (field.dialect or field.read_only or no_place or field.since or field[1] == "tracking_params") then
    return nil -- as most
  elseif not revisions.reaches(v.revision, field.since) then
    return "is not known to this revision; " .. revisions.hint(field.since), not schema.has(field, v.name)
  elseif not schema.has(field, v.name) then
    return ELSEWHERE[v.name], true
  elseif field[1] == "tracking_params" then
    return "is read-only: UTM parameters are set in the Klaviyo app or for the whole account"
  elseif schema.holds(field.read_only, v.name) then
    return "is read-only: the service sets it", field.read_only == v.name
  elseif schema.holds(no_place, v.name) then
    return field[1] == "variations" and VARIATIONS[v.form] or check.FORMS[v.form], no_place == v.name
  end
end

---The names that can be given here, for messages.
---@param v klaviyo.validation
---@param fields klaviyo.schema.field[]
---@param more? string[]
---@return string[]
function check.writable_names(v, fields, more)
  local names = {}
  for _, field in ipairs(fields) do
    if not check.refusal(v, field) then
      names[#names + 1] = field[1]
    end
  end
  for _, name in ipairs(more or {}) do
    names[#names + 1] = name
  end
  return names
end

local function check_scalar(v, key, field, value)
  if field.enum and (not field.enum_in or field.enum_in == v.name) and not suggest.contains(field.enum, value) then
    check.report(v, key, ("cannot be %s%s; allowed: %s"):format(suggest.show(value), suggest.phrase(value, field.enum),
      suggest.list(field.enum)), value, field.enum)
  elseif field.range and (value < field.range[1] or value > field.range[2]) then
    check.report(v, key, ("must be from %d to %d, found %s"):format(field.range[1], field.range[2], tostring(value)),
      value)
  elseif value == "" and schema.holds(field.not_empty, v.name) then
    check.report(v, key, "cannot be empty", value)
  elseif field.format == "timezone" then
    local known, message = time.has_zone(value)
    if known == false then
      check.report(v, key, message, value)
    end
  end
end

---Checks a value against the description of its field.
---@param v klaviyo.validation
---@param key string|integer
---@param field klaviyo.schema.field
---@param value any
function check.value(v, key, field, value)
  local kind = field[2]
  if value == null then
    if not schema.holds(field.nullable, v.name) then
      check.report(v, key, "cannot be null", value)
    end
  elseif not has_kind(value, kind) then
    check.report(v, key, ("must be %s, found %s"):format(KINDS[kind] or "a JSON value", suggest.show(value)), value)
  elseif kind == "array" then
    check.enter(v, key)
    for i = 1, field.of and type(value) == "table" and #value or 0 do
      check.value(v, i, field.of, value[i])
    end
    check.leave(v)
  elseif kind == "object" then
    if field.fields then
      check.enter(v, key)
      check.fields(v, field.fields, value, { what = field[1], whole = true })
      check.leave(v)
    end
  else
    check_scalar(v, key, field, value)
  end
end

local function check_extra(v, extra)
  if not json.is_object(extra) then
    check.report(v, "extra", "must be a table of field names of the service and their values, found "
      .. suggest.show(extra), extra)
  end
end

-- Whether this library knows a name, of anything.
local function is_known(name)
  for _, resource in pairs(schema.resources) do
    if schema.find(resource.fields, name) or resource.inline and schema.find(resource.inline, name) then
      return true
    end
  end
  return tree.is_detail(name)
end

-- A name that is not known. On an object that exists, one that resembles no known field and is none of something else,
-- or that the object has, is taken to be newer than this library.
local function check_unknown(v, name, value, fields, options)
  local names = check.writable_names(v, fields, options.more and options.more())
  local near = suggest.nearest(name, names)
  if v.form == "update" and type(name) == "string" then
    check.enter(v, name)
    local present = v.present and v.present(path.format(v.keys))
    check.leave(v)
    if present or not near and not is_known(name) then
      return
    end
  end
  check.report(v, name, ("is no field of %s%s; what this library does not know goes in extra = { ... }")
    :format(options.what, suggest.phrase(name, names)), value, names)
end

-- How a table of fields is looked at.
---@class klaviyo.check.options
---@field what string                       for messages: "an audience"
---@field more? fun(): string[]             names besides those of the fields, for "did you mean"
---@field skip? fun(key: any): boolean      keys that are somebody else's business
---@field whole? boolean                    it replaces what is there, so that on update too nothing may be missing

---Checks a table of fields: each value, names that are not known, and fields that are missing.
---@param v klaviyo.validation
---@param fields klaviyo.schema.field[]
---@param source table
---@param options klaviyo.check.options
function check.fields(v, fields, source, options)
  local skip, by_name = options.skip, schema.by_name(fields)
  for name, value in next, source do
    local field = by_name[name]
    if not (skip and skip(name)) then
      if name == "extra" then
        check_extra(v, value)
      elseif not field then
        check_unknown(v, name, value, fields, options)
      else
        local why, elsewhere = check.refusal(v, field)
        if why then
          check.report(v, name, why, value).elsewhere = elsewhere
        else
          check.value(v, name, field, value)
        end
      end
    end
  end
  if v.form == "update" and not options.whole then
    return -- what is there stays there
  end
  local required = schema.required(fields)
  for i = 1, #required do
    local field = required[i]
    local name = field[1]
    if source[name] == nil and schema.holds(field.required, v.name) and not (skip and skip(name)) then
      check.report(v, name, "is missing", nil, field.enum)
    end
  end
end

return check
