-- SPDX-License-Identifier: MIT
local random = require "spec.support.random"
local time = require "klaviyo.model.time"

describe("time.http", function()
  it("reads the date of an answer", function()
    assert.equal(1796133600, time.http "Tue, 01 Dec 2026 14:00:00 GMT")
    for _, text in ipairs { "", "Tue, 01 Dez 2026 14:00:00 GMT", "2026-12-01T14:00:00Z",
      "Tue, 31 Feb 2026 14:00:00 GMT" } do
      assert.is_nil(time.http(text))
    end
    assert.is_nil(time.http(nil))
  end)
end)

describe("times that are given to time", function()
  it("are the module's own, public as klaviyo.time", function()
    assert.equal(time, require("klaviyo").time)
  end)

  it("are numbers that have a date of four digits", function()
    assert.equal("0001-01-01T00:00:00Z", time.format(-62135596800))
    assert.equal("9999-12-31T23:59:59Z", time.format(253402300799))
    for _, bad in ipairs { "2026", false, 1 / 0, -1 / 0, 0 / 0, 253402300800, -62135596801 } do
      for name, call in pairs { format = function() time.format(bad) end,
        offset = function() time.offset("UTC", bad) end } do
        local ok, message = pcall(call)
        assert.is_false(ok)
        assert.matches("^spec/unit/time_spec.lua:%d+: time." .. name .. " takes seconds since 1970", message)
      end
    end
  end)
end)

describe("time.parse", function()
  it("reads instants with an offset", function()
    assert.equal(1796133600, (time.parse "2026-12-01T14:00:00Z"))
    assert.equal(1796133600, (time.parse "2026-12-01T09:00:00-05:00"))
    assert.equal(1796133600, (time.parse "2026-12-01T19:30+0530"))
    assert.equal(1796133600.25, (time.parse "2026-12-01 14:00:00.25z"))
    assert.equal(-300, select(2, time.parse "2026-12-01T09:00:00-05:00"))
    assert.equal(0, (time.parse "1970-01-01T00:00:00Z"))
    assert.equal(-62135596800, (time.parse "0001-01-01T00:00:00Z"))
  end)

  it("refuses what has no offset", function()
    local epoch, message = time.parse "2026-12-01T14:00:00"
    assert.is_nil(epoch)
    assert.matches("has no offset", message)
  end)

  it("refuses days and times that do not exist", function()
    for _, text in ipairs { "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z", "0000-01-01T00:00Z",
      "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z",
      "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+01:60", "1900-02-29T00:00:00Z" } do
      assert.is_nil((time.parse(text)), text)
    end
    assert.is_truthy((time.parse "2024-02-29T00:00:00Z"))
    assert.is_truthy((time.parse "2000-02-29T00:00:00Z"))
  end)

  it("refuses what is no time", function()
    for _, text in ipairs { "", "tomorrow", "2026-12-01", "2026-12-01T", "26-12-01T14:00:00Z", "2026-12-01T14:00:00.Z",
      "2026-12-01T14:00:00ZZ", " 2026-12-01T14:00:00Z", 12, false, {} } do
      assert.is_nil((time.parse(text)))
    end
    assert.is_nil((time.parse(nil)))
  end)
end)

describe("time.format", function()
  it("writes UTC with Z, and another offset as it is", function()
    assert.equal("2026-12-01T14:00:00Z", time.format(1796133600))
    assert.equal("2026-12-01T14:00:00+00:00", time.format(1796133600, 0))
    assert.equal("2026-12-01T09:00:00-05:00", time.format(1796133600, -300))
    assert.equal("2026-12-01T19:30:00+05:30", time.format(1796133600, 330))
    assert.equal("2026-12-01T14:00:00Z", time.format(1796133600.9))
    assert.equal("1969-12-31T23:59:59Z", time.format(-1))
  end)

  it("is read back as the same instant", function()
    local r = random.new(3)
    for _ = 1, 1000 do
      local epoch = r.int(-2000000000, 2000000000) * 30 + r.int(0, 29)
      local offset = r.int(-1439, 1439)
      assert.equal(epoch, (time.parse(time.format(epoch, offset))))
    end
  end)
end)

describe("time.date", function()
  it("reads days that exist", function()
    assert.equal(0, time.date "1970-01-01")
    assert.equal(20788, time.date "2026-12-01")
    assert.is_nil((time.date "2026-02-30"))
    assert.is_nil((time.date "2026-12-01T00:00:00Z"))
    assert.is_nil((time.date(20260101)))
  end)
end)

describe("time.resolve", function()
  it("reads a local time of a zone", function()
    local epoch, offset = time.resolve("2026-12-01T09:00:00", "America/New_York")
    assert.equal(1796133600, epoch)
    assert.equal(-300, offset)
    assert.equal(-240, select(2, time.resolve("2026-07-01 09:00", "America/New_York")))
    assert.equal(0, select(2, time.resolve("2026-07-01 09:00", "UTC")))
    assert.equal(330, select(2, time.resolve("2026-07-01 09:00", "Asia/Kolkata")))
    assert.equal(345, select(2, time.resolve("2026-07-01 09:00", "Asia/Kathmandu")))
  end)

  it("refuses a time that the clocks skip, with what stands on both sides", function()
    local epoch, message, candidates = time.resolve("2026-03-08T02:30:00", "America/New_York")
    assert.is_nil(epoch)
    assert.matches("does not exist in America/New_York", message)
    assert.same({ "2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00" }, candidates)
    assert.is_truthy((time.resolve("2026-03-08T01:59:59", "America/New_York")))
    assert.equal(-240, select(2, time.resolve("2026-03-08T03:00:00", "America/New_York")))
  end)

  it("refuses a time that happens twice, with both", function()
    local epoch, message, candidates = time.resolve("2026-11-01T01:30:00", "America/New_York")
    assert.is_nil(epoch)
    assert.matches("happens twice", message)
    assert.same({ "2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00" }, candidates)
    assert.equal(-240, select(2, time.resolve("2026-11-01T00:59:59", "America/New_York")))
    assert.equal(-300, select(2, time.resolve("2026-11-01T02:00:00", "America/New_York")))
  end)

  it("knows zones whose clocks move by half an hour, or a day", function()
    local _, _, candidates = time.resolve("2026-10-04T02:15:00", "Australia/Lord_Howe")
    assert.same({ "2026-10-04T01:45:00+10:30", "2026-10-04T02:45:00+11:00" }, candidates)
    assert.is_nil((time.resolve("2011-12-30T12:00:00", "Pacific/Apia")))
    assert.is_truthy((time.resolve("2011-12-29T12:00:00", "Pacific/Apia")))
    assert.is_truthy((time.resolve("2011-12-31T12:00:00", "Pacific/Apia")))
  end)

  it("goes on after the last change in the file", function()
    assert.equal(120, select(2, time.resolve("2090-07-01T12:00:00", "Europe/Berlin")))
    assert.equal(60, select(2, time.resolve("2090-01-01T12:00:00", "Europe/Berlin")))
    assert.equal(660, select(2, time.resolve("2090-01-01T12:00:00", "Australia/Sydney")))
    assert.equal(600, select(2, time.resolve("2090-07-01T12:00:00", "Australia/Sydney")))
    assert.equal(60, select(2, time.resolve("2090-07-01T12:00:00", "Europe/Dublin")))
    assert.is_nil((time.resolve("2090-03-26T02:30:00", "Europe/Berlin")))
  end)

  it("names the zone that was meant", function()
    local function refusal(name)
      local epoch, message = time.resolve("2026-12-01T09:00", name)
      assert.is_nil(epoch)
      return message
    end
    assert.matches("America/New_York", refusal "America/New York")
    assert.matches("America/New_York", refusal "new york")
    assert.matches("Europe/Berlin", refusal "europe/berlin")
    assert.matches("Europe/Berlin", refusal "Europe/Berln")
    assert.matches("is not a time zone", refusal "Nowhere/Land")
    for _, name in ipairs { "", "/etc/passwd", "../../etc/passwd", "Europe/../../etc/passwd", "posixrules", "tzdata.zi",
      "Europe", "right/UTC", ("x"):rep(10000), "UTC\0", "Europe//Berlin" } do
      assert.matches("is not a time zone", refusal(name))
    end
    assert.is_nil((time.resolve("2026-12-01T09:00", 12)))
  end)

  it("takes local times alone", function()
    assert.is_nil((time.resolve("2026-12-01T09:00:00Z", "UTC")))
    assert.is_nil((time.resolve("tomorrow", "UTC")))
  end)

  it("finds each instant again by its local time, through the years and zones", function()
    local r = random.new(99)
    local zones = { "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tehran", "America/Sao_Paulo",
      "Pacific/Chatham", "Africa/Casablanca", "America/Nuuk", "Asia/Kolkata", "Africa/Cairo", "Etc/GMT+5" }
    local twice = 0
    for _ = 1, 2000 do
      local zone, epoch = r.pick(zones), r.int(0, 2000000) * 2000
      local z = assert(require("klaviyo.model.zone").load(zone))
      local offset = require("klaviyo.model.zone").offset_at(z, epoch)
      local wall = time.format(epoch + offset):sub(1, 19)
      local found, why, candidates = time.resolve(wall, zone)
      if not found then
        twice = twice + 1
        assert.matches("happens twice", why)
        local first, second = time.parse(candidates[1]), time.parse(candidates[2])
        assert.is_true(first == epoch or second == epoch)
      else
        assert.equal(epoch, found)
      end
    end
    assert.is_true(twice < 20)
  end)
end)
