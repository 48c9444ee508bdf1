-- SPDX-License-Identifier: MIT
--- An account's budget that several processes share through an ngx.shared dictionary.
--
-- Every request gets a time to leave: not before a burst window after the request `burst` places before it, nor before
-- a steady window after the one `steady` places before it. The dictionary holds the number of requests so far and the
-- times of the last `steady` of them. That is exact wherever the edges of the service's own windows are, and first
-- come, first served.

local shared = {}

-- Requests overtake each other on their way by up to this part of the burst window.
local SLACK = 0.2

-- Long enough for the few microseconds that a lock is held, and for a holder who is not scheduled meanwhile, since two
-- who hold it would give one place away twice; short enough if its holder was killed.
local LOCK_LIFE = 0.5
local LOCK_PAUSE = 0.001

local function lock(dict, name, sleep)
  local key = name .. ":lock"
  while not dict:add(key, true, LOCK_LIFE) do
    sleep(LOCK_PAUSE)
  end
  return key
end

-- When the request of that number may leave: the times are those of the requests a burst and a steady window's worth
-- before it. One that has been forgotten is long past.
local function time_to_leave(dict, name, number, budget, now)
  local slack = SLACK * budget.burst_window
  local leave = math.max(now + budget.hold, dict:get(name .. ":hold") or 0)
  local burst = dict:get(name .. ":" .. (number - budget.burst) % budget.steady)
  local steady = dict:get(name .. ":" .. number % budget.steady)
  leave = math.max(leave, (burst or -math.huge) + budget.burst_window + slack)
  return math.max(leave, (steady or -math.huge) + budget.steady_window + slack)
end

---Takes a place in the budget.
---@param dict table    ngx.shared's
---@param name string   of account and operation
---@param budget { burst: integer, burst_window: number, steady: integer, steady_window: number, hold: number }
---                     seconds; hold: for how long the service itself has said that nothing more may come
---@param left number   seconds; if the time to leave is not within them, no place is taken
---@param now number    of a clock that all processes share
---@param sleep fun(seconds: number)
---@return number leave  time to leave
function shared.take(dict, name, budget, left, now, sleep)
  local key = lock(dict, name, sleep)
  local number = (dict:get(name .. ":count") or 0) + 1
  local leave = time_to_leave(dict, name, number, budget, now)
  if budget.hold > 0 then
    dict:set(name .. ":hold", now + budget.hold, budget.hold)
  end
  if leave - now < left then
    dict:set(name .. ":count", number)
    dict:set(name .. ":" .. number % budget.steady, leave, leave - now + 2 * budget.steady_window)
  end
  dict:delete(key)
  return leave
end

return shared
