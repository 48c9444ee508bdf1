-- SPDX-License-Identifier: MIT
--- The script that gives permits, asked by machines that exist by their names alone.

local connection = require "klaviyo.fleet.connection"
local core = require "klaviyo.core"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local scripts = require "klaviyo.fleet.scripts"
local socket = require "socket"

local KEYS = { "log", "free", "machines", "state", "operations", "present" }

describe("the script of permits", function()
  local server, link, runner

  setup(function()
    server = redis.start()
    link = assert(connection.open(server.url, (require "klaviyo.loop.blocking")))
    runner = scripts.new(link)
  end)

  teardown(function()
    link:release()
    server:stop()
  end)

  -- The reply to a machine that wants so many, holds so many, and gives back some, of 10 a second and 150 a minute.
  local function ask(machine, want, held, returned)
    local text = assert(runner:await("permits", KEYS, { machine, "get_campaigns", tostring(want), "0",
      tostring(held or 0), "10", "1000", "150", "60000", "3600000", returned or "", "", "0", "0", "0" },
      core.now() + 5))
    local base, active, share, probing, granted =
      text:match "^(%d+) %d+ (%d+) (%d+) %-?%d+ ([01]) %d+ %d+ %[(.-)%]"
    local offsets = {}
    for offset in text:gmatch "@(%d+)" do
      offsets[#offsets + 1] = tonumber(offset)
    end
    return { active = tonumber(active), share = tonumber(share), offsets = offsets, base = base,
      probing = probing == "1", members = (granted:gsub("@[^,]+", ":" .. machine)) }
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

  -- Has a machine be there, until its end.
  local function appear(machine)
    local client = assert(socket.connect("127.0.0.1", server.port))
    client:send("SUBSCRIBE klaviyo:here:" .. machine .. "\r\n")
    client:settimeout(5)
    for _ = 1, 6 do
      assert(client:receive "*l")
    end
    return client
  end

  local function disappear(machine, client)
    client:close()
    process.wait_for("the end of " .. machine, function()
      return server:call("EVAL", "return redis.call('PUBSUB', 'NUMSUB', ARGV[1])[2]", "0", "klaviyo:here:" .. machine)
        == ":0"
    end)
    server:call("HDEL", "state", "looked") -- it looks a few times in a second
  end

  it("gives others what a machine that is gone would have used, and counts what it may have used", function()
    fleet(2)
    local client = appear "m1"
    local own, next_ones = ask("m1", 10), ask("m2", 8)
    disappear("m1", client)
    local before = tonumber(server:call("ZCARD", "log"):match "%d+")
    local reply = ask("m2", 1)
    assert.equal(2, reply.active) -- with "first"
    local later = 0
    for _, offset in ipairs(own.offsets) do
      later = later + (offset > 500 and 1 or 0)
    end
    assert.is_true(later > 0 and later < 10)
    assert.is_true(reply.offsets[1] < next_ones.offsets[8])
    assert.equal(before, tonumber(server:call("ZCARD", "log"):match "%d+")) -- one has changed hands, none is forgotten
    assert.equal(later - 1, tonumber(server:call("ZCARD", "free"):match "%d+"))
  end)

  it("counts on nothing any more when a Redis that is full has evicted its log", function()
    for key, is_lost in pairs { log = true, free = false, machines = false, operations = false, present = false } do
      fleet(2)
      local before = ask("m1", 5)
      assert.is_false(before.probing)
      server:call("DEL", key)
      local after = ask("m1", 5, 5)
      assert.equal(is_lost, after.probing, key)
      assert.equal(is_lost, #after.offsets <= 1, key)
      assert.equal("get_campaigns", server:call("EVAL", "return redis.call('SMEMBERS', 'operations')[1]", "0"))
    end
  end)

  it("counts on a log that is empty because all came back", function()
    server:call "FLUSHALL"
    local first = ask("m1", 1)
    server:call("HDEL", "state", "probing")
    local held = ask("m1", 3, 0, first.members)
    assert.equal(3, #held.offsets)
    local reply = ask("m1", 1, 0, held.members)
    assert.equal(first.base, reply.base)
    assert.is_false(reply.probing)
  end)

  it("takes no machine for gone that never showed that it is there", function()
    fleet(2)
    ask("m1", 10)
    server:call("HDEL", "state", "looked")
    local reply = ask("m2", 1)
    assert.equal(3, reply.active)
    assert.equal(":0", server:call("ZCARD", "free"))
  end)
end)
