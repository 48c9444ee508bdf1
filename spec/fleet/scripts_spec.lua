-- SPDX-License-Identifier: MIT
local connection = require "klaviyo.fleet.connection"
local core = require "klaviyo.core"
local redis = require "spec.support.redis"
local scripts = require "klaviyo.fleet.scripts"

describe("scripts", function()
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

  local function take(token)
    return runner:await("take", { "key" }, { token, "5000" }, core.now() + 5)
  end

  it("run by their text once, then by their digest, and by their text where Redis has forgotten them", function()
    assert.equal("taken", take "a")
    assert.equal("taken", take "a")
    assert.truthy(take "b":find " a$")
    assert.equal(1, server:calls "eval")
    assert.equal(2, server:calls "evalsha")
    server:call("SCRIPT", "FLUSH")
    assert.equal("taken", take "a")
    assert.equal(2, server:calls "eval")
  end)

  it("say why there is no reply", function()
    server:call("LPUSH", "list", "1")
    local reply, why = runner:await("take", { "list" }, { "a", "1" }, core.now() + 5)
    assert.is_nil(reply)
    assert.truthy(why:find("WRONGTYPE", 1, true))
    server:down()
    local began = core.now()
    reply, why = runner:await("take", { "key" }, { "a", "1" }, began + 0.2)
    assert.is_nil(reply)
    assert.truthy(why:find("Redis", 1, true))
    assert.is_true(core.now() - began < 2)
  end)
end)
