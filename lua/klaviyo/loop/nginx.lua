-- SPDX-License-Identifier: MIT
--- The loop of nginx with its Lua module: the caller's light thread waits on a semaphore.
--
-- ngx_lua can wait for sockets of its own making alone. So the core has a thread that watches libcurl's (core.watch),
-- and one light thread in a timer, the pump, drives all clients of the worker: it waits in a cosocket for the watch's
-- byte, lets the core do what is due, and wakes who is served. It runs while something is pending, and a moment longer.

local core = require "klaviyo.core"
local events = require "klaviyo.model.events"
local semaphore = require "ngx.semaphore"
local shared = require "klaviyo.loop.shared"

local nginx = { name = "nginx" }

local unpack = table.unpack or unpack

local SLICE = 0.0003     -- seconds of work until nginx gets a turn in between
local LINGER = 1         -- seconds the pump stays for the next request
local LOOK_AROUND = 1    -- seconds between two looks for requests that nobody waits for any more
local LONGEST = 5        -- seconds in one wait, so that these looks happen
local RECEIVE = 60000    -- milliseconds; the watch's bytes come sooner
local FOREVER = 1000     -- seconds in a semaphore; who wakes up too early goes on waiting
local PATIENCE = 1       -- seconds until a waiter looks after a pump that has not begun

---@class klaviyo.loop.nginx.entry
---@field awaiting table<userdata, table>  request -> semaphore of who waits for it

-- Core clients that have something pending.
---@type table<userdata, klaviyo.loop.nginx.entry>
local active = {}

-- The pump. thread: its coroutine, while it runs; watch: while it waits there; kicked: a byte is on its way; served:
-- how many since it waited; cost: seconds that the work of one who is served takes, lately.
local pump = { running = false, thread = nil, watch = nil, kicked = false, looked = 0, served = 0, cost = 0 }

local function needs_attention(request)
  local state = request:state()
  return state == "done" or state == "token" or state == "permit"
end

-- Driving ------------------------------------------------------------------------------------------------------------

local function serve(entry, request)
  local waiter = entry.awaiting[request]
  if waiter then
    entry.awaiting[request] = nil
    pump.served = pump.served + 1
    waiter:post(1)
  end
end

-- Whether a further one may be served before nginx gets its turn: who is served works as soon as the pump waits.
local function has_time()
  return pump.served == 0 or (pump.served + 1) * pump.cost < SLICE
end

-- Serves from a client's list of what needs attention; what its observer does may close it.
local function collect(client, entry)
  events.drain(client)
  local request = active[client] == entry and has_time() and client:collect()
  while request do
    serve(entry, request)
    request = has_time() and client:collect()
  end
  if active[client] == entry and client:pending() == 0 then
    active[client] = nil
  end
end

-- A light thread may be killed while it waits (its client went away): its semaphore has no waiter then.
local function cancel_abandoned(entry)
  for request, waiter in pairs(entry.awaiting) do
    if waiter:count() >= 0 then
      entry.awaiting[request] = nil
      request:cancel "nobody waits for it any more"
    end
  end
end

-- Light threads that have worked for a slice of time, and go on once nginx has had its turn: their semaphores.
local resting = {}

local function wake_resting()
  local list = resting
  resting = {}
  for _, waiter in ipairs(list) do
    pump.served = pump.served + 1
    waiter:post(1)
  end
end

local function look_around()
  local now = core.now()
  if now - pump.looked >= LOOK_AROUND then
    pump.looked = now
    for _, entry in pairs(active) do
      cancel_abandoned(entry)
    end
  end
end

local function clients()
  local list = {}
  for client in pairs(active) do
    list[#list + 1] = client
  end
  return list
end

-- Lets the core do what is ready and due. True: something is left, or who was served may ask for more.
local function drive(watch)
  local list, more = clients(), nil
  if watch then
    more = watch:drive(SLICE, unpack(list))
  else
    pump.served = 0
    core.wait(0, unpack(list))
  end
  for _, client in ipairs(list) do
    local entry = active[client]
    if entry then
      collect(client, entry)
      more = more or active[client] == entry and client:deadline() == 0
    end
  end
  return more or pump.served > 0
end

-- What those cost who were served when the pump last waited for its own byte.
local function reckon(waited)
  if pump.kicked and pump.served > 0 then
    pump.cost = (pump.cost + waited / pump.served) / 2
  end
  pump.kicked, pump.served = false, 0
end

-- Ends everything that is pending: there is nothing to wait with.
local function give_up(message)
  for client, entry in pairs(active) do
    for request in pairs(entry.awaiting) do
      request:cancel(message)
      serve(entry, request)
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
    error("the connection to the watch broke: " .. tostring(err), 0)
  end
end

local function run()
  local watch, socket = connect()
  local lingers, waited = false, 0
  while true do
    reckon(waited)
    wake_resting()
    look_around()
    if drive(watch) then
      pump.kicked = true
      watch:kick() -- nginx takes its turn until it reads this; ngx.sleep(0) may come back before it did
    elseif next(active) then
      lingers = false
      watch:arm(LONGEST, unpack(clients()))
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

-- Has the pump look at what is new.
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
  local waiter = semaphore.new(0)
  resting[#resting + 1] = waiter
  stir()
  waiter:wait(PATIENCE)
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

function nginx.await(client, request)
  if needs_attention(request) then
    return
  end
  local waiter = semaphore.new(0)
  activate(client).awaiting[request] = waiter
  stir()
  while not needs_attention(request) do
    local woken = waiter:wait(pump.thread and FOREVER or PATIENCE)
    if not woken and not pump.thread then
      -- nginx drops a timer without a word when lua_max_running_timers run already: we ask again, and meanwhile see to
      -- it that time goes on for the requests
      pump.running = false
      stir()
      drive()
    end
  end
end

function nginx.sleep(seconds)
  ngx.sleep(seconds)
end

function nginx.closed(client)
  local entry = active[client]
  if entry then
    active[client] = nil
    for request in pairs(entry.awaiting) do
      serve(entry, request)
    end
  end
end

local function pack(...)
  return { n = select("#", ...), ... }
end

-- The caller's own light thread works too, so that one function at a time needs no other.
function nginx.all(functions, limit)
  local results, taken = {}, 0
  local function work()
    while taken < #functions do
      taken = taken + 1
      local place = taken
      results[place] = pack(pcall(functions[place]))
    end
  end
  local threads, began = {}, core.now()
  for i = 1, math.min(limit, #functions) - 1 do
    threads[i] = ngx.thread.spawn(work)
    if core.now() - began > SLICE then
      rest()
      began = core.now()
    end
  end
  work()
  for _, thread in ipairs(threads) do
    ngx.thread.wait(thread)
  end
  return results
end

function nginx.spawn(fn, done)
  if not nginx.check() then
    done(fn())
    return
  end
  local started, why = ngx.timer.at(0, function()
    done(fn())
  end)
  if not started then
    error("run: nginx has no timer for it (" .. why .. "; see lua_max_pending_timers)", 0)
  end
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

-- Budgets shared between workers -------------------------------------------------------------------------------------

-- request -> its time to leave, from the first answer to the one that lets it go.
local leaving = setmetatable({}, { __mode = "k" })

---Whether budgets can be shared as the option says; else a sentence.
---@param limits { shdict: string }
---@return string|nil
function nginx.refuse_limits(limits)
  if not ngx.shared[limits.shdict] then
    return ("limits.shdict names no dictionary %q: add \"lua_shared_dict %s 1m;\" to the http block of nginx.conf")
      :format(limits.shdict, limits.shdict)
  end
end

---@param request userdata
---@param limits { shdict: string }
---@return number seconds  0: go
function nginx.permit(_, request, limits)
  local now = core.now()
  local leave = leaving[request]
  if not leave then
    local burst, burst_window, steady, steady_window, name, left, hold = request:budget()
    if not burst then
      return 0
    end
    leave = shared.take(ngx.shared[limits.shdict], "klaviyo:" .. name, { burst = burst, burst_window = burst_window,
      steady = steady, steady_window = steady_window, hold = hold }, left, now, ngx.sleep)
    leaving[request] = leave
  end
  if leave <= now then
    leaving[request] = nil
    return 0
  end
  return leave - now
end

return nginx
