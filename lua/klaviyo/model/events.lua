-- SPDX-License-Identifier: MIT
--- Observers: passes the events of the core to the client's `on_event`, whichever loop drives it.

local events = {}

-- By core client; weak, so that an observer goes with its client.
local observers = setmetatable({}, { __mode = "k" })

---@class klaviyo.event
---@field type "attempt"|"wait"|"retry"|"response"|"dialect"|"revision"|"settle"|"token"|"budget"|"lease"
---@field request? integer   number of the call within its client
---@field method? string
---@field url? string
---@field headers? string    attempt: the header lines sent, the credential masked
---@field attempt? integer
---@field status? integer    response, retry
---@field kind? string       response, retry: the kind of failure
---@field delay? number      wait, retry: seconds until the request continues
---@field elapsed? number    attempt: seconds since the call began; response: since the attempt began
---@field bytes? integer     response: size of the body
---@field outcome? string    response: whether the call has changed anything so far, in the words of err.outcome
---@field dialect? string    dialect: what the service speaks
---@field revision? string   dialect, revision: of the call
---@field taken_as? string   revision: the known revision that one which is newer than this library is treated as
---@field why? string        dialect, revision, budget, lease
---@field state? "lost"|"back"  budget: whether Redis can be asked; lease: "lost"
---@field on_lost? string    budget, "lost": what limits.on_lost says
---@field verdict? string    reconciliation: "looking" (it begins to look for a lost response); after each look "none",
---                          "other", "over" or "failed"; and "done" where the call's result was found
---@field remaining? number  reconciliation: seconds for which it may go on looking
---@field id? string         reconciliation, "done": of what was found

---Sets the observer of a core client. What it raises is kept from the call that is under way, since a mistake in an
---observer must not lose the response to a send; it goes to `failed`, once for as long as it stays the same.
---@param core userdata
---@param call fun(event: klaviyo.event)
---@param failed fun(raised: any, text: string)
function events.observe(core, call, failed)
  observers[core] = { call = call, failed = failed }
end

---Whether a core client has an observer.
---@param core userdata
---@return boolean
function events.observed(core)
  return observers[core] ~= nil
end

local function notify(observer, event)
  local ok, raised = pcall(observer.call, event)
  local text = not ok and require("klaviyo.model.raised").text(raised)
  if text and text ~= observer.last then
    observer.last = text
    observer.failed(raised, text)
  end
end

---Reports one event that did not come from the core.
---@param core userdata
---@param event klaviyo.event
function events.emit(core, event)
  local observer = observers[core]
  if observer then
    notify(observer, event)
  end
end

---Reports what the core has collected. Loops call it whenever they have driven a client; the observer may close it.
---@param core userdata
function events.drain(core)
  local observer = observers[core]
  if not observer then
    return
  end
  local ok, event = pcall(core.event, core)
  while ok and event do
    notify(observer, event)
    ok, event = pcall(core.event, core)
  end
end

return events
