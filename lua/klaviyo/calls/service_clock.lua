-- SPDX-License-Identifier: MIT
--- When a call began by the service's clock. Our own clock may be wrong, so it is used for spans of time alone: the
--- instant comes from the Date header of a later response, less the time that passed.

local core = require "klaviyo.core"
local time = require "klaviyo.model.time"

---@class klaviyo.service_clock
---@field began number      when the call began, on the clock of core.now
---@field earliest? number  epoch seconds: the call did not begin before; nil without a Date
---@field now? number       epoch seconds: the present is not later
---@field is_known boolean  `earliest` was found out by another process, whose clock it was
local service_clock = {}
service_clock.__index = service_clock

-- A Date is cut to the second, and the servers behind one name differ by a little. Dates that differ by more than
-- this many seconds cannot all be right, and then none of them is believed.
local TOLERANCE = 2

-- Resources may be stamped by another clock than the Date. Further than this many seconds ahead of it, the Date is
-- wrong, and so is what follows from it.
local AHEAD = 5

---@param began number          on the clock of core.now
---@param earliest? number      what an earlier process found out
---@return klaviyo.service_clock
local function new(began, earliest)
  return setmetatable({ began = began, earliest = earliest, is_known = earliest ~= nil }, service_clock)
end

---Learns from a response.
---@param request userdata  that was answered
---@param asked number      core.now() before it was sent
---@return boolean|nil      nil: the response has no Date that can be believed
---@return string|nil why
function service_clock:observe(request, asked)
  local headers = request and request:headers() or {}
  local date = time.http(headers["date"])
  if (tonumber(headers["age"]) or 0) > 0 then
    self.now = nil
    return nil, "the response comes from a cache (Age), so that its Date does not say when the call began"
  elseif not date then
    self.now = nil
    return nil, "the service's response has no Date, so that nobody can say what was created since the call began"
  end
  if self.is_known then
    self.now = date + 1
    return true
  end
  local answered = core.now()
  local earliest, latest = date - (answered - self.began), date + 1 - (asked - self.began)
  if (self.earliest and self.earliest > latest + TOLERANCE) or (self.latest and earliest > self.latest + TOLERANCE) then
    self.now = nil
    return nil, "the Dates of the service's answers contradict each other"
  end
  self.earliest = math.max(self.earliest or -math.huge, earliest)
  self.latest = math.min(self.latest or math.huge, latest)
  self.now = date + 1
  return true
end

---Whether something was created while the call was under way, as far as its creation time says.
---@param created_at any  ISO 8601
---@return boolean
function service_clock:covers(created_at)
  local instant = time.parse(created_at)
  if not (instant and self.earliest and self.now) then
    return false
  end
  -- a time without a fraction may be cut to the second
  local latest = tostring(created_at):find("%d%.%d") and instant or instant + 1
  return latest >= self.earliest and instant <= self.now + AHEAD
end

return { new = new }
