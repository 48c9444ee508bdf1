-- SPDX-License-Identifier: MIT
--- Functions that must not run at once for the same key: callers wait, and are woken in the order in which they came.

local core = require "klaviyo.core"

local mutex = {}

---@class klaviyo.mutex.holder
---@field caller table     weak: what the loop says stands for its coroutine
---@field loop table       that of the holder; a caller with another loop may wait for it
---@field ends number      on core.now's clock: when it has returned at the latest
---@field waiters table[]  of the loop, woken when it returns

-- Whether a holder has returned, or never will. The loop sees that a coroutine is gone if it was waiting in the loop
-- itself; one that was killed elsewhere, in a function of the program, counts until its deadline.
local function is_over(holder)
  local caller = holder.caller[1]
  return holder.ended or caller == nil or holder.loop.gone(caller) or core.now() > holder.ends
end

-- Waits until a key is free. Returns whether it is; false: the deadline passed.
local function wait_for(holders, key, loop, deadline)
  local waiter, enlisted = nil, nil
  local holder = holders[key]
  while holder and not is_over(holder) do
    local time_left = deadline - core.now()
    if time_left <= 0 then
      return false
    end
    waiter = waiter or loop.waiter()
    if enlisted ~= holder then
      enlisted = holder
      holder.waiters[#holder.waiters + 1] = waiter
    end
    waiter:wait(math.max(0.001, math.min(time_left, holder.ends - core.now())))
    holder = holders[key]
  end
  return true
end

local function finish(holders, key, holder, ok, ...)
  if holders[key] == holder then
    holders[key] = nil
  end
  holder.ended = true
  for _, waiter in ipairs(holder.waiters) do
    waiter:wake()
  end
  if not ok then
    error((...), 0)
  end
  return true, ...
end

---Calls a function that does not run for the same key twice at once.
---@param holders table<string, klaviyo.mutex.holder>
---@param key string
---@param loop table        see loop/init.lua
---@param deadline number   on core.now's clock; the function returns by then
---@param fn function
---@return boolean ran      false: the deadline passed before the key was free
---@return any ...          what the function returned
function mutex.hold(holders, key, loop, deadline, fn)
  if not wait_for(holders, key, loop, deadline) then
    return false
  end
  local holder = { caller = setmetatable({ loop.caller() }, { __mode = "v" }), loop = loop, ends = deadline + 1,
    waiters = {} }
  holders[key] = holder
  return finish(holders, key, holder, pcall(fn))
end

return mutex
