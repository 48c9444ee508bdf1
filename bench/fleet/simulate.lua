-- SPDX-License-Identifier: MIT
--- Up to a thousand machines in virtual time: where the shared budget stops scaling, and what gives.
--
--   simulate.lua [--short]
--
-- Each machine has eight calls under way. `use`: the calls that were accepted, of those that the service would have
-- accepted in that time. `trips`: requests to Redis for each call. `wait`, `longest`: seconds until a call was sent,
-- the mean and the longest; `machine`: the mean wait of the machine that waited most, over the mean of the machines'.
-- `us/trip`: the script's time.
--
-- Redis is a table here: the very text of the script (klaviyo.fleet.script_texts) runs with a redis.call that knows the
-- commands it uses, and whose TIME is the simulation's. The machines are klaviyo.fleet.pool, which takes the time
-- as an argument anyway. The rest is simulated: a network of 1 ms to Redis and of 5 to 60 ms to the service, and the
-- service's fixed windows, whose edges nobody knows.

local pools = require "klaviyo.fleet.pool"
local texts = require "klaviyo.fleet.script_texts"

io.stdout:setvbuf "line" -- who writes it to a file wants to see it as well

local short = arg[1] == "--short"

local now = 0 -- seconds

-- Redis --------------------------------------------------------------------------------------------------------------

-- A sorted set: members by score and name.
local function less(a, b)
  return a.score < b.score or a.score == b.score and a.member < b.member
end

local function place(set, item)
  local low, high = 1, #set.list + 1
  while low < high do
    local middle = (low + high) // 2
    if less(set.list[middle], item) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local commands, store = {}, {}

local function set_of(key)
  store[key] = store[key] or { list = {}, by = {} }
  return store[key]
end

local function remove(set, member)
  local item = set.by[member]
  if item then
    table.remove(set.list, place(set, item))
    set.by[member] = nil
  end
end

local function bound(text)
  return text == "-inf" and -math.huge or text == "+inf" and math.huge or tonumber(text)
end

-- The first place whose score is not below a bound.
local function first_from(set, score)
  return place(set, { score = score, member = "" })
end

function commands.TIME()
  return { ("%d"):format(math.floor(now)), ("%d"):format(math.floor(now % 1 * 1e6)) }
end

function commands.HGET(key, name)
  return (store[key] or {})[name] or false
end

function commands.HSET(key, ...)
  store[key] = store[key] or {}
  local values = { ... }
  for i = 1, #values, 2 do
    store[key][values[i]] = tostring(values[i + 1])
  end
end

function commands.HDEL(key, name)
  store[key][name] = nil
end

function commands.DEL(key)
  store[key] = nil
end

function commands.SADD() end

function commands.PEXPIRE() end

function commands.ZADD(key, score, member)
  local set = set_of(key)
  remove(set, member)
  local item = { score = tonumber(score), member = member }
  table.insert(set.list, place(set, item), item)
  set.by[member] = item
end

function commands.ZCARD(key)
  return #set_of(key).list
end

function commands.ZREM(key, member)
  remove(set_of(key), member)
end

function commands.ZSCORE(key, member)
  local item = set_of(key).by[member]
  return item and ("%.0f"):format(item.score) or false
end

function commands.ZCOUNT(key, from, to)
  local set = set_of(key)
  return first_from(set, bound(to) + 0.5) - first_from(set, bound(from))
end

function commands.ZRANGE(key, from, to, scores)
  local set = set_of(key)
  if from == 0 and to == -1 then
    return commands.ZRANGEBYSCORE(key, "-inf", "+inf")
  end
  local item = set.list[from < 0 and #set.list + 1 + from or from + 1]
  return item and { item.member, scores and ("%.0f"):format(item.score) } or {}
end

function commands.ZRANGEBYSCORE(key, from, to)
  local set, found = set_of(key), {}
  for i = first_from(set, bound(from)), first_from(set, bound(to) + 0.5) - 1 do
    found[#found + 1] = set.list[i].member
  end
  return found
end

function commands.ZREMRANGEBYSCORE(key, from, to)
  local set = set_of(key)
  local first, last = first_from(set, bound(from)), first_from(set, bound(to) + 0.5) - 1
  for i = first, last do
    set.by[set.list[i].member] = nil
  end
  local count, length = last - first + 1, #set.list
  for i = first, count > 0 and length or 0 do
    set.list[i] = set.list[i + count]
  end
end

local here = {} -- channels of the machines that are there

function commands.PUBSUB(_, channel)
  return { channel, here[channel] and 1 or 0 }
end

local function call(name, ...)
  return commands[name](...)
end

local environment = setmetatable({ redis = { call = call, pcall = call } }, { __index = _G })
local script = assert(load(texts.permits, "permits", "t", environment))

local KEYS = { "log", "free", "machines", "state", "operations", "present" }
local script_seconds = 0

local function run_script(arguments)
  environment.KEYS, environment.ARGV = KEYS, arguments
  local began = os.clock()
  local reply = script()
  script_seconds = script_seconds + os.clock() - began
  return reply
end

-- Events -------------------------------------------------------------------------------------------------------------

local heap = {}

local function push(at, fn)
  local i = #heap + 1
  heap[i] = { at = at, fn = fn, number = i }
  while i > 1 and heap[i // 2].at > heap[i].at do
    heap[i], heap[i // 2] = heap[i // 2], heap[i]
    i = i // 2
  end
end

local function pop()
  local first, last = heap[1], table.remove(heap)
  if #heap > 0 then
    heap[1] = last
    local i = 1
    while true do
      local least = i
      for child = 2 * i, 2 * i + 1 do
        if heap[child] and heap[child].at < heap[least].at then
          least = child
        end
      end
      if least == i then
        break
      end
      heap[i], heap[least] = heap[least], heap[i]
      i = least
    end
  end
  return first
end

-- The service --------------------------------------------------------------------------------------------------------

local service

local function count(window, length, most)
  local start = math.floor((now - window.phase) / length)
  if window.start ~= start then
    window.start, window.used = start, 0
  end
  return window.used < most
end

local function serve()
  local rate = service.rate
  local fits = count(service.near, rate.window, rate.burst)
  fits = count(service.long, rate.length, rate.steady) and fits
  if not fits then
    service.refused = service.refused + 1
    return nil
  end
  service.near.used, service.long.used = service.near.used + 1, service.long.used + 1
  service.accepted = service.accepted + 1
  service.first = service.first or now
  local ends = (service.long.start + 1) * rate.length + service.long.phase
  return rate.steady - service.long.used, math.ceil(ends - now)
end

-- Machines -----------------------------------------------------------------------------------------------------------

local asked, waits

local function milliseconds(seconds)
  return ("%.0f"):format(math.max(0, seconds) * 1000)
end

local function ask(machine)
  local pool = machine.pool
  local demand = pool:demand(now)
  if not demand then
    return
  end
  local report = pool.report
  local sent, returned = now, table.concat(pool.returned, ",")
  pool.returned, pool.give_at, pool.report, pool.asking = {}, nil, nil, now
  asked = asked + 1
  local rate = pool.rate
  local arguments = { machine.name, "op", tostring(demand.normal), "0", tostring(pool.assigned),
    tostring(rate.burst), milliseconds(rate.window), tostring(rate.steady), milliseconds(rate.length),
    milliseconds(demand.patience), returned, report and ("%d:%d:%s:%s:%s"):format(report.limit, report.remaining,
      milliseconds(report.reset), milliseconds(now - report.at), report.number) or "", milliseconds(pool.hold_until
      - now), "0", "0" }
  push(now + 0.001, function()
    local reply = run_script(arguments)
    push(now + 0.001, function()
      pool.asking = false
      assert(pool:learn(reply, machine.name, sent, now), reply)
      machine:wake()
    end)
  end)
end

local machine_methods = {}
machine_methods.__index = machine_methods

-- Has the pool looked at now, and when it wants to be.
function machine_methods:wake()
  self.pool:hand_out(now)
  ask(self)
  local at = self.pool:wake(now)
  if at and (not self.alarm or at < self.alarm or self.alarm <= now) then
    self.alarm = at
    push(math.max(at, now + 1e-4), function()
      if self.alarm and self.alarm <= now + 1e-9 then
        self.alarm = nil
        self:wake()
      end
    end)
  end
end

local function respond(machine, permit)
  local remaining, reset = serve()
  push(now + 0.002, function()
    machine.pool:note_done(now)
    if remaining then
      machine.pool:note_report(now, service.rate.steady, remaining, reset, nil, permit.number)
      machine:call()
    else
      machine.pool:note_report(now, nil, nil, nil, 1, permit.number)
      push(now + 1, function() machine:call() end)
    end
    machine:wake()
  end)
end

-- A ticket has got its permit: it leaves when that says.
local function leave(machine, ticket)
  local pool = machine.pool
  push(math.max(now, ticket.permit.leave), function()
    local permit = pool:take(ticket)
    if not permit then
      return
    end
    pool:note_sent(now)
    machine.calls, machine.waited = machine.calls + 1, machine.waited + now - ticket.began
    waits.sum, waits.count, waits.most = waits.sum + now - ticket.began, waits.count + 1,
      math.max(waits.most, now - ticket.began)
    push(now + 0.005 + 0.055 * math.random() ^ 4, function() respond(machine, permit) end)
  end)
end

-- Begins the next call.
function machine_methods:call()
  local ticket = { deadline = now + 36000, began = now, machine = self }
  function ticket.finish(self_)
    if not self_.over then
      self_.over = true
      leave(self_.machine, self_)
    end
  end
  self.pool:join(ticket, now)
  self:wake()
end

-- Runs ---------------------------------------------------------------------------------------------------------------

local RATES = {
  { name = "75/s, 700/min", burst = 75, window = 1, steady = 700, length = 60 },
  { name = "350/s, 3500/min", burst = 350, window = 1, steady = 3500, length = 60 },
  { name = "10/s, 150/min", burst = 10, window = 1, steady = 150, length = 60 },
}

-- How many the service would have accepted at most: as many as fit into each of its windows, as soon as they fit.
local function most_until(ends)
  local rate, at, start, in_window, total = service.rate, service.first, nil, 0, 0
  while at < ends do
    local window = math.floor((at - service.long.phase) / rate.length)
    if window ~= start then
      start, in_window = window, 0
    end
    local fits = math.min(rate.burst, rate.steady - in_window)
    in_window, total = in_window + fits, total + fits
    at = (math.floor((at - service.near.phase) / rate.window + 1e-9) + 1) * rate.window + service.near.phase
  end
  return total
end

local function simulate(rate, machines, concurrency, seconds)
  math.randomseed(1)
  store, heap, asked, waits, script_seconds = {}, {}, 0, { sum = 0, count = 0, most = 0 }, 0
  now = 1e6
  service = { rate = rate, near = { phase = math.random() }, long = { phase = 60 * math.random() }, refused = 0,
    accepted = 0 }
  local list, ends = {}, now + seconds
  for i = 1, machines do
    local machine = setmetatable({ name = ("host%d/%d/abcdef"):format(i, i), pool = pools.new("op", rate),
      calls = 0, waited = 0 }, machine_methods)
    list[i] = machine
    here["klaviyo:here:" .. machine.name] = true
    push(now + math.random(), function()
      for _ = 1, concurrency do
        machine:call()
      end
    end)
  end
  while heap[1] and heap[1].at < ends do
    local event = pop()
    now = event.at
    event.fn()
  end
  local slowest, sum, served = 0, 0, 0
  for _, machine in ipairs(list) do
    if machine.calls > 0 then
      local mean = machine.waited / machine.calls
      slowest, sum, served = math.max(slowest, mean), sum + mean, served + 1
    end
  end
  print(("%-16s %6d %8d %6d %7.1f%% %8.3f %9.1f %9.1f %7.2f %9.0f"):format(rate.name, machines, service.accepted,
    service.refused, 100 * service.accepted / most_until(ends), asked / math.max(1, service.accepted), waits.sum
    / math.max(1, waits.count), waits.most, slowest / math.max(1e-9, sum / served), 1e6 * script_seconds
    / math.max(1, asked)))
end

print(("%-16s %6s %8s %6s %8s %8s %9s %9s %7s %9s"):format("limits", "fleet", "calls", "429", "use", "trips", "wait",
  "longest", "machine", "us/trip"))
for _, rate in ipairs(RATES) do
  for _, machines in ipairs(short and { 8, 100 } or { 8, 32, 100, 300, 1000 }) do
    simulate(rate, machines, 8, short and 120 or 300)
  end
end
