-- SPDX-License-Identifier: MIT
--- The text of values that functions raise.

local errors = require "klaviyo.model.error"
local raised = require "klaviyo.model.raised"

describe("raised.text", function()
  it("is the value's own text, or its message", function()
    assert.equal("boom", raised.text "boom")
    assert.equal("boom", raised.text { message = "boom" })
    assert.equal("boom", raised.text(errors.new { kind = "timeout", message = "boom" }))
    assert.equal("own", raised.text(setmetatable({ message = "boom" }, { __tostring = function() return "own" end })))
    assert.equal("nil", raised.text(nil))
    assert.matches("^table: ", raised.text { message = 1 })
  end)
end)
