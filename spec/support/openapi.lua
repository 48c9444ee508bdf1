-- SPDX-License-Identifier: MIT
--- The vendor's OpenAPI file, where the environment variable KLAVIYO_OPENAPI names one.

local json = require "klaviyo.model.json"

local openapi = {}

---@return table|nil  the decoded file
function openapi.load()
  local name = os.getenv "KLAVIYO_OPENAPI"
  local file = name and io.open(name, "rb")
  if not file then
    return nil
  end
  local text = file:read "*a"
  file:close()
  return assert(json.decode(text))
end

---Follows a reference of the file.
---@param file table
---@param schema table
---@return table
function openapi.resolve(file, schema)
  local name = schema["$ref"] and schema["$ref"]:match "([^/]+)$"
  return name and file.components.schemas[name] or schema
end

---Each operation of the file, by its id without `_beta`.
---@param file table
---@return table<string, { method: string, path: string, operation: table }>
function openapi.operations(file)
  local found = {}
  for path, methods in pairs(file.paths) do
    for method, operation in pairs(methods) do
      found[operation.operationId:gsub("_beta$", "")] = { method = method:upper(), path = path, operation = operation }
    end
  end
  return found
end

return openapi
