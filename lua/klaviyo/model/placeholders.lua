-- SPDX-License-Identifier: MIT
--- Placeholders in texts outside of templates, such as subjects: `{{ name }}`, `{{ person.first_name }}` and
--- `{{ name|default:"there" }}` are filled in as the service's templates do. Every other tag stays as it stands and is
--- reported: what it gives is the service's to say, and so are variables of its own, such as `{{ organization.name }}`.

local json = require "klaviyo.model.json"
local path_of = require "klaviyo.model.path"

local placeholders = {}

-- Tags as Django reads them: each ends on the line on which it begins.
local ENDS = { ["{{"] = "}}", ["{%"] = "%}", ["{#"] = "#}" }

local WORD = "[%w_\128-\255]"

-- Variables that the service itself fills in, whatever the context: what they give is not known here.
local OF_THE_SERVICE = { organization = true, message = true, campaign = true, unsubscribe_link = true,
  unsubscribe_url = true, manage_preferences_link = true, manage_preferences_url = true, web_view = true,
  web_view_link = true }

---@class klaviyo.placeholders.finding
---@field path string  the field: "details.subject"
---@field tag? string  as it stands in the text
---@field name? string the variable

---@class klaviyo.placeholders.report
---@field unrendered klaviyo.placeholders.finding[]  tags that were left as they stand
---@field missing klaviyo.placeholders.finding[]     variables that the context has not: the service writes nothing

-- The value of a dotted name. A number in it counts the items of a list from 0. nil: there is none.
local function lookup(context, name)
  local value = context
  for part in name:gmatch "[^.]+" do
    if type(value) ~= "table" then
      return nil
    end
    local index = part:match "^%d+$" and tonumber(part)
    local found = value[part]
    if found == nil and index then
      found = value[index + 1]
    end
    value = found
  end
  if value ~= json.null then
    return value
  end
end

local WHOLE = 2 ^ 53 -- below it every integer is a number

-- As the service's templates write it; nil for what has no form of its own, such as a list.
local function write(value)
  local kind = type(value)
  if kind == "string" then
    return value
  elseif kind == "boolean" then
    return value and "True" or "False"
  elseif kind == "number" then
    return value % 1 == 0 and math.abs(value) < WHOLE and ("%d"):format(value) or ("%.14g"):format(value)
  end
end

local function is_false(value)
  return value == nil or value == false or value == "" or value == 0 or type(value) == "table" and next(value) == nil
end

-- The text or number at the beginning of a filter's argument, and what follows it.
local function argument(rest)
  local quote = rest:match "^[\"']"
  if not quote then
    local number, after = rest:match "^(%-?%d+%.?%d*)(.*)$"
    return number, after
  end
  local out, at = {}, 2
  while at <= #rest do
    local character = rest:sub(at, at)
    if character == quote then
      return table.concat(out), rest:sub(at + 1)
    elseif character == "\\" then
      at = at + 1
      character = rest:sub(at, at)
    end
    out[#out + 1], at = character, at + 1
  end
end

-- The variable of a placeholder and its default; nil if it is anything else.
local function parse(inner)
  local name, rest = inner:match("^%s*(" .. WORD .. "[%w_.\128-\255]*)%s*(.-)%s*$")
  if not name or name:find "^[%d_]" or name:find("..", 1, true) or name:find "%.$" then
    return nil
  elseif rest == "" then
    return name
  end
  local value = rest:match "^|%s*default:(.*)$"
  local default, after = nil, nil
  if value then
    default, after = argument(value)
  end
  if default and after:match "^%s*$" then
    return name, default
  end
end

-- Where the next tag begins and ends.
local function next_tag(text, from)
  local at = from
  while true do
    local first = text:find("{[{%%#]", at)
    if not first then
      return nil
    end
    local _, last = text:find(ENDS[text:sub(first, first + 1)], first + 2, true)
    if last and not text:sub(first, last):find("\n", 1, true) then
      return first, last
    end
    at = first + 1
  end
end

-- What a tag becomes; nil if it stays. In a text with blocks a variable that is unknown here may be one of a loop, and
-- one of the service is known there.
local function render(tag, context, has_blocks)
  if tag:sub(1, 2) ~= "{{" then
    return nil
  end
  local name, default = parse(tag:sub(3, -3))
  local value = name and lookup(context, name)
  if not name or value == nil and (has_blocks or OF_THE_SERVICE[name:match "^[^.]+"]) then
    return nil
  elseif default and is_false(value) then
    return default
  elseif value == nil then
    return "", name
  end
  return write(value)
end

---Fills in one text.
---@param text string
---@param context table  by name; tables in it for dotted names
---@param path string    the field, for the report
---@param report klaviyo.placeholders.report
---@return string
function placeholders.fill(text, context, path, report)
  local out, at, has_blocks = {}, 1, text:find("{%", 1, true) ~= nil
  local first, last = next_tag(text, 1)
  while first do
    local tag = text:sub(first, last)
    local written, missing = render(tag, context, has_blocks)
    if not written then
      table.insert(report.unrendered, { path = path, tag = tag })
    elseif missing then
      table.insert(report.missing, { path = path, name = missing })
    end
    out[#out + 1] = text:sub(at, first - 1)
    out[#out + 1] = written or tag
    at = last + 1
    first, last = next_tag(text, at)
  end
  return table.concat(out) .. text:sub(at)
end

---A copy of a value with every text in it filled in, whatever field it is of.
---@param value any
---@param context table
---@param path string
---@param report klaviyo.placeholders.report
---@return any
function placeholders.fill_all(value, context, path, report)
  if type(value) == "string" then
    return placeholders.fill(value, context, path, report)
  elseif type(value) ~= "table" then
    return value
  end
  local copy, keys = json.is_array(value) and json.array() or {}, {}
  for key in pairs(value) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if type(a) == "number" and type(b) == "number" then
      return a < b
    end
    return tostring(a) < tostring(b)
  end)
  for _, key in ipairs(keys) do
    copy[key] = placeholders.fill_all(value[key], context, path_of.join(path, key), report)
  end
  return copy
end

---A report to be filled in.
---@return klaviyo.placeholders.report
function placeholders.report()
  return { unrendered = json.array(), missing = json.array() }
end

return placeholders
