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

  it("say what Redis refused, and not where in their text", function()
    local full = "its memory is full (maxmemory) (OOM command not allowed.)"
    for text, wanted in pairs {
      ["OOM command not allowed."] = full,
      ["OOM command not allowed. script: 0a1b, on @user_script:3."] = full,
      ["ERR Error running script (call to f_0a1b): @user_script:3: @user_script: 3: -OOM command not allowed."] = full,
      ["MOVED 6958 127.0.0.1:7001"] = "it is part of a cluster, whose redirections are not followed: name a Redis "
        .. "that has all slots (MOVED 6958 127.0.0.1:7001)",
      ["ERR a\27[31m"] = "ERR a?[31m", ["moved"] = "moved", [""] = "",
    } do
      assert.equal(wanted, scripts.refusal(text))
    end
    assert.equal("nothing", scripts.refusal(nil))
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
