-- SPDX-License-Identifier: MIT
--- The loop of nginx with its Lua module: the caller's light thread waits on a semaphore.
--
-- ngx_lua can wait only for sockets that it made itself. So a thread of the core watches libcurl's (core.watch), and
-- one light thread in a timer, the pump, drives all clients of the worker: it waits in a cosocket for a byte from that
-- thread, lets the core do what is due, and wakes callers. It runs while something is pending, and a moment longer.

local common = require "klaviyo.loop.common"
local core = require "klaviyo.core"
local events = require "klaviyo.model.events"
local raised_values = require "klaviyo.model.raised"
local semaphore = require "ngx.semaphore"
local shared = require "klaviyo.loop.shared"

local nginx = { name = "nginx" }

local needs_attention = common.needs_attention

local unpack = table.unpack or unpack

local SLICE = 0.0003     -- seconds of work before nginx may serve others
local LINGER = 1         -- seconds the pump stays for the next request
local LOOK_AROUND = 0.25 -- seconds between two looks for light threads that were killed while they waited
local RECEIVE = 60000    -- milliseconds; the byte comes sooner
local FOREVER = 1000     -- seconds in a semaphore, within what nginx takes; a caller that wakes too early waits again
local PATIENCE = 1       -- seconds until a caller looks whether the pump has begun, or whether the worker is to quit

---@class klaviyo.loop.nginx.entry
---@field awaiting table<userdata, klaviyo.loop.nginx.wait>  by request

-- Core clients that have something pending.
---@type table<userdata, klaviyo.loop.nginx.entry>
local active = {}

-- The pump. thread: its coroutine, while it runs; watch: the core's watch, while it waits for a byte; kicked: one is on
-- its way; looked: when it last looked for killed callers; woken: callers woken since it last waited; cost: seconds
-- that a caller works once it is woken, a recent mean.
local pump = { running = false, thread = nil, watch = nil, kicked = false, looked = 0, woken = 0, cost = 0 }

-- Budgets shared between workers -------------------------------------------------------------------------------------

---@class klaviyo.loop.nginx.slot
---@field dict table
---@field name string
---@field leave number
---@field number? integer  nil: none was taken

-- Slots of requests that have not left yet.
---@type table<userdata, klaviyo.loop.nginx.slot>
local slots = setmetatable({}, { __mode = "k" })

-- Slots to give back later, since giving back may have to wait for a lock, and a caller of release_slot may not wait.
local unused = {}

local function release_slot(request)
  local slot = slots[request]
  if slot then
    slots[request] = nil
    unused[#unused + 1] = slot.number and slot or nil
  end
end

local function give_back()
  while unused[1] do
    local slot = table.remove(unused)
    shared.give(slot.dict, slot.name, slot.number, slot.leave, core.now(), ngx.sleep)
  end
end

-- Waiting ------------------------------------------------------------------------------------------------------------

---@class klaviyo.loop.nginx.wait
---@field semaphore table
---@field posts integer        how often the semaphore was posted and not yet waited for
---@field client? userdata     with request: what it waits for
---@field request? userdata
---@field waiter? boolean      woken when any other caller is killed

---@class klaviyo.loop.nginx.caller  a light thread, or a coroutine in one
---@field wait? klaviyo.loop.nginx.wait  while it waits
---@field killed boolean

-- nginx may run another light thread in the coroutine of one that was killed, so the coroutine cannot stand for it.
---@type table<thread, klaviyo.loop.nginx.caller>
local callers = setmetatable({}, { __mode = "k" })

-- Callers that wait.
---@type table<klaviyo.loop.nginx.caller, boolean>
local waiting = {}

-- How many of them are waiters.
local waiters = 0

local function new_wait(fields)
  fields.semaphore, fields.posts = semaphore.new(0), 0
  return fields
end

local function post(wait)
  wait.posts = wait.posts + 1
  wait.semaphore:post(1)
end

-- Killing a light thread (ngx.thread.kill, or the end of its request) takes it out of the queue of its semaphore, and
-- nobody is called.
local function was_killed(caller)
  local wait = caller.wait
  return wait ~= nil and wait.semaphore:count() >= wait.posts
end

local function end_wait(caller)
  waiters = waiters - (caller.wait.waiter and 1 or 0)
  caller.wait, waiting[caller] = nil, nil
end

local function cancel_abandoned(wait)
  local entry = active[wait.client]
  if entry and entry.awaiting[wait.request] == wait then
    entry.awaiting[wait.request] = nil
  end
  wait.request:cancel "the light thread that waited for it was killed"
  release_slot(wait.request)
end

-- The request that the caller waited for is in tables: the variables of a coroutine that was killed cannot be read.
local function bury(caller)
  local wait = caller.wait
  end_wait(caller)
  caller.killed = true
  if wait.request then
    cancel_abandoned(wait)
  end
  for other in pairs(waiting) do
    if other.wait.waiter and other.wait.posts == 0 then
      post(other.wait)
    end
  end
end

local function bury_killed()
  local killed = {}
  for caller in pairs(waiting) do
    killed[#killed + 1] = was_killed(caller) and caller or nil
  end
  for _, caller in ipairs(killed) do
    if caller.wait then
      bury(caller)
    end
  end
end

---A value that stands for the coroutine that runs, for `gone`.
---@return klaviyo.loop.nginx.caller
function nginx.caller()
  local thread = common.caller()
  local caller = callers[thread]
  if caller and caller.wait then
    bury(caller) -- its coroutine runs something else already
  elseif caller then
    return caller
  end
  caller = { killed = false }
  callers[thread] = caller
  return caller
end

---Whether a caller was killed while it waited.
---@param caller klaviyo.loop.nginx.caller
---@return boolean
function nginx.gone(caller)
  if was_killed(caller) then
    bury(caller)
  end
  return caller.killed
end

-- Waits until the semaphore is posted or so many seconds have passed.
local function suspend(wait, seconds)
  local caller = nginx.caller()
  caller.wait, waiting[caller] = wait, true
  waiters = waiters + (wait.waiter and 1 or 0)
  local woken = wait.semaphore:wait(math.min(seconds, FOREVER))
  end_wait(caller)
  if woken then
    wait.posts = wait.posts - 1
  end
  return woken
end

-- Driving ------------------------------------------------------------------------------------------------------------

local function wake_caller(entry, request)
  local wait = entry.awaiting[request]
  if wait then
    entry.awaiting[request] = nil
    pump.woken = pump.woken + 1
    post(wait)
  end
end

-- Whether one more caller may be woken before nginx serves others: those that are woken work once the pump waits.
local function has_time()
  return pump.woken == 0 or (pump.woken + 1) * pump.cost < SLICE
end

-- Wakes the callers of requests that need attention. The client's observer may close it.
local function collect(client, entry)
  events.drain(client)
  local request = active[client] == entry and has_time() and client:collect()
  while request do
    wake_caller(entry, request)
    request = has_time() and client:collect()
  end
  if active[client] == entry and client:pending() == 0 then
    active[client] = nil
  end
end

-- Waits of light threads that have worked for a slice of time, and go on once nginx has served others.
local resting = {}

local function wake_resting()
  local list = resting
  resting = {}
  for _, wait in ipairs(list) do
    pump.woken = pump.woken + 1
    post(wait)
  end
end

local function look_around()
  local now = core.now()
  if now - pump.looked >= LOOK_AROUND then
    pump.looked = now
    bury_killed()
  end
end

local function clients()
  local list = {}
  for client in pairs(active) do
    list[#list + 1] = client
  end
  return list
end

-- Lets the core do what is ready and due. Returns whether there is more to do, or a caller was woken and may ask for
-- more.
local function drive(watch)
  local list, more = clients(), nil
  if watch then
    more = watch:drive(SLICE, unpack(list))
  else
    pump.woken = 0
    core.wait(0, unpack(list))
  end
  for _, client in ipairs(list) do
    local entry = active[client]
    if entry then
      collect(client, entry)
      more = more or active[client] == entry and client:deadline() == 0
    end
  end
  return more or pump.woken > 0
end

-- Measures the work of the callers that were woken: the pump waited for the byte that it had written itself.
local function measure_cost(waited)
  if pump.kicked and pump.woken > 0 then
    pump.cost = (pump.cost + waited / pump.woken) / 2
  end
  pump.kicked, pump.woken = false, 0
end

-- Ends everything that is pending, where there is no way to wait for it.
local function give_up(message)
  for client, entry in pairs(active) do
    for request in pairs(entry.awaiting) do
      request:cancel(message)
      wake_caller(entry, request)
    end
    active[client] = nil
  end
end

-- The pump -----------------------------------------------------------------------------------------------------------

local function connect()
  local watch, err = core.watch()
  if not watch then
    error(err.message, 0)
  end
  local socket = ngx.socket.tcp()
  socket:settimeout(RECEIVE)
  local connected, why = socket:connect("unix:" .. watch:path())
  if not connected then
    error("nginx could not connect to " .. watch:path() .. ": " .. why, 0)
  end
  local begun, failure = watch:begin()
  if not begun then
    error(failure.message, 0)
  end
  return watch, socket
end

local function wait_for_byte(watch, socket)
  pump.watch = watch
  local bytes, err = socket:receiveany(64)
  pump.watch = nil
  if not bytes and err ~= "timeout" then
    error("the connection to the core's thread broke: " .. tostring(err), 0)
  end
end

local function run()
  local watch, socket = connect()
  local lingers, waited = false, 0
  while true do
    measure_cost(waited)
    wake_resting()
    look_around()
    give_back()
    if drive(watch) then
      pump.kicked = true
      watch:kick() -- nginx serves others before it reads this; ngx.sleep(0) may return before it has
    elseif next(active) or waiters > 0 then
      lingers = false
      watch:arm(LOOK_AROUND, unpack(clients()))
    elseif lingers or ngx.worker.exiting() then
      break
    else
      lingers = true
      watch:arm(LINGER)
    end
    local began = core.now()
    wait_for_byte(watch, socket)
    waited = core.now() - began
  end
  socket:close()
  watch:close()
end

local function run_safely()
  if pump.thread then
    return
  end
  pump.thread = coroutine.running()
  local ok, message = pcall(run)
  pump.running, pump.thread, pump.watch = false, nil, nil
  if not ok then
    ngx.log(ngx.ERR, "klaviyo: ", message)
    give_up(tostring(message))
  end
end

-- Has the pump see to what is new.
local function stir()
  if not pump.running then
    local started, why = ngx.timer.at(0, run_safely)
    if not started then
      give_up("nginx has no timer for it (" .. why .. "; see lua_max_pending_timers)")
    end
    pump.running = started
  elseif pump.watch and not pump.kicked then
    pump.kicked = true
    pump.watch:kick()
  end
end

local function rest()
  local wait = new_wait {}
  resting[#resting + 1] = wait
  stir()
  suspend(wait, PATIENCE)
end

local function activate(client)
  local entry = active[client]
  if not entry then
    entry = { awaiting = {} }
    active[client] = entry
  end
  return entry
end

-- The seam -----------------------------------------------------------------------------------------------------------

function nginx.submitted(client)
  if client:pending() > 0 then
    activate(client)
    stir()
  end
end

local function wait_for(client, request)
  local wait = new_wait { client = client, request = request }
  activate(client).awaiting[request] = wait
  stir()
  while not needs_attention(request) do
    local woken = suspend(wait, pump.thread and FOREVER or PATIENCE)
    if not woken and not pump.thread then
      -- nginx silently drops a timer when lua_max_running_timers run already: ask again, and meanwhile let time pass
      -- for the requests.
      pump.running = false
      stir()
      drive()
    end
  end
end

function nginx.await(client, request)
  if not needs_attention(request) then
    wait_for(client, request)
  end
  if slots[request] and request:state() == "done" then
    release_slot(request) -- it ended before its turn came
    stir()
  end
end

local waiter = {}
waiter.__index = waiter

function waiter:wait(seconds)
  if self.waiting.posts == 0 then
    stir() -- the pump looks for callers that were killed
  end
  return suspend(self.waiting, seconds) == true
end

function waiter:wake()
  if self.waiting.posts == 0 then
    post(self.waiting)
  end
end

function nginx.waiter()
  return setmetatable({ waiting = new_wait { waiter = true } }, waiter)
end

---@param seconds number
---@param quits? boolean  end early when the worker quits
---@return boolean|nil         false: it ended early
function nginx.sleep(seconds, quits)
  if seconds < 0.001 then
    ngx.sleep(seconds)
    return nil
  end
  local wake_time, time_left = core.now() + seconds, seconds
  while time_left >= 0.001 do
    if quits and ngx.worker.exiting() then
      return false
    end
    suspend(new_wait {}, quits and math.min(time_left, PATIENCE) or time_left)
    time_left = wake_time - core.now()
  end
end

function nginx.closed(client)
  local entry = active[client]
  if entry then
    active[client] = nil
    for request in pairs(entry.awaiting) do
      wake_caller(entry, request)
    end
  end
end

local function pack(...)
  return { n = select("#", ...), ... }
end

-- The state stands in a table, see bury.
local function work(all)
  while all.taken < #all.functions do
    all.taken = all.taken + 1
    local index = all.taken
    all.results[index] = pack(pcall(all.functions[index]))
  end
end

-- The caller's own light thread works too, so that one function at a time needs no other.
function nginx.all(functions, limit)
  local all = { functions = functions, results = {}, taken = 0 }
  local threads, began = {}, core.now()
  for i = 1, math.min(limit, #functions) - 1 do
    threads[i] = ngx.thread.spawn(work, all)
    if core.now() - began > SLICE then
      rest()
      began = core.now()
    end
  end
  work(all)
  for _, thread in ipairs(threads) do
    ngx.thread.wait(thread)
  end
  return all.results
end

local function call(fn, done)
  done(fn())
end

function nginx.spawn(fn, done)
  if not nginx.check() then
    call(fn, done)
    return
  end
  local started, why = ngx.timer.at(0, function()
    local ok, raised = pcall(call, fn, done)
    if not ok then
      error(raised_values.text(raised), 0) -- of anything but a string, nginx's log says "unknown reason"
    end
  end)
  if not started then
    error("run: nginx has no timer for it (" .. why .. "; see lua_max_pending_timers)", 0)
  end
end

---Reports an error that no caller can be given: in nginx's error log.
---@param message string
function nginx.report(message)
  ngx.log(ngx.ERR, message)
end

-- The phases in which ngx_lua lets a light thread wait.
local CAN_WAIT = { rewrite = true, server_rewrite = true, access = true, content = true, timer = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true, preread = true }

function nginx.check()
  local phase = ngx.get_phase()
  if phase == "init" then
    return "nothing can be called in init_by_lua, where there is no worker yet: make the client there, and call it in "
      .. "init_worker_by_lua inside klaviyo.run(function() ... end), or when a request comes"
  elseif pump.thread and coroutine.running() == pump.thread then
    return "on_event is called from nginx's event loop and cannot wait: start a timer, ngx.timer.at(0, ...)"
  elseif not CAN_WAIT[phase] then
    return ("nothing can wait in nginx's %s phase: put the call into klaviyo.run(function() ... end), which runs it in "
      .. "a timer, or into access_by_lua or content_by_lua"):format(phase)
  end
end

---Whether budgets can be shared as the option says; else a sentence.
---@param limits { shdict: string }
---@return string|nil
function nginx.refuse_limits(limits)
  if not ngx.shared[limits.shdict] then
    return ("limits.shdict names no dictionary %q: add \"lua_shared_dict %s 1m;\" to the http block of nginx.conf")
      :format(limits.shdict, limits.shdict)
  end
end

local function take_slot(request, dict)
  bury_killed()
  give_back()
  local burst, burst_window, steady, steady_window, name, time_left, hold = request:budget()
  if not burst then
    return nil
  end
  local slot = { dict = dict, name = "klaviyo:" .. name }
  slot.leave, slot.number = shared.take(dict, slot.name, { burst = burst, burst_window = burst_window, steady = steady,
    steady_window = steady_window, hold = hold }, time_left, core.now(), ngx.sleep)
  return slot
end

---How long a request has to wait for its turn in the shared budget.
---@param request userdata
---@param limits { shdict: string }
---@return number seconds  0: go
function nginx.permit(_, request, limits)
  local slot = slots[request]
  if not slot then
    slot = take_slot(request, ngx.shared[limits.shdict])
    if not slot then
      return 0
    end
    slots[request] = slot
  end
  local now = core.now()
  if slot.leave <= now then
    slots[request] = nil
    return 0
  end
  return slot.leave - now
end

return nginx
