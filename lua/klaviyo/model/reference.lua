-- SPDX-License-Identifier: MIT
--- References by name: a table with one key, { list = "VIP customers" }, in the place of an id. klaviyo.list makes one,
--- and a JSON file may write one: the metatable only serves tostring.

local suggest = require "klaviyo.model.suggest"

local reference = {}

---@class klaviyo.reference
---@field list? string
---@field segment? string
---@field template? string
---@field tag? string

---What a name may mean.
---@class klaviyo.candidate
---@field id string
---@field name string
---@field type? string        "list"
---@field created_at? string

---What has a name that may stand for its id.
---@type string[]
reference.kinds = { "list", "segment", "template", "tag" }

local IS_KIND = {}
for _, kind in ipairs(reference.kinds) do
  IS_KIND[kind] = true
end

---Writes a reference as scripts do, list "VIP customers", or as JSON and YAML do, {"list": "VIP customers"}.
---@param kind string
---@param name any
---@param syntax? "json"
---@return string
function reference.show(kind, name, syntax)
  return (syntax == "json" and '{"%s": %s}' or "%s %s"):format(kind, suggest.show(name))
end

local mt = { __name = "klaviyo.reference" }

---What a value refers to: the only key of a table and what it holds, if the key is one of the kinds.
---@param value any
---@return string|nil kind  nil: it is no reference
---@return any name
function reference.of(value)
  if type(value) ~= "table" then
    return nil
  end
  local kind, name = next(value)
  if IS_KIND[kind] and next(value, kind) == nil then
    return kind, name
  end
end

function mt:__tostring()
  local kind, name = reference.of(self)
  return kind and reference.show(kind, name) or "klaviyo.reference"
end

---Makes a reference.
---@param kind "list"|"segment"|"template"|"tag"
---@param name string
---@return klaviyo.reference
function reference.new(kind, name)
  if type(name) ~= "string" or name == "" then
    error(("%s takes the name of a %s, found %s"):format(kind, kind, name == "" and "an empty string"
      or suggest.show(name)), 3)
  end
  return setmetatable({ [kind] = name }, mt)
end

---The functions list, segment, template and tag for a program whose values are plain data: without a metatable.
---@return table<string, fun(name: string): klaviyo.reference>
function reference.plain()
  local functions = {}
  for _, kind in ipairs(reference.kinds) do
    functions[kind] = function(name)
      local made = reference.new(kind, name) -- no tail call: a mistake is reported at the caller's line
      return setmetatable(made, nil)
    end
  end
  return functions
end

-- Whether a table is a reference or contains one; `above` has the tables that contain it.
local function is_in_table(value, above)
  local kind = next(value)
  if IS_KIND[kind] and next(value, kind) == nil then
    return true
  end
  above[value] = true
  for _, item in next, value do
    if type(item) == "table" and not above[item] and is_in_table(item, above) then
      return true
    end
  end
  above[value] = nil
  return false
end

---Whether there is a reference anywhere in a model.
---@param value any
---@return boolean
function reference.is_in(value)
  return type(value) == "table" and is_in_table(value, {})
end

return reference
