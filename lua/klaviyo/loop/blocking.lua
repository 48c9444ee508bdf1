-- SPDX-License-Identifier: MIT
--- The loop of a program that has none: it waits in poll(2). Coroutines started with `all` wait together.

local core = require "klaviyo.core"
local events = require "klaviyo.events"

local blocking = { name = "blocking" }

local LONGEST = 60 -- seconds in one poll; only a bound, what is due comes earlier
local unpack = table.unpack or unpack

---@class klaviyo.scheduler
---@field ready table[]            tasks to resume, in order
---@field awaiting table           request -> task
---@field clients table            core client -> number of tasks that wait on it
---@field sleeping table           task -> time to wake

-- The scheduler that runs at present, if any, and the task that it has resumed.
local scheduler, current

-- What a program does while this loop waits, and how long it may be kept from it.
local meanwhile, longest = nil, LONGEST

local function wait(seconds, ...)
  core.wait(math.min(seconds, longest), ...)
  if meanwhile then
    meanwhile()
  end
end

---Has a function called between waits: for a program that draws while it waits, or asks whether it is to go on. What
---it raises ends the call that waits.
---@param fn function|nil    nil: no more
---@param seconds? number    how often at least, default 0.1
function blocking.while_waiting(fn, seconds)
  meanwhile, longest = fn, fn and (seconds or 0.1) or LONGEST
end

local function in_task()
  return current and coroutine.running() == current.thread
end

local function needs_attention(request)
  local state = request:state()
  return state == "done" or state == "token" or state == "permit"
end

-- Empties a client's list of what needs attention, and says so to whoever waits for it.
local function collect(client)
  events.drain(client)
  local ok, request = pcall(client.collect, client)
  while ok and request do
    local task = scheduler and scheduler.awaiting[request]
    if task then
      scheduler.awaiting[request] = nil
      table.insert(scheduler.ready, task)
    end
    ok, request = pcall(client.collect, client)
  end
end

function blocking.await(client, request)
  if in_task() then
    scheduler.awaiting[request] = current
    scheduler.clients[client] = (scheduler.clients[client] or 0) + 1
    coroutine.yield()
    scheduler.clients[client] = scheduler.clients[client] > 1 and scheduler.clients[client] - 1 or nil
    return
  end
  while not needs_attention(request) do
    wait(LONGEST, client)
    collect(client)
  end
  collect(client)
end

function blocking.sleep(seconds)
  if in_task() then
    scheduler.sleeping[current] = core.now() + seconds
    coroutine.yield()
    return
  end
  local wake = core.now() + seconds
  while core.now() < wake do
    wait(wake - core.now())
  end
end

local function finish(task, ok, ...)
  if coroutine.status(task.thread) ~= "dead" then
    return
  end
  task.group.results[task.place] = { ok, n = select("#", ...), ... }
  task.group.running = task.group.running - 1
  task.group.start_next()
end

local function resume(task)
  local before = current
  current = task
  finish(task, coroutine.resume(task.thread))
  current = before
end

-- Requests whose client was closed under them are done without being collected.
local function wake_orphans()
  for request, task in pairs(scheduler.awaiting) do
    if request:state() == "done" then
      scheduler.awaiting[request] = nil
      table.insert(scheduler.ready, task)
    end
  end
end

local function wait_for_something()
  local now, wake, clients = core.now(), nil, {}
  for task, time in pairs(scheduler.sleeping) do
    if time <= now then
      scheduler.sleeping[task] = nil
      table.insert(scheduler.ready, task)
    end
    wake = math.min(wake or time, time)
  end
  for client in pairs(scheduler.clients) do
    table.insert(clients, client)
  end
  local span = #scheduler.ready > 0 and 0 or math.max(0, wake and wake - now or LONGEST)
  if not pcall(core.wait, math.min(span, longest), unpack(clients)) then
    wake_orphans()
  end
  for _, client in ipairs(clients) do
    collect(client)
  end
  if meanwhile then
    meanwhile()
  end
end

-- Runs what is ready until the group is complete.
local function run(group)
  while group.running > 0 do
    while #scheduler.ready > 0 do
      local ready = scheduler.ready
      scheduler.ready = {}
      for _, task in ipairs(ready) do
        resume(task)
      end
    end
    if group.running > 0 then
      wait_for_something()
    end
  end
end

function blocking.all(functions, limit)
  local nested, owner = in_task(), scheduler
  scheduler = scheduler or { ready = {}, awaiting = {}, clients = {}, sleeping = {} }
  local group = { results = {}, running = 0 }
  local started = 0
  local parent = nested and current
  function group.start_next()
    if started < #functions then
      started = started + 1
      local task = { thread = coroutine.create(functions[started]), group = group, place = started }
      group.running = group.running + 1
      table.insert(scheduler.ready, task)
    elseif group.running == 0 and parent then
      table.insert(scheduler.ready, parent)
    end
  end
  for _ = 1, math.min(limit, #functions) do
    group.start_next()
  end
  if nested then
    while group.running > 0 do
      coroutine.yield()
    end
  else
    local ok, message = pcall(run, group)
    scheduler = owner
    if not ok then
      error(message, 0)
    end
  end
  return group.results
end

function blocking.spawn(fn, callback)
  callback(fn())
end

function blocking.check()
  return nil
end

return blocking
