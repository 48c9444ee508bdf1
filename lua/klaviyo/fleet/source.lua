-- SPDX-License-Identifier: MIT
--- Where the requests of one client get their permits: from the budget in Redis, and with the lease that the client
--- holds, if it holds one.

local errors = require "klaviyo.model.error"
local events = require "klaviyo.model.events"

---@class klaviyo.fleet.source
---@field budget klaviyo.fleet.budget
---@field on_lost "local"|"wait"|"error"
---@field lease klaviyo.lease|false
---@field reported string|false   the loss that the client's observer has heard of
local source = {}
source.__index = source

local function leases()
  return require "klaviyo.fleet.lease"
end

---Tells the client's observer whether Redis was lost, or is back. In the caller's coroutine, where an observer may do
---anything.
---@param core userdata
function source:tell(core)
  local lost = self.budget.lost
  if lost and not self.reported then
    self.reported = lost
    events.emit(core, { type = "budget", state = "lost", why = lost, on_lost = self.on_lost })
  elseif not lost and self.reported then
    self.reported = false
    events.emit(core, { type = "budget", state = "back" })
  end
end

-- Whether the client may write: its lease is checked in Redis, and must last for the attempt.
local function check_lease(self, core, request)
  local lease = self.lease
  local ends, why = leases().check(lease, request:attempt_timeout(), request:left())
  if ends then
    return ends
  end
  if not lease.reported then
    lease.reported = true
    events.emit(core, { type = "lease", state = "lost", why = why })
  end
  return nil, errors.new { kind = "lease", message = why, retryable = false }
end

---Answers a request that asks for a permit. In the caller's coroutine, which may wait here.
---@param core userdata
---@param request userdata
---@param about { urgent: boolean|nil, writes: boolean|nil }
---@return number|nil delay  0: go
---@return number|klaviyo.error|nil ends  with 0: until when, on the clock of core.now: the process may be paused before
---                                      it hears of it; with nil: why the request must not be sent
function source:permit(core, request, about)
  self:tell(core)
  while true do
    local delay, ends = self.budget:permit(request, { on_lost = self.on_lost, urgent = about.urgent,
      core = core, source = self })
    self:tell(core)
    if delay ~= 0 or not (self.lease and about.writes) then
      return delay, ends
    end
    local lasting, err = check_lease(self, core, request)
    if not lasting then
      return nil, err
    end
    local still = self.budget:still(request)
    if not ends or still then
      return 0, math.min(still or lasting, lasting)
    end
    -- the permit's time has passed while Redis was asked about the lease
  end
end

---@param request userdata
function source:done(request)
  self.budget:done(request)
end

---What is used and left of the account's windows. In the caller's coroutine.
---@return klaviyo.limits_of_operation[]|nil
---@return string|nil why
function source:status()
  return self.budget:status(self.account)
end

---Whether Redis gives no permits; it may well be readable.
---@return boolean
function source:is_lost()
  return self.budget.lost ~= false
end

---What this process has asked Redis for.
---@return { asked: integer, permits: integer, lost: integer }
function source:counts()
  return self.budget.counts
end

---The client is closed: its callers wait no more.
---@param core userdata
function source:close(core)
  if not self.closed then
    self.closed = true
    if self.lease then
      leases().close(self.lease, core:pending() == 0)
    end
    self.budget:close(core)
  end
end

return {
  ---@param budget klaviyo.fleet.budget
  ---@param on_lost string
  ---@return klaviyo.fleet.source
  new = function(budget, on_lost)
    return setmetatable({ budget = budget, on_lost = on_lost, lease = false, reported = false }, source)
  end,
}
