-- SPDX-License-Identifier: MIT
--- The script that gives permits, asked by machines that exist by their names alone.

local connection = require "klaviyo.fleet.connection"
local core = require "klaviyo.core"
local redis = require "spec.support.redis"
local scripts = require "klaviyo.fleet.scripts"

local KEYS = { "log", "free", "machines", "state", "operations" }

describe("the script of permits", function()
  local server, link, runner

  setup(function()
    server = redis.start()
    link = assert(connection.open(server.url, require "klaviyo.loop.blocking"))
    runner = scripts.new(link)
  end)

  teardown(function()
    link:release()
    server:stop()
  end)

  -- The reply to a machine that wants so many and holds so many, of 10 a second and 150 a minute.
  local function ask(machine, want, held)
    local text = assert(runner:await("permits", KEYS, { machine, "get_campaigns", tostring(want), "0",
      tostring(held or 0), "10", "1000", "150", "60000", "3600000", "", "", "0", "0", "0" }, core.now() + 5))
    local active, share = text:match "^%d+ %d+ (%d+) (%d+)"
    local offsets = {}
    for offset in text:gmatch "@(%d+)" do
      offsets[#offsets + 1] = tonumber(offset)
    end
    return { active = tonumber(active), share = tonumber(share), offsets = offsets }
  end

  -- Machines of which each has been given one, in a budget that is known.
  local function fleet(count)
    server:call "FLUSHALL"
    ask("first", 1)
    server:call("HDEL", "state", "probing")
    for i = 1, count do
      ask("m" .. i, 1)
    end
  end

  it("gives a machine its share at most, which is no more than two minutes' worth for all", function()
    for count, share in pairs { [1] = 20, [8] = 10, [29] = 10, [59] = 5, [199] = 1 } do
      fleet(count)
      local reply = ask("m1", 100)
      assert.same({ count + 1, share }, { reply.active, reply.share })
      assert.equal(share, #reply.offsets)
      assert.equal(math.max(0, share - 3), #ask("m1", 100, 3).offsets)
    end
  end)
end)
