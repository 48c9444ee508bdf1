-- SPDX-License-Identifier: MIT
--- Values as Lua source.

local json = require "klaviyo.model.json"
local pretty = require "klaviyo.cli.terminal.pretty"
local text = require "klaviyo.cli.terminal.text"

local lua_literal = {}

local KEYWORDS = {}
for word in ("and break do else elseif end false for function goto if in local nil not or repeat return then true "
  .. "until while"):gmatch "%a+" do
  KEYWORDS[word] = true
end

local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ['"'] = '\\"', ["\\"] = "\\\\" }

---A string. Characters that a terminal or an editor might obey are escaped.
---@param value string
---@return string
function lua_literal.quote(value)
  local out = {}
  for character in text.characters(value) do
    out[#out + 1] = ESCAPES[character] or (text.clean(character) == character and character)
      or character:gsub(".", function(byte)
        return ("\\%03d"):format(byte:byte())
      end)
  end
  return '"' .. table.concat(out) .. '"'
end

---A key of a table constructor.
---@param name string
---@return string
function lua_literal.key(name)
  return name:find "^[%a_][%w_]*$" and not KEYWORDS[name] and name or "[" .. lua_literal.quote(name) .. "]"
end

---A value on one line; a table has its names in alphabetical order.
---@param value any
---@return string
function lua_literal.of(value)
  if value == json.null then
    return "null"
  elseif type(value) == "string" then
    return lua_literal.quote(value)
  elseif type(value) ~= "table" then
    return tostring(value)
  end
  local items = {}
  for i, item in ipairs(value) do
    items[i] = lua_literal.of(item)
  end
  if #value == 0 then
    for i, name in ipairs(pretty.names(value)) do
      items[i] = ("%s = %s"):format(lua_literal.key(name), lua_literal.of(value[name]))
    end
  end
  return #items == 0 and "{}" or "{ " .. table.concat(items, ", ") .. " }"
end

return lua_literal
