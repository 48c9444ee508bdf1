-- SPDX-License-Identifier: MIT
--- Finds the line of a field in the text of a Lua table constructor or a JSON document.

local path = require "klaviyo.model.path"

local locate = {}

---@class klaviyo.cli.scan
---@field text string
---@field at integer
---@field json boolean
---@field lines table<string, integer>  by path
---@field offsets integer[]  the offset of each line

local function line_starts(text)
  local starts, at = { 1 }, 1
  while true do
    at = text:find("\n", at, true)
    if not at then
      return starts
    end
    at = at + 1
    starts[#starts + 1] = at
  end
end

local function line_at(scan, offset)
  local low, high = 1, #scan.offsets
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if scan.offsets[middle] <= offset then
      low = middle
    else
      high = middle - 1
    end
  end
  return low
end

local function skip_blank(scan)
  while true do
    scan.at = scan.text:find("%S", scan.at) or #scan.text + 1
    if scan.json or scan.text:sub(scan.at, scan.at + 1) ~= "--" then
      return
    end
    local equals = scan.text:match("^%-%-%[(=*)%[", scan.at)
    local stop = equals and select(2, scan.text:find("]" .. equals .. "]", scan.at, true))
      or not equals and scan.text:find("\n", scan.at, true)
    scan.at = (stop or #scan.text) + 1
  end
end

-- Skips a string that begins here and returns its text, with escapes left as they are; nil if none begins.
local function take_string(scan)
  local quote = scan.text:match("^[\"']", scan.at)
  if quote and not (scan.json and quote == "'") then
    local at = scan.at + 1
    while true do
      local found = scan.text:find("[\\\n" .. quote .. "]", at)
      local char = found and scan.text:sub(found, found)
      if char == "\\" then
        at = found + 2
      else
        local content = scan.text:sub(scan.at + 1, (found or #scan.text + 1) - 1)
        scan.at = (found or #scan.text) + 1
        return content
      end
    end
  end
  local equals = not scan.json and scan.text:match("^%[(=*)%[", scan.at)
  if equals then
    local _, stop = scan.text:find("]" .. equals .. "]", scan.at, true)
    scan.at = (stop or #scan.text) + 1
    return ""
  end
end

-- Skips an expression up to the comma or bracket that ends it.
local function skip_value(scan)
  local depth = 0
  while scan.at <= #scan.text do
    skip_blank(scan)
    if not take_string(scan) then
      local char = scan.text:sub(scan.at, scan.at)
      if depth == 0 and char:find "[,;}%]]" then
        return
      elseif char:find "[{(%[]" then
        depth = depth + 1
      elseif char:find "[})%]]" then
        depth = depth - 1
      end
      scan.at = scan.at + 1
    end
  end
end

-- Takes a key and the sign after it; nil if there is none here.
local function take_key(scan)
  local before = scan.at
  if scan.json then
    local name = take_string(scan)
    skip_blank(scan)
    if name and scan.text:sub(scan.at, scan.at) == ":" then
      scan.at = scan.at + 1
      return name
    end
  else
    local name, stop = scan.text:match("^([%a_][%w_]*)%s*=()", scan.at)
    if not name then
      name, stop = scan.text:match("^%[%s*[\"']([^\"'\n]*)[\"']%s*%]%s*=()", scan.at)
    end
    if name and scan.text:sub(stop, stop) ~= "=" then
      scan.at = stop
      return name
    end
  end
  scan.at = before
end

local function read_table(scan, base)
  scan.at = scan.at + 1
  local index = 0
  while scan.at <= #scan.text do
    skip_blank(scan)
    local char = scan.text:sub(scan.at, scan.at)
    if char == "}" or char == "]" then
      scan.at = scan.at + 1
      return
    elseif char == "," or char == ";" then
      scan.at = scan.at + 1
    else
      local line, key = line_at(scan, scan.at), take_key(scan)
      if not key then
        index = index + 1
      end
      local where = path.join(base, key or index)
      scan.lines[where] = scan.lines[where] or line
      skip_blank(scan)
      char = scan.text:sub(scan.at, scan.at)
      if char == "{" or (scan.json and char == "[") then
        read_table(scan, where)
      end
      skip_value(scan)
    end
  end
end

local function scan_of(text, at, is_json)
  return { text = text, json = is_json, lines = {}, offsets = line_starts(text), at = at }
end

---The lines of all fields of the first table at or after an offset.
---@param text string
---@param at integer
---@param is_json boolean
---@return table<string, integer>  by path: `messages[1].subject`
function locate.fields(text, at, is_json)
  local scan = scan_of(text, at, is_json)
  while scan.at <= #text do
    skip_blank(scan)
    if not take_string(scan) then
      local char = text:sub(scan.at, scan.at)
      if char == "{" then
        read_table(scan, "")
        break
      end
      scan.at = scan.at + 1
    end
  end
  return scan.lines
end

---The offset of what a Lua file returns: behind the last `return`, or where the table behind it is made.
---@param text string
---@return integer  1 if the file does not return
function locate.returned(text)
  local scan, found = scan_of(text, 1, false), 1
  while scan.at <= #text do
    skip_blank(scan)
    if not take_string(scan) then
      local stop = text:match("^return%f[^%w_]()", scan.at)
      found = stop or found
      scan.at = stop or text:match("^[%w_]+()", scan.at) or scan.at + 1
    end
  end
  local name = text:match("^%s*([%a_][%w_]*)%s*;?%s*$", found)
  return name and text:match("%f[%w_]" .. name .. "%s*=%s*()%{") or found
end

-- Skips the arguments of a call: parentheses, a string or a table.
local function skip_arguments(scan)
  skip_blank(scan)
  if take_string(scan) then
    return
  end
  scan.at = scan.at + 1
  skip_value(scan)
  while scan.text:find("^[,;]", scan.at) do
    scan.at = scan.at + 1
    skip_value(scan)
  end
  scan.at = scan.at + 1
end

---Finds a call by its name and the line that Lua reports. Lua 5.4 reports for all calls of a chain the line on which
---the chain begins, so the next call is looked for right after the one before.
---@param text string
---@param line integer
---@param name string
---@param after? integer  offset after the call before it
---@return integer|nil at     offset of the name
---@return integer|nil stop   offset after the call
---@return integer|nil line   line of the name
function locate.call(text, line, name, after)
  local scan = scan_of(text, after or 1, false)
  local at
  if after then
    skip_blank(scan)
    at = text:match("^[:.]%s*()" .. name .. "%f[^%w_]", scan.at)
  end
  at = at or text:match("%f[%w_]()" .. name .. "%f[^%w_]", scan.offsets[line] or 1)
  if not at then
    return nil
  end
  scan.at = at + #name
  skip_arguments(scan)
  return at, scan.at, line_at(scan, at)
end

---The line of a field, or of the nearest table around it.
---@param lines table<string, integer>
---@param keys klaviyo.path
---@return integer|nil
function locate.line(lines, keys)
  for n = #keys, 1, -1 do
    local part = {}
    for i = 1, n do
      part[i] = keys[i]
    end
    local line = lines[path.format(part)]
    if line then
      return line
    end
  end
end

return locate
