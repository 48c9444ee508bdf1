-- SPDX-License-Identifier: MIT
-- A loop that a program brings: what it must be, and what it need not be. The behaviour spec runs over the example of
-- one, examples/cqueues/loop.lua, where cqueues is installed.

local blocking = require "klaviyo.loop.blocking"
local find = require("klaviyo.loop").find
local klaviyo = require "klaviyo"
local loops = require "spec.support.loops"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

local function least(changes)
  local loop = { await = blocking.await, sleep = blocking.sleep, spawn = blocking.spawn, waiter = blocking.waiter }
  for name, value in pairs(changes or {}) do
    loop[name] = value
  end
  return loop
end

local function without(name)
  local loop = least()
  loop[name] = nil
  return loop
end

describe("a loop that a program brings", function()
  it("is refused with a sentence, at the program's line", function()
    local function refusal(loop)
      local ok, message = pcall(function()
        klaviyo.client { api_key = "pk_x", loop = loop }
      end)
      assert.is_false(ok)
      assert.matches("^spec/loop/custom_spec.lua:%d+: option loop", message)
      return message
    end
    for _, name in ipairs { "await", "sleep", "spawn", "waiter" } do
      assert.matches(('a function "%s", found none'):format(name), refusal(without(name)))
      assert.matches(('a function "%s", found a number'):format(name), refusal(least { [name] = 5 }))
    end
    local misspelt = without "await"
    misspelt.awiat = blocking.await
    assert.matches('is "awiat" meant', refusal(misspelt))
    assert.matches('"check" is a function, found a string', refusal(least { check = "here" }))
    assert.matches("name is a string, found a boolean", refusal(least { name = true }))
    assert.matches("caller and gone belong together", refusal(least { caller = function() end }))
    assert.matches('no loop "x"', select(2, pcall(find, "x")))
  end)

  it("is taken with four functions, for a client and for all", function()
    local own = least()
    local sandbox, kl = support.start { loop = own }
    finally(function()
      kl:close()
      sandbox:stop()
    end)
    assert.equal("custom", kl.loop.name)
    assert.equal(kl.loop, find(own))
    assert.equal(kl.loop, find(kl.loop))
    assert.equal(0, #assert(kl.campaigns:list()).data)
    local function list()
      return #assert(kl.campaigns:list()).data
    end
    assert.same({ 0, 0, 0 }, assert(klaviyo.all { loop = own, limit = 2, list, list, list }))
    assert.same({ 0 }, assert(klaviyo.all { loop = kl.loop, list }))
    local results
    klaviyo.run(list, function(count)
      results = count
    end, { loop = own })
    assert.equal(0, results)
  end)

  it("may be one of this library's own, as a client has it", function()
    assert.equal(blocking, find(blocking))
  end)

  it("cannot share limits between workers unless it says so", function()
    local ok, message = pcall(klaviyo.client, { api_key = "pk_x", loop = least(), limits = { shdict = "budgets" } })
    assert.is_false(ok)
    assert.matches("this is the custom loop", message)
  end)
end)

describe("the example for cqueues #process", function()
  if pcall(require, "cqueues") then
    it("calls beside the program's own work", function()
      local output, code = process.run((os.getenv "KLAVIYO_LUA" or "lua5.4") .. " examples/cqueues/demo.lua")
      assert.equal(0, code, output)
      assert.equal("3 pages, and the program ticked meanwhile: true\n", output)
    end)

    it("refuses to wait in a coroutine that is resumed by another one, whose iterator it would end", function()
      local custom = loops.names()[#loops.names()]
      local sandbox, kl = support.start { loop = custom }
      finally(function()
        kl:close()
        sandbox:stop()
      end)
      local seen, raised = 0, nil
      loops.run(custom, function()
        local names = coroutine.wrap(function()
          for campaign in kl.campaigns:each() do
            coroutine.yield(campaign.name)
          end
        end)
        raised = select(2, pcall(function()
          for _ in names do
            seen = seen + 1
          end
        end))
      end)
      assert.equal(0, seen)
      assert.matches("controller:wrap", tostring(raised))
    end)
  else
    pending "runs (cqueues is not installed)"
  end

  it("has at most 100 lines", function()
    local _, count = process.read "examples/cqueues/loop.lua":gsub("\n", "")
    assert.is_true(count <= 100, count)
  end)
end)
