-- SPDX-License-Identifier: MIT
--- Whether a response of status 2xx is a JSON:API document of the form that was asked for. A response that is not says
--- nothing about what the service has: it is reported as an error, never read as an empty list or as an absence.

local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local json = require "klaviyo.model.json"
local operations = require "klaviyo.wire.operations"

local response = {}

local function malformed(id, what)
  return errors.new { kind = "json",
    message = ("the response to the request to %s %s"):format(operations.get(id).purpose, what) }
end

-- What is wrong with a document without a top-level `data` to be read.
local function what_is_wrong(document)
  if not document then
    return "has no body"
  elseif document:type(0) ~= "object" then
    return "is no JSON:API document but a JSON " .. document:type(0)
  elseif document:find(0, "errors") then
    return "names errors under a status of success"
  end
  return "has no data"
end

---The node of the resource that a document is about.
---@param operation string
---@param document userdata|nil
---@param id? string  that it must have
---@return integer|nil node
---@return klaviyo.error|nil  kind "json"
function response.resource(operation, document, id)
  local data, kind
  if document then
    data, kind = document:primary()
  end
  if not data then
    return nil, malformed(operation, what_is_wrong(document))
  elseif kind ~= "object" then
    return nil, malformed(operation, "holds no resource")
  end
  local wanted = dialect.types[operations.get(operation).resource]
  local wire_type, found = document:identity(data)
  if wire_type == wanted and found ~= "" and (found == id or not id) then
    return data
  end
  wire_type = document:get(data, "type")
  if wire_type ~= wanted then
    return nil, malformed(operation, ("holds a resource of type %s, not %s"):format(tostring(wire_type), wanted))
  elseif not found or found == "" then
    return nil, malformed(operation, "holds a resource without an id")
  end
  return nil, malformed(operation, ("holds the resource %s, not %s"):format(found, id))
end

---The node of the list that a document holds.
---@param operation string
---@param document userdata|nil
---@return integer|nil node
---@return klaviyo.error|nil  kind "json"
function response.list(operation, document)
  local data, kind
  if document then
    data, kind = document:primary()
  end
  if not data then
    return nil, malformed(operation, what_is_wrong(document))
  elseif kind ~= "array" then
    return nil, malformed(operation, "holds no list")
  end
  return data
end

---The error of a response that is not what was asked for.
---@param operation string
---@param what string  "holds no number"
---@return klaviyo.error
function response.odd(operation, what)
  return malformed(operation, what)
end

---The error of a list that holds something else than resources.
---@param operation string
---@return klaviyo.error
function response.odd_element(operation)
  return malformed(operation, "holds a list of which an element is no resource")
end

---The URL behind a link: a string, or an object with `href` (JSON:API 1.1, "Link Objects").
---@param operation string
---@param document userdata
---@param name "next"|"prev"
---@return string|nil          nil alone: there is none
---@return klaviyo.error|nil   kind "json": the value is not a link
function response.link(operation, document, name)
  local link = document:get(0, "links." .. name)
  if link == nil or link == json.null or link == "" then
    return nil
  elseif type(link) == "table" then
    link = link.href
  end
  if type(link) ~= "string" then
    return nil, malformed(operation, ("has a links.%s that is no link"):format(name))
  end
  return link
end

return response
