-- SPDX-License-Identifier: MIT
--- An account's budget that many machines share through Redis: gives permits to the requests of the core, in the state
--- "permit", as limits.shdict does for the workers of one nginx.

local connection = require "klaviyo.fleet.connection"
local core_now = require("klaviyo.core").now
local errors = require "klaviyo.model.error"
local pools = require "klaviyo.fleet.pool"
local redis = require "klaviyo.redis"
local scripts = require "klaviyo.fleet.scripts"
local sources = require "klaviyo.fleet.source"

local budget = {}
budget.__index = budget

---@class klaviyo.fleet.budget  of one connection
---@field link klaviyo.fleet.link
---@field machine string
---@field pools table<string, klaviyo.fleet.pool>  by account and operation
---@field tickets table<userdata, klaviyo.fleet.ticket>  by request
---@field alone table<klaviyo.fleet.ticket, number>  of calls that wait for their turn without Redis: when it comes
---@field lost string|false   why Redis cannot be asked
---@field lost_once boolean
---@field script klaviyo.fleet.scripts

local unpack = table.unpack or unpack

local NONSENSE = "its reply makes no sense"

local PATIENCE = 1 -- seconds until an error of Redis is tried again
local READING = 3  -- seconds to wait for Redis when the budget is read
local LOOKING = 1  -- the same while it is known to be lost: a reader of metrics comes again
local MOMENT = 0.01 -- seconds within which two clocks say the same
local REAP = 0.05 -- seconds between two looks for permits that nobody will use
local KEEN = 10    -- seconds after a call for which the connection is tried again although nobody waits for it

-- The name of this machine in Redis, and the channel that shows that it is there.
local function take_name(self)
  self.machine = redis.machine() .. "/" .. redis.hash(tostring(self) .. core_now()):sub(1, 6)
  self.link.conn:appear("klaviyo:here:" .. self.machine)
end

local function new(link)
  local self = setmetatable({ link = link, pools = {}, tickets = setmetatable({}, { __mode = "k" }), lost = false,
    alone = {}, again_at = 0, used_at = 0, counts = { asked = 0, permits = 0, lost = 0 } }, budget)
  take_name(self)
  self.script = scripts.new(link)
  link.users[#link.users + 1] = self
  return self
end

-- Asking -------------------------------------------------------------------------------------------------------------

-- Lets the tickets go that do not wait for Redis to come back.
local function release_waiting(self, why)
  for _, pool in pairs(self.pools) do
    local kept = {}
    for _, ticket in ipairs(pool.waiting) do
      if ticket.on_lost == "wait" then
        kept[#kept + 1] = ticket
      else
        ticket.lost = why
        ticket:finish()
      end
    end
    pool.waiting = kept
  end
end

-- What a pool holds, to give back once Redis serves again: it may have kept its data.
local function held_by(pool)
  local members = {}
  for ticket in pairs(pool.promised) do
    members[#members + 1] = ticket.permit.member
  end
  for _, permit in ipairs(pool.spare) do
    members[#members + 1] = permit.member
  end
  return members
end

-- Redis cannot be asked: what it promised is not counted on.
local function lose(self, why)
  if not self.lost then
    self.counts.lost = self.counts.lost + 1
  end
  self.lost = why
  for _, pool in pairs(self.pools) do
    local members = held_by(pool)
    pool.asking = false
    pool:forget()
    pool.returned, pool.fleet = members, pool.active
  end
  release_waiting(self, why)
end

local function found(self)
  self.lost = false
  for ticket in pairs(self.alone) do
    ticket:finish()
  end
end

-- An error in a reply: Redis is full, a replica, loading, or no Redis.
local function refuse(self, text, now)
  self.again_at = now + PATIENCE
  lose(self, "Redis refused the script: " .. scripts.refusal(text))
end

local function milliseconds(seconds)
  return ("%.0f"):format(math.max(0, seconds) * 1000)
end

local function report_text(pool, now)
  local report = pool.report
  pool.report = nil
  if not report or report.number == "0" then
    return ""
  end
  return ("%.0f:%.0f:%s:%s:%s"):format(report.limit, report.remaining,
    report.reset < 0 and "-1" or milliseconds(report.reset), milliseconds(now - report.at), report.number)
end

local function arguments(self, pool, demand, now)
  local rate, returned = pool.rate, table.concat(pool.returned, ",")
  pool.returned, pool.give_at = {}, nil
  return { self.machine, pool.name, ("%d"):format(demand.normal), ("%d"):format(demand.urgent),
    ("%d"):format(pool.assigned), ("%.0f"):format(rate.burst), milliseconds(rate.window), ("%.0f"):format(rate.steady),
    milliseconds(rate.length), milliseconds(demand.patience), returned, report_text(pool, now),
    milliseconds(pool.hold_until - now), ("%d"):format(pool.fleet or 0), ("%d"):format(pool:strays(now)) }
end

local ask

local function take_reply(self, pool, asked, kind, text)
  local now = core_now()
  if pool.asking ~= asked then
    return -- of a connection that is gone
  end
  pool.asking = false
  if kind == "text" and pool:learn(text, self.machine, asked, now) then
    found(self)
    ask(self, pool, now)
  elseif kind ~= "lost" then
    refuse(self, kind == "text" and NONSENSE or kind == "nil" and "its reply is empty" or text, now)
  end
end

-- Whether a request has ended: that of a caller that was killed, say. Nobody asks for its permit then.
local function has_ended(ticket)
  local ok, state = pcall(ticket.request.state, ticket.request)
  return not ok or state == "done"
end

-- Requests that have left and not ended. Those of callers that were killed end, and nobody says so.
local function count_under_way(self, pool)
  local count = 0
  for _, ticket in pairs(self.tickets) do
    count = count + (ticket.pool == pool and ticket.left_at and not has_ended(ticket) and 1 or 0)
  end
  return count
end

-- force: ask even if nobody waits, to see whether Redis serves again
function ask(self, pool, now, force)
  if self.again_at > now or not self.link:ready() then
    return
  end
  if now - pool.reaped_at > REAP then
    pool.reaped_at = now
    pool:reap(now, has_ended)
    pool.under_way = count_under_way(self, pool)
  end
  local demand = pool:demand(now, force)
  if not demand then
    return
  end
  local sent = self.script:run("permits", pool.keys, arguments(self, pool, demand, now), function(kind, text)
    take_reply(self, pool, now, kind, text)
  end)
  if sent then
    pool.asking = now
    self.counts.asked = self.counts.asked + 1
  end
end

-- The connection's user ----------------------------------------------------------------------------------------------

function budget:changed(state, why)
  local now = core_now()
  if state == "ready" then
    self.again_at = 0
    for _, pool in pairs(self.pools) do
      pool.ask_at = 0
      ask(self, pool, now, self.lost and true) -- it serves when a script has run: a replica takes logins as well
    end
    if not next(self.pools) then
      found(self)
    end
  elseif state == "waiting" then
    lose(self, why)
  end
end

-- From when on Redis may be asked; nil: not before it is connected again.
local function asks_from(self, now)
  return self.link:ready() and math.max(now, self.again_at) or nil
end

function budget:due(now)
  local at
  for _, pool in pairs(self.pools) do
    pool:hand_out(now)
    pool:refuse_late(now, now)
    ask(self, pool, now)
    local wake = pool:wake(asks_from(self, now))
    at = wake and (not at or wake < at) and wake or at
  end
  for ticket, turn in pairs(self.alone) do
    if turn <= now then
      ticket:finish()
    else
      at = math.min(at or turn, turn)
    end
  end
  return at
end

function budget:busy()
  for _, pool in pairs(self.pools) do
    if (pool.returned[1] or pool.spare[1]) and not self.lost then
      return true
    end
  end
  return self.lost and core_now() - self.used_at < KEEN or false
end

-- Permits ------------------------------------------------------------------------------------------------------------

-- The keys of an account. The hash of a hash: Redis is shared with others, who must not learn a bit of the key.
local function prefix_of(account)
  return ("klaviyo:{%s}:"):format(redis.hash("klaviyo " .. account):sub(1, 24))
end

local function pool_of(self, request)
  local burst, window, steady, length, name, time_left, hold = request:budget()
  if not burst then
    return nil
  end
  local pool = self.pools[name]
  if not pool then
    local account, operation = name:match "^(%x+):(.*)$"
    local prefix = prefix_of(account)
    local own = prefix .. operation
    pool = pools.new(operation, {})
    pool.reaped_at = 0
    pool.keys = { own .. ":log", own .. ":free", own .. ":machines", own .. ":state", prefix .. "operations",
      own .. ":present" }
    self.pools[name] = pool
  end
  pool.rate = { burst = burst, window = window, steady = steady, length = length }
  pool.hold_until = math.max(pool.hold_until, core_now() + hold)
  return pool, time_left
end

local function cancelled(ticket, why)
  ticket.pool:leave(ticket)
  local permit = ticket.generation == ticket.pool.generation and ticket.pool:take(ticket)
  if permit then
    ticket.pool:give_back(permit, core_now())
  end
  ticket.request:cancel(why)
end

-- A ticket in the queue of its pool.
local function join(self, pool, request, options, now, again)
  local ticket = self.link:ticket { pool = pool, core = options.core, request = request, urgent = options.urgent,
    on_lost = options.on_lost, deadline = now + request:left(), on_cancel = cancelled }
  self.tickets[request] = ticket
  pool:join(ticket, now, again)
  pool:hand_out(now)
  return ticket
end

-- A request that may leave, without Redis or with its permit. Returns 0, and until when that is so.
local function go(pool, ticket, request, now, latest)
  local _, attempts = request:timing()
  ticket.left_at, ticket.attempts, ticket.good_until = now, attempts, latest
  pool:note_sent(now)
  return 0, latest
end

-- Waits for a turn without Redis, on its connection: that is tried meanwhile, and once it serves, Redis gives the turn.
local function await_turn(self, pool, request, options, at)
  local ticket = self.link:ticket { pool = pool, core = options.core, request = request, on_cancel = cancelled }
  self.tickets[request], self.alone[ticket] = ticket, at
  options.source:tell(options.core)
  self.link:wake_at(at)
  self.link:await(ticket)
  self.tickets[request], self.alone[ticket] = nil, nil
end

local function leave_alone(self, pool, request, options, now)
  local ticket = { pool = pool, request = request, core = options.core }
  self.tickets[request] = ticket
  pool.alone_sent[#pool.alone_sent + 1] = now
  if #pool.alone_sent > 2 * pool.rate.burst then
    table.remove(pool.alone_sent, 1)
  end
  return go(pool, ticket, request, now, now + 0.2 * pool.rate.window)
end


-- Without Redis. nil alone: it serves again, or will have answered in a moment.
local function go_alone(self, pool, request, options)
  while request:state() == "permit" do
    local now = core_now()
    ask(self, pool, now, true)
    self.link:stir()
    self.used_at = now
    if not self.lost or pool.asking then
      return nil
    elseif options.on_lost == "error" then
      return nil, errors.new { kind = "budget", message = "the shared budget cannot be asked: " .. self.lost,
        retryable = true }
    end
    local at = pool:alone(now, options.urgent)
    if at <= now then
      return leave_alone(self, pool, request, options, now)
    elseif at - now >= request:left() then
      return at - now
    end
    await_turn(self, pool, request, options, at)
  end
end

-- The permit of a ticket: 0 and until when, or the seconds until it is good. nil: it has none.
local function use(self, pool, ticket, request, now)
  local permit = ticket.permit
  if ticket.generation ~= pool.generation then
    ticket.permit = nil
    return nil
  elseif not permit then
    return nil
  elseif permit.leave > now then
    return permit.leave - now
  end
  pool:take(ticket)
  if permit.latest <= now then
    pool:give_back(permit, now)
    return nil
  end
  ticket.used = permit
  self.counts.permits = self.counts.permits + 1
  return go(pool, ticket, request, now, permit.latest)
end

-- What the last attempt reported; a permit that the core did not use in time goes back.
local function finish_attempt(self, request)
  local ticket = self.tickets[request]
  if not ticket or not ticket.left_at then
    return
  end
  local now, pool, used = core_now(), ticket.pool, ticket.used
  local _, attempts = request:timing()
  self.tickets[request] = nil
  pool:note_done(now)
  if attempts > ticket.attempts then
    local limit, remaining, reset, retry_after = request:reported()
    pool:note_report(now, limit, remaining, reset, retry_after, used and used.number)
    if pool.report and pool.report.urgent then
      ask(self, pool, now)
      self.link:stir()
    end
  elseif used and ticket.generation == pool.generation then
    pool:give_back(used, now)
  end
end

local function reset_after_fork(self)
  if self.link.conn:forked() then
    local link = self.link
    link.handlers, link.finished, link.open = {}, {}, 0
    self.pools, self.tickets, self.lost = {}, setmetatable({}, { __mode = "k" }), false
    self.alone = {}
    take_name(self)
    self.script.tickets = {}
    link.state = link.conn:state()
  end
end

---How long a request has to wait for its turn in the shared budget. In the caller's coroutine, which may wait here.
---@param request userdata
---@param options { on_lost: string, urgent: boolean|nil, core: userdata, source: klaviyo.fleet.source }
---@return number|nil seconds  0: go
---@return number|klaviyo.error|nil ends  with 0: until when, on the clock of core.now; with nil: why not at all
function budget:permit(request, options)
  if self.link:is_closed() then
    return 0 -- with the client; its requests have ended
  end
  reset_after_fork(self)
  finish_attempt(self, request)
  local pool, time_left = pool_of(self, request)
  if not pool then
    return 0
  end
  local again = false
  while true do
    local now = core_now()
    local ticket = self.tickets[request]
    if ticket then
      local delay, ends = use(self, pool, ticket, request, now)
      if delay then
        return delay, ends
      end
      again = true
    end
    if request:state() ~= "permit" then
      return 0 -- it ended meanwhile
    elseif self.lost and options.on_lost ~= "wait" then
      self.tickets[request] = nil
      local delay, ends = go_alone(self, pool, request, options)
      if delay or ends then
        return delay, ends
      elseif request:state() ~= "permit" then
        return 0 -- it ended meanwhile
      end
      now = core_now()
    end
    ticket = join(self, pool, request, options, now, again)
    ask(self, pool, now)
    self.link:wake_at(pool:wake(asks_from(self, now)))
    self.link:await(ticket)
    local is_late = ticket.refused or core_now() >= ticket.deadline - MOMENT
    if self.lost and is_late and not self.link:is_closed() then -- the core may have noticed its deadline first
      self.tickets[request] = nil
      return nil, errors.new { kind = "budget", retryable = true,
        message = "the shared budget could not be asked before the deadline: " .. self.lost }
    elseif request:state() ~= "permit" then
      return 0 -- it ended meanwhile, with its client
    elseif ticket.refused then
      self.tickets[request] = nil
      return math.max(ticket.refused, time_left)
    elseif ticket.urgent and ticket.permit then
      pool:overtake(ticket, self.tickets)
    end
  end
end

---A request has ended: what it reported counts, and what it did not use goes back.
---@param request userdata
function budget:done(request)
  finish_attempt(self, request)
  local ticket = self.tickets[request]
  if ticket then
    self.tickets[request] = nil
    ticket.pool:leave(ticket)
    local permit = ticket.generation == ticket.pool.generation and ticket.pool:take(ticket)
    if permit then
      ticket.pool:give_back(permit, core_now())
      self.link:stir()
    end
  end
end

---Until when the permit of a request that has one may be used, on the clock of core.now; nil: no more.
---@param request userdata
---@return number|nil
function budget:still(request)
  local ticket = self.tickets[request]
  local ends = ticket and ticket.good_until
  return ends and ends > core_now() and ends or nil
end

---A client is closed: its callers wait no more, and what it does not need goes back.
---@param core userdata
function budget:close(core)
  local now = core_now()
  for request, ticket in pairs(self.tickets) do
    if ticket.core == core then
      self:done(request)
      ticket.refused = 0
      if ticket.finish then
        ticket:finish()
      end
    end
  end
  for _, pool in pairs(self.pools) do
    if self.link.holders == 1 then
      pool:give_back_spare(now)
    end
    if pool.returned[1] then
      pool.give_at = now
      ask(self, pool, now)
    end
  end
  self.link:stir()
  self.link:release()
end

-- Reading ------------------------------------------------------------------------------------------------------------

local STATUS = "^(%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%-?%d+) (%d+) (%d+)\n(.*)$"

-- What the script `status` says of an operation.
local function read_status(operation, text)
  local numbers = { text:match(STATUS) }
  if not numbers[1] then
    return nil
  end
  local machines = {}
  for machine, count in numbers[11]:gmatch "(%S+) (%d+)" do
    machines[machine] = tonumber(count)
  end
  for i = 1, 10 do
    numbers[i] = math.floor(tonumber(numbers[i]))
  end
  local burst, window, steady, length, near, used, reserved, others, edge, blocked =
    unpack(numbers, 1, 10)
  return { operation = operation, reserved = math.max(0, reserved), others = others, machines = machines,
    burst = { limit = burst, used = near, left = math.max(0, burst - near), seconds = window / 1000 },
    steady = { limit = steady, used = used + others, left = math.max(0, steady - used - others),
      seconds = length / 1000 },
    resets_in = edge > 0 and edge / 1000 or nil, blocked = blocked / 1000 }
end

---What is used and left of an account's windows. In the caller's coroutine.
---@param account string  as request:budget() names it
---@return klaviyo.limits_of_operation[]|nil
---@return string|nil why
function budget:status(account)
  local deadline, list = core_now() + (self.lost and LOOKING or READING), {}
  local prefix = prefix_of(account)
  self.link:retry()
  local names, why = self.script:await("operations", { prefix .. "operations" }, {}, deadline)
  if not names then
    return nil, why
  end
  for name in names:gmatch "[^\n]+" do
    local own = prefix .. name
    local text, problem = self.script:await("status", { own .. ":log", own .. ":free", own .. ":state" }, {}, deadline)
    if not text then
      return nil, problem
    end
    local status = read_status(name, text)
    if not status and text ~= "" then -- empty: nobody has called it lately
      return nil, "Redis cannot be asked: " .. NONSENSE
    end
    list[#list + 1] = status
  end
  table.sort(list, function(a, b)
    return a.operation < b.operation
  end)
  return list
end

-- Of one client ------------------------------------------------------------------------------------------------------

---The budget of a client.
---@param address string
---@param loop table
---@param options { on_lost: string?, ca_file: string? }
---@return klaviyo.fleet.source|nil
---@return string|nil message
function budget.open(address, loop, options)
  local link, message = connection.open(address, loop, options.ca_file)
  if not link then
    return nil, message
  end
  link.budget = link.budget or new(link)
  return sources.new(link.budget, options.on_lost or "local")
end

return budget
