-- SPDX-License-Identifier: MIT
--- The one kind of error object that every call returns behind `nil`.

local klaviyo_error = {}

---@class klaviyo.error
---@field kind string        the kind of failure, for decisions: "validation", "timeout", ...; see Kinds
---@field message string     a sentence for a person, as is tostring(err)
---@field status? integer    HTTP status, if there was a response
---@field errors? klaviyo.error.item[]  JSON:API errors: { code, title, detail, source = { pointer | parameter }, path }
---@field request_id? string the service's id of the request, for its support
---@field retryable boolean  the same call may succeed later, and repeating it cannot do anything twice
---@field outcome "none"|"happened"|"unknown"  none: nothing happened there; happened: it did, but could not be read
---                          back; unknown: it may have
---@field seen? klaviyo.json   outcome "unknown" or "happened": what the client found when it looked
---@field scheduled? klaviyo.message[]  schedule of a campaign or audience: the messages that are scheduled
---@field cancelled? klaviyo.message[]  cancel of a campaign or audience: the messages that are cancelled
---@field failed? klaviyo.message  schedule and cancel of several messages: the one that the error is about
---@field failures? { message: klaviyo.message, err: klaviyo.error }[]  cancel of several messages: all that failed
---@field left_as? "unchanged"|"restored"|"draft"|"other"|"rescheduled"|"unknown"  reschedule: what the message is now
---@field candidates? klaviyo.candidate[]  what a name may mean that is not there, or that several have
---@field attempts? integer  how often the request was sent
---@field scopes? string[]    kind "forbidden": what the key must have been granted for the request
---@field retry_after? number the time to wait that the service asked for, in seconds
local mt = { __name = "klaviyo.error" }

function mt:__tostring()
  return self.message
end

-- How to look again for what a call did, by error. Not in the error itself, which may be written as JSON.
local rechecks = setmetatable({}, { __mode = "k" })

---Looks up again what the call did. If the outcome is known, the error stays as it is.
---@param options? klaviyo.recheck_options  of a call; and reconcile: seconds to look for, 0 (the default): once
---@return any result          what the call would have returned
---@return klaviyo.error|nil   why it is still unknown
function klaviyo_error:recheck(options)
  local how = rechecks[self]
  if not how then
    return nil, self
  end
  return how.recheck(options)
end

---Returns a text with which another process can look up what happened (klaviyo.recheck, `klaviyo recheck`). It contains
---what was sent, and no credential. nil if the outcome is known.
---@return string|nil
function klaviyo_error:token()
  local how = rechecks[self]
  return how and how.token()
end

mt.__index = { recheck = klaviyo_error.recheck, token = klaviyo_error.token }

---Gives an error the functions behind these two methods. They must not refer to the error, which would then never be
---collected.
---@param err klaviyo.error
---@param how { recheck: fun(options: klaviyo.recheck_options?): any, token: fun(): string }
function klaviyo_error.set_recheck(err, how)
  rechecks[err] = how
end

---Makes an error object of a table of its fields.
---@param fields table<string, any>  kind and message at least
---@return klaviyo.error
function klaviyo_error.new(fields)
  fields.outcome = fields.outcome or "none"
  fields.retryable = fields.retryable or false
  return setmetatable(fields, mt)
end

---Returns whether a value is an error object of this library.
---@param value any
---@return boolean
function klaviyo_error.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

-- The JSON:API errors of a response. The list may hold anything: what is not an object is left out.
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

---Makes an error object of the core's error table, whose document, if there is one, becomes `errors`.
---@param fields table<string, any>
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
