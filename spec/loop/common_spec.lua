-- SPDX-License-Identifier: MIT
--- Which coroutine waits, and whether it will go on.

local common = require "klaviyo.loop.common"

describe("common.caller", function()
  it("stands for a coroutine until that has ended", function()
    local caller
    local thread = coroutine.create(function()
      caller = common.caller()
      coroutine.yield()
    end)
    coroutine.resume(thread)
    assert.is_false(common.gone(caller))
    coroutine.resume(thread)
    assert.is_true(common.gone(caller))
  end)

  it("stands for the main coroutine too", function()
    assert.is_false(common.gone(common.caller()))
  end)
end)

describe("common.needs_attention", function()
  it("is true for a request that is done or asks something", function()
    for state, expected in pairs { queued = false, waiting = false, sending = false, done = true, token = true,
      permit = true } do
      assert.equal(expected, common.needs_attention { state = function() return state end }, state)
    end
  end)
end)

describe("an error that no caller can be given", function()
  it("is among Lua's warnings, and nowhere without them", function()
    local before, said = rawget(_G, "warn"), {}
    finally(function()
      rawset(_G, "warn", before)
    end)
    rawset(_G, "warn", function(...)
      said[#said + 1] = { ... }
    end)
    local kl = require("klaviyo").client { base_url = "http://127.0.0.1:1", api_key = "pk_x", max_attempts = 1,
      loop = "blocking", on_event = function()
        error "a mistake"
      end }
    assert.is_nil(kl.campaigns:list())
    assert.equal(1, #said)
    assert.equal(1, #said[1])
    assert.matches("^klaviyo.client: on_event raised: .*a mistake$", said[1][1])
    rawset(_G, "warn", nil)
    assert.is_nil(kl.campaigns:list())
    kl:close()
  end)
end)
