-- SPDX-License-Identifier: MIT
--- Ctrl-C: recorded by the signal handler, and raised where the command waits, so that no response is lost half-read.

local blocking = require "klaviyo.loop.blocking"
local native = require "klaviyo.terminal"

local interrupt = {}

local LOOK = 0.1 -- seconds between two calls of a tick

---@class klaviyo.cli.interrupted
---@field signal integer
---@field name string
local mt = { __name = "klaviyo.cli.interrupted" }

-- Whether something is under way that must not be left half done.
local is_held = false

---Raises if a signal has come.
function interrupt.check()
  if is_held then
    return
  end
  local number, name = native.signal()
  if number then
    error(setmetatable({ signal = number, name = name }, mt), 0)
  end
end

---Calls a function that a signal does not end in its middle: what it began it finishes, and the signal is raised by the
---next check. A second signal ends the program all the same.
---@param work fun(): any, any
---@return any
---@return any
function interrupt.hold(work)
  is_held = true
  local ok, first, second = pcall(work)
  is_held = false
  if not ok then
    error(first, 0)
  end
  return first, second
end

---From now on a signal ends what waits.
---@param tick fun()  called while something waits
function interrupt.watch(tick)
  native.catch_signals()
  blocking.while_waiting(function()
    interrupt.check()
    tick()
  end)
end

---Waits until a stream has data or has ended; a signal raises.
---@param stream file*
---@param tick? fun()  called meanwhile
function interrupt.wait_for(stream, tick)
  repeat
    interrupt.check()
    if tick then
      tick()
    end
  until native.readable(stream, LOOK)
  interrupt.check()
end

---Raises if a program that this one waited for was ended by Ctrl-C, which was meant for both.
---@param status integer  the shell's exit status
function interrupt.inherit(status)
  interrupt.check()
  if status == 130 then
    error(setmetatable({ signal = 2, name = "SIGINT" }, mt), 0)
  end
end

---@param value any
---@return boolean
function interrupt.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

return interrupt
