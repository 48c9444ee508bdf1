-- SPDX-License-Identifier: MIT
-- The budget that processes share, against a dictionary and a clock of our own.

local shared = require "klaviyo.loop.shared"

local RATE = { burst = 10, burst_window = 1, steady = 150, steady_window = 60, hold = 0 }

-- What ngx.shared's dictionaries do, as far as it is used.
local function dictionary()
  local values = {}
  return {
    values = values,
    get = function(_, key)
      return values[key]
    end,
    set = function(_, key, value)
      values[key] = value
    end,
    add = function(_, key, value)
      if values[key] ~= nil then
        return false, "exists"
      end
      values[key] = value
      return true
    end,
    delete = function(_, key)
      values[key] = nil
    end,
  }
end

local function never()
  error "there is nothing to wait for"
end

local function with(changes)
  local rate = {}
  for name, value in pairs(RATE) do
    rate[name] = changes[name] or value
  end
  return rate
end

-- The most that any window of that length holds.
local function most(times, window)
  table.sort(times)
  local largest, first = 0, 1
  for i = 1, #times do
    while times[i] - times[first] >= window do
      first = first + 1
    end
    largest = math.max(largest, i - first + 1)
  end
  return largest
end

describe("a shared budget", function()
  it("never lets more go than the service allows, in any window", function()
    local dict, times = dictionary(), {}
    for i = 1, 400 do
      times[i] = shared.take(dict, "a", RATE, math.huge, i / 100, never)
    end
    assert.is_true(most(times, 1) <= 10)
    assert.is_true(most(times, 60) <= 150)
  end)

  it("wastes none of it", function()
    local dict, last = dictionary(), nil
    for _ = 1, 300 do
      last = shared.take(dict, "a", RATE, math.huge, 0, never)
    end
    assert.is_true(last >= 60 and last < 60 * 1.05 + 15 * 1.25, last) -- 150, a window, and 150 more in bursts
  end)

  it("lets the first burst go at once", function()
    local dict = dictionary()
    for _ = 1, 10 do
      assert.equal(5, shared.take(dict, "a", RATE, 1, 5, never))
    end
    assert.is_true(shared.take(dict, "a", RATE, 10, 5, never) >= 6)
  end)

  it("serves in order", function()
    local dict, before = dictionary(), 0
    for _ = 1, 200 do
      local leave = shared.take(dict, "a", RATE, math.huge, 0, never)
      assert.is_true(leave >= before)
      before = leave
    end
  end)

  it("takes no place for a request that could not use it", function()
    local dict = dictionary()
    for _ = 1, 10 do
      shared.take(dict, "a", RATE, 1, 0, never)
    end
    local leave = shared.take(dict, "a", RATE, 0.5, 0, never)
    assert.equal(leave, shared.take(dict, "a", RATE, 0.5, 0, never))
    assert.equal(leave, shared.take(dict, "a", RATE, 100, 0, never))
  end)

  describe("with slots given back", function()
    -- A dictionary in which so many slots are taken at the time 0; and the slots.
    local function taken(count)
      local dict, slots = dictionary(), {}
      for i = 1, count do
        local leave, number = shared.take(dict, "a", RATE, math.huge, 0, never)
        slots[i] = { leave = leave, number = number }
      end
      return dict, slots
    end

    local function give(dict, slot, now)
      shared.give(dict, "a", slot.number, slot.leave, now, never)
    end

    it("gives the one that leaves first to the next request", function()
      local dict, slots = taken(110)
      for i = 110, 11, -1 do
        give(dict, slots[i], 0.5)
      end
      for i = 11, 110 do
        assert.same({ slots[i].leave, slots[i].number }, { shared.take(dict, "a", RATE, math.huge, 0.5, never) })
      end
      assert.equal(111, (select(2, shared.take(dict, "a", RATE, math.huge, 0.5, never))))
    end)

    it("never lets more go than the service allows, whoever gives back what when", function()
      math.randomseed(7)
      local dict, waiting, times, now = dictionary(), {}, {}, 0
      for _ = 1, 3000 do
        now = now + math.random() / 20
        local leave, number = shared.take(dict, "a", RATE, 100, now, never)
        if number then
          waiting[#waiting + 1] = { leave = leave, number = number }
        end
        for i = #waiting, 1, -1 do
          local slot = waiting[i]
          if slot.leave <= now then
            times[#times + 1] = slot.leave
            table.remove(waiting, i)
          elseif math.random() < 0.1 then
            give(dict, table.remove(waiting, i), now)
          end
        end
      end
      assert.is_true(most(times, 1) <= 10)
      assert.is_true(most(times, 60) <= 150)
      assert.is_true(#times > 150)
    end)

    it("keeps one that is too late for a request for the others", function()
      local dict, slots = taken(30)
      give(dict, slots[25], 0)
      assert.same({ slots[25].leave }, { shared.take(dict, "a", RATE, 0.5, 0, never) })
      assert.equal(25, (select(2, shared.take(dict, "a", RATE, 100, 0, never))))
    end)

    it("forgets those whose time has passed, and those within a hold of the service", function()
      local dict, slots = taken(30)
      give(dict, slots[12], 0)
      give(dict, slots[25], 0)
      assert.equal(25, (select(2, shared.take(dict, "a", RATE, 100, slots[12].leave + 0.1, never))))
      give(dict, slots[25], 0)
      assert.equal(31, (select(2, shared.take(dict, "a", with { hold = 10 }, 100, 0, never))))
      give(dict, slots[11], slots[11].leave)
      assert.equal(32, (select(2, shared.take(dict, "a", RATE, 100, 0, never))))
    end)
  end)

  it("passes on what the service reported to one process", function()
    local dict = dictionary()
    assert.equal(7, shared.take(dict, "a", with { hold = 7 }, 100, 0, never))
    assert.equal(7, shared.take(dict, "a", RATE, 100, 0, never))
    assert.equal(0, shared.take(dict, "b", RATE, 100, 0, never))
  end)

  it("waits while another process has the lock, and frees it afterwards", function()
    local dict, slept = dictionary(), 0
    dict.values["a:lock"] = true
    shared.take(dict, "a", RATE, 1, 0, function()
      slept = slept + 1
      if slept == 3 then
        dict.values["a:lock"] = nil
      end
    end)
    assert.equal(3, slept)
    assert.is_nil(dict.values["a:lock"])
  end)
end)
