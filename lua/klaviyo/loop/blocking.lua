-- SPDX-License-Identifier: MIT
--- The loop of a program that has none: it waits in poll(2). Coroutines started with `all` wait together.

local core = require "klaviyo.core"
local events = require "klaviyo.model.events"
local group = require "klaviyo.loop.group"

local blocking = { name = "blocking" }

local LONGEST = 60 -- seconds in one poll; only a bound, what is due comes earlier
local unpack = table.unpack or unpack

---@class klaviyo.loop.blocking.task
---@field thread thread
---@field failed fun(message: any)
---@field client userdata|false     whose request it waits for

---@class klaviyo.loop.blocking.scheduler
---@field ready klaviyo.loop.blocking.task[]  to resume, from `first` to `last`
---@field first integer
---@field last integer
---@field awaiting table<userdata, klaviyo.loop.blocking.task>  by request
---@field clients table<userdata, integer>    core client -> number of tasks that wait on it
---@field sleeping table<klaviyo.loop.blocking.task, number>    time to wake

-- What the program does while this loop waits, and how long it may be kept from it.
local meanwhile, longest = nil, LONGEST

local function wait(seconds, ...)
  core.wait(seconds < longest and seconds or longest, ...)
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

-- Plain Lua 5.1 cannot yield inside a pcall, an iterator or a metamethod, so no task yields there: one that waits runs
-- the others on top of itself, up to this depth.
local YIELDS = coroutine.status((function()
  local thread = coroutine.create(function()
    pcall(coroutine.yield)
  end)
  coroutine.resume(thread)
  return thread
end)()) == "suspended"
local DEEPEST = 32

-- The scheduler that runs at present, if any, the task that it has resumed, and how many stand on top of each other.
local scheduler, current, depth = nil, nil, 0

local function new_scheduler()
  return { ready = {}, first = 1, last = 0, awaiting = {}, clients = {}, sleeping = {} }
end

-- What changes here and below may find no memory: a table grows before anything counts on it.
local function make_ready(task)
  scheduler.ready[scheduler.last + 1] = task
  scheduler.last = scheduler.last + 1
end

-- The next task to resume, unless too many stand on top of each other already.
local function next_ready()
  if scheduler.first > scheduler.last or depth >= DEEPEST then
    return nil
  end
  local task = scheduler.ready[scheduler.first]
  scheduler.ready[scheduler.first] = nil
  scheduler.first = scheduler.first + 1
  return task
end

local function in_task()
  return current and coroutine.running() == current.thread
end

local function needs_attention(request)
  local state = request:state()
  return state == "done" or state == "token" or state == "permit"
end

local function start_waiting(task, client, request)
  local clients = scheduler.clients
  scheduler.awaiting[request] = task
  clients[client] = (clients[client] or 0) + 1
  task.client = client
end

local function stop_waiting(task, request)
  local clients, client = scheduler.clients, task.client
  scheduler.awaiting[request], task.client = nil, false
  if client then
    clients[client] = clients[client] > 1 and clients[client] - 1 or nil
  end
end

-- Lets the task go on that waits for a request, if one does.
local function serve(request)
  local task = scheduler and scheduler.awaiting[request]
  if task then
    stop_waiting(task, request)
    if YIELDS then
      make_ready(task)
    end
  end
end

-- Empties a client's list of what needs attention.
local function collect(client)
  events.drain(client)
  local request = client:collect()
  while request do
    serve(request)
    request = client:collect()
  end
end

local run

-- Lets other tasks go on until it is over.
local function give_way(over)
  if not YIELDS then
    local task = current
    run(over)
    current = task
  end
  while not over() do
    coroutine.yield()
  end
end

function blocking.await(client, request)
  if not in_task() then
    while not needs_attention(request) do
      wait(LONGEST, client)
      collect(client)
    end
    return
  end
  if not needs_attention(request) then
    start_waiting(current, client, request)
  end
  give_way(function()
    return needs_attention(request)
  end)
end

function blocking.submitted(client)
  client:tick()
end

function blocking.sleep(seconds)
  local wake = core.now() + seconds
  local function over()
    return core.now() >= wake
  end
  if in_task() then
    scheduler.sleeping[current] = wake
    give_way(over)
  end
  while not over() do
    wait(wake - core.now())
  end
end

function blocking.closed(client)
  for request, task in pairs(scheduler and scheduler.awaiting or {}) do
    if task.client == client then
      serve(request)
    end
  end
end

-- A task that failed while it was about to wait does not wait.
local function forget(task)
  scheduler.sleeping[task] = nil
  for request, waiting in pairs(scheduler.awaiting) do
    if waiting == task then
      stop_waiting(task, request)
    end
  end
end

local function resume(task)
  local before = current
  current, depth = task, depth + 1
  local ok, message = coroutine.resume(task.thread)
  current, depth = before, depth - 1
  if not ok then
    forget(task)
    task.failed(message)
  end
end

-- Lets those go on whose time has come. Returns whether there were any, and when the next one's comes.
local function wake_sleepers()
  local now, woken, first = core.now(), false, nil
  for task, wake in pairs(scheduler.sleeping) do
    if wake <= now then
      scheduler.sleeping[task], woken = nil, true
      if YIELDS then
        make_ready(task)
      end
    elseif not first or wake < first then
      first = wake
    end
  end
  return woken, first
end

local function wait_for_something()
  local woken, wake = wake_sleepers()
  if woken then
    return
  elseif not wake and not next(scheduler.clients) then
    error("all: the functions that have not returned wait for something else than a call of this library (a bare "
      .. "coroutine.yield?), and nothing is left that could resume them", 0)
  end
  local clients = {}
  for client in pairs(scheduler.clients) do
    table.insert(clients, client)
  end
  wait(wake and wake - core.now() or LONGEST, unpack(clients))
  for _, client in ipairs(clients) do
    collect(client)
  end
end

-- Resumes who is ready, and waits, until it is over.
function run(over)
  while not over() do
    local task = next_ready()
    if task then
      resume(task)
    else
      wait_for_something()
    end
  end
end

function blocking.all(functions, limit)
  local owner, parent, waiting = scheduler, in_task() and current, false
  scheduler = scheduler or new_scheduler()
  local ok, results, over = pcall(group.begin, functions, limit, function(thread, failed)
    make_ready { thread = thread, failed = failed, client = false }
  end, function()
    if waiting then
      make_ready(parent)
    end
  end)
  if not ok then -- without memory; who comes next must not find a scheduler that nobody runs
    scheduler = owner
    error(results, 0)
  end
  if parent then
    waiting = YIELDS
    give_way(over)
    return results
  end
  local message
  ok, message = pcall(run, over)
  scheduler = owner
  if not ok then
    error(message, 0)
  end
  return results
end

function blocking.spawn(fn, callback)
  callback(fn())
end

function blocking.check()
  return nil
end

return blocking
