-- SPDX-License-Identifier: MIT
local core = require "klaviyo.core"
local daily = require "klaviyo.wire.daily"

describe("a limit of a day", function()
  local real, now

  before_each(function()
    real, now = core.now, 1000
    core.now = function()
      return now
    end
  end)

  after_each(function()
    core.now = real
  end)

  it("refuses what is one too many, until the oldest is a day old", function()
    local counts = {}
    assert.is_nil(daily.count(counts, "report", 2, 1))
    now = now + 3600
    assert.is_nil(daily.count(counts, "report", 2, 1))
    local err = daily.count(counts, "report", 2, 1)
    assert.equal("rate_limited", err.kind)
    assert.is_true(err.retryable)
    assert.equal(86400 - 3600, err.retry_after)
    assert.matches("2 such requests a day", err.message)
    assert.is_nil(daily.count(counts, "other", 2, 1))
    now = now + 86400 - 3600
    assert.is_nil(daily.count(counts, "report", 2, 1))
    assert.is_truthy(daily.count(counts, "report", 2, 1))
  end)

  it("is as long as the client's limits are scaled", function()
    local counts = {}
    assert.is_nil(daily.count(counts, "report", 1, 0.001))
    assert.near(86.4, daily.count(counts, "report", 1, 0.001).retry_after, 1e-6)
  end)
end)
