-- SPDX-License-Identifier: MIT
--- The permits of one operation in this process: who waits, what is held, when to ask Redis for more, and what may go
--- out while Redis is gone. Pure: the time comes as an argument, and nothing here knows the connection.

local pool = {}
pool.__index = pool

---@class klaviyo.fleet.rate  seconds
---@field burst integer
---@field window number
---@field steady integer
---@field length number

---@class klaviyo.fleet.permit
---@field member string    its name in Redis
---@field leave number     when its request may leave, on the clock of core.now
---@field latest number    until when it may leave
---@field urgent? boolean

---@class klaviyo.fleet.pool
---@field name string
---@field rate klaviyo.fleet.rate
---@field waiting klaviyo.fleet.ticket[]  without a permit; urgent ones first
---@field spare klaviyo.fleet.permit[]    held and nobody's
---@field assigned integer                permits of tickets that have not left
---@field promised table<klaviyo.fleet.ticket, boolean>  those tickets
---@field returned string[]               members to give back
---@field sent number[]                   when requests left, those of the last steady window
---@field asking number|false             when it was asked, while no reply has come
---@field alone_sent number[]             those of them that had no permit, since Redis was asked last
---@field fleet? integer                 machines before Redis was lost
---@field generation integer             of permits; those of an earlier one are void
---@field ask_at number
---@field busy_until number               when Redis had the next permit, as it last said
---@field give_at? number
---@field active integer                  machines, as Redis last said
---@field share number                    permits that this machine may hold
---@field early? number                   Redis' clock to ours: at least so much
---@field late? number                    at most so much
---@field under_way integer               requests that have left and not come back
---@field arrived integer                 calls that came since Redis was asked last
---@field arrived_before integer          and between the two times before
---@field quiet_at number                 when the last of them came back
---@field report? table                   what the service reported last
---@field hold_until number               Retry-After of a 429
---@field left? { count: number, at: number, ends: number }  of the steady window, as last known

local LATE = 0.2       -- of the burst window: how late a permit may be used
local LEAST = 0.02     -- of it, in any case: otherwise a slow Redis would give none
local SLACK = 0.3      -- of it, between two windows' worth of requests
local MOST = 256       -- permits in one request to Redis
local GATHER = 0.05    -- of the burst window: for how long the first of those who come waits for others
local MOMENT = 0.005   -- seconds between two requests to Redis, at least
local IDLE = 0.25      -- seconds until what nobody wants is given back
local OPEN = 0.9       -- of the burst, in the share of a machine without Redis: urgent calls have the rest

---@param name string
---@param rate klaviyo.fleet.rate
---@return klaviyo.fleet.pool
function pool.new(name, rate)
  return setmetatable({ name = name, rate = rate, waiting = {}, spare = {}, assigned = 0, promised = {},
    returned = {}, sent = {}, alone_sent = {}, asking = false, ask_at = 0, busy_until = 0, active = 1,
    share = math.huge, hold_until = 0, generation = 0, under_way = 0,
    arrived = 0, arrived_before = 0, quiet_at = 0 }, pool)
end

---Adds a ticket to those that wait; urgent ones come first, and one that has waited before goes ahead of its kind.
---Where the budget is used up, the first that comes waits for others a moment, so that they ask together; and those
---that come while something is held wait until it has left, as long as they are fewer.
---@param ticket klaviyo.fleet.ticket
---@param now number
---@param again? boolean
function pool:join(ticket, now, again)
  if not self.waiting[1] and not ticket.urgent and now < self.busy_until then
    self.ask_at = math.max(self.ask_at, now + GATHER * self.rate.window)
  end
  local at = 1
  while self.waiting[at] and (self.waiting[at].urgent and not ticket.urgent
    or not again and (self.waiting[at].urgent or false) == (ticket.urgent or false)) do
    at = at + 1
  end
  table.insert(self.waiting, at, ticket)
  self.arrived = self.arrived + (again and 0 or 1)
  if #self.waiting > self.assigned and self.share >= 2 * self.assigned and not self.probing then
    self.ask_at = math.min(self.ask_at, now + GATHER * self.rate.window)
  end
end

---Removes a ticket from those that wait.
---@param ticket klaviyo.fleet.ticket
function pool:leave(ticket)
  for i, other in ipairs(self.waiting) do
    if other == ticket then
      table.remove(self.waiting, i)
      return
    end
  end
end

---Gives a permit back.
---@param permit klaviyo.fleet.permit
---@param now number
function pool:give_back(permit, now)
  self.returned[#self.returned + 1] = permit.member
  self.give_at = self.give_at or now + IDLE
end

---Takes the permit of a ticket away, if it has one.
---@param ticket klaviyo.fleet.ticket
---@return klaviyo.fleet.permit|nil
function pool:take(ticket)
  local permit = ticket.permit
  if permit then
    ticket.permit, self.promised[ticket] = nil, nil
    self.assigned = self.assigned - 1
  end
  return permit
end

local function assign(self, ticket, permit)
  ticket.permit, ticket.generation = permit, self.generation
  self.promised[ticket] = true
  self.assigned = self.assigned + 1
end

---Gives back what nobody has a use for: no call waits, and none is under way that another could follow.
---@param now number
function pool:give_back_spare(now)
  while self.spare[1] do
    self:give_back(table.remove(self.spare), now)
  end
  self.give_at = self.returned[1] and now
end

-- When the permits that wait for calls to come go back.
local function spare_until(self)
  local quiet = self.under_way + self.assigned == 0 and self.quiet_at + IDLE or math.huge
  return math.min(self.spare[1].latest, quiet)
end

---Hands out what is held. Tickets that have a permit, or for which it comes after their deadline, are done.
---@param now number
function pool:hand_out(now)
  while self.spare[1] do
    local permit, ticket = self.spare[1], self.waiting[1]
    if permit.latest <= now then
      self:give_back(table.remove(self.spare, 1), now)
    elseif not ticket then
      if spare_until(self) <= now then
        self:give_back_spare(now)
      end
      break
    else
      table.remove(self.waiting, 1)
      if permit.leave < ticket.deadline then
        assign(self, ticket, table.remove(self.spare, 1))
      else
        ticket.refused = permit.leave - now
      end
      ticket:finish()
    end
  end
end

---Takes back the permits of tickets that nobody will use: their request has ended, since its caller was killed, or
---their time has passed.
---@param now number
---@param has_ended fun(ticket: klaviyo.fleet.ticket): boolean
function pool:reap(now, has_ended)
  for ticket in pairs(self.promised) do
    if ticket.permit.latest <= now or has_ended(ticket) then
      self:give_back(self:take(ticket), now)
    end
  end
end

---An urgent ticket changes its permit for the first one that was promised to another ticket; that one gets the next,
---and so on. Nobody leaves earlier than promised, so that nobody who waits has to be woken.
---@param ticket klaviyo.fleet.ticket
---@param others table<any, klaviyo.fleet.ticket>
function pool:overtake(ticket, others)
  local list = {}
  for _, other in pairs(others) do
    if other.pool == self and other.permit and not other.urgent and other.generation == self.generation
      and other.permit.leave < ticket.permit.leave then
      list[#list + 1] = other
    end
  end
  table.sort(list, function(a, b)
    return a.permit.leave < b.permit.leave
  end)
  list[#list + 1] = ticket
  local first = list[1].permit
  for i = 1, #list - 1 do
    list[i].permit = list[i + 1].permit
  end
  ticket.permit = first
end

-- Learns how Redis' clock stands to ours. Its time of the reply lies between asking and reading; the intersection of
-- many such spans is narrow, however slow a single reply is.
local function learn_clock(self, theirs, asked, now)
  local early, late = asked - theirs, now - theirs
  if self.early and early <= self.late and late >= self.early and now - self.learned < 60 then
    self.early, self.late = math.max(self.early, early), math.min(self.late, late)
  else
    self.early, self.late, self.learned = early, late, now
  end
end

local function add_permits(self, text, machine, theirs, urgent)
  local window = self.rate.window
  for number, offset in text:gmatch "(%d+)@(%-?%d+)" do
    local at = theirs + tonumber(offset) / 1000
    local leave = at + self.late
    self.spare[#self.spare + 1] = { member = number .. ":" .. machine .. (urgent and "!" or ""), number = number,
      leave = leave, latest = math.max(at + self.early + LATE * window, leave + LEAST * window) }
  end
end

local REPLY = "^(%d+) (%d+) (%d+) (%d+) (%-?%d+) ([01]) (%d+) (%d+) %[([%d@,%-]*)%] %[([%d@,%-]*)%]$"

-- When so much of what is promised has left: 0.75, say.
local function when_left(self, part)
  local leaves = {}
  for ticket in pairs(self.promised) do
    leaves[#leaves + 1] = ticket.permit.leave
  end
  for _, permit in ipairs(self.spare) do
    leaves[#leaves + 1] = permit.leave
  end
  table.sort(leaves)
  return leaves[math.ceil(part * #leaves)]
end

-- When to ask again. Where the budget is used up, once all that is held has left: those that wait meanwhile then ask
-- together, and their permits have to wait anyway. Where it is not, a little before that. Those that wait with nothing
-- held got nothing because nothing is known yet.
local function next_ask(self, now, next_in)
  local window = self.rate.window
  local at = not self.probing and when_left(self, self.free and 0.75 or 1)
  if at and (self.waiting[1] or not self.free) then
    return math.max(at, now) + MOMENT
  elseif self.waiting[1] then
    return now + math.max(0.02, window / 4)
  end
  return now + math.min(4 * window, math.max(0, next_in) * 0.75)
end

---Takes the reply of Redis.
---@param text string
---@param machine string
---@param asked number  when it was asked
---@param now number
---@return boolean  false: it makes no sense
function pool:learn(text, machine, asked, now)
  local base, theirs, active, share, next_in, probing, left, ends, normal, urgent = text:match(REPLY)
  if not base then
    return false
  end
  self.arrived, self.arrived_before = 0, self.arrived
  theirs, next_in = tonumber(theirs) / 1000, tonumber(next_in) / 1000
  if self.base and self.base ~= base then
    self:forget() -- Redis has lost its data: what it promised before, it does not know
  end
  self.base, self.probing = base, probing == "1"
  self.active, self.share = tonumber(active), tonumber(share)
  learn_clock(self, theirs, asked, now)
  self.left = { count = tonumber(left), at = now, ends = now + tonumber(ends) / 1000 }
  add_permits(self, urgent, machine, theirs, true)
  add_permits(self, normal, machine, theirs)
  table.sort(self.spare, function(a, b)
    return a.leave < b.leave
  end)
  self:hand_out(now)
  self:refuse_late(now, now + next_in)
  self.free = next_in <= LATE * self.rate.window and not self.probing
  self.ask_at, self.busy_until = next_ask(self, now, next_in), now + next_in
  return true
end

---Ends the waiting of those whose deadline comes before any permit.
---@param now number
---@param next_at number
function pool:refuse_late(now, next_at)
  for i = #self.waiting, 1, -1 do
    if self.waiting[i].deadline <= next_at then
      local ticket = table.remove(self.waiting, i)
      ticket.refused = next_at - now
      ticket:finish()
    end
  end
end

---Forgets all permits: Redis does not know them any more.
function pool:forget()
  self.generation = self.generation + 1
  self.spare, self.assigned, self.promised, self.returned, self.give_at = {}, 0, {}, {}, nil
  self.early, self.late, self.report, self.base = nil, nil, nil, nil
end

-- How many requests have left within so many seconds.
local function sent_within(self, seconds, now)
  local count = 0
  for i = #self.sent, 1, -1 do
    if self.sent[i] <= now - seconds then
      break
    end
    count = count + 1
  end
  return count
end

---What to ask Redis for; nil: nothing, now.
---@param now number
---@param force? boolean  ask in any case
---@return { normal: integer, urgent: integer, patience: number }|nil
function pool:demand(now, force)
  if self.asking then
    return nil
  end
  local normal, urgent, patience = 0, 0, 0
  for _, ticket in ipairs(self.waiting) do
    normal, urgent = normal + (ticket.urgent and 0 or 1), urgent + (ticket.urgent and 1 or 0)
    patience = math.max(patience, ticket.deadline - now)
  end
  local must_tell = self.report and self.report.urgent or self.give_at and self.give_at <= now
  local may_ask = normal + urgent > 0 and (urgent > 0 or self.ask_at <= now)
  if not may_ask and not must_tell and not force then
    return nil
  end
  if may_ask then -- callers that make one call after the other will come again
    normal = normal + (self.free and math.floor(LATE * sent_within(self, self.rate.window, now))
      or math.min(self.under_way, math.max(self.arrived, self.arrived_before)))
  end
  if not may_ask then
    normal, urgent = 0, 0
  end
  return { normal = math.min(normal, MOST), urgent = math.min(urgent, MOST), patience = patience }
end

---How many requests have left lately that Redis knows nothing of. It is reported once.
---@param now number
---@return integer
function pool:strays(now)
  local count = 0
  for _, at in ipairs(self.alone_sent) do
    count = count + (at > now - (1 + SLACK) * self.rate.window and 1 or 0)
  end
  self.alone_sent = {}
  return count
end

---When `demand` is to be asked again at the latest; nil: not at all.
---@param asks_from? number  from when on Redis can be asked; nil: it cannot
---@return number|nil
function pool:wake(asks_from)
  local at
  if asks_from and not self.asking then
    at = self.give_at and math.max(self.give_at, asks_from)
    at = self.waiting[1] and math.min(at or math.huge, math.max(self.ask_at, asks_from)) or at
  end
  for _, ticket in ipairs(self.waiting) do
    at = math.min(at or math.huge, ticket.deadline)
  end
  return self.spare[1] and math.min(at or math.huge, spare_until(self)) or at
end

---Notes that a request leaves.
---@param now number
function pool:note_sent(now)
  self.sent[#self.sent + 1] = now
  self.under_way = self.under_way + 1
  if #self.sent > 2 * self.rate.steady then
    local kept = {}
    for _, at in ipairs(self.sent) do
      kept[#kept + 1] = at > now - self.rate.length - self.rate.window and at or nil
    end
    self.sent = kept
  end
end

---Notes that a request has come back, or will not leave after all.
---@param now number
function pool:note_done(now)
  self.under_way, self.quiet_at = math.max(0, self.under_way - 1), now
end

---Notes what the service reported.
---@param now number
---@param limit? integer
---@param remaining? integer
---@param reset? number        seconds
---@param retry_after? number  seconds, of a 429
---@param number? string       of the permit that the request had
function pool:note_report(now, limit, remaining, reset, retry_after, number)
  if retry_after then
    self.hold_until = math.max(self.hold_until, now + math.min(retry_after, 600))
  end
  local urgent = retry_after ~= nil or self.probing or false
  if number and not retry_after then
    self.report = { limit = limit or -1, remaining = remaining or -1, reset = reset or -1, at = now, number = number,
      urgent = urgent }
  elseif urgent then
    self.report = self.report or { limit = -1, remaining = -1, reset = -1, at = now, number = "0" }
    self.report.urgent = true
  end
  if remaining and reset then
    self.left = { count = remaining, at = now, ends = now + reset + self.rate.length / 60 }
  end
end

local function nth_from_end(list, n)
  return list[#list - n + 1] or -math.huge
end

-- When a machine may send, if all of them share a window of so many evenly.
local function after_share(self, allowed, machines, length)
  local own = math.floor(allowed / machines)
  if own >= 1 then
    return nth_from_end(self.sent, own) + length
  end
  return nth_from_end(self.sent, 1) + length * machines / math.max(1, allowed)
end

---When a request may leave without Redis: in this machine's share of the budget, by the machines last seen.
---@param now number
---@param urgent? boolean
---@return number
function pool:alone(now, urgent)
  local rate, machines = self.rate, math.max(1, self.active)
  local slack = SLACK * rate.window
  local at = math.max(now, self.hold_until,
    after_share(self, urgent and rate.burst or OPEN * rate.burst, machines, rate.window + slack),
    after_share(self, rate.steady, machines, rate.length + slack))
  local left = self.left
  if left and now < left.ends then
    local used = sent_within(self, now - left.at, now)
    if used >= math.floor(left.count / machines) then
      at = math.max(at, left.ends)
    end
  end
  return at
end

return pool
