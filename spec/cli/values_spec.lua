-- SPDX-License-Identifier: MIT
--- Values of options.

local values = require "klaviyo.cli.values"

describe("values", function()
  it("take whole numbers in a range", function()
    local limit = values.whole("--limit", 0)
    assert.equal(0, limit "0")
    assert.equal(12, limit "12")
    for _, wrong in ipairs { "-1", "1.5", "x", "", "1e3", "99999999999" } do
      local value, message = limit(wrong)
      assert.is_nil(value)
      assert.matches("--limit is a whole number, 0 or more, found", message, 1, true)
    end
    local port = values.whole("--port", 0, 65535)
    assert.equal(65535, port "65535")
    assert.matches("a whole number from 0 to 65535", select(2, port "65536"), 1, true)
  end)

  it("take seconds above 0", function()
    local seconds = values.seconds "--timeout"
    assert.equal(0.5, seconds ".5")
    assert.equal(90, seconds "90")
    for _, wrong in ipairs { "0", "-1", "5s", "" } do
      assert.is_nil((seconds(wrong)))
    end
  end)

  it("take one of several words, say which was meant, and name them for completion", function()
    local strategy = values.one_of("--strategy", { "static", "throttled" }, string.lower)
    assert.equal("throttled", strategy "THROTTLED")
    local value, message = strategy "throtled"
    assert.is_nil(value)
    assert.matches('--strategy is one of "static" or "throttled", found "throtled" (did you mean "throttled"?)',
      message, 1, true)
    assert.same({ "static", "throttled" }, values.words[strategy])
  end)
end)
