-- SPDX-License-Identifier: MIT
--- The options that say when and how messages are sent.

local failure = require "klaviyo.cli.terminal.failure"
local timing = require "klaviyo.cli.timing"

describe("the options of schedule and reschedule", function()
  local campaign = { send_settings = { send_timezone = "America/New_York" } }

  local function context(dialect)
    local dispatch = { revision = "2026-04-15.pre", dialect = function()
      return dialect or "guide"
    end }
    return { now = function()
      return 1796133600 -- 2026-12-01T14:00:00Z
    end, client = function()
      return { _dispatch = dispatch }
    end }
  end

  local function refusal(...)
    local ok, problem = pcall(...)
    assert.is_false(ok)
    assert.is_true(failure.is(problem), tostring(problem))
    return problem
  end

  local function given(args)
    local ctx = context()
    ctx.args = args
    return ctx
  end

  it("are those that were given, with a time in ISO 8601", function()
    assert.same({ strategy = "static" }, timing.read(given { strategy = "static", yes = true }, campaign))
    assert.same({ at = "2026-12-02T09:00", timezone = "America/New_York" },
      timing.read(given { at = "tomorrow 9am", timezone = "America/New_York" }, campaign))
    assert.same({ at = "2026-12-01T12:00:00-05:00" },
      timing.read(given { at = "+3h", timezone = "America/New_York" }, campaign))
    local problem = refusal(timing.read, given { at = "tomorrow 9am" }, campaign)
    assert.matches("^%-%-at has no zone", problem.details[1])
    assert.matches("%-%-timezone America/New_York", problem.hint)
    assert.matches("^%-%-timezone ", refusal(timing.read, given { at = "tomorrow 9am", timezone = "Mars" },
      campaign).details[1])
  end)

  it("become a plan, or problems by the names of the options", function()
    local plan = timing.plan(context(), campaign, { at = "2026-12-02T14:00:00Z" })
    assert.equal("2026-12-02T14:00:00+00:00", plan.send_time)
    local problem = refusal(timing.plan, context(), campaign, { at = "2026-12-02T14:00", strategy = "local_timezone",
      past_timezones = "never" })
    assert.equal(3, problem.code)
    assert.matches("^%-%-at has no offset", problem.details[1])
    assert.matches("^%-%-past%-timezones cannot be", problem.details[2])
    assert.matches("%-%-timezone America/New_York", problem.hint)
  end)

  it("move a message, which keeps the rest of its schedule", function()
    local message = { scheduling = { send_time = "2026-12-02T14:00:00Z", strategy = "throttled",
      throttle_percentage = 25 } }
    local plan = timing.move(context(), campaign, message, { at = "2026-12-03T14:00:00Z" })
    assert.equal(25, plan.percentage)
    assert.equal("throttled", plan.strategy)
    assert.matches("%-%-at is missing", refusal(timing.move, context(), campaign, message, {}).details[1])
  end)
end)
