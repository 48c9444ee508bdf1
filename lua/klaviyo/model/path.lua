-- SPDX-License-Identifier: MIT
--- Paths of fields as people write them (`audiences[1].messages[2].subject`) and as JSON pointers.
-- A path is kept as a list of keys: strings for names, positive integers for places in a list.

local path = {}

---@alias klaviyo.path (string|integer)[]

---Adds one key to a written path.
---@param base string  the path so far, "" for the root
---@param key string|integer
---@return string
function path.join(base, key)
  if type(key) == "number" then
    return ("%s[%d]"):format(base, key)
  end
  key = tostring(key)
  if not key:find("^[%a_][%w_-]*$") then
    return ("%s[%q]"):format(base, key)
  end
  return base == "" and key or base .. "." .. key
end

---Writes a list of keys as a path.
---@param keys klaviyo.path
---@return string
function path.format(keys)
  local text = ""
  for i = 1, #keys do
    text = path.join(text, keys[i])
  end
  return text
end

---Reads a path back into its keys; what `path.format` never writes is taken literally.
---@param text string
---@return klaviyo.path
function path.parse(text)
  local keys, at = {}, 1
  while at <= #text do
    local stop, index = select(2, text:find("^%[(%d+)%]", at))
    local quoted
    if not stop then
      stop, quoted = select(2, text:find('^%["(.-)"%]', at))
    end
    if index then
      keys[#keys + 1] = tonumber(index)
    elseif quoted then
      keys[#keys + 1] = quoted
    else
      local name
      stop, name = select(2, text:find("^%.?([^%.%[]+)", at))
      if not stop then
        stop, name = #text, text:sub(at)
      end
      keys[#keys + 1] = name
    end
    at = stop + 1
  end
  return keys
end

---Writes a list of keys as a JSON pointer (RFC 6901); integers in it count from 1 in Lua, from 0 there.
---@param keys klaviyo.path
---@return string
function path.to_pointer(keys)
  local parts = {}
  for i = 1, #keys do
    local key = keys[i]
    if type(key) == "number" then
      parts[i] = ("%d"):format(key - 1)
    else
      parts[i] = key:gsub("~", "~0"):gsub("/", "~1")
    end
  end
  return #parts == 0 and "" or "/" .. table.concat(parts, "/")
end

---Reads a JSON pointer into a list of keys; digits become places counted from 1.
---@param pointer string
---@return klaviyo.path
function path.from_pointer(pointer)
  local keys = {}
  for part in pointer:gmatch("/([^/]*)") do
    if part:find("^%d+$") then
      keys[#keys + 1] = tonumber(part) + 1
    else
      keys[#keys + 1] = (part:gsub("~1", "/"):gsub("~0", "~"))
    end
  end
  return keys
end

return path
