-- SPDX-License-Identifier: MIT
--- Reads fields from resource objects of either shape. It does not ask which dialect the server speaks: the first of a
--- field's places that holds a value counts.

local fields = require "klaviyo.wire.dialect.fields"
local json = require "klaviyo.model.json"

local null = json.null

local read = {}

local function is_known(value)
  return value ~= nil and value ~= null
end

-- An object that is read part by part. Without one of the parts that make it what it is, it is null, or absent if
-- nothing was said of it.
local function read_composite(resource, name, field, get)
  local object, exists = {}, false
  for _, part in ipairs(field.parts) do
    local value = read.field(resource, name .. "." .. part, get)
    exists = exists or value ~= nil
    object[part] = is_known(value) and value or nil
  end
  for _, part in ipairs(field.composite) do
    if object[part] ~= nil then
      return object
    end
  end
  for i = 1, exists and 0 or #field.paths do
    exists = exists or get(field.paths[i]) ~= nil
  end
  return exists and null or nil
end

---Reads a field of a resource.
---@param resource string
---@param name string                    dotted for a part of an object: "send_settings.send_timezone"
---@param get fun(path: string): any     the value at a dotted path of the resource object: nil if absent, json.null
---@return any value                     nil if absent, json.null if null
function read.field(resource, name, get)
  local field = fields.of[resource] and fields.of[resource][name]
  if field and field.parts then
    return read_composite(resource, name, field, get)
  end
  local paths, seen_null = field and field.paths or fields.unknown(name), false
  for i = 1, #paths do
    local value = get(paths[i])
    if value == null then
      seen_null = true
    elseif value ~= nil then
      return field and field.decode and field.decode(value) or value
    end
  end
  return seen_null and null or nil
end

return read
