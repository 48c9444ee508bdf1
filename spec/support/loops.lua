-- SPDX-License-Identifier: MIT
--- The loops that this process has, and a way to run a function where calls may wait.

local klaviyo = require "klaviyo"

local loops = {}

local vim, ngx = rawget(_G, "vim"), rawget(_G, "ngx")
local has_luv, luv = pcall(require, "luv")
if vim then
  has_luv, luv = true, vim.loop
end

-- The example of a loop that a program brings, in a controller that lasts.
local custom, controller, cqueues = nil, nil, nil
if not vim and not ngx then
  local has_cqueues
  has_cqueues, cqueues = pcall(require, "cqueues")
  if has_cqueues then
    controller = cqueues.new()
    custom = setmetatable(dofile "examples/cqueues/loop.lua", { __tostring = function()
      return "cqueues"
    end })
    custom.controller = controller
  end
end

-- Steps the controller, or lets it go on if we are inside.
local function turn_cqueues(over)
  local began = cqueues.monotime()
  while not over() do
    assert(cqueues.monotime() - began < 20, "nothing happened in the controller for 20 s")
    if cqueues.running() then
      cqueues.sleep(0.001)
    else
      assert(controller:step(0.01))
    end
  end
end

local function run_in_cqueues(fn)
  local ended, ok, message = false, nil, nil
  controller:wrap(function()
    ok, message = pcall(fn)
    ended = true
  end)
  turn_cqueues(function()
    return ended
  end)
  if not ok then
    error(message, 0)
  end
end

---The loops here: their names, or the table of one that a program brings.
---@return (string|table)[]
function loops.names()
  if ngx then
    return { "nginx" }
  elseif vim then
    return { "uv" }
  end
  local names = { "blocking" }
  names[#names + 1] = has_luv and "uv" or nil
  names[#names + 1] = custom
  return names
end

-- Gives libuv its turn until something has happened.
local function turn(over)
  if vim then
    assert(vim.wait(20000, over, 1), "nothing happened in the loop for 20 s")
    return
  end
  while not over() do
    assert(luv.run "once" or over(), "the loop has nothing left to wait for, and it is not over")
  end
end

---Runs a function where calls may wait, and until it has returned; raises what it raises.
---@param name string|table
---@param fn function
function loops.run(name, fn)
  if name == custom then
    return run_in_cqueues(fn)
  elseif name ~= "uv" then
    fn()
    return
  end
  local ended, results
  coroutine.wrap(function()
    results = require("klaviyo.loop.uv").all({ fn }, 1)
    ended = true
  end)()
  turn(function()
    return ended
  end)
  if not results[1][1] then
    error(results[1][2], 0)
  end
end

---Lets time pass in the loop until a condition holds.
---@param name string|table
---@param condition fun(): boolean
function loops.until_true(name, condition)
  if name == "uv" then
    turn(condition)
    return
  elseif name == custom then
    turn_cqueues(condition)
    return
  end
  local loop = require("klaviyo.loop." .. name)
  for _ = 1, 20000 do
    if condition() then
      return
    end
    loop.sleep(0.001)
  end
  error "the condition did not come true in 20 s"
end

-- Neovim 0.7 cannot list its handles: those that are made from here on are noted.
local noted = {}
if vim then
  for _, name in ipairs { "new_check", "new_idle", "new_poll", "new_timer" } do
    local make = luv[name]
    luv[name] = function(...)
      noted[#noted + 1] = make(...)
      return noted[#noted]
    end
  end
end

---How many handles of ours libuv has that are not closing; 0 in other loops.
---@param name string|table
---@return integer
function loops.handles(name)
  local count = 0
  local function visit(handle)
    count = count + (handle:is_closing() and 0 or 1)
  end
  if vim then
    for _, handle in ipairs(noted) do
      visit(handle)
    end
  elseif name == "uv" then
    luv.walk(visit)
  end
  return count
end

---Has a function called by a timer of the host every millisecond.
---@param name string|table
---@param tick fun()
---@return fun() stop
function loops.ticker(name, tick)
  if name == "uv" then
    local timer = luv.new_timer()
    timer:start(1, 1, tick)
    return function()
      timer:close()
    end
  end
  local going = true
  if name == custom then
    controller:wrap(function()
      while going do
        cqueues.sleep(0.001)
        tick()
      end
    end)
    return function()
      going = false
    end
  end
  local thread = ngx.thread.spawn(function()
    while going do
      ngx.sleep(0.001)
      tick()
    end
  end)
  return function()
    going = false
    ngx.thread.wait(thread)
  end
end

---Lets a loop close what was stopped.
---@param name string|table
function loops.rest(name)
  if name == "uv" and not vim then
    luv.run()
  elseif name == custom then
    turn_cqueues(function()
      return controller:empty()
    end)
  end
end

---Makes a client of this loop.
---@param name string|table
---@param options table
---@return klaviyo.client
function loops.client(name, options)
  options.loop = name
  return klaviyo.client(options)
end

return loops
