-- SPDX-License-Identifier: MIT
--- An account's budget that several processes share through an ngx.shared dictionary.
--
-- Every request takes a slot: a number, and a time to leave that is not before a burst window after the request `burst`
-- numbers before it, nor before a steady window after the one `steady` numbers before it. The dictionary holds the
-- number of requests so far and the times of the last `steady` of them. That is exact wherever the edges of the
-- service's own windows are, and first come, first served. A slot that is given back goes to the next request.

local shared = {}

-- Requests overtake each other on their way by up to this part of the burst window.
local SLACK = 0.2

-- Long enough for the few microseconds that a lock is held, and for a holder that is not scheduled meanwhile, since two
-- that hold it would use one slot twice; short enough if its holder was killed.
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

-- The slot given back that leaves first. One whose time has passed is of no use: whoever left now in its place would
-- leave together with those that come after it.
local function free_slot(dict, name, now)
  local number, count = dict:get(name .. ":free"), dict:get(name .. ":count") or 0
  if not number then
    return nil
  end
  local earliest = math.max(now, dict:get(name .. ":hold") or 0)
  while number <= count do
    local leave = dict:get(name .. ":free:" .. number)
    if leave and leave >= earliest then
      dict:set(name .. ":free", number)
      return leave, number
    elseif leave then
      dict:delete(name .. ":free:" .. number)
    end
    number = number + 1
  end
  dict:delete(name .. ":free")
end

local function new_slot(dict, name, budget, time_left, now)
  local number = (dict:get(name .. ":count") or 0) + 1
  local leave = time_to_leave(dict, name, number, budget, now)
  if leave - now >= time_left then
    return leave
  end
  dict:set(name .. ":count", number)
  dict:set(name .. ":" .. number % budget.steady, leave, leave - now + 2 * budget.steady_window)
  return leave, number
end

---Takes a slot in the budget.
---@param dict table         ngx.shared's
---@param name string        of account and operation
---@param budget { burst: integer, burst_window: number, steady: integer, steady_window: number, hold: number }
---                          seconds; hold: for how long the service itself has said that nothing more may come
---@param time_left number   seconds; if the time to leave is not within them, no slot is taken
---@param now number         of a clock that all processes share
---@param sleep fun(seconds: number)
---@return number leave      time to leave
---@return integer? number   of the slot that was taken
function shared.take(dict, name, budget, time_left, now, sleep)
  local key = lock(dict, name, sleep)
  if budget.hold > 0 then
    dict:set(name .. ":hold", now + budget.hold, budget.hold)
  end
  local leave, number = free_slot(dict, name, now)
  if not leave then
    leave, number = new_slot(dict, name, budget, time_left, now)
  elseif leave - now < time_left then
    dict:delete(name .. ":free:" .. number)
  else
    number = nil
  end
  dict:delete(key)
  return leave, number
end

---Gives a slot back that was not used.
---@param dict table
---@param name string
---@param number integer  as `take` returned it, with
---@param leave number
---@param now number
---@param sleep fun(seconds: number)
function shared.give(dict, name, number, leave, now, sleep)
  if leave <= now then
    return
  end
  local key = lock(dict, name, sleep)
  dict:set(name .. ":free:" .. number, leave, leave - now)
  local first = dict:get(name .. ":free")
  if not first or number < first then
    dict:set(name .. ":free", number)
  end
  dict:delete(key)
end

return shared
