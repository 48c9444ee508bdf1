-- SPDX-License-Identifier: MIT
--- The one kind of error object that every call returns behind `nil`.

local klaviyo_error = {}

---@class klaviyo.error
---@field kind string        what a program decides by, see the list in the reference: "validation", "timeout", ...
---@field message string     a sentence for a person; tostring(err) gives it too
---@field status? integer    HTTP status, if there was an answer
---@field errors? table[]    JSON:API errors: { code, title, detail, source = { pointer | parameter }, path }
---@field request_id? string the service's own number for the call, for its support
---@field retryable boolean  the same call may succeed later, and repeating it cannot do anything twice
---@field outcome "none"|"unknown"  none: nothing happened there; unknown: it may have
---@field seen? any          outcome "unknown": what was found when it was looked for
---@field attempts? integer  how often the request was sent
---@field retry_after? number seconds that the service asked to wait
local mt = { __name = "klaviyo.error" }
mt.__index = {}

function mt:__tostring()
  return self.message
end

---Makes an error object of a table of its fields.
---@param fields table  kind and message at least
---@return klaviyo.error
function klaviyo_error.new(fields)
  fields.outcome = fields.outcome or "none"
  fields.retryable = fields.retryable or false
  return setmetatable(fields, mt)
end

---Whether a value is one of ours.
---@param value any
---@return boolean
function klaviyo_error.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

-- The JSON:API errors of an answer. The list may hold anything: what is not an object is left out.
local function errors_of(document)
  local node = document:find(0, "errors")
  if not node or document:type(node) ~= "array" then
    return nil
  end
  local list = {}
  for _, item in ipairs(document:decode(node)) do
    if type(item) == "table" then
      list[#list + 1] = item
    end
  end
  return list
end

---Makes an error object of the core's error table, whose answer, if there is one, becomes `errors`.
---@param fields table
---@return klaviyo.error
function klaviyo_error.from_core(fields)
  local document = fields.document
  fields.document = nil
  if document then
    fields.errors = errors_of(document)
    document:close()
  end
  return klaviyo_error.new(fields)
end

return klaviyo_error
