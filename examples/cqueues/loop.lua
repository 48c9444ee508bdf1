-- SPDX-License-Identifier: MIT
--- A loop for cqueues; klaviyo/loop/init.lua says what a loop is. Calls wait in coroutines of a controller; a program
--- that begins some outside of it, with a callback or klaviyo.run, sets loop.controller.
local condition, socket = require "cqueues.condition", require "cqueues.socket"
local cqueues, loops = require "cqueues", require "klaviyo.loop"

local loop = { name = "cqueues", sleep = cqueues.sleep }
function loop.check()
  return not select(2, cqueues.running()) and "calls wait in coroutines that a controller of cqueues resumes itself: "
    .. "controller:wrap(function() ... end)" or nil
end

local MODES = { "r", "w", "rw" } -- by what the core wants of a socket: 1 readable, 2 writable, 3 both
-- By core client, while it has something pending. changed: there is more to do; served: requests may have ended;
-- copies: duplicates of its sockets, since cqueues must not find one closed that it watches.
local drivers = {}

local function keep(driver, copies)
  for key, copy in pairs(driver.copies) do
    if not copies[key] then
      copy:close()
    end
  end
  driver.copies = copies
end

-- Waits for the core's sockets and its deadline. Returns what is ready.
local function poll(core, driver)
  local count, sockets = core:sockets()
  local objects, copies = { driver.changed, core:deadline() }, {}
  for i = 1, 3 * count, 3 do
    local fd, what, key = sockets[i], sockets[i + 1], sockets[i] .. " " .. sockets[i + 2]
    copies[key] = driver.copies[key] or socket.dup(fd)
    objects[#objects + 1] = { pollfd = copies[key]:pollfd(), events = MODES[what], fd = fd, what = what }
  end
  keep(driver, copies)
  return { cqueues.poll((table.unpack or unpack)(objects)) }
end

local function drive(core, driver)
  while drivers[core] == driver and core:pending() > 0 do
    for _, object in ipairs(poll(core, driver)) do
      if type(object) == "table" and object.fd and drivers[core] == driver then
        core:ready(object.fd, object.what)
      end
    end
    if drivers[core] == driver then
      core:tick()
      loops.collect(core, function() end)
    end
    driver.served:signal()
    for _, other in pairs(drivers) do
      other.changed:signal() -- the account's budget may have room for its requests now
    end
  end
  drivers[core] = drivers[core] ~= driver and drivers[core] or nil
end

function loop.spawn(fn, done)
  return (cqueues.running() or loop.controller):wrap(function() done(fn()) end)
end

function loop.submitted(core)
  core:tick()
  if not drivers[core] then
    local driver = { served = condition.new(), copies = {}, changed = condition.new() }
    drivers[core] = driver
    loop.spawn(function() drive(core, driver) end, function() keep(driver, {}) end)
  end
  drivers[core].changed:signal()
end

function loop.await(core, request)
  loop.submitted(core)
  local driver = drivers[core]
  while not loops.needs_attention(request) do
    driver.served:wait()
  end
end

function loop.closed(core)
  local driver = drivers[core]
  drivers[core] = nil
  return driver and driver.changed:signal()
end

function loop.waiter()
  local woken, changed = false, condition.new()
  local function wait(_, seconds)
    local was_woken = woken or changed:wait(seconds) and woken
    woken = false
    return was_woken
  end
  return { wait = wait, wake = function()
    woken = true
    changed:signal()
  end }
end

return loop
