-- SPDX-License-Identifier: MIT
local process = require "spec.support.process"
local random = require "spec.support.random"
local zone = require "klaviyo.model.zone"

describe("zone", function()
  it("agrees with the system's own clock", function()
    for _, name in ipairs { "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu",
      "Africa/Casablanca", "America/St_Johns", "Pacific/Apia", "Asia/Gaza", "Europe/Dublin", "America/Nuuk" } do
      local z = assert(zone.load(name))
      local instants = {}
      for year = 1975, 2099, 4 do
        for _, month in ipairs { "01", "04", "07", "10" } do
          instants[#instants + 1] = ("@%d"):format((year - 1970) * 31556952 + month * 2629746)
        end
      end
      local input = os.tmpname()
      local file = assert(io.open(input, "w"))
      file:write(table.concat(instants, "\n"), "\n")
      file:close()
      local pipe = assert(io.popen(("TZ=%s date -f %s +'%%s %%:z' 2>&1"):format(name, input)))
      local lines = 0
      for line in pipe:lines() do
        local epoch, sign, hours, minutes = line:match("^(%d+) ([+-])(%d%d):(%d%d)$")
        if epoch then
          local seconds = (tonumber(hours) * 60 + tonumber(minutes)) * (sign == "-" and -60 or 60)
          assert.equal(seconds, zone.offset_at(z, tonumber(epoch)), name .. " " .. line)
          lines = lines + 1
        end
      end
      pipe:close()
      os.remove(input)
      if lines == 0 then
        pending "no GNU date to compare with"
        return
      end
      assert.equal(#instants, lines)
    end
  end)

  it("keeps a few zones, not all", function()
    local first = assert(zone.load "Europe/Paris")
    assert.equal(first, zone.load "Europe/Paris")
    for _, name in ipairs { "Europe/Rome", "Europe/Oslo", "Europe/Riga", "Europe/Vilnius", "Europe/Sofia", "Asia/Tokyo",
      "Asia/Seoul", "Asia/Dubai", "Asia/Dhaka" } do
      assert(zone.load(name))
    end
    assert.are_not.equal(first, zone.load "Europe/Paris")
  end)

  it("names the zone of an old name that this system has left out", function()
    local directory, quote = process.directory(), process.quote
    process.run(("mkdir %s/Etc && cp /usr/share/zoneinfo/Etc/UTC %s/Etc/"):format(directory, directory))
    process.write(directory .. "/tzdata.zi",
      "# version 2025b\nZ Europe/Kyiv 2:2:4 - LMT 1880\nL Europe/Kyiv Europe/Kiev\n")
    local program = os.getenv "KLAVIYO_LUA" or "lua5.4"
    local output = process.run(("TZDIR=%s LUA_PATH=%s %s -e %s"):format(directory, quote(package.path), program,
      quote [[print(select(2, require("klaviyo.model.zone").load "Europe/Kiev"))]]))
    process.remove(directory)
    assert.equal('is not a time zone: "Europe/Kiev" (did you mean "Europe/Kyiv"?)\n', output)
  end)

  it("survives damaged files", function()
    local file = assert(io.open("/usr/share/zoneinfo/America/New_York", "rb"))
    local text = file:read "*a"
    file:close()
    assert.is_table(zone.parse(text))
    for size = 0, #text - 1, 7 do
      local z = zone.parse(text:sub(1, size))
      assert.is_true(z == nil or zone.offset_at(z, 1e9) ~= nil)
    end
    local r = random.new(5)
    for _ = 1, 2000 do
      local at = r.chance(2) and r.int(1, 100) or r.int(#text - 60, #text)
      local z = zone.parse(text:sub(1, at - 1) .. string.char(r.int(0, 255)) .. text:sub(at + 1))
      assert.is_true(z == nil or zone.offset_at(z, r.int(0, 2000000000) * 2) ~= nil)
    end
  end)

  it("lists the names of the database, each of which it has", function()
    local names = zone.names()
    assert.is_true(#names > 300)
    local seen = {}
    for _, name in ipairs(names) do
      assert.is_nil(seen[name])
      seen[name] = true
      assert.is_true(zone.load(name) ~= nil, name)
    end
    assert.is_true(seen["Europe/Berlin"] and seen["America/New_York"] and seen["UTC"])
  end)
end)
