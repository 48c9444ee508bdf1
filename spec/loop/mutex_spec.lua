-- SPDX-License-Identifier: MIT
-- Functions that must not run at once: who waits is woken, in order, and nobody waits for one that will not return.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local loops = require "spec.support.loops"
local mutex = require "klaviyo.loop.mutex"

for _, name in ipairs(loops.names()) do
  describe(("the mutex (%s loop)"):format(name), function()
    local loop = require("klaviyo.loop").find(name)
    local holders

    before_each(function()
      holders = {}
    end)

    local function hold(key, seconds, fn)
      return mutex.hold(holders, key, loop, core.now() + seconds, fn)
    end

    local function fact(text, fn)
      it(text, function()
        loops.run(name, fn)
      end)
    end

    local function all(functions)
      functions.loop, functions.all = name, true
      return assert(klaviyo.all(functions))
    end

    fact("runs one after the other for a key, in order, without looking again and again", function()
      local order, running, functions, waits = {}, 0, {}, 0
      local waiter = loop.waiter
      loop.waiter = function()
        waits = waits + 1
        return waiter()
      end
      for i = 1, 10 do
        functions[i] = function()
          return hold("a", 20, function()
            running = running + 1
            assert.equal(1, running)
            loop.sleep(0.005)
            running = running - 1
            order[#order + 1] = i
            return i
          end)
        end
      end
      local results = all(functions)
      loop.waiter = waiter
      if type(name) == "table" then
        table.sort(order) -- cqueues resumes in an order of its own
      end
      assert.same({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, order)
      assert.same({ true, 10 }, results[10])
      assert.is_true(waits <= 10 + (name == "uv" and 10 or 0), waits) -- uv's sleep has one of its own
      assert.is_nil(next(holders))
    end)

    fact("runs at once for other keys", function()
      local both = 0
      local function enter()
        both = both + 1
        loop.sleep(0.02)
        return both
      end
      assert.same({ { true, 2 }, { true, 2 } }, all {
        function() return hold("a", 20, enter) end, function() return hold("b", 20, enter) end,
      })
    end)

    fact("gives up at the deadline, without a call", function()
      local results = all { function()
        return hold("a", 20, function()
          loop.sleep(0.05)
        end)
      end, function()
        return hold("a", 0.01, function()
          error "it was not its turn"
        end)
      end }
      assert.is_true(results[1][1])
      assert.is_false(results[2][1])
    end)

    fact("is free again after a function that raises", function()
      assert.error_matches(function()
        hold("a", 20, function()
          error "a mistake"
        end)
      end, "a mistake")
      assert.is_true(hold("a", 1, function() end))
    end)

    fact("does not wait for a coroutine that was closed or that nobody holds", function()
      local thread = coroutine.create(function()
        hold("a", 20, coroutine.yield)
      end)
      assert(coroutine.resume(thread))
      local close = rawget(coroutine, "close") -- since Lua 5.4
      if close then
        close(thread)
      else
        thread = nil -- luacheck: ignore
        collectgarbage()
        collectgarbage()
      end
      local began = core.now()
      assert.is_true(hold("a", 20, function() end))
      assert.is_true(core.now() - began < 5)
    end)
  end)
end
