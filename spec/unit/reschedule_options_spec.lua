-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local reschedule_options = require "klaviyo.model.validate.reschedule_options"

local OLD, NEW = "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"
local THROTTLED = { send_time = OLD, strategy = "throttled", throttle_percentage = 25, throttle_unit = json.null }
local LOCAL = { send_time = OLD, strategy = "local_timezone", past_timezones_tomorrow = false }

local function merge(options, present, dialect)
  return reschedule_options.merge(options, present, dialect or "guide")
end

describe("the options of reschedule", function()
  it("take from the message what they do not name", function()
    assert.same({ at = NEW, strategy = "throttled", throttle_percentage = 25 }, merge({ at = NEW }, THROTTLED))
    assert.same({ send_time = OLD, strategy = "throttled", percentage = 50 }, merge({ percentage = 50 }, THROTTLED))
    assert.same({ at = NEW, strategy = "local_timezone", past_timezones_tomorrow = false }, merge({ at = NEW }, LOCAL))
    assert.same({ send_date = "2027-01-01", strategy = "smart_send_time", percentage = 10 },
      merge({ percentage = 10 }, { send_date = "2027-01-01", strategy = "smart_send_time" }))
  end)

  it("leave behind what belongs to another strategy", function()
    assert.same({ send_time = OLD, strategy = "static" }, merge({ strategy = "static" }, THROTTLED))
    assert.same({ at = NEW, strategy = "THROTTLED", throttle_percentage = 25 },
      merge({ at = NEW, strategy = "THROTTLED" }, THROTTLED))
  end)

  it("must name something, and what the service does not show", function()
    local made, problems = merge({}, THROTTLED)
    assert.is_nil(made)
    assert.equal("at", problems[1].path)
    local hidden = { send_time = OLD, strategy = "local_timezone" }
    assert.is_truthy(merge({ at = NEW }, hidden))
    made, problems = merge({ at = NEW }, hidden, "openapi")
    assert.is_nil(made)
    assert.equal("past_timezones", problems[1].path)
    assert.is_truthy(merge({ at = NEW, past_timezones = "tomorrow" }, hidden, "openapi"))
  end)

  it("complete the old schedule, too, where a detail of it is not shown", function()
    assert.same({ send_time = OLD, strategy = "throttled", percentage = 25, throttle_percentage = json.null },
      reschedule_options.complete({ send_time = OLD, strategy = "throttled", throttle_percentage = json.null },
        { at = NEW, strategy = "throttled", percentage = 25 }))
  end)
end)
