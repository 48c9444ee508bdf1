-- SPDX-License-Identifier: MIT
--- Times of a send as people write them.

local local_time = require "klaviyo.cli.local_time"
local send_time = require "klaviyo.cli.send_time"

describe("a time of the command line", function()
  local NOW = 1795788000 -- 2026-11-27T14:00:00Z, a Friday
  local new_york = local_time.zone "America/New_York"

  local function read(text, zone, now)
    local made, message = send_time.read(text, zone, now or NOW)
    return made and made.at, message
  end

  local function refused(text, zone, pattern, now)
    local made, message = send_time.read(text, zone, now or NOW)
    assert.is_nil(made, text)
    assert.matches(pattern, message)
  end

  it("is ISO 8601, which is left as it is", function()
    for _, text in ipairs { "2026-12-01T14:00:00Z", "2026-12-01T09:00", "2026-12-01 09:00",
      "2026-12-01T09:00-05:00" } do
      assert.equal(text, read(text))
      assert.equal(text, read(text, new_york))
    end
  end)

  it("is a day and a time of day in a zone", function()
    for text, at in pairs { ["tomorrow 9am"] = "2026-11-28T09:00", ["Tomorrow at 9:30 PM"] = "2026-11-28T21:30",
      ["today 14:00"] = "2026-11-27T14:00", ["sat 14:00"] = "2026-11-28T14:00", ["Thursday 8am"] = "2026-12-03T08:00",
      ["  mon   00:05 "] = "2026-11-30T00:05", ["2026-12-01 9am"] = "2026-12-01T09:00",
      ["tomorrow 12:30pm"] = "2026-11-28T12:30", ["tomorrow 12:30am"] = "2026-11-28T00:30" } do
      assert.equal(at, read(text, new_york), text)
    end
    -- the day is that of the zone
    local auckland = local_time.zone "Pacific/Auckland" -- where it is Saturday already
    assert.equal("2026-11-29T09:00", read("tomorrow 9am", auckland))
    assert.equal("2026-12-04T09:00", read("fri 9am", auckland))
  end)

  it("is a span from now, for which no zone is needed", function()
    assert.equal("2026-11-27T17:00:00Z", read "+3h")
    assert.equal("2026-11-27T12:00:00-05:00", read("+3h", new_york))
    assert.equal("2026-11-27T15:30:00Z", read "+1h 30min")
    assert.equal("2026-11-29T14:00:00Z", read "+2d")
    assert.equal("2026-12-04T14:00:00Z", read "+1 week")
  end)

  it("is refused where it could be two times, with what to write", function()
    refused("fri 14:00", new_york, "could be today or in a week: write today, or 2026%-12%-04")
    refused("next fri 14:00", new_york, "either of two weeks")
    refused("this tue 14:00", new_york, "either of two weeks")
    refused("tomorrow 9", new_york, "morning or evening; write 9am, 9pm")
    refused("tomorrow 12am", new_york, "read both ways: write 00:00 or 12:00")
    refused("9am", new_york, "names no day: write today 9am or tomorrow 9am")
    refused("tomorrow", new_york, "no time of day: write tomorrow 9am")
    refused("2026-12-01", new_york, "no time of day: write 2026%-12%-01 9am")
    refused("01/12/2026 9am", new_york, "day first or month first")
    refused("1.12. 9am", new_york, "day first or month first")
    refused("+3m", nil, "minutes or months: write min")
    refused("+1d", new_york, "the clocks of America/New_York change", 1793448000) -- 2026-10-31T12:00:00Z
    refused("tomorrow 9am", nil, "no zone: .- %-%-timezone")
  end)

  it("is refused where it is none", function()
    for _, text in ipairs { "", "soon", "soon 9am", "tomorrow soon", "tomorrow 25:00", "tomorrow 13pm", "tomorrow 9:61",
      "+", "+3", "+3 fortnights", "+-3h", "2026-02-30 9am", "tomorrow 9am EST", "fri14:00" } do
      local made, message = send_time.read(text, new_york, NOW)
      assert.is_nil(made, text)
      assert.is_string(message, text)
    end
  end)
end)
