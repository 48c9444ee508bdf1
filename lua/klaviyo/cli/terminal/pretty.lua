-- SPDX-License-Identifier: MIT
--- JSON output: indented or on a line, with sorted names and without anything that controls a terminal.

local json = require "klaviyo.model.json"

local pretty = {}

local INDENT = "  "

---The names of a table in alphabetical order.
---@param value table
---@return string[]
function pretty.names(value)
  local names = {}
  for name in pairs(value) do
    names[#names + 1] = name
  end
  table.sort(names)
  return names
end

-- Escapes C1 controls and direction marks, which JSON would allow as they are.
local function escape(s)
  return (s:gsub("\194([\128-\159])", function(byte)
    return ("\\u%04x"):format(byte:byte())
  end):gsub("\226\128([\142\143\168-\174])", function(byte)
    return ("\\u%04x"):format(0x2000 + byte:byte() - 128)
  end):gsub("\226\129([\166-\169])", function(byte)
    return ("\\u%04x"):format(0x2040 + byte:byte() - 128)
  end):gsub("\127", "\\u007f"))
end

-- A value that is no table. Bytes that are not UTF-8 become question marks.
local function scalar(value)
  if type(value) == "string" and not value:find '[%c"\\\127-\255]' then
    return '"' .. value .. '"' -- nothing to escape
  end
  local out = json.encode(value)
  if not out then
    out = json.encode((tostring(value):gsub("[\128-\255]", "?")))
  end
  return type(value) == "string" and escape(out):gsub("\\/", "/") or out
end

local write

local function write_list(value, indent, out)
  out[#out + 1] = "[\n"
  for i, item in ipairs(value) do
    out[#out + 1] = indent .. INDENT
    write(item, indent .. INDENT, out)
    out[#out + 1] = i < #value and ",\n" or "\n"
  end
  out[#out + 1] = indent .. "]"
end

local function write_object(value, indent, out)
  local names = pretty.names(value)
  out[#out + 1] = "{\n"
  for i, name in ipairs(names) do
    out[#out + 1] = indent .. INDENT .. scalar(name) .. ": "
    write(value[name], indent .. INDENT, out)
    out[#out + 1] = i < #names and ",\n" or "\n"
  end
  out[#out + 1] = indent .. "}"
end

function write(value, indent, out)
  if type(value) ~= "table" then
    out[#out + 1] = scalar(value)
  elseif #value > 0 then
    write_list(value, indent, out)
  elseif next(value) == nil then
    out[#out + 1] = json.is_array(value) and "[]" or "{}"
  else
    write_object(value, indent, out)
  end
end

---Writes a value as indented JSON with its names in alphabetical order.
---@param value any
---@return string
function pretty.json(value)
  local out = {}
  write(value, "", out)
  return table.concat(out)
end

---An item of a list as pretty.json writes it, with its indent in front.
---@param value any
---@return string
function pretty.item(value)
  local out = { INDENT }
  write(value, INDENT, out)
  return table.concat(out)
end

-- Where a string of JSON ends that begins at an offset.
local function string_end(text, at)
  repeat
    at = text:find('["\\]', at + 1)
    local escaped = at and text:byte(at) == 92
    at = escaped and at + 1 or at
  until not escaped
  return at
end

-- The tokens of a JSON text: strings, signs, numbers and words.
local function tokens(text)
  local at = 1
  return function()
    at = text:find("%S", at)
    if not at then
      return nil
    end
    local token = text:sub(at, at)
    if token == '"' then
      token = text:sub(at, string_end(text, at))
    elseif not token:find "[{}%[%],:]" then
      token = text:match("^[^%s{}%[%],:\"]+", at)
    end
    at = at + #token
    return token
  end
end

---Indents a JSON text. Its numbers and the order of its names stay as they are, unlike in a text that is decoded.
---@param text string  valid JSON
---@return string
function pretty.text(text)
  local out, indent, before = {}, "", nil
  for token in tokens(text) do
    local closing = token == "}" or token == "]"
    if closing then
      indent = indent:sub(#INDENT + 1)
    end
    if before == "," or (before == "{" or before == "[") ~= closing and (closing or before == "{" or before == "[") then
      out[#out + 1] = "\n" .. indent
    end
    out[#out + 1] = token == ":" and ": " or escape(token)
    if token == "{" or token == "[" then
      indent = indent .. INDENT
    end
    before = token
  end
  return table.concat(out)
end

---Writes a value as JSON on one line, with its names in alphabetical order.
---@param value any
---@return string
function pretty.line(value)
  if type(value) ~= "table" then
    return scalar(value)
  end
  local parts = {}
  if #value > 0 or json.is_array(value) then
    for i, item in ipairs(value) do
      parts[i] = pretty.line(item)
    end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for i, name in ipairs(pretty.names(value)) do
    parts[i] = scalar(name) .. ":" .. pretty.line(value[name])
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

return pretty
