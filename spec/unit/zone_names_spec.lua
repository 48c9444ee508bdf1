-- SPDX-License-Identifier: MIT
-- Abbreviations and offsets instead of zones: the advice names the zone that is meant.

local time = require "klaviyo.model.time"
local zone_names = require "klaviyo.model.zone_names"

describe("zone_names.advice", function()
  it("names the zone of a city for an abbreviation", function()
    assert.equal('write "America/Los_Angeles"', zone_names.advice "PST")
    assert.equal('write "America/New_York"', zone_names.advice "edt")
    assert.is_nil(zone_names.advice "Europe/Berlni")
  end)

  it("turns the sign of an offset round, as the zones of Etc do", function()
    for hours = 1, 12 do
      for sign, factor in pairs { ["+"] = 1, ["-"] = -1 } do
        for _, form in ipairs { "GMT%s%d", "UTC%s%d", "utc%s%02d:00", "%s%02d00" } do
          local name = form:format(sign, hours)
          local zone = zone_names.advice(name):match '"(Etc/GMT[+-]%d+)"'
          assert.equal(factor * hours * 3600, time.offset(zone, 0), name)
        end
      end
    end
    assert.equal('write "UTC"', zone_names.advice "GMT+0")
  end)

  it("names a city where there is no such zone", function()
    assert.matches('such as "Asia/Kolkata"', zone_names.advice "UTC+5:30")
    assert.equal(19800, time.offset("Asia/Kolkata", 0))
    assert.equal("name the zone of a city", zone_names.advice "UTC+1:07")
    assert.is_nil(zone_names.advice "GMT+99")
  end)

  it("is in the message about a zone", function()
    assert.matches('is not a time zone: "GMT%+5"; 5 hours east of UTC all year is "Etc/GMT%-5"',
      (select(2, time.has_zone "GMT+5")))
    assert.matches('is not a time zone: "PST"; write "America/Los_Angeles"', (select(2, time.has_zone "PST")))
    assert.matches('did you mean "Europe/Berlin"', (select(2, time.has_zone "Europe/Berlni")))
  end)
end)
