-- SPDX-License-Identifier: MIT
--- The loop of a program that has none: it waits in poll(2). Functions given to `all` run in coroutines of a scheduler
--- here, and wait together.

local common = require "klaviyo.loop.common"
local core = require "klaviyo.core"
local events = require "klaviyo.model.events"

local blocking = { name = "blocking" }

local needs_attention = common.needs_attention

local LONGEST = 60 -- seconds in one poll; only a bound, since the poll ends earlier when anything is due
local unpack = table.unpack or unpack

---@class klaviyo.loop.blocking.task
---@field thread thread
---@field scheduler klaviyo.loop.blocking.scheduler
---@field failed fun(message: any)
---@field client userdata|false     the client whose request it waits for

---@class klaviyo.loop.blocking.scheduler
---@field ready klaviyo.loop.blocking.task[]  to resume, from `first` to `last`
---@field first integer
---@field last integer
---@field clients table<userdata, integer>    core client -> number of tasks that wait on it
---@field sleeping table<klaviyo.loop.blocking.task, number>    time to wake

-- The program's function between two waits, and the longest time in seconds until it is called again.
local meanwhile, longest = nil, LONGEST

local function wait(seconds, ...)
  core.wait(seconds < longest and seconds or longest, ...)
  if meanwhile then
    for i = 1, select("#", ...) do -- it may end the call, and the observer must have heard what was sent by then
      events.drain((select(i, ...)))
    end
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

-- The task that was resumed last and has not yielded.
---@type klaviyo.loop.blocking.task|nil
local current

-- Tasks that wait, by request.
---@type table<userdata, klaviyo.loop.blocking.task>
local awaiting = {}

local function new_scheduler()
  return { ready = {}, first = 1, last = 0, clients = {}, sleeping = {} }
end

-- Any table write here and below may run out of memory: the list grows before anything counts on it.
local function make_ready(task)
  local scheduler = task.scheduler
  scheduler.ready[scheduler.last + 1] = task
  scheduler.last = scheduler.last + 1
end

local function next_ready(scheduler)
  if scheduler.first > scheduler.last then
    return nil
  end
  local task = scheduler.ready[scheduler.first]
  scheduler.ready[scheduler.first] = nil
  scheduler.first = scheduler.first + 1
  return task
end

-- A coroutine that a task has made for itself is no task: whoever resumed it would take our yield for a value of its
-- own, so it blocks instead.
local function in_task()
  return current and coroutine.running() == current.thread
end

-- The scheduler of the task that runs, or that runs the coroutine we are in. In an nginx worker `current` may belong to
-- a request that is suspended.
local function present_scheduler()
  return current and (in_task() or coroutine.status(current.thread) == "normal") and current.scheduler or nil
end

local function start_waiting(task, client, request)
  local clients = task.scheduler.clients
  awaiting[request] = task
  clients[client] = (clients[client] or 0) + 1
  task.client = client
end

local function stop_waiting(task, request)
  local clients, client = task.scheduler.clients, task.client
  awaiting[request], task.client = nil, false
  if client then
    clients[client] = clients[client] > 1 and clients[client] - 1 or nil
  end
end

-- Makes the task ready that waits for a request, if there is one.
local function serve(request)
  local task = awaiting[request]
  if task then
    stop_waiting(task, request)
    make_ready(task)
  end
end

function blocking.await(client, request)
  if not in_task() then
    while not needs_attention(request) do
      wait(LONGEST, client)
      common.collect(client, serve)
    end
    return
  end
  if not needs_attention(request) then
    start_waiting(current, client, request)
  end
  while not needs_attention(request) do
    coroutine.yield()
  end
end

function blocking.submitted(client)
  client:tick()
end

-- Waits until `over`, or until a time on core.now's clock.
local function pause(wake_time, over)
  if in_task() and not over() then
    current.scheduler.sleeping[current] = wake_time
    while not over() do
      coroutine.yield()
    end
  end
  while not over() do
    wait(wake_time - core.now())
  end
end

function blocking.sleep(seconds)
  local wake_time = core.now() + seconds
  pause(wake_time, function()
    return core.now() >= wake_time
  end)
end

local waiter = {}
waiter.__index = waiter

function waiter:wait(seconds)
  local wake_time = core.now() + seconds
  self.task = in_task() and current
  pause(wake_time, function()
    return self.woken or core.now() >= wake_time
  end)
  local woken = self.woken
  self.woken, self.task = false, false
  return woken
end

function waiter:wake()
  local task = self.task
  self.woken = true
  if task and task.scheduler.sleeping[task] then
    make_ready(task)
    task.scheduler.sleeping[task] = nil
  end
end

function blocking.waiter()
  return setmetatable({ woken = false, task = false }, waiter)
end

blocking.caller, blocking.gone = common.caller, common.gone

function blocking.closed(client)
  for request, task in pairs(awaiting) do
    if task.client == client then
      serve(request)
    end
  end
end

-- A task that failed while it was about to wait does not wait.
local function forget(task)
  task.scheduler.sleeping[task] = nil
  for request, waiting in pairs(awaiting) do
    if waiting == task then
      stop_waiting(task, request)
    end
  end
end

local function resume(task)
  local before = current -- `all` in a coroutine of a task's own resumes other tasks from inside that task
  current = task
  local ok, message = coroutine.resume(task.thread)
  current = before
  if not ok then
    forget(task)
    task.failed(message)
  end
end

-- Makes those ready whose time has come. Returns whether there were any, and when the next one's comes.
local function wake_sleepers(scheduler)
  local now, woken, first = core.now(), false, nil
  for task, wake_time in pairs(scheduler.sleeping) do
    if wake_time <= now then
      make_ready(task)
      scheduler.sleeping[task], woken = nil, true
    elseif not first or wake_time < first then
      first = wake_time
    end
  end
  return woken, first
end

local function wait_for_something(scheduler)
  local woken, wake_time = wake_sleepers(scheduler)
  if woken then
    return
  elseif not wake_time and not next(scheduler.clients) then
    error("all: the functions that have not returned wait for something other than a call of this library (a bare "
      .. "coroutine.yield?), and nothing is left that could resume them", 0)
  end
  local clients = {}
  for client in pairs(scheduler.clients) do
    table.insert(clients, client)
  end
  wait(wake_time and wake_time - core.now() or LONGEST, unpack(clients))
  for _, client in ipairs(clients) do
    common.collect(client, serve)
  end
end

-- Resumes tasks that are ready, and waits, until it is over.
local function run(scheduler, over)
  while not over() do
    local task = next_ready(scheduler)
    if task then
      resume(task)
    else
      wait_for_something(scheduler)
    end
  end
end

-- The tasks of an abandoned scheduler are not resumed.
local function abandon(scheduler)
  for request, task in pairs(awaiting) do
    if task.scheduler == scheduler then
      awaiting[request] = nil
    end
  end
end

function blocking.all(functions, limit)
  local outer, parent, waiting = present_scheduler(), in_task() and current, false
  local scheduler = outer or new_scheduler()
  local results, over = require("klaviyo.loop.group").begin(functions, limit, function(thread, failed)
    make_ready { thread = thread, scheduler = scheduler, failed = failed, client = false }
  end, function()
    if waiting then
      make_ready(parent)
    end
  end)
  if parent then
    waiting = true
    while not over() do
      coroutine.yield()
    end
    return results
  end
  local ok, message = pcall(run, scheduler, over)
  if not ok then
    if not outer then
      abandon(scheduler)
    end
    error(message, 0)
  end
  return results
end

function blocking.spawn(fn, callback)
  callback(fn())
end

blocking.report = common.report

function blocking.check()
  return nil
end

return blocking
