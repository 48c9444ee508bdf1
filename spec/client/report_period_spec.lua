-- SPDX-License-Identifier: MIT
--- The period of a report, in the local time of the account; results_spec has it with a service.
local report_period = require "klaviyo.calls.report_period"
local time = require "klaviyo.model.time"

local NOW = time.parse "2026-04-14T12:00:00Z"

describe("the period of a report", function()
  local function written(given, zone)
    local period = report_period.read(given, "last_30_days")
    return report_period.write(period, zone, NOW)
  end

  it("is a time frame with a name", function()
    assert.same({ key = "last_30_days" }, (written {}))
    assert.same({ key = "today" }, (written { timeframe = "today" }))
    assert.is_false(report_period.needs_zone(report_period.read({}, "today")))
  end)

  it("is written as the clocks of the account show it, over a change of theirs", function()
    local frame = written({ since = "2026-03-08T00:00:00-05:00", before = "2026-03-09T00:00:00-04:00" },
      "America/New_York")
    assert.same({ start = "2026-03-08T00:00:00Z", ["end"] = "2026-03-09T00:00:00Z" }, frame)
    frame = written({ since = time.parse "2026-03-08T12:00:00Z" }, "Asia/Tokyo")
    assert.same({ start = "2026-03-08T21:00:00Z", ["end"] = "2026-04-14T21:00:01Z" }, frame)
  end)

  it("needs the zone for instants alone", function()
    for given, needs in pairs { [{ since = "2026-01-01", before = "2026-01-02" }] = false,
      [{ since = "2026-01-01" }] = true, [{ since = "2026-01-01T00:00:00Z", before = "2026-01-02" }] = true,
      [{ since = "2026-01-01", before = 1e9 }] = true } do
      assert.equal(needs, report_period.needs_zone(report_period.read(given, "today")))
    end
    assert.same({ start = "2026-01-01T00:00:00Z", ["end"] = "2026-01-02T08:30:00Z" },
      (written { since = "2026-01-01", before = "2026-01-02T08:30" }))
  end)

  it("is at most a year long, and begins before it ends", function()
    assert.is_truthy(written { since = "2025-01-01", before = "2026-01-02" })
    assert.matches("a year long", select(2, written { since = "2025-01-01", before = "2026-01-03" }))
    assert.matches("begins before", select(2, written { since = "2026-01-01", before = "2026-01-01" }))
  end)

  it("is refused where it is no time", function()
    for _, since in ipairs { "", "now", "2026-13-01", true, 0 / 0, {} } do
      assert.has_error(function()
        report_period.read({ since = since }, "today")
      end)
    end
  end)
end)
