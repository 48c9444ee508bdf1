-- SPDX-License-Identifier: MIT
-- Zones, wall times, and the days and times of the command line. The system's zdump is the judge of every transition.

local local_time = require "klaviyo.cli.local_time"
local process = require "spec.support.process"
local sends = require "klaviyo.cli.sends"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

describe("local_time.parse", function()
  it("reads days and instants", function()
    local utc, now = local_time.utc, 1796133600
    assert.equal(1796083200, local_time.parse("today", utc, now))
    assert.equal(1796083200 + 7 * 86400, local_time.parse("+7d", utc, now))
    assert.equal(1796083200 - 14 * 86400, local_time.parse("-2w", utc, now))
    assert.equal(now, local_time.parse("2026-12-01T14:00:00Z", utc, now))
    local none, message = local_time.parse("someday", utc, now)
    assert.is_nil(none)
    assert.matches("is not a day or a time", message)
  end)

  it("knows days without midnight, and days that have it twice", function()
    for name, days in pairs {
      ["America/Santiago"] = { ["2026-09-06"] = "2026-09-06T04:00:00Z", ["2026-04-05"] = "2026-04-05T04:00:00Z" },
      ["America/Havana"] = { ["2026-03-08"] = "2026-03-08T05:00:00Z", ["2026-11-01"] = "2026-11-01T04:00:00Z" },
      ["Atlantic/Azores"] = { ["2026-03-29"] = "2026-03-29T01:00:00Z", ["2026-10-25"] = "2026-10-25T00:00:00Z" },
    } do
      local zone = assert(local_time.zone(name))
      for day, instant in pairs(days) do
        assert.equal(time.parse(instant), local_time.parse(day, zone, 0), name .. " " .. day)
      end
    end
  end)
end)

describe("local_time.machine", function()
  it("has the name of its zone, or the offset", function()
    local lua = (os.getenv "KLAVIYO_LUA" or "lua5.4") .. " -e "
    local function name_of(tz, file)
      local code = ("io.write(require('klaviyo.cli.local_time').machine(%q).name)"):format(file or "/none")
      return (process.run(("env TZ=%s %s%s"):format(process.quote(tz), lua, process.quote(code))))
    end
    assert.equal("Asia/Kolkata", name_of "Asia/Kolkata")
    assert.equal("Asia/Kolkata", name_of ":Asia/Kolkata")
    assert.equal("local time, UTC-03:30", name_of "XYZ3:30")
    local file = os.tmpname()
    process.write(file, "Etc/UTC\n")
    assert.matches("^Etc/UTC$", name_of("", file))
    process.write(file, "Asia/Kolkata\n") -- the clock says otherwise
    assert.equal("local time, UTC+00:00", name_of("", file))
    os.remove(file)
  end)
end)

-- The transitions of a zone: { at, before, after } in seconds.
local function transitions(name, from, to)
  local list, lines = {}, {}
  local pipe = assert(io.popen(("TZ=UTC0 zdump -v -c %d,%d %s"):format(from, to, process.quote(name))))
  for line in pipe:lines() do
    local month, day, clock, year, offset = line:match "%a+ (%a+)%s+(%d+) ([%d:]+) (%d+) UT = .- gmtoff=(-?%d+)"
    local at = month and time.http(("Mon, %02d %s %s %s GMT"):format(day, month, year, clock))
    lines[#lines + 1] = at and { at = at, offset = tonumber(offset) } or nil
  end
  pipe:close()
  for i = 2, #lines do
    if lines[i].at == lines[i - 1].at + 1 and lines[i].offset ~= lines[i - 1].offset then
      list[#list + 1] = { at = lines[i].at, before = lines[i - 1].offset, after = lines[i].offset }
    end
  end
  return list
end

local function zone_names()
  local names = {}
  for line in process.read "/usr/share/zoneinfo/zone1970.tab":gmatch "[^\n]+" do
    names[#names + 1] = line:match "^[%u,]+\t[^\t]+\t([^%s]+)"
  end
  return names
end

local function find_zdump()
  return process.find "zdump" and #zone_names() > 100
end

describe("the next ten years #process", function()
  if not find_zdump() then
    pending "are as zdump shows them (zdump or the zone table is not installed)"
    return
  end

  local year = tonumber(os.date "!%Y")
  local all = {}

  setup(function()
    for _, name in ipairs(zone_names()) do
      all[name] = transitions(name, year, year + 10)
    end
  end)

  local function each(fn)
    local count = 0
    for name, list in pairs(all) do
      local zone = assert(local_time.zone(name))
      for _, transition in ipairs(list) do
        fn(zone, transition, ("%s %s"):format(name, time.format(transition.at)))
        count = count + 1
      end
    end
    assert.is_true(count > 1000, count)
  end

  local function at(wall, zone)
    local days = math.floor(wall / 86400)
    return local_time.at(days, wall - days * 86400, zone)
  end

  it("have the offsets that zdump shows", function()
    each(function(zone, t, title)
      assert.equal(t.before, zone.offset(t.at - 1), title)
      assert.equal(t.after, zone.offset(t.at), title)
    end)
  end)

  it("have one instant for each wall time: gaps move forward, and of two the first is meant", function()
    each(function(zone, t, title)
      local low, high = math.min(t.before, t.after), math.max(t.before, t.after)
      assert.equal(t.at + low - 1 - t.before, at(t.at + low - 1, zone), title)
      for _, wall in ipairs { t.at + low, t.at + math.floor((low + high) / 2), t.at + high - 1 } do
        assert.equal(wall - t.before, at(wall, zone), title)
      end
      assert.equal(t.at + high - t.after, at(t.at + high, zone), title)
    end)
  end)

  it("refuse a wall time that is skipped or shown twice, where somebody gives one to send at", function()
    each(function(zone, t, title)
      local wall = t.at + math.floor((t.before + t.after) / 2)
      local epoch, message = time.resolve(time.format(wall):sub(1, 19), zone.name)
      assert.is_nil(epoch, title)
      assert.matches(t.after > t.before and "does not exist" or "happens twice", message, title)
    end)
  end)

  it("have days that begin once", function()
    each(function(zone, t, title)
      for days = math.floor((t.at + t.after) / 86400) - 1, math.floor((t.at + t.after) / 86400) + 1 do
        local epoch = local_time.day(days, zone)
        assert.equal(days, local_time.wall(epoch, zone).days, title)
        assert.equal(days - 1, local_time.wall(epoch - 1, zone).days, title)
      end
    end)
  end)

  it("are the same in the pre-flight and in the sandbox", function()
    local sandbox, kl = support.start()
    local sale = require("klaviyo").campaign "Zones" :timezone "UTC"
    local walls, number = {}, 0
    local soon = kl:now() + 3 * 86400
    for name, list in pairs(all) do
      local taken = 0
      for _, t in ipairs(list) do
        if t.at > soon and taken < 2 then -- one way and the other
          taken, number = taken + 1, number + 1
          local id = "LIST_" .. number
          sandbox:list { id = id, size = 10, zones = { [name] = 1 } }
          sale:audience("A" .. number, { included = { id } }):sms { name = "M" .. number, body = "Text" }
          walls[number] = { wall = t.at + math.floor((t.before + t.after) / 2), zone = name }
        end
      end
    end
    assert.is_true(number > 100, number)
    local campaign = assert(kl.campaigns:create(sale))
    for _, message in ipairs(campaign.messages) do
      local case = walls[tonumber(message.name:match "%d+")]
      assert(message:schedule { at = time.format(case.wall), strategy = "local_timezone" })
      local state = assert(kl:request { path = "/_sandbox/messages/" .. message.id }).body
      local steps = sends.steps({ epoch = case.wall, strategy = "local_timezone" }, { zone = local_time.utc,
        zones = { assert(local_time.zone(case.zone)) }, now = kl:now() })
      assert.equal(time.parse(state.first), steps[1].epoch, case.zone .. " " .. time.format(case.wall))
    end
    kl:close()
    sandbox:stop()
  end)
end)
