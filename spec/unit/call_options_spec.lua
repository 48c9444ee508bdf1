-- SPDX-License-Identifier: MIT
--- Options of a query and of a call in one table.

local call_options = require "klaviyo.calls.call_options"
local core = require "klaviyo.core"

local CLIENT = { options = { timeout = 60, reconcile = 30 } }

describe("the options of a call", function()
  it("are separated from those of the query, and from what the method reads itself", function()
    local query, call = call_options.split({ filter = "f", timeout = 5, reconcile = 0, undo = true }, { undo = true })
    assert.same({ filter = "f" }, query)
    assert.same({ timeout = 5, reconcile = 0 }, call)
    assert.is_nil((call_options.split(nil)))
  end)

  it("are checked", function()
    for option, value in pairs { timeout = 0, reconcile = -1, reconcile_strict = "yes", max_attempts = 1.5 } do
      assert.has_error(function()
        call_options.split { [option] = value }
      end)
    end
  end)

  it("keep what only this library sets", function()
    local query, call = call_options.split { urgent = true, deadline = 1, include = "x" }
    assert.same({ include = "x" }, query)
    assert.same({ urgent = true, deadline = 1 }, call)
  end)

  it("get one deadline, which they keep", function()
    local given = { timeout = 5 }
    local _, call = call_options.begin(CLIENT, given)
    assert.is_true(math.abs(call.deadline - core.now() - 5) < 1)
    assert.same({ timeout = 5 }, given)
    local _, again = call_options.begin(CLIENT, call)
    assert.equal(call.deadline, again.deadline)
    local _, default = call_options.begin(CLIENT)
    assert.is_true(math.abs(default.deadline - core.now() - 60) < 1)
  end)

  it("come before those of the client, false and 0 too", function()
    assert.equal(30, call_options.value(CLIENT, {}, "reconcile"))
    assert.equal(0, call_options.value(CLIENT, { reconcile = 0 }, "reconcile"))
    assert.is_false(call_options.value({ options = { validate = true } }, { validate = false }, "validate"))
  end)

  it("are copied with more of them", function()
    local options = { a = 1, b = 2 }
    assert.same({ a = 1, b = 3, c = 4 }, call_options.with(options, { b = 3, c = 4 }))
    assert.same({ a = 1, b = 2 }, options)
  end)
end)
