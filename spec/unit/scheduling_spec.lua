-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local scheduling = require "klaviyo.model.scheduling"

local PLAN = { send_time = "2026-11-27T09:00:00-05:00", strategy = "throttled", percentage = 25, unit = "hour" }

local function info(changes)
  local made = { send_time = "2026-11-27T14:00:00Z", strategy = "throttled", throttle_percentage = 25,
    throttle_unit = "hour" }
  for name, value in pairs(changes or {}) do
    made[name] = value
  end
  return made
end

describe("a schedule that is shown", function()
  it("is as planned if the instant and every detail that is shown are", function()
    assert.is_true(scheduling.is_as_planned(info(), PLAN))
    for name, value in pairs { send_time = "2026-11-27T14:00:01Z", strategy = "static", throttle_percentage = 50,
      throttle_unit = "minute" } do
      assert.is_false(scheduling.is_as_planned(info { [name] = value }, PLAN), name)
    end
    assert.is_false(scheduling.is_as_planned(json.null, PLAN))
    assert.is_false(scheduling.is_as_planned(nil, PLAN))
    assert.is_false(scheduling.is_as_planned({ strategy = "throttled" }, PLAN))
    local past = { send_time = PLAN.send_time, strategy = "local_timezone", past_timezones_tomorrow = false }
    assert.is_true(scheduling.is_as_planned(past, past))
    local other = info { strategy = "local_timezone", past_timezones_tomorrow = true }
    assert.is_false(scheduling.is_as_planned(other, past))
  end)

  it("may hide details, and then the comparison is not complete", function()
    local hidden = info { throttle_percentage = json.null }
    assert.is_true(scheduling.is_as_planned(hidden, PLAN))
    assert.is_false(scheduling.shows_all(hidden, PLAN))
    assert.is_true(scheduling.shows_all(info(), PLAN))
    assert.is_true(scheduling.shows_all({}, { send_time = PLAN.send_time, strategy = "static" }))
  end)

  it("names the day of smart send time in one of three ways", function()
    local day = { send_date = "2026-11-27", strategy = "smart_send_time" }
    for _, shown in ipairs { { send_date = "2026-11-27" }, { send_time = "2026-11-27T10:00:00Z" },
      { send_times = { a = "2026-11-27T10:00:00Z", b = "2026-11-27T11:00:00Z" } } } do
      assert.is_true(scheduling.is_as_planned(shown, day))
    end
    assert.is_false(scheduling.is_as_planned({ send_date = "2026-11-28" }, day))
  end)
end)
