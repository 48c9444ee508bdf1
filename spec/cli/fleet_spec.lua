-- SPDX-License-Identifier: MIT
--- KLAVIYO_BUDGET and --lease of the command.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

describe("the command in a fleet #process", function()
  local sandbox, kl, user, server

  setup(function()
    sandbox, kl, user = cli.start()
    server = redis.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
    server:stop()
  end)

  before_each(function()
    sandbox:reset()
    os.remove(user:path "sale.lua.lock")
    server:call "FLUSHALL"
    user.env.KLAVIYO_BUDGET = server.url
  end)

  local function writes()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method ~= "GET" and 1 or 0)
    end
    return count
  end

  it("takes its permits from the Redis of KLAVIYO_BUDGET", function()
    local listed = user:run "list"
    assert.equal(0, listed.code, listed.err)
    assert.is_true(server:calls "eval" > 0)
  end)

  it("shows what is used, by machine", function()
    assert.equal(0, user:run("list").code)
    local shown = user:run "limits --used --json"
    assert.equal(0, shown.code, shown.err)
    local machine, requests = shown.out:match '"machine": "([^"]+)",%s*"requests": (%d+)'
    assert.truthy(machine and machine:find "/%d+/%x+$", shown.out)
    assert.is_true(tonumber(requests) >= 1)
    assert.truthy(user:run("limits --used").out:find("by " .. machine, 1, true))
  end)

  it("applies a file while it holds the lease, and gives it back", function()
    local applied = user:run("apply --yes --lease sale " .. user:path "sale.lua")
    assert.equal(0, applied.code, applied.err)
    assert.is_true(writes() > 0)
    assert.equal(":0", server:call("EXISTS", "klaviyo:lease:sale"))
  end)

  it("sends nothing where another machine holds the lease, and says which", function()
    server:call("SET", "klaviyo:lease:sale", "web2/4711/x/y", "PX", "60000")
    local applied = user:run("apply --yes --lease sale " .. user:path "sale.lua")
    assert.equal(6, applied.code)
    assert.truthy(applied.err:find("held by web2/4711", 1, true), applied.err)
    assert.equal(0, writes())
    assert.equal("web2/4711/x/y", server:call("GET", "klaviyo:lease:sale"))
  end)

  it("waits for it as long as it is asked to", function()
    server:call("SET", "klaviyo:lease:sale", "web2/4711/x/y", "PX", "400")
    local applied = user:run("apply --yes --lease sale --lease-wait 10 " .. user:path "sale.lua")
    assert.equal(0, applied.code, applied.err)
  end)

  it("needs a Redis for it", function()
    user.env.KLAVIYO_BUDGET = ""
    local applied = user:run "schedule --lease sale -- ID"
    assert.equal(2, applied.code)
    assert.truthy(applied.err:find("KLAVIYO_BUDGET", 1, true), applied.err)
  end)

  it("says when the budget cannot be asked, and goes on, and doctor knows", function()
    local doctor = user:run "doctor"
    assert.truthy(doctor.out:find("the Redis of KLAVIYO_BUDGET answered in %d+ ms"), doctor.out)
    user.env.KLAVIYO_BUDGET = "redis://someone:s3cret@127.0.0.1:" .. process.port()
    for command, said in pairs {
      list = "The shared budget cannot be asked (no connection to Redis: Connection refused)",
      ["-v list"] = "budget lost no connection to Redis: Connection refused",
      ["limits --used"] = "The budget of all machines is not known: the shared budget cannot be read: no connection",
      doctor = "the shared budget cannot be read: no connection to Redis: Connection refused" } do
      local run = user:run(command)
      assert.equal(0, run.code, run.err)
      assert.truthy((run.out .. run.err):find(said, 1, true), run.err)
      assert.falsy((run.out .. run.err):find("s3cret", 1, true))
    end
  end)

  it("refuses --lease-wait without --lease", function()
    local applied = user:run("apply --yes --lease-wait 5 " .. user:path "sale.lua")
    assert.equal(2, applied.code)
    assert.truthy(applied.err:find("--lease-wait is for --lease NAME", 1, true), applied.err)
  end)
end)
