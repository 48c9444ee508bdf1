-- SPDX-License-Identifier: MIT
--- Waiting for what another coroutine does, through whatever loop there is.

local core = require "klaviyo.core"

local turn = {}

local PAUSE, LONGEST = 0.005, 0.05 -- seconds between two looks

---Waits until a condition holds.
---@param loop table
---@param condition fun(): boolean
---@param deadline number  on core.now's clock
---@return boolean         false: the deadline passed
function turn.wait(loop, condition, deadline)
  local pause = PAUSE
  while not condition() do
    local left = deadline - core.now()
    if left <= 0 then
      return false
    end
    loop.sleep(math.min(pause, left))
    pause = math.min(pause * 2, LONGEST)
  end
  return true
end

local function finish(holders, key, mine, ok, ...)
  if holders[key] == mine then
    holders[key] = nil
  end
  if not ok then
    error((...), 0)
  end
  return true, ...
end

---Calls a function that does not run for the same key twice at once. A holder that was killed holds nobody up for
---longer than its own deadline.
---@param holders table    who holds which key
---@param key string
---@param loop table
---@param deadline number
---@param fn function
---@return boolean ran     false: its turn did not come before the deadline
---@return any ...         what the function returned
function turn.hold(holders, key, loop, deadline, fn)
  local function free()
    return not holders[key] or core.now() > holders[key].ends
  end
  if not turn.wait(loop, free, deadline) then
    return false
  end
  local mine = { ends = deadline + 1 }
  holders[key] = mine
  return finish(holders, key, mine, pcall(fn))
end

return turn
