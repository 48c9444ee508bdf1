-- SPDX-License-Identifier: MIT
-- Instants and spans as text.

local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"

describe("format_time", function()
  it("shows an instant in a zone", function()
    local new_york = assert(local_time.zone "America/New_York")
    assert.equal("Tue 2026-12-01 09:00", format_time.show(1796133600, new_york))
    assert.equal("Tue 2026-12-01 14:00", format_time.show(1796133600, local_time.utc))
    assert.equal("09:00", format_time.clock(1796133600, new_york))
  end)

  it("shows spans in two units", function()
    assert.equal("0 s", format_time.span(0))
    assert.equal("59 s", format_time.span(59))
    assert.equal("1 h 1 min", format_time.span(3660))
    assert.equal("1 h", format_time.span(3605))
    assert.equal("2 days 3 h", format_time.span(2 * 86400 + 3 * 3600 + 59))
    assert.equal("in 2 h", format_time.from_now(7200, 0))
    assert.equal("5 min ago", format_time.from_now(0, 300))
  end)
end)
