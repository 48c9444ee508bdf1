-- SPDX-License-Identifier: MIT
-- Zones, wall times, and the days and times of the command line.

local local_time = require "klaviyo.cli.local_time"

describe("local_time.parse", function()
  it("reads days and instants", function()
    local utc, now = local_time.utc, 1796133600
    assert.equal(1796083200, local_time.parse("today", utc, now))
    assert.equal(1796083200 + 7 * 86400, local_time.parse("+7d", utc, now))
    assert.equal(1796083200 - 14 * 86400, local_time.parse("-2w", utc, now))
    assert.equal(now, local_time.parse("2026-12-01T14:00:00Z", utc, now))
    local none, message = local_time.parse("someday", utc, now)
    assert.is_nil(none)
    assert.matches("is not a day or a time", message)
  end)
end)
