-- SPDX-License-Identifier: MIT
--- A lease: of all machines that share a Redis, one holds it. While a client holds one, it writes nothing unless Redis
--- has just confirmed that the lease is still held, and lasts for longer than the attempt may take.

local core_now = require("klaviyo.core").now
local errors = require "klaviyo.model.error"
local redis = require "klaviyo.redis"
local scripts = require "klaviyo.fleet.scripts"

---@class klaviyo.lease
---@field name string
---@field ttl number
---@field lost string|false  why it is not held any more
local lease = {}
lease.__index = lease
lease.__name = "klaviyo.lease"

local MARGIN = 1    -- seconds that a lease lasts longer than an attempt: for the way of the request
local RETRY = 0.5   -- seconds between two attempts to take a lease that is held

local function key_of(name)
  return "klaviyo:lease:" .. name
end

-- One script, in the caller's coroutine. Waits for the connection until the deadline.
---@return string|nil reply
---@return string|nil why
local function run(self, name, arguments, deadline)
  return self.budget.script:await(name, { key_of(self.name) }, arguments, deadline)
end

-- The connection's user ----------------------------------------------------------------------------------------------

function lease.changed() end

local function note_renewed(self, asked, text)
  if text == "renewed" then
    self.ends = asked + self.ttl
  elseif text == "lost" then
    self.lost = ("the lease %q is held no more: it ended before it was renewed, and another machine may have taken it")
      :format(self.name)
  end
end

-- A lease is of one process: the child of a fork has none.
local function notice_fork(self)
  if self.process ~= redis.machine() and not self.lost then
    self.lost = ("the lease %q is held by the process that this one was forked from"):format(self.name)
  end
end

function lease:due(now)
  notice_fork(self)
  if not self.token or self.lost then
    return nil
  elseif now >= self.renew_at then
    self.renew_at = now + self.ttl / 3
    self.budget.script:run("renew", { key_of(self.name) }, { self.token, ("%.0f"):format(self.ttl * 1000) },
      function(kind, text)
        note_renewed(self, now, kind == "text" and text)
      end)
  end
  return self.renew_at
end

function lease:busy()
  return self.token ~= nil and not self.lost
end

-- Of its holder ------------------------------------------------------------------------------------------------------

---Ends it in this process.
local function forget(self)
  self.token = nil
  if self.source.lease == self then
    self.source.lease = false
  end
  local users = self.budget.link.users
  for i, user in ipairs(users) do
    if user == self then
      table.remove(users, i)
      break
    end
  end
end

---The client of a lease is closed: gives it back without waiting for Redis. Where calls are under way, their requests
---may arrive yet: then it ends by itself.
---@param is_idle boolean  no call is under way
local function close(self, is_idle)
  notice_fork(self)
  if is_idle and self.token and not self.lost then
    self.budget.script:run("give", { key_of(self.name) }, { self.token }, function() end)
  end
  forget(self)
end

---Checks in Redis that the lease is held, and renews it.
---@param need number       seconds that it has to last
---@param time_left number  seconds to wait for Redis
---@return number|nil ends  until when a request of that length may begin, on the clock of core.now
---@return string|nil why
local function check(self, need, time_left)
  notice_fork(self)
  if self.lost then
    return nil, self.lost .. "; nothing was sent"
  elseif self.ttl <= need + MARGIN then
    return nil, ("the lease %q lasts %g s, which is not longer than the attempt may take (%.0f s): give it a longer "
      .. "ttl, or the call a shorter attempt_timeout; nothing was sent"):format(self.name, self.ttl, need)
  end
  local asked = core_now()
  local reply, why = run(self, "renew", { self.token, ("%.0f"):format(self.ttl * 1000) }, asked + time_left)
  if not reply then
    return nil, ("the lease %q could not be checked: %s; nothing was sent"):format(self.name, why)
  end
  note_renewed(self, asked, reply)
  local ends = self.ends - need - MARGIN
  if self.lost then
    return nil, self.lost .. "; nothing was sent"
  elseif reply ~= "renewed" or ends <= core_now() then
    return nil, ("the lease %q could not be renewed in time; nothing was sent"):format(self.name)
  end
  self.renew_at = asked + self.ttl / 3
  return ends
end

---For how long it is held if nobody renews it; 0 if it is lost.
---@return number seconds
function lease:left()
  notice_fork(self)
  return self.lost and 0 or math.max(0, self.ends - core_now())
end

---Gives it back, to whoever waits for it. Writes of the client need no lease any more. Calling it again does nothing.
---@return boolean|nil true
---@return klaviyo.error|nil err  kind "lease": Redis could not be asked; the lease ends by itself
function lease:release()
  if not self.token then
    return true
  end
  notice_fork(self)
  local token = self.token
  local reply, why = true, nil
  if not self.lost then
    reply, why = run(self, "give", { token }, core_now() + 2)
  end
  forget(self)
  if not reply then
    return nil, errors.new { kind = "lease", message = ("the lease %q could not be given back: %s; it ends by "
      .. "itself in %.0f s at most"):format(self.name, why, self.ttl) }
  end
  return true
end

lease.__close = lease.release

function lease:__tostring()
  return ("klaviyo.lease (%s, %s)"):format(self.name, self.lost and "lost" or self.token and "held" or "released")
end

-- Who holds it. Something that no lease has put there has no end.
local function held(name, token, left)
  local holder = scripts.shown(token:match "^[^/]+/[^/]+" or token)
  if left < 0 then
    return ("the lease %q is held by %s, without an end: it is no lease of this library"):format(name, holder)
  end
  return ("the lease %q is held by %s, for %.0f s unless it is renewed"):format(name, holder, left)
end

local function take(self, deadline)
  while true do
    local asked = core_now()
    local reply, why = run(self, "take", { self.wanted, ("%.0f"):format(self.ttl * 1000) },
      math.max(deadline, asked + 5))
    if reply == "taken" then
      self.token, self.ends, self.renew_at = self.wanted, asked + self.ttl, asked + self.ttl / 3
      return true
    elseif not reply then
      return nil, ("the lease %q could not be taken: %s"):format(self.name, why)
    end
    local milliseconds, holder = reply:match "^(%-?%d+) (.*)$"
    if not holder then
      return nil, ("the lease %q could not be taken: Redis gave a reply that makes no sense"):format(self.name)
    end
    local left = tonumber(milliseconds) / 1000
    local now = core_now()
    if now >= deadline then
      return nil, held(self.name, holder, left)
    end
    self.budget.link.loop.sleep(math.min(RETRY, deadline - now, left < 0 and RETRY or math.max(0.01, left)))
  end
end

local count = 0

---Takes a lease for a client.
---@param source klaviyo.fleet.source
---@param name string
---@param ttl number
---@param wait number  seconds to wait for another holder
---@return klaviyo.lease|nil
---@return klaviyo.error|nil
local function new(source, name, ttl, wait)
  count = count + 1
  local budget = source.budget
  local self = setmetatable({ name = name, ttl = ttl, source = source, budget = budget, lost = false,
    process = redis.machine(), ends = 0, renew_at = 0, wanted = ("%s/%s"):format(budget.machine,
      redis.hash(budget.machine .. count .. core_now()):sub(1, 16)) }, lease)
  table.insert(budget.link.users, self)
  local taken, why = take(self, core_now() + wait)
  if not taken then
    forget(self)
    return nil, errors.new { kind = "lease", message = why, retryable = true }
  end
  source.lease = self
  budget.link:stir() -- the loop renews it from now on
  return self
end

require("klaviyo.model.callback").need_object(lease, { "left", "release" })

return { new = new, check = check, close = close, methods = lease }
