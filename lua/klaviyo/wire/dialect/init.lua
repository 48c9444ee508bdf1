-- SPDX-License-Identifier: MIT
--- The two published forms of one API: `guide` and `openapi`. This folder alone knows the names of fields on the wire.

local fields = require "klaviyo.wire.dialect.fields"
local json = require "klaviyo.model.json"
local read = require "klaviyo.wire.dialect.read"
local types = require "klaviyo.wire.dialect.types"

local dialect = {
  fields = fields.of,
  read = read.field,
  types = types.wire,
  resources = types.resource,
  relationships = types.relationships,
}

---@param name "guide"|"openapi"
---@return klaviyo.dialect
function dialect.get(name)
  if name ~= "guide" and name ~= "openapi" then
    error(('no dialect %q; there are "guide" and "openapi"'):format(tostring(name)), 2)
  end
  return require("klaviyo.wire.dialect." .. name)
end

-- By JSON:API type, for the types that we know: { place, dialect }.
local SIGNS = setmetatable({}, {
  __index = function(self, wire_type)
    if types.resource[wire_type] then
      rawset(self, wire_type, fields.signs(types.resource[wire_type]))
    end
    return rawget(self, wire_type)
  end,
})

---Which dialect a resource object is written in.
---@param document userdata
---@param node integer            its node
---@return "guide"|"openapi"|nil  nil where it looks the same in both
function dialect.detect(document, node)
  local signs = SIGNS[document:get(node, "type")]
  for i = 1, signs and #signs or 0 do
    if document:find(node, signs[i][1]) then
      return signs[i][2]
    end
  end
  return nil
end

---Whether a 400 that points here may mean that the service speaks the other dialect.
---@param pointer string    JSON pointer of an error
---@param resource? string  what was written; without it a pointer counts if it does for any resource
---@return boolean
function dialect.differs_at(pointer, resource)
  if not resource then
    for _, name in ipairs { "campaign", "audience", "message", "variation" } do
      if dialect.differs_at(pointer, name) then
        return true
      end
    end
    return false
  end
  local differ_at = require("klaviyo.wire.dialect.pointers").differ_at
  return differ_at(dialect.get("guide"), dialect.get("openapi"), tostring(pointer), resource)
end

---Adds to each problem of a validation the JSON pointer of its place in the body.
---@param problems klaviyo.problem[]
---@param name "guide"|"openapi"
---@param resource string  what would be written
---@param model? table     the model that was validated
---@return klaviyo.problem[] problems
function dialect.add_pointers(problems, name, resource, model)
  local d = dialect.get(name)
  for _, problem in ipairs(problems) do
    if problem.path and not problem.parameter then
      problem.pointer = d.pointer(resource, problem.path, model)
    end
  end
  return problems
end

local PARAMETERS = { filter = "filter", sort = "sort", include = "include" }

---Whether a 400 for this query parameter may mean that the service speaks the other dialect.
---@param operation_id string
---@param parameter string    `source.parameter` of an error: "filter", "include", "fields[campaign-message]"
---@return boolean
function dialect.parameter_differs(operation_id, parameter)
  local query = require("klaviyo.wire.grammar").of(operation_id)
  parameter = tostring(parameter)
  if parameter:find("^fields") then
    return query.guide.fields ~= nil or query.openapi.fields ~= nil
  end
  local part = PARAMETERS[parameter]
  return part ~= nil and not json.same(query.guide[part], query.openapi[part])
end

return dialect
