-- SPDX-License-Identifier: MIT
--- Looking again for what a call of another process did: klaviyo.recheck.

local assign_template = require "klaviyo.calls.assign_template"
local call_options = require "klaviyo.calls.call_options"
local change = require "klaviyo.calls.change"
local clone = require "klaviyo.calls.clone"
local core = require "klaviyo.core"
local create = require "klaviyo.calls.create"
local errors = require "klaviyo.model.error"
local operations = require "klaviyo.wire.operations"
local recheck_token = require "klaviyo.calls.recheck_token"
local reconcile = require "klaviyo.calls.reconcile"
local schedule = require "klaviyo.calls.schedule"
local service_clock = require "klaviyo.calls.service_clock"

-- How to look, by the kind of the record.
local METHODS = {}
for _, module in ipairs { create, clone, change, schedule, assign_template } do
  for kind, method in pairs(module.methods) do
    METHODS[kind] = method
  end
end

local function refuse(message)
  return nil, errors.new { kind = "validation", message = "recheck: " .. message }
end

-- How the call ended. A text that on_token got was written before there was an end.
local function cause_of(record, operation)
  if record.cause == "interrupted" then
    return { kind = "cancelled",
      message = ("the program that sent the request to %s ended before the answer came"):format(operation.purpose) }
  end
  return { kind = record.cause, message = ("the request to %s ended with an error (%s)"):format(operation.purpose,
    record.cause) }
end

---Reads a text and looks again.
---@param client klaviyo.client
---@param token string
---@param options? table  of a call
---@return any result
---@return klaviyo.error|nil
local function perform(client, token, options)
  local record, wrong = recheck_token.read(token)
  if not record then
    return refuse(wrong)
  end
  local operation = operations.by_id[record.operation]
  if not operation then
    return refuse(("this version has no operation %s"):format(record.operation))
  elseif record.service ~= recheck_token.service(client) then
    return refuse(("the call went to %s, and this client talks to %s"):format(record.service,
      recheck_token.service(client)))
  end
  local ago = math.max(core.wall() - record.began, 0)
  local clock = service_clock.new(core.now() - ago, record.earliest)
  local cause = cause_of(record, operation)
  local call = call_options.with({ revision = record.revision }, options)
  return reconcile.recheck(client, METHODS[record.kind], record, clock, cause, record.outcome, call)
end

return { perform = perform }
