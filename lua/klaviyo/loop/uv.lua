-- SPDX-License-Identifier: MIT
--- The loop of libuv: Neovim's own (vim.loop), or luv's in plain Lua. The caller's coroutine yields and is resumed from
--- the loop. In Neovim it is resumed through vim.schedule, so that the whole API may be used after a call as before it;
--- the same holds for on_event, token functions and callbacks.

local common = require "klaviyo.loop.common"
local core_now, new_relay = require("klaviyo.core").now, require("klaviyo.core").relay
local events = require "klaviyo.model.events"
local raised_values = require "klaviyo.model.raised"
local group = require "klaviyo.loop.group"

local vim = rawget(_G, "vim")
local found, luv = true, vim and vim.loop
if not luv then
  local thread, main = coroutine.running()
  if not package.loaded.luv and thread and not main then
    error('loop "uv": write require "luv" at the beginning of the program: luv calls its callbacks in the coroutine '
      .. "that it was loaded in, and that must not be one that ends", 0)
  end
  found, luv = pcall(require, "luv")
end
if not found then
  error('loop "uv" needs Neovim or the module luv (luarocks install luv)', 0)
end

local uv = { name = "uv" }

local needs_attention = common.needs_attention

local SLICE = 0.0003 -- seconds of work in one iteration of the loop, to leave time for the host's timers and sockets

---@class klaviyo.loop.uv.driver
---@field core userdata
---@field awaiting table<userdata, thread>  request -> the coroutine that waits for it
---@field polls table<integer, table>       descriptor -> its handle, mode and serial
---@field timer userdata                    for the core's deadline
---@field idle userdata                     for one that has come already
---@field sockets integer[]                 filled by the core, used again and again
---@field round integer

-- By core client, and only while it has something pending: a client that rests has no handle in the loop.
---@type table<userdata, klaviyo.loop.uv.driver>
local drivers = {}

-- Resuming -----------------------------------------------------------------------------------------------------------

-- Coroutines to resume, in order: ready[first] to ready[last].
local ready, first, last = {}, 1, 0

-- The coroutine that was resumed last and has not yielded.
local current

-- Core clients with events for their observers, and errors to raise in Neovim's main loop.
local observed, reports = {}, {}

-- due: there is work of these kinds. scheduled, turning: a call of flush is on its way through Neovim, or in the loop's
-- next iteration. inside: we are on the stack and will see to it.
local due, scheduled, turning, inside = false, false, false, false

-- When we began to work in this iteration of the loop, and the handle that is called at its end.
local turn_began, turn_end

local function watch_turns()
  turn_began = nil
  turn_end = luv.new_check()
  turn_end:start(function()
    turn_began = nil
  end)
end

-- Whether we may go on in this iteration of the loop.
local function has_time()
  local now = core_now()
  turn_began = turn_began or now
  return now - turn_began < SLICE
end

-- Called when a coroutine of this loop raises.
local owners = setmetatable({}, { __mode = "k" })

local end_waits

-- Returns true and the value if the coroutine raised one and has no owner.
local function resume(thread)
  local status = coroutine.status(thread)
  if status == "dead" then
    end_waits() -- it was closed while it waited, and somebody may wait for it
  end
  if status ~= "suspended" then
    return false
  end
  local outer = current
  current = thread
  local ok, message = coroutine.resume(thread)
  current = outer
  if not ok and owners[thread] then
    owners[thread](message)
    return false
  end
  return not ok, message
end

local function drain_events()
  while observed[1] do
    local cores = observed
    observed = {}
    for _, core in ipairs(cores) do
      events.drain(core)
    end
  end
end

-- Resumes coroutines that are ready, for a slice of time. What they raise goes to `raised`, as text.
local function resume_some(raised)
  local began = core_now()
  repeat
    local thread = ready[first]
    if thread then
      ready[first] = nil
      first = first + 1
      local failed, message = resume(thread)
      if failed then
        raised[#raised + 1] = debug.traceback(thread, raised_values.text(message))
      end
    end
  until not ready[first] or core_now() - began > SLICE
  if first > last then
    first, last = 1, 0
  end
end

local next_turn

local function flush()
  inside, scheduled = true, false
  drain_events()
  local raised = reports
  reports = {}
  resume_some(raised)
  inside, due = false, last > 0 or observed[1] ~= nil or reports[1] ~= nil
  if due then
    next_turn()
  end
  if raised[1] then
    error(table.concat(raised, "\n"), 0)
  end
end

-- Has flush called from the loop, where everything is allowed: Neovim allows little in a callback of libuv's.
local function schedule()
  if not scheduled then
    scheduled = true
    vim.schedule(flush)
  end
end

-- By an idle handle, which is called after the timers and sockets of the host. A timer will not do: one that is set to
-- 0 from a timer's callback is called in the same iteration, before all others, again and again.
function next_turn()
  if turning then
    return
  end
  turning = true
  local idle = luv.new_idle()
  idle:start(function()
    idle:close()
    turning = false
    if vim then
      schedule()
    else
      flush()
    end
  end)
end

local function soon()
  if not due then
    due = true
    if not inside then
      next_turn()
    end
  end
end

local function wake(thread)
  last = last + 1
  ready[last] = thread
  soon()
end

-- A callback for libuv.
local function callback(fn, ...)
  local a, b = ...
  return function(...)
    inside = true
    local ok, message = pcall(fn, a, b, ...)
    inside = false
    if due and vim then
      schedule()
    elseif due and has_time() then
      flush()
    elseif due then
      next_turn()
    end
    if not ok then
      error(message, 0)
    end
  end
end

-- Driving a client ---------------------------------------------------------------------------------------------------

local READABLE, WRITABLE, BROKEN = 1, 2, 4
local MODES = { "r", "w", "rw" }

local function drop(poll)
  poll.handle:stop()
  poll.handle:close()
  if poll.relay then
    poll.relay:close()
  end
end

local function end_driver(driver)
  drivers[driver.core] = nil
  for _, poll in pairs(driver.polls) do
    drop(poll)
  end
  driver.polls = {}
  driver.timer:close()
  driver.idle:close()
  if not next(drivers) then
    turn_end:close()
    turn_began = nil
  end
end

local on_ready, on_relay, on_time

-- Has the loop watch what the core wants watched. A socket that is gone is let go of before another one of the same
-- number is taken up: libuv knows them by number alone.
local function watch_sockets(driver)
  local count, sockets = driver.core:sockets(driver.sockets)
  local polls, round = driver.polls, driver.round + 1
  driver.round = round
  for i = 1, 3 * count, 3 do
    local poll = polls[sockets[i]]
    if poll and poll.serial == sockets[i + 2] then
      poll.round = round
    end
  end
  for fd, poll in pairs(polls) do
    if poll.round ~= round then
      drop(poll)
      polls[fd] = nil
    end
  end
  for i = 1, 3 * count, 3 do
    local fd, mode, serial = sockets[i], sockets[i + 1], sockets[i + 2]
    local poll = polls[fd]
    if not poll then
      local relay = new_relay(fd) -- luv prints the errors of sockets that it watches
      local watched = relay and relay:descriptor() or fd
      poll = { handle = luv.new_poll(watched), relay = relay, serial = serial, round = round }
      polls[fd] = poll
      if relay then
        poll.handle:start("r", callback(on_relay, driver, fd))
      end
    end
    if poll.mode ~= mode then
      poll.mode = mode
      if poll.relay then
        poll.relay:want(mode)
      else
        poll.handle:start(MODES[mode], callback(on_ready, driver, fd))
      end
    end
  end
end

-- For all clients: a response to one may make room for another one in the account's budget.
local function watch_clocks()
  for core, driver in pairs(drivers) do
    local delay = core:deadline()
    driver.timer:stop()
    driver.idle:stop()
    if delay == 0 then
      driver.idle:start(driver.on_time)
    elseif delay then
      driver.timer:start(math.ceil(delay * 1000), 0, driver.on_time)
    end
  end
end

local function collect(driver)
  local request = driver.core:collect()
  while request do
    local thread = driver.awaiting[request]
    if thread then
      driver.awaiting[request] = nil
      wake(thread)
    end
    request = driver.core:collect()
  end
  if events.observed(driver.core) then
    observed[#observed + 1] = driver.core
    soon()
  end
end

-- After the core has done something: wakes callers, and has the loop watch what is to be watched now.
local function update(driver)
  collect(driver)
  if driver.core:pending() == 0 then
    end_driver(driver)
  else
    watch_sockets(driver)
  end
  watch_clocks()
end

function on_time(driver)
  if drivers[driver.core] == driver then
    driver.core:tick()
    update(driver)
  end
end

function on_relay(driver, fd)
  local poll = driver.polls[fd]
  local happened = has_time() and poll and drivers[driver.core] == driver and poll.relay:ready() or 0
  if happened > 0 then
    driver.core:ready(fd, happened)
    update(driver)
  end
end

function on_ready(driver, fd, err, what)
  -- Sockets that do not fit into this iteration are still ready in the next one, and reported again; libuv stops to
  -- watch one that has an error, and reports that once.
  local poll = driver.polls[fd]
  if err and poll then
    poll.mode = nil
  end
  if (err or has_time()) and drivers[driver.core] == driver then
    driver.core:ready(fd, err and BROKEN or (what:find "r" and READABLE or 0) + (what:find "w" and WRITABLE or 0))
    update(driver)
  end
end

local function driver_of(core)
  local driver = drivers[core]
  if not driver then
    if not next(drivers) then
      watch_turns()
    end
    driver = { core = core, awaiting = {}, polls = {}, sockets = {}, round = 0, timer = luv.new_timer(),
      idle = luv.new_idle() }
    driver.on_time = callback(on_time, driver)
    drivers[core] = driver
  end
  return driver
end

-- The seam -----------------------------------------------------------------------------------------------------------

function uv.submitted(core)
  if core:pending() > 0 then
    core:tick()
    update(driver_of(core))
  end
end

function uv.await(core, request)
  local thread = coroutine.running()
  if not needs_attention(request) then
    local driver = driver_of(core)
    core:tick()
    update(driver)
    if not needs_attention(request) then
      driver.awaiting[request] = thread
    end
  end
  -- A server nearby may respond to call after call at once: leave time for the host then too. And what follows a call
  -- may use all of Neovim's API.
  if needs_attention(request) and (not has_time() or vim and vim.in_fast_event()) then
    wake(thread)
    coroutine.yield()
  end
  while not needs_attention(request) do
    coroutine.yield() -- in a loop, because somebody else may resume us as well
  end
end

local waiter = {}
waiter.__index = waiter

-- Those that are being waited for.
local waiters = {}

-- Resumes the caller once: afterwards it may yield for reasons of its own.
local function end_wait(self)
  local thread = self.thread
  if thread then
    self.thread, waiters[self] = nil, nil
    self.timer:close()
    wake(thread)
  end
end

function end_waits()
  for other in pairs(waiters) do
    end_wait(other)
  end
end

function waiter:wait(seconds)
  if not self.woken then
    self.thread, self.timer, waiters[self] = coroutine.running(), luv.new_timer(), true
    self.timer:start(math.ceil(seconds * 1000), 0, callback(end_wait, self))
    while self.thread do
      coroutine.yield()
    end
  end
  local woken = self.woken
  self.woken = false
  return woken
end

function waiter:wake()
  self.woken = true
  end_wait(self)
end

function uv.waiter()
  return setmetatable({ woken = false }, waiter)
end

function uv.sleep(seconds)
  local wake_time, pause = core_now() + seconds, uv.waiter()
  repeat
    pause:wait(math.max(0, wake_time - core_now()))
  until core_now() >= wake_time
end

uv.caller, uv.gone = common.caller, common.gone

function uv.closed(core)
  local driver = drivers[core]
  if driver then
    end_driver(driver)
    for _, thread in pairs(driver.awaiting) do
      wake(thread)
    end
  end
end

---The function begins at once, so that a mistake in its arguments is raised at the caller's line; `done` is called from
---the loop, after `spawn` has returned.
---@param fn function
---@param done fun(...)
function uv.spawn(fn, done)
  local returned = false
  local function finish(...)
    if not returned then
      wake((coroutine.running()))
    end
    while not returned do
      coroutine.yield()
    end
    return done(...)
  end
  local thread = coroutine.create(function()
    return finish(fn())
  end)
  local failed, message = resume(thread)
  returned = true
  if failed and type(message) == "string" and not message:find "^[^\n]-:%d+: " then
    require "klaviyo.model.blame"(message) -- the line of the call is not in the coroutine
  elseif failed then
    error(type(message) == "string" and debug.traceback(thread, message) or message, 0)
  end
end

function uv.all(functions, limit)
  local parent, waiting = coroutine.running(), false
  local results, over = group.begin(functions, limit, function(thread, failed)
    owners[thread] = failed
    wake(thread)
  end, function()
    if waiting then
      wake(parent)
    end
  end)
  waiting = true
  while not over() do
    coroutine.yield()
  end
  return results
end

local WHERE = vim and "Neovim would stand still" or "the event loop would stand still"

-- Whether the coroutine that runs was called by the one that the loop resumed, as a function of coroutine.wrap with a
-- name: the caller would take our yield for the end of an iterator. A nameless call, coroutine.wrap(fn)(), starts a
-- coroutine and expects no value.
local function is_generator(thread)
  local call = current and current ~= thread and coroutine.status(current) == "normal"
    and debug.getinfo(current, 0, "nf")
  if not call or not call.name then
    return false
  end
  local _, wrapped = debug.getupvalue(call.func, 1)
  return wrapped == thread
end

function uv.check()
  local thread, main = coroutine.running()
  if not thread or main then
    return WHERE .. " while this call waits: put it into klaviyo.run(function() ... end), or any coroutine, or give it "
      .. "a function as last argument, which gets the result"
  elseif is_generator(thread) then
    return "this coroutine is called like an iterator (coroutine.wrap), and its caller would take the wait for an end: "
      .. "make the call outside of it, or start the coroutine with klaviyo.run"
  end
end

-- Raises an error in the main loop of Neovim, which shows it and goes on. A program with luv would end by it.
---@param message string
function uv.report(message)
  if vim then
    reports[#reports + 1] = message
    soon()
  else
    common.report(message)
  end
end

return uv
