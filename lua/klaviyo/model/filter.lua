-- SPDX-License-Identifier: MIT
--- Filters: values that never change, checked and written for one operation in one dialect.
--    f.all(f.contains("name", "Sale"), f.after("created_at", "2026-01-01T00:00:00Z"))

local suggest = require "klaviyo.model.suggest"
local time = require "klaviyo.model.time"
local utf8_text = require "klaviyo.model.utf8_text"

---@class klaviyo.filter  a value: what these functions make

---@class klaviyo.filters
---@field equals fun(field: string, value: klaviyo.filter.value): klaviyo.filter
---@field less_than fun(field: string, value: klaviyo.filter.value): klaviyo.filter
---@field less_or_equal fun(field: string, value: klaviyo.filter.value): klaviyo.filter
---@field greater_than fun(field: string, value: klaviyo.filter.value): klaviyo.filter
---@field greater_or_equal fun(field: string, value: klaviyo.filter.value): klaviyo.filter
---@field before fun(field: string, value: klaviyo.filter.value): klaviyo.filter   the same as less_than
---@field until_ fun(field: string, value: klaviyo.filter.value): klaviyo.filter   the same as less_or_equal
---@field after fun(field: string, value: klaviyo.filter.value): klaviyo.filter    the same as greater_than
---@field since fun(field: string, value: klaviyo.filter.value): klaviyo.filter    the same as greater_or_equal
---@field contains fun(field: string, value: string): klaviyo.filter
---@field contains_any fun(field: string, values: string[]): klaviyo.filter
---@field contains_all fun(field: string, values: string[]): klaviyo.filter
---@field starts_with fun(field: string, value: string): klaviyo.filter
---@field ends_with fun(field: string, value: string): klaviyo.filter
---@field any fun(field: string, values: klaviyo.filter.value[]): klaviyo.filter   one of these
---@field has fun(field: string, value?: klaviyo.filter.value): klaviyo.filter
local filter = {}

local mt = { __name = "klaviyo.filter", __metatable = "klaviyo.filter" }

-- The contents of each filter, kept outside of it so that they cannot be changed: { op, field, value },
-- { all = {...} } or { raw = text }.
local contents = setmetatable({}, { __mode = "k" })

local OPERATORS = {
  equals = "equals", less_than = "less-than", less_or_equal = "less-or-equal", greater_than = "greater-than",
  greater_or_equal = "greater-or-equal", contains = "contains", contains_any = "contains-any",
  contains_all = "contains-all", starts_with = "starts-with", ends_with = "ends-with", any = "any", has = "has",
}
local ALIASES = { before = "less_than", until_ = "less_or_equal", after = "greater_than", since = "greater_or_equal" }
local TAKES_LIST = { any = true, ["contains-any"] = true, ["contains-all"] = true, has = true }
local ORDER = { ["less-than"] = true, ["less-or-equal"] = true, ["greater-than"] = true, ["greater-or-equal"] = true }

---Returns whether a value is a filter.
---@param value any
---@return boolean
function filter.is(value)
  return type(value) == "table" and contents[value] ~= nil
end

local function new(content)
  local value = setmetatable({}, mt)
  contents[value] = content
  return value
end

local function copy_value(value)
  if type(value) ~= "table" then
    return value
  end
  local list = {}
  for i, item in ipairs(value) do
    list[i] = item
  end
  return list
end

local function comparison(name, op)
  return function(field, value)
    if type(field) ~= "string" or field == "" then
      error(("filter.%s: the field is a name, found %s"):format(name, suggest.show(field)), 2)
    elseif value == nil and op ~= "has" or type(value) == "function" then
      error(("filter.%s: the value of %q is a string, a number, a boolean or a list, found %s")
        :format(name, field, suggest.show(value)), 2)
    end
    return new { op = op, field = field, value = copy_value(value) }
  end
end

for name, op in pairs(OPERATORS) do
  filter[name] = comparison(name, op)
end
for name, other in pairs(ALIASES) do
  filter[name] = comparison(name, OPERATORS[other])
end

---Returns a filter that matches where all of these match. Takes filters, or one list of them.
---@param ... klaviyo.filter|klaviyo.filter[]
---@return klaviyo.filter
function filter.all(...)
  local list = { ... }
  if #list == 1 and type(list[1]) == "table" and not filter.is(list[1]) then
    list = list[1]
  end
  local parts = {}
  for i = 1, #list do
    if not filter.is(list[i]) then
      error(("filter.all: argument %d is a filter, found %s"):format(i, suggest.show(list[i])), 2)
    end
    for _, part in ipairs(contents[list[i]].all or { list[i] }) do
      parts[#parts + 1] = part
    end
  end
  if #parts == 0 then
    error("filter.all: needs one filter or more", 2)
  end
  return #parts == 1 and parts[1] or new { all = parts }
end

---Returns a filter in the service's own notation, sent as it is.
---@param text string
---@return klaviyo.filter
function filter.raw(text)
  if type(text) ~= "string" or text == "" then
    error(("filter.raw: the filter is a string, found %s"):format(suggest.show(text)), 2)
  end
  return new { raw = text }
end

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r",
  ["\t"] = "\\t" }

local function quote(text)
  return '"' .. text:gsub('[%c"\\]', function(char)
    return ESCAPES[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function write_number(value)
  if value ~= value or value == math.huge or value == -math.huge then
    return nil, "a finite number"
  elseif value == math.floor(value) and math.abs(value) < 2 ^ 53 then
    return ("%.0f"):format(value)
  end
  local short = ("%.14g"):format(value)
  return tonumber(short) == value and short or ("%.17g"):format(value)
end

local function write_time(value)
  if type(value) == "number" then
    if value ~= value or math.abs(value) > 253402300799 then
      return nil, "a time between the years 1 and 9999"
    end
    return time.format(value)
  end
  local epoch = time.parse(value)
  if not epoch then
    return nil, "an ISO 8601 time with an offset, such as 2026-01-01T00:00:00Z,"
  end
  local fraction = value:match("%.(%d+)")
  local text = time.format(epoch)
  return fraction and tonumber(fraction) > 0 and text:gsub("Z$", "." .. fraction .. "Z") or text
end

-- Writes a single value, by the type that the grammar gives the field.
local function write_scalar(value, rule, op)
  local kind = type(value)
  if rule.type == "datetime" then
    return write_time(value)
  elseif rule.type == "boolean" then
    if kind ~= "boolean" then
      return nil, "true or false"
    end
    return tostring(value)
  elseif rule.type == "string" and kind ~= "string" then
    return nil, "a string"
  elseif kind == "string" and not utf8_text.is_valid(value) then
    return nil, "text in UTF-8"
  elseif kind == "string" then
    if not rule.type and ORDER[op] and time.parse(value) then
      return write_time(value)
    end
    return quote(rule.case and value[rule.case](value) or value)
  elseif kind == "number" then
    return write_number(value)
  elseif kind == "boolean" then
    return tostring(value)
  end
  return nil, "a string, a number or a boolean"
end

local function check_enum(value, rule)
  if not rule.enum or type(value) ~= "string" then
    return true
  end
  for _, allowed in ipairs(rule.enum) do
    if value == allowed or rule.case and value:upper() == allowed then
      return true
    end
  end
  return nil, suggest.list(rule.enum) .. suggest.phrase(value, rule.enum)
end

local function write_list(value, rule, op)
  if #value == 0 then
    return nil, "a list of one or more"
  end
  local kind, out = type(value[1]), {}
  for i, item in ipairs(value) do
    if type(item) ~= kind then
      return nil, "a list of one kind of value"
    end
    local text, message = write_scalar(item, rule, op)
    if not text then
      return nil, ("%s in place %d of the list"):format(message, i)
    end
    out[i] = text
  end
  return "[" .. table.concat(out, ",") .. "]"
end

local function write_value(value, rule, op)
  if type(value) == "table" then
    if not TAKES_LIST[op] then
      return nil, "one value, not a list,"
    end
    return write_list(value, rule, op)
  elseif op == "any" or op:find("^contains%-") then
    return write_list({ value }, rule, op)
  end
  local ok, message = check_enum(value, rule)
  if not ok then
    return nil, message
  end
  return write_scalar(value, rule, op)
end

-- The rule of a field, found by its canonical name or a name of the wire.
local function find_rule(grammar, field)
  if grammar[field] then
    return grammar[field]
  end
  local flat = field:gsub("[%.%-]", "_")
  for name, rule in pairs(grammar) do
    if rule.wire == field or name == flat or rule.wire:gsub("[%.%-]", "_") == flat then
      return rule
    end
  end
end

local function problem(node, message, allowed)
  return { path = "filter", parameter = "filter", field = node.field, message = message, found = node.value,
    allowed = allowed }
end

local function check_node(node, grammar)
  if not grammar then
    return { wire = node.field }
  end
  local rule = find_rule(grammar, node.field)
  if not rule then
    local names = suggest.names(grammar)
    return nil, problem(node, ("has no field %q%s; there are %s")
      :format(node.field, suggest.phrase(node.field, names), suggest.list(names)), names)
  elseif not suggest.contains(rule.operators, node.op) then
    return nil, problem(node, ("cannot use %s on %q%s; it takes %s"):format(node.op, node.field,
      suggest.phrase(node.op, rule.operators), suggest.list(rule.operators)), rule.operators)
  end
  return rule
end

local function encode_node(node, grammar, problems)
  if node.raw then
    return node.raw
  end
  local rule, rejected = check_node(node, grammar)
  if not rule then
    problems[#problems + 1] = rejected
    return nil
  end
  if node.value == nil then
    return ("%s(%s)"):format(node.op, rule.wire) -- has(field)
  end
  local text, message = write_value(node.value, rule, node.op)
  if not text then
    problems[#problems + 1] = problem(node, ("needs %s for %q, found %s"):format(message, node.field,
      suggest.show(node.value)), rule.enum)
    return nil
  end
  return ("%s(%s,%s)"):format(node.op, rule.wire, text)
end

---Writes a filter for an operation.
---@param value klaviyo.filter|string   a string is sent as it is
---@param grammar? table<string, klaviyo.operation.filter>  without one, fields and operators are not checked
---@return string|nil
---@return klaviyo.problem[]|nil problems
function filter.encode(value, grammar)
  if type(value) == "string" and value ~= "" then
    return value
  elseif not filter.is(value) then
    return nil, { { path = "filter", parameter = "filter", found = value,
      message = "must be made with klaviyo.filter, or be a string in the service's own notation, found "
        .. suggest.show(value) } }
  end
  local node, problems, out = contents[value], {}, {}
  for _, part in ipairs(node.all or { value }) do
    out[#out + 1] = encode_node(contents[part], grammar, problems)
  end
  if #problems > 0 then
    return nil, problems
  end
  return #out == 1 and out[1] or "and(" .. table.concat(out, ",") .. ")"
end

function mt.__newindex()
  error("a filter cannot be changed; make another", 2)
end

function mt.__tostring(value)
  return filter.encode(value) or "klaviyo.filter"
end

return filter
