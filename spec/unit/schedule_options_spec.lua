-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local validate = require "klaviyo.model.validate"

local NOW = 1796133600 -- 2026-12-01T14:00:00Z

local function plan(options, dialect, more)
  local ctx = { dialect = dialect or "guide", now = NOW }
  for name, value in pairs(more or {}) do
    ctx[name] = value
  end
  return validate.schedule(options, ctx)
end

local function problems(...)
  local made, list = plan(...)
  assert.is_nil(made)
  local map = {}
  for _, problem in ipairs(list) do
    map[problem.path] = problem.message
  end
  return map, #list
end

describe("validate.schedule", function()
  it("makes a plan of an instant", function()
    assert.same({ strategy = "static", send_time = "2026-12-02T14:00:00+00:00", epoch = NOW + 86400 },
      plan { at = "2026-12-02T14:00:00Z" })
    assert.same({ strategy = "static", send_time = "2026-12-02T09:00:00-05:00", epoch = NOW + 86400 },
      plan { at = "2026-12-02T09:00-05:00", strategy = "STATIC" })
    assert.equal("2026-12-02T14:00:00+00:00", plan({ at = NOW + 86400 }).send_time)
  end)

  it("makes a plan of a local time in a stated zone", function()
    local made = plan { at = "2026-12-02T09:00:00", timezone = "America/New_York", strategy = "local_timezone" }
    assert.equal("2026-12-02T09:00:00-05:00", made.send_time)
    assert.equal(NOW + 86400, made.epoch)
  end)

  it("never guesses a zone", function()
    assert.matches("has no offset", problems({ at = "2026-12-02T09:00:00" }).at)
    assert.matches("has an offset already", problems({ at = "2026-12-02T09:00:00Z", timezone = "UTC" }).timezone)
    assert.matches("is an instant", problems({ at = NOW + 60, timezone = "UTC" }).timezone)
    assert.matches('did you mean "Europe/Berlin"', problems({ at = "2026-12-02T09:00:00",
      timezone = "Europe/Berln" }).timezone)
    assert.matches("must be a string", problems({ at = "2026-12-02T09:00:00", timezone = 1 }).timezone)
  end)

  it("refuses local times that the clocks skip or show twice, with both that could be meant", function()
    local made, list = plan { at = "2027-03-14T02:30:00", timezone = "America/New_York" }
    assert.is_nil(made)
    assert.matches("does not exist", list[1].message)
    assert.same({ "2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00" }, list[1].allowed)
    made, list = plan { at = "2027-11-07T01:30:00", timezone = "America/New_York" }
    assert.is_nil(made)
    assert.matches("happens twice", list[1].message)
    assert.same({ "2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00" }, list[1].allowed)
  end)

  it("wants a time in the future", function()
    assert.matches("lies in the past", problems({ at = "2026-12-01T13:59:59Z" }).at)
    assert.matches("lies in the past", problems({ at = "2026-12-01T14:00:00Z" }).at)
    assert.is_truthy((plan { at = "2026-12-01T14:00:01Z" }))
    assert.is_truthy((plan({ at = "1999-01-01T00:00:00Z" }, "guide", { now = false })))
    assert.matches("is missing", problems({}).at)
    for _, at in ipairs { "tomorrow", "2026-12-32T00:00:00Z", true, {}, 0 / 0, math.huge, json.null } do
      assert.is_string(problems({ at = at }).at)
    end
  end)

  it("takes the strategy that the campaign has, where none is given", function()
    local function strategy(name, dialect)
      local made = plan({ at = "2027-01-01T00:00:00Z" }, dialect, { send_settings = { send_strategy = name,
        throttle_percentage = 25 } })
      return made and made.strategy
    end
    assert.equal("local_timezone", strategy "LOCAL_TIMEZONE")
    assert.equal("throttled", strategy "THROTTLED")
    assert.equal("static", strategy "something of theirs")
    assert.equal("static", strategy(json.null))
    assert.is_nil(strategy("THROTTLED", "openapi")) -- its percentage must be said then
  end)

  it("wants one of the nine percentages when throttled", function()
    for _, percentage in ipairs(schema.percentages) do
      local made = plan({ at = "2027-01-01T00:00:00Z", strategy = "throttled", percentage = percentage })
      assert.equal(percentage, made.percentage)
    end
    for _, percentage in ipairs { 12, 0, 100, "25", 25.5, json.null } do
      assert.matches("allowed: 10, 11, 13, 14, 17, 20, 25, 33 or 50",
        problems({ at = "2027-01-01T00:00:00Z", strategy = "throttled", percentage = percentage }).percentage)
    end
  end)

  it("wants a percentage from somebody", function()
    local options = { at = "2027-01-01T00:00:00Z", strategy = "throttled" }
    assert.matches("is missing", problems(options, "openapi").percentage)
    assert.is_nil(plan(options, "guide").percentage)
    assert.is_truthy((plan(options, "guide", { send_settings = { throttle_percentage = 20 } })))
    assert.matches("is missing", problems(options, "guide", { send_settings = {} }).percentage)
    assert.matches("is missing",
      problems(options, "guide", { send_settings = { throttle_percentage = json.null } }).percentage)
  end)

  it("refuses options that do not go with the strategy: nobody is sent to faster than was meant", function()
    assert.matches("goes with strategy", problems({ at = "2027-01-01T00:00:00Z", percentage = 25 }).percentage)
    assert.matches("goes with strategy", problems({ at = "2027-01-01T00:00:00Z", unit = "hour" }).unit)
    assert.matches("goes with strategy",
      problems({ at = "2027-01-01T00:00:00Z", past_timezones = "tomorrow" }).past_timezones)
    assert.matches("goes with strategy",
      problems({ at = "2027-01-01T00:00:00Z", strategy = "static", date = "2027-01-01" }, "openapi").date)
  end)

  it("knows minutes from the revision that has them", function()
    local options = { at = "2027-01-01T00:00:00Z", strategy = "throttled", percentage = 25, unit = "minute" }
    assert.equal("minute", plan(options, "openapi").unit)
    assert.equal("minute", plan(options, "openapi", { revision = "2026-10-15" }).unit)
    assert.matches("2026%-07%-15", problems(options, "openapi", { revision = "2026-04-15.pre" }).unit)
    assert.matches("2026%-07%-15", problems(options, "guide").unit)
    options.unit = "hour"
    assert.is_nil(plan(options, "guide").unit)
    assert.equal("hour", plan(options, "openapi").unit)
    options.unit = "hours"
    assert.matches('did you mean "hour"', problems(options, "openapi").unit)
  end)

  it("knows what becomes of zones where the time has passed", function()
    local options = { at = "2027-01-01T00:00:00Z", strategy = "local_timezone", past_timezones = "tomorrow" }
    assert.is_true(plan(options).past_timezones_tomorrow)
    options.past_timezones = "immediately"
    assert.is_false(plan(options).past_timezones_tomorrow)
    options.past_timezones = nil
    assert.is_nil(plan(options).past_timezones_tomorrow)
    options.past_timezones = "skip"
    assert.matches("send_passed_rltz_immediately", problems(options).past_timezones)
    options.past_timezones = true
    assert.is_string(problems(options).past_timezones)
  end)

  it("takes a day for smart send time, from the revision that has it", function()
    assert.same({ strategy = "smart_send_time", send_date = "2026-12-01" }, plan({ date = "2026-12-01" }, "openapi"))
    assert.equal("smart_send_time", plan({ date = "2027-01-01", strategy = "SMART_SEND_TIME" }, "openapi").strategy)
    assert.matches("lies in the past", problems({ date = "2026-11-30" }, "openapi").date)
    local far_east = { send_settings = { send_timezone = "Pacific/Kiritimati" } } -- where it is the next day already
    assert.matches("it is 2026%-12%-02", problems({ date = "2026-12-01" }, "openapi", far_east).date)
    assert.is_truthy((plan({ date = "2026-12-02" }, "openapi", far_east)))
    local midnight = { now = NOW + 36000 } -- 2026-12-02T00:00:00Z
    assert.is_truthy((plan({ date = "2026-12-01" }, "openapi", midnight)))
    midnight.send_settings = {} -- in New York it is still that day, and the account may be there
    assert.is_truthy((plan({ date = "2026-12-01" }, "openapi", midnight)))
    midnight.send_settings.send_timezone = "Europe/London"
    assert.matches("lies in the past", problems({ date = "2026-12-01" }, "openapi", midnight).date)
    assert.matches("is missing", problems({ strategy = "smart_send_time" }, "openapi").date)
    assert.is_string(problems({ date = "2027-02-30" }, "openapi").date)
    assert.is_string(problems({ date = 20270101 }, "openapi").date)
    assert.matches("give the day", problems({ strategy = "smart_send_time", at = "2027-01-01T00:00:00Z",
      date = "2027-01-01" }, "openapi").at)
    assert.matches("2026%-07%-15", problems({ date = "2027-01-01" }, "guide").strategy)
  end)

  it("names the option that was meant, and tells everything at once", function()
    local map, count = problems { time = "2027-01-01T00:00:00Z", strategy = "throtled", percentage = 12, tz = 1,
      at = "x" }
    assert.equal(5, count)
    assert.matches('did you mean "at"', map.time)
    assert.matches('did you mean "timezone"', map.tz)
    assert.matches('did you mean "throttled"', map.strategy)
    assert.is_string(map.percentage)
    assert.is_string(map.at)
  end)

  it("takes the names of message.scheduling, and null there as absent", function()
    local at, null = "2027-01-01T00:00:00Z", json.null
    assert.same(plan { at = at, strategy = "throttled", percentage = 25 },
      plan { send_time = at, strategy = "throttled", throttle_percentage = 25, send_date = null, throttle_unit = null,
        past_timezones_tomorrow = null, send_times = null })
    assert.equal("minute", plan({ send_time = at, strategy = "throttled", throttle_percentage = 25,
      throttle_unit = "minute" }, "openapi").unit)
    assert.is_true(plan({ send_time = at, strategy = "local_timezone",
      past_timezones_tomorrow = true }).past_timezones_tomorrow)
    assert.is_false(plan({ send_time = at, strategy = "local_timezone",
      past_timezones_tomorrow = false }).past_timezones_tomorrow)
    local smart = { strategy = "smart_send_time", send_date = "2027-01-01" }
    assert.same(smart, plan({ send_date = "2027-01-01" }, "openapi"))
    for _, shown in ipairs { { send_date = "2027-01-01" }, { send_time = at },
      { send_date = "2027-01-01", send_time = at }, { send_times = { V1 = at, V2 = "2027-01-01T05:00:00Z" } } } do
      shown.strategy = "smart_send_time"
      assert.same(smart, plan(shown, "openapi"))
    end
  end)

  it("refuses both names of one thing, and a name with what it cannot mean, by the name that was given", function()
    local at = "2027-01-01T00:00:00Z"
    assert.matches("is the same as at: give one of them", problems({ at = at, send_time = at }).send_time)
    assert.matches("lies in the past", problems({ send_time = "2020-01-01T00:00:00Z" }).send_time)
    assert.matches("goes with strategy", problems({ send_time = at, throttle_percentage = 25 }).throttle_percentage)
    assert.matches("must be true or false", problems({ send_time = at, strategy = "local_timezone",
      past_timezones_tomorrow = "yes" }).past_timezones_tomorrow)
    local times = { V1 = at, V2 = "2027-01-02T00:00:00Z" }
    assert.matches("several days", problems({ strategy = "smart_send_time", send_times = times }, "openapi").send_times)
    assert.matches("smart_send_time has", problems({ strategy = "static", send_times = times }, "openapi").send_times)
  end)

  it("raises for options that are no table", function()
    assert.error_matches(function()
      validate.schedule "2027-01-01T00:00:00Z"
    end, "a table of options")
  end)
end)
