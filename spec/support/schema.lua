-- SPDX-License-Identifier: MIT
--- Holds decoded JSON against a schema of an OpenAPI file, more strictly than JSON Schema would: no property may be
-- there that the schema does not name, and null only where it is nullable.
local cjson = require "cjson"
local openapi = require "spec.support.openapi"

local schema = {}

local check

local function kind_of(value)
  if value == cjson.null then
    return "null"
  end
  if type(value) == "table" then
    return (next(value) == nil or value[1] ~= nil) and "array or empty" or "object"
  end
  return type(value)
end

local function is_whole(value)
  return type(value) == "number" and value == math.floor(value)
end

local fits = {
  string = function(value)
    return type(value) == "string"
  end,
  boolean = function(value)
    return type(value) == "boolean"
  end,
  number = function(value)
    return type(value) == "number"
  end,
  integer = is_whole,
  array = function(value)
    return kind_of(value) == "array or empty"
  end,
  object = function(value)
    return type(value) == "table" and value ~= cjson.null and value[1] == nil
  end,
}

local function wrong(found, path, message)
  found[#found + 1] = path .. ": " .. message
end

local function check_words(rule, value, path, found)
  for _, word in ipairs(rule.enum) do
    if word == value then
      return
    end
  end
  wrong(found, path, tostring(value) .. " is not in the enumeration")
end

local function check_format(rule, value, path, found)
  if rule.format == "date-time" and not value:match "^%d%d%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d[%d.]*[%+%-Z][%d:]*$" then
    wrong(found, path, value .. " is no date-time")
  elseif rule.format == "uri" and not value:match "^https?://" then
    wrong(found, path, value .. " is no uri")
  end
end

local function check_object(file, rule, value, path, found)
  for _, name in ipairs(rule.required or {}) do
    if value[name] == nil then
      wrong(found, path .. "/" .. name, "is required")
    end
  end
  if not rule.properties then
    return
  end
  for name, child in pairs(value) do
    if not rule.properties[name] then
      wrong(found, path .. "/" .. tostring(name), "is not in the schema")
    else
      check(file, rule.properties[name], child, path .. "/" .. name, found)
    end
  end
end

--- One of several: the one with the fewest faults speaks, so that a message is of use.
local function check_one_of(file, list, value, path, found)
  local best
  for _, rule in ipairs(list) do
    local faults = {}
    check(file, rule, value, path, faults)
    if not best or #faults < #best then
      best = faults
    end
  end
  for _, fault in ipairs(best) do
    found[#found + 1] = fault
  end
end

-- One rule for a value that must keep to all of several: what one of them names is known to the others.
local function merge(file, parts)
  local whole = { type = "object", properties = {}, required = {} }
  for _, part in ipairs(parts) do
    part = openapi.resolve(file, part)
    part = part.allOf and merge(file, part.allOf) or part
    for name, rule in pairs(part.properties or {}) do
      local known = whole.properties[name]
      whole.properties[name] = known and { allOf = { known, rule } } or rule
    end
    for _, name in ipairs(part.required or {}) do
      table.insert(whole.required, name)
    end
  end
  return whole
end

-- Whether a rule is about an object, so that its parts can be one rule.
local function is_of_objects(file, rule)
  for _, part in ipairs(rule.allOf or {}) do
    part = openapi.resolve(file, part)
    if part.properties == nil and not part.allOf then
      return false
    end
  end
  return rule.allOf ~= nil and #rule.allOf > 1
end

function check(file, rule, value, path, found)
  local nullable = rule.nullable
  rule = openapi.resolve(file, rule)
  if value == cjson.null then
    if not nullable and not rule.nullable and rule.type then
      wrong(found, path, "is null")
    end
    return
  end
  if rule.oneOf then
    return check_one_of(file, rule.oneOf, value, path, found)
  end
  if is_of_objects(file, rule) then
    return check(file, merge(file, rule.allOf), value, path, found)
  end
  for _, part in ipairs(rule.allOf or {}) do
    check(file, part, value, path, found)
  end
  if rule.type and not fits[rule.type](value) then
    return wrong(found, path, "is " .. kind_of(value) .. ", not " .. rule.type)
  end
  if rule.enum then
    check_words(rule, value, path, found)
  end
  if rule.type == "string" and rule.format then
    check_format(rule, value, path, found)
  elseif rule.type == "object" then
    check_object(file, rule, value, path, found)
  elseif rule.type == "array" then
    for i, item in ipairs(value) do
      check(file, rule.items, item, path .. "/" .. (i - 1), found)
    end
  end
end

---What is wrong with a value.
---@param file table   the decoded OpenAPI file
---@param rule table   a schema of it
---@param value any    decoded by cjson
---@return string[]    empty if nothing is
function schema.check(file, rule, value)
  local found = {}
  check(file, rule, value, "", found)
  return found
end

return schema
