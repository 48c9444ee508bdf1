-- SPDX-License-Identifier: MIT
--- The vendor's OpenAPI file, where the environment variable KLAVIYO_OPENAPI names one. It may be the file of all
--- stable endpoints: what has nothing to do with campaigns is passed over.

local json = require "klaviyo.model.json"
local known = require "klaviyo.wire.operations"

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

---Follows the references of the file, and an `allOf` of one, which makes a reference nullable.
---@param file table
---@param schema table
---@return table
function openapi.resolve(file, schema)
  local name = schema["$ref"] and schema["$ref"]:match "([^/]+)$"
  local found = name and file.components.schemas[name] or schema
  if found.allOf and #found.allOf == 1 and not found.properties then
    return openapi.resolve(file, found.allOf[1])
  end
  return found
end

---The schema of a body or a response in JSON:API.
---@param holder table|nil  a request body or a response of the file
---@return table|nil
function openapi.content(holder)
  local content = holder and holder.content and holder.content["application/vnd.api+json"]
  return content and content.schema
end

local METHODS = { get = true, post = true, put = true, patch = true, delete = true }

local function key_of(method, path)
  return method:upper() .. " " .. path:gsub("/$", ""):gsub("{[%w_]+}", "{id}")
end

---Whether a path is about campaigns.
---@param path string
---@return boolean
function openapi.is_about_campaigns(path)
  return path:find("^/api/campaign") ~= nil
end

---Whether a file has the campaigns themselves. The stable files have what lives on beside them alone.
---@param file table
---@return boolean
function openapi.has_campaigns(file)
  for _, path in ipairs { "/api/campaigns", "/api/campaign-messages" } do
    if file.paths[path] or file.paths[path .. "/"] then
      return true
    end
  end
  return false
end

---@class support.openapi.operation
---@field id string          without `_beta`
---@field method string
---@field path string
---@field operation table    as the file has it

---Every operation of the file that is about campaigns, or that the library has, by "METHOD path".
---@param file table
---@return table<string, support.openapi.operation>
function openapi.campaign_operations(file)
  local found, ours = {}, openapi.our_operations(file.info.version)
  for path, methods in pairs(file.paths) do
    for method, operation in pairs(methods) do
      local wanted = openapi.is_about_campaigns(path) or METHODS[method] and ours[key_of(method, path)]
      if wanted and METHODS[method] and type(operation) == "table" and operation.operationId then
        found[key_of(method, path)] = { id = operation.operationId:gsub("_beta$", ""), method = method:upper(),
          path = path, operation = operation }
      end
    end
  end
  return found
end

---Our operations at the revision of a file, by "METHOD path".
---@param revision string
---@return table<string, klaviyo.operation>
function openapi.our_operations(revision)
  local found = {}
  for _, operation in ipairs(known.list) do
    if known.available(operation, "openapi", revision) then
      found[key_of(operation.method, operation.path)] = operation
    end
  end
  return found
end

---Those operations of the file that the library has too, by the library's ids.
---@param file table
---@return table<string, support.openapi.operation>
function openapi.operations(file)
  local found, ours = {}, openapi.our_operations(file.info.version)
  for key, their in pairs(openapi.campaign_operations(file)) do
    if ours[key] then
      found[ours[key].id] = their
    end
  end
  return found
end

return openapi
