-- SPDX-License-Identifier: MIT
--- Observers: what the core tells of its work reaches the client's `on_event` from here, whoever owns the loop.

local events = {}

-- Core clients are the keys; a client that is gone takes its observer along.
local observers = setmetatable({}, { __mode = "k" })

---@class klaviyo.event
---@field type "attempt"|"wait"|"retry"|"response"|"dialect"|"revision"|"settle"|"token"
---@field request? integer   number of the call within its client
---@field method? string
---@field url? string
---@field headers? string    attempt: the lines that go out, the credential masked
---@field attempt? integer
---@field status? integer    response, retry
---@field kind? string       response, retry: why it failed
---@field delay? number      wait, retry: seconds until it goes on
---@field elapsed? number    attempt: seconds since the call began; response: since the attempt began
---@field bytes? integer     response: of body

---Sets the observer of a core client. What it raises is kept from the call that is under way: a mistake in an
---observer must not lose the answer to a send. The last such error is `observer.failed`.
---@param core userdata
---@param observer { call: fun(event: klaviyo.event), failed: any }
function events.observe(core, observer)
  observers[core] = observer
end

---Whether a core client has an observer.
---@param core userdata
---@return boolean
function events.observed(core)
  return observers[core] ~= nil
end

local function tell(observer, event)
  local ok, message = pcall(observer.call, event)
  if not ok then
    observer.failed = message
  end
end

---Tells one event that did not come from the core.
---@param core userdata
---@param event klaviyo.event
function events.emit(core, event)
  local observer = observers[core]
  if observer then
    tell(observer, event)
  end
end

---Tells what the core has collected. Loops call it whenever they have driven a client; the observer may close it.
---@param core userdata
function events.drain(core)
  local observer = observers[core]
  if not observer then
    return
  end
  local ok, event = pcall(core.event, core)
  while ok and event do
    tell(observer, event)
    ok, event = pcall(core.event, core)
  end
end

return events
