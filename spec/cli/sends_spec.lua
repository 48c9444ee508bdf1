-- SPDX-License-Identifier: MIT
-- Sends over time: steps by strategy, and their picture.

local format_time = require "klaviyo.cli.format_time"
local local_time = require "klaviyo.cli.local_time"
local sends = require "klaviyo.cli.sends"

local NOW = 1796083200 -- Tue 2026-12-01 00:00 UTC
local new_york = assert(local_time.zone "America/New_York")

describe("sends.steps", function()
  it("spread a throttled send by its percentage, to the last recipient", function()
    for _, percentage in ipairs(require("klaviyo.model.schema").percentages) do
      local steps = sends.steps({ epoch = NOW, strategy = "throttled", percentage = percentage, unit = "hour" }, {})
      local total = 0
      for i, step in ipairs(steps) do
        assert.equal(NOW + (i - 1) * 3600, step.epoch)
        assert.is_true(step.share <= percentage)
        total = total + step.share
      end
      assert.equal(100, total)
      assert.equal(math.ceil(100 / percentage), #steps)
    end
    assert.equal(60, sends.steps({ epoch = 0, strategy = "throttled", percentage = 50, unit = "minute" }, {})[2].epoch)
  end)

  it("give each zone its own instant", function()
    local zones = sends.zones { "Europe/London", "America/New_York", "Asia/Tokyo" }
    local view = { zone = new_york, zones = zones, now = NOW }
    local steps = sends.steps({ epoch = NOW + 14 * 3600, strategy = "local_timezone" }, view) -- 09:00 in New York
    local reported = {}
    for i, step in ipairs(steps) do
      reported[i] = step.zone.name .. " " .. format_time.short(step.epoch, local_time.utc)
      assert.equal("09:00", format_time.clock(step.epoch, step.zone))
    end
    assert.same({ "Asia/Tokyo 2026-12-01 00:00", "Europe/London 2026-12-01 09:00",
      "America/New_York 2026-12-01 14:00" }, reported)
  end)

  it("draw a picture that ends at everybody", function()
    local view = { zone = local_time.utc, glyphs = { full = "#", empty = ".", dot = "." } }
    local steps = sends.steps({ epoch = NOW, strategy = "throttled", percentage = 50, unit = "hour" }, view)
    local lines = sends.draw(steps, view)
    assert.same({ "2026-12-01 00:00  ###############...............   50 %",
      "2026-12-01 01:00  ##############################  100 %" }, lines)
  end)
end)
