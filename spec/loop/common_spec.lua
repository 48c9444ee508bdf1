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
