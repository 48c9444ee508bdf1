-- SPDX-License-Identifier: MIT
--- When a call began by the service's clock, and what was created since.

local core = require "klaviyo.core"
local service_clock = require "klaviyo.calls.service_clock"
local time = require "klaviyo.model.time"

-- A response of which only the Date counts.
local function response(epoch)
  local date = epoch and os.date("!%a, %d %b %Y %H:%M:%S GMT", epoch)
  return { headers = function()
    return { date = date }
  end }
end

local NOON = 1800000000 -- at a service whose clock has nothing to do with ours

local function iso(epoch, fraction)
  return (time.format(epoch):gsub("Z$", (fraction or "") .. "Z"))
end

-- The clock of a call that began so many seconds ago, after one response now.
local function clock_after(seconds, date)
  local now = core.now()
  local clock = service_clock.new(now - seconds)
  assert(clock:observe(response(date or NOON), now))
  return clock
end

describe("the service's clock", function()
  it("is its Date less the time that passed", function()
    local clock = clock_after(10)
    assert.is_true(math.abs(clock.earliest - (NOON - 10)) < 0.5)
    assert.is_true(clock:covers(iso(NOON - 9, ".5")))
    assert.is_false(clock:covers(iso(NOON - 11, ".5")))
  end)

  it("takes a creation time without a fraction for one that may be cut to the second", function()
    local clock = clock_after(9.5)
    assert.is_true(clock:covers(iso(NOON - 10)))
    assert.is_false(clock:covers(iso(NOON - 10, ".0")))
    assert.is_false(clock:covers(iso(NOON - 11)))
  end)

  it("covers nothing that lies far in the service's future", function()
    local clock = clock_after(10)
    assert.is_true(clock:covers(iso(NOON, ".9")))
    assert.is_true(clock:covers(iso(NOON + 5, ".9"))) -- two clocks of one service may differ by seconds
    assert.is_false(clock:covers(iso(NOON + 7, ".0")))
  end)

  it("does not believe the Date of a cache, which is that of an earlier response", function()
    local clock = service_clock.new(core.now())
    local function cached(age)
      return { headers = function()
        return { date = response(NOON):headers().date, age = age }
      end }
    end
    local known, why = clock:observe(cached "300", core.now())
    assert.is_nil(known)
    assert.matches("cache", why)
    assert.is_false(clock:covers(iso(NOON - 200)))
    assert.is_true(clock:observe(cached "0", core.now()))
  end)

  it("covers nothing without a Date, or with one that is none", function()
    local clock = service_clock.new(core.now())
    for _, odd in ipairs { response(nil), { headers = function()
      return { date = "yesterday" }
    end } } do
      local known, why = clock:observe(odd, core.now())
      assert.is_nil(known)
      assert.matches("no Date", why)
      assert.is_false(clock:covers(iso(NOON)))
    end
    clock = clock_after(10)
    clock:observe(response(nil), core.now()) -- the latest look has none
    assert.is_false(clock:covers(iso(NOON)))
    for _, text in ipairs { "", "soon", "2026-13-01T00:00:00Z" } do
      assert.is_false(clock_after(10):covers(text))
    end
    assert.is_false(clock_after(10):covers(nil))
  end)

  it("becomes more exact with each Date, and is not believed when they contradict each other", function()
    local now = core.now()
    local clock = service_clock.new(now - 10)
    assert(clock:observe(response(NOON), now))
    local first = clock.earliest
    assert(clock:observe(response(NOON - 1), now))
    assert.equal(first, clock.earliest)
    assert(clock:observe(response(NOON + 1), now))
    assert.is_true(clock.earliest > first)
    for _, epoch in ipairs { NOON + 60, NOON - 60 } do
      local known, why = clock:observe(response(epoch), now)
      assert.is_nil(known)
      assert.matches("contradict", why)
      assert.is_false(clock:covers(iso(NOON)))
    end
  end)

  it("is taken from another process as that process found it", function()
    local clock = service_clock.new(core.now() - 5, NOON - 100)
    assert(clock:observe(response(NOON), core.now()))
    assert.is_true(clock:covers(iso(NOON - 99, ".5")))
    assert.is_false(clock:covers(iso(NOON - 101, ".5")))
  end)
end)
