-- SPDX-License-Identifier: MIT
--- Following a message until it has a status.

local blame = require "klaviyo.model.blame"
local core = require "klaviyo.core"
local errors = require "klaviyo.model.error"
local options_of = require "klaviyo.model.options"
local schema = require "klaviyo.model.schema"
local suggest = require "klaviyo.model.suggest"

local wait = {}

local OPTIONS = {
  { "until_status", "string|table", "status or statuses to wait for" },
  { "timeout", "seconds", "how long to wait", default = 3600 },
  { "interval", "seconds", "between two reads; default: 1, growing to 30" },
  { "on_change", "function", "called with (message, status, status before) whenever the status is another one" },
}

-- The statuses that can follow a status. A SENT or CANCELLED message stays so.
local AFTER = {
  DRAFT = { "DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED" },
  SCHEDULED = { "DRAFT", "SCHEDULED", "SENDING", "SENT", "CANCELLED" },
  SENDING = { "SENDING", "SENT", "CANCELLED" },
  SENT = { "SENT" },
  CANCELLED = { "CANCELLED" },
}

local function wanted_of(value)
  local set = {}
  for _, status in ipairs(type(value) == "table" and value or { value }) do
    local name = tostring(status):upper()
    if not suggest.contains(schema.statuses, name) then
      blame(("wait: until_status is one of %s, got %s%s"):format(suggest.list(schema.statuses), suggest.show(status),
        suggest.phrase(name, schema.statuses)))
    end
    set[name] = true
  end
  if not next(set) then
    blame "wait: until_status says which status to wait for"
  end
  return set
end

local function can_come(wanted, status)
  if not AFTER[status] and schema.is_final(status) then
    return false
  end
  for _, after in ipairs(AFTER[status] or schema.statuses) do
    if wanted[after] then
      return true
    end
  end
  return false
end

---@param message klaviyo.message
---@param given table
---@return klaviyo.message|nil
---@return klaviyo.error|nil
function wait.wait(message, given)
  local options = options_of.check(given or {}, OPTIONS, "wait")
  local wanted = wanted_of(options.until_status)
  local client = message._client
  local deadline = core.now() + options.timeout
  local pause, before = options.interval or 1, nil
  while true do
    local fresh, err = message:refresh { deadline = deadline }
    if not fresh then
      return nil, err
    end
    local status = message.status
    if status ~= before then
      if options.on_change then
        options.on_change(message, status, before)
      end
      before = status
    end
    if wanted[status] then
      return message
    elseif not can_come(wanted, status) then
      return nil, errors.new { kind = "status",
        message = ("%s is %s and will not come to the status that is waited for"):format(tostring(message),
          tostring(status)) }
    elseif core.now() + pause > deadline then
      return nil, errors.new { kind = "timeout", retryable = true,
        message = ("%s is still %s after %g s"):format(tostring(message), tostring(status), options.timeout) }
    end
    if client.loop.sleep(pause, true) == false then
      return nil, errors.new { kind = "cancelled", retryable = true,
        message = ("%s is still %s, and the process that waits is about to quit"):format(tostring(message),
          tostring(status)) }
    end
    pause = options.interval or math.min(pause * 1.5, 30)
  end
end

---The options of wait, for the reference.
wait.options = OPTIONS

return wait
