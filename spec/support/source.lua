-- SPDX-License-Identifier: MIT
--- Reads the sources of the tree as text: files, code without comments and strings, identifiers.

local source = {}

---@param path string
---@return string
function source.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

---Lists the files under some roots, sorted.
---@param roots string     separated by spaces
---@param condition? string  of find(1)
---@return string[]
function source.files(roots, condition)
  local list = {}
  local pipe = assert(io.popen(("find %s -type f %s"):format(roots, condition or "")))
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  pipe:close()
  table.sort(list)
  return list
end

-- The end of a quoted string that begins at `from`.
local function string_end(text, from, quote)
  local i = from + 1
  while i <= #text do
    local char = text:sub(i, i)
    if char == "\\" then
      i = i + 1
    elseif char == quote or char == "\n" then
      return i
    end
    i = i + 1
  end
  return #text
end

local function long_bracket_end(text, equals, from)
  local _, stop = text:find("]" .. equals .. "]", from, true)
  return stop or #text
end

local function line_end(text, from)
  return (text:find("\n", from, true) or #text + 1) - 1
end

-- One function for each language: the end of the comment at `from`, or of the string there; nil if there is neither.
local LANGUAGES = {}

function LANGUAGES.lua(text, from)
  local two = text:sub(from, from + 1)
  if two == "--" then
    local equals = text:match("^%[(=*)%[", from + 2)
    return equals and long_bracket_end(text, equals, from) or line_end(text, from)
  end
  local equals = text:match("^%[(=*)%[", from)
  if equals then
    return long_bracket_end(text, equals, from)
  end
  local char = text:sub(from, from)
  return (char == '"' or char == "'") and string_end(text, from, char) or nil
end

function LANGUAGES.c(text, from)
  local two = text:sub(from, from + 1)
  if two == "/*" then
    local _, stop = text:find("*/", from + 2, true)
    return stop or #text
  elseif two == "//" then
    return line_end(text, from)
  end
  local char = text:sub(from, from)
  return (char == '"' or char == "'") and string_end(text, from, char) or nil
end

---The code of a source: comments and strings become spaces, lines keep their numbers.
---@param path string
---@param text? string
---@return string
function source.code(path, text)
  text = text or source.read(path)
  local lua = path:find "%.lua$"
  local skip, marks = LANGUAGES[lua and "lua" or "c"], lua and "[%-%[\"']" or "[/\"']"
  local out, i = {}, 1
  while true do
    local at = text:find(marks, i)
    if not at then
      break
    end
    local stop = skip(text, at)
    if stop then
      out[#out + 1] = text:sub(i, at - 1)
      out[#out + 1] = text:sub(at, stop):gsub("[^\n]+", " ")
    else
      out[#out + 1] = text:sub(i, at)
      stop = at
    end
    i = stop + 1
  end
  out[#out + 1] = text:sub(i)
  return table.concat(out)
end

---The lines of a text with their numbers.
---@param text string
---@return fun(): integer|nil, string|nil
function source.lines(text)
  local number, next_line = 0, (text .. "\n"):gmatch "(.-)\n"
  return function()
    local line = next_line()
    number = number + 1
    return line and number, line
  end
end

return source
