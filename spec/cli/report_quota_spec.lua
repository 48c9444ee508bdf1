-- SPDX-License-Identifier: MIT
-- The reports that this machine has asked for, kept between commands.

local cache = require "klaviyo.cli.cache"
local report = require "klaviyo.cli.report"
local report_quota = require "klaviyo.cli.report_quota"

describe("the reports of this machine", function()
  local now, kept, spent, read, write, clock

  before_each(function()
    read, write, clock = cache.read, cache.write, os.time
    now, kept, spent = 1796133600, nil, nil
    cache.read = function(_, name)
      return name == "reports" and kept or spent
    end
    cache.write = function(_, name, value)
      if name == "reports" then
        kept = value
      else
        spent = value
      end
    end
    os.time = function() -- luacheck: ignore 122
      return now
    end
  end)

  after_each(function()
    cache.read, cache.write, os.time = read, write, clock -- luacheck: ignore 122
  end)

  it("are counted for a minute and a day", function()
    assert.same({ minute = 0, day = 0, wait_minute = 0, wait_day = 0, is_refused = false }, report_quota.used {})
    report_quota.note({}, 1)
    now = now + 20
    report_quota.note({}, 1)
    assert.same({ minute = 2, day = 2, wait_minute = 40, wait_day = 0, is_refused = false }, report_quota.used {})
    now = now + 40
    assert.same({ minute = 1, day = 2, wait_minute = 0, wait_day = 0, is_refused = false }, report_quota.used {})
    now = now + 86400
    assert.equal(0, report_quota.used({}).day)
  end)

  it("may be as many a day as the service allows", function()
    report_quota.note({}, 224)
    now = now + 3600
    assert.equal(0, report_quota.used({}).wait_day)
    report_quota.note({}, 1)
    assert.equal(86400 - 3600, report_quota.used({}).wait_day)
  end)

  it("are counted beforehand where a report takes several requests", function()
    report_quota.note({}, 223)
    now = now + 3600
    assert.equal(0, report_quota.used({}, 2).wait_day)
    assert.equal(86400 - 3600, report_quota.used({}, 3).wait_day)
    local campaigns = {}
    for i = 1, 201 do
      campaigns[i] = { id = "C" .. i }
    end
    local ok, failed = pcall(report.read, { progress = { begin = function() end } }, { campaigns = campaigns })
    assert.is_false(ok)
    assert.equal("This report takes 3 requests, and this machine has asked for 223 of the 225 that an account may "
      .. "within 24 hours; it is possible in 23 hours, or of fewer campaigns at once.", failed.message)
  end)

  it("are spent for as long as the service says", function()
    report_quota.refused({}, { kind = "rate_limited", status = 429, retry_after = 59 })
    report_quota.refused({}, { kind = "server", status = 503, retry_after = 4000 })
    report_quota.refused({}, { kind = "rate_limited", retry_after = 4000 })
    assert.equal(0, report_quota.used({}).wait_day)
    report_quota.refused({}, { kind = "rate_limited", status = 429, retry_after = 4000.2 })
    now = now + 1
    local used = report_quota.used {}
    assert.same({ 4000, true }, { used.wait_day, used.is_refused })
    now = now + 4000
    assert.equal(0, report_quota.used({}).wait_day)
  end)

  it("say when the next is possible", function()
    assert.is_nil(report_quota.next_day { wait_day = 0 })
    assert.equal("1 minute", report_quota.next_day { wait_day = 5 })
    assert.equal("119 minutes", report_quota.next_day { wait_day = 119 * 60 })
    assert.equal("3 hours", report_quota.next_day { wait_day = 121 * 60 })
  end)

  it("are none where the file is damaged or the clock was set back", function()
    for _, wrong in ipairs { "x", { "x", {} }, { now + 10 } } do
      kept = wrong
      assert.equal(0, report_quota.used({}).day)
    end
  end)
end)
