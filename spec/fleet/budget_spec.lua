-- SPDX-License-Identifier: MIT
--- A budget that machines share, against a real redis-server and a sandbox that enforces the service's limits. The
--- machines are clients with Lua states, processes or loops of their own; `make fleet` measures, here the margins are
--- wide.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local limits = require "spec.support.limits"
local loops = require "spec.support.loops"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

local SCALE = 4
local server, box

setup(function()
  server = redis.start()
end)

teardown(function()
  server:stop()
end)

before_each(function()
  server:call "FLUSHALL"
  box = limits.sandbox(SCALE)
end)

after_each(function()
  box:stop()
end)

local function client(loop, more, limit_options)
  local shared = { shared = server.url, scale = 1 / SCALE }
  for name, value in pairs(limit_options or {}) do
    shared[name] = value
  end
  local options = { base_url = box.url, api_key = "pk_secret_key", limits = shared, timeout = 60 }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return loops.client(loop, options)
end

-- So many calls at once. Returns how many succeeded, and the errors.
local function calls(kl, count, loop, limit)
  local functions, done, failed = { all = true, limit = limit or 32, loop = loop }, 0, {}
  for i = 1, count do
    functions[i] = function()
      local response, err = kl:request { path = "/api/campaigns" }
      done = done + (response and 1 or 0)
      failed[#failed + 1] = err
    end
  end
  klaviyo.all(functions)
  return done, failed
end

for _, loop in ipairs(loops.names()) do
  describe(("a shared budget, in the %s loop,"):format(tostring(loop)), function()
    it("is used up without a 429, in fewer round trips than calls", function()
      loops.run(loop, function()
        local kl = client(loop)
        local before = server:calls "evalsha"
        local done, failed = calls(kl, 100, loop)
        assert.equal(100, done, tostring(failed[1]))
        assert.equal(0, (limits.refused(box)))
        assert.is_true(server:calls "evalsha" - before < 60)
        kl:close()
      end)
      loops.rest(loop)
      assert.equal(0, loops.handles(loop))
    end)

    it("goes on alone while Redis is gone, and comes back, and says so", function()
      local events = {}
      local function states()
        local list = {}
        for i, event in ipairs(events) do
          list[i] = event.state
        end
        return table.concat(list, " ")
      end
      local other = redis.start()
      loops.run(loop, function()
        local kl = client(loop, { on_event = function(event)
          events[#events + 1] = event.type == "budget" and event or nil
        end }, { shared = other.url })
        assert(kl:request { path = "/api/campaigns" })
        other:down()
        assert(kl:request { path = "/api/campaigns" })
        assert(kl:request { path = "/api/campaigns" })
        assert.equal("lost", states())
        assert.equal("local", events[1].on_lost)
        assert.truthy(events[1].why:find("Redis", 1, true))
        other:up()
        local give_up = core.now() + 20
        while states() ~= "lost back" and core.now() < give_up do
          assert(kl:request { path = "/api/campaigns" })
        end
        assert.equal("lost back", states())
        assert.equal(0, (limits.refused(box)))
        kl:close()
      end)
      other:stop()
    end)
  end)
end

for _, loop in ipairs(loops.names()) do
  describe(("a shared budget that is lost, in the %s loop,"):format(tostring(loop)), function()
    it("is the reason that a call names which waited for it until its deadline", function()
      loops.run(loop, function()
        local kl = client(loop, { timeout = 0.3 }, { on_lost = "wait",
          shared = "redis://127.0.0.1:" .. process.port() })
        for _ = 1, 2 do
          local _, err = kl:request { path = "/api/campaigns" }
          assert.equal("budget", err.kind, err.message)
          assert.equal("none", err.outcome)
          assert.truthy(err.message:find("before the deadline: no connection to Redis: Connection refused", 1, true),
            err.message)
        end
        kl:close()
      end)
    end)
  end)
end

describe("a shared budget", function()
  it("goes on with Redis as soon as that is back, however long the calls would have waited without", function()
    for _, loop in ipairs(loops.names()) do
      local other, states = redis.start(), {}
      loops.run(loop, function()
        local kl
        kl = client(loop, { on_event = function(event)
          if event.type == "budget" then
            states[#states + 1] = event.state
            if event.state == "lost" then
              other:up()
            end
          end
        end }, { shared = other.url, scale = 1, get_campaigns = { 1, 1 } }) -- one a minute
        assert(kl:request { path = "/api/campaigns" })
        other:down()
        local began = core.now()
        local answer, err = kl:request { path = "/api/campaigns", timeout = 100 }
        assert.is_true(core.now() - began < 50)
        assert(answer, tostring(err))
        kl:close()
      end)
      assert.same({ "lost", "back" }, states)
      other:stop()
    end
  end)

  it("is one for all processes, with no 429 between them", function()
    local program = process.quote(os.getenv "KLAVIYO_LUA" or "lua5.4")
    local worker = ("KLAVIYO_BUDGET=%s %s spec/support/limits_worker.lua %s %g 60 &"):format(server.url, program,
      box.url, SCALE)
    local output = process.run(worker:rep(3, " ") .. " wait", 120)
    local done = 0
    for count in output:gmatch "done (%d+) failed 0" do
      done = done + tonumber(count)
    end
    assert.equal(180, done, output)
    assert.equal(0, (limits.refused(box)))
  end)

  it("keeps its keys under a hash, and the key to itself", function()
    local kl = client "blocking"
    assert(kl:request { path = "/api/campaigns" })
    local dump = ""
    for _, key in ipairs { "operations", "get_campaigns:log", "get_campaigns:state" } do
      local account = redis.call(server, "EVAL", "return redis.call('KEYS','klaviyo:*')[1]", "0"):match "{(%x+)}"
      assert.equal(24, #account)
      assert.equal(":1", server:call("EXISTS", ("klaviyo:{%s}:%s"):format(account, key)))
      assert.is_true(tonumber(server:call("PTTL", ("klaviyo:{%s}:%s"):format(account, key)):match "%d+") > 0)
      dump = dump .. account
    end
    assert.falsy(dump:find("secret", 1, true))
    kl:close()
  end)

  it("gives back the permits of calls that did not need them", function()
    local kl = client "blocking"
    assert.equal(5, (calls(kl, 5, "blocking")))
    local used = kl.limits:status()[1]
    assert.equal("get_campaigns", used.operation)
    assert.equal(5, used.steady.used)
    assert.equal(145, used.steady.left)
    local _, mine = next(used.machines)
    assert.equal(5, mine)
    kl:close()
    local other = client "blocking"
    assert.equal(0, other.limits:status()[1].reserved)
    other:close()
  end)

  it("gives back at its end what it holds for calls that might have followed", function()
    local kl = client("blocking", {}, { get_campaigns = { 1, 30 } })
    assert(kl:request { path = "/api/campaigns" })
    box:fail { path = "/api/campaigns", latency = 3 }
    local held
    klaviyo.all { all = true, loop = "blocking", function()
      assert.is_nil((kl:request { path = "/api/campaigns" })) -- it might be followed by another one
    end, function()
      assert(kl:request { path = "/api/campaigns" })
      assert(kl:request { path = "/api/campaigns" })
      held = kl.limits:status()[1].reserved
      kl:close()
    end }
    assert.equal(1, held)
    local other = client "blocking"
    assert.equal(0, other.limits:status()[1].reserved)
    other:close()
  end)

  it("learns what other programs have used of the account", function()
    local stranger = klaviyo.client { base_url = box.url, api_key = "pk_secret_key", limits = false }
    for _ = 1, 9 do
      assert(stranger:request { path = "/api/campaigns" })
    end
    local kl = client "blocking"
    assert(kl:request { path = "/api/campaigns" })
    assert(kl:request { path = "/api/campaigns" })
    assert.equal(9, kl.limits:status()[1].others)
    stranger:close()
    kl:close()
  end)

  it("holds all machines when one meets a 429", function()
    box:fail { status = 429, path = "/api/campaigns", headers = { ["Retry-After"] = "2" } }
    local one = client("blocking", { max_attempts = 1 })
    local _, err = one:request { path = "/api/campaigns" }
    assert.equal("rate_limited", err.kind)
    local two = client("blocking", { timeout = 0.5 })
    local began = core.now()
    _, err = two:request { path = "/api/campaigns" }
    assert.equal("timeout", err.kind)
    assert.is_true(core.now() - began < 0.5)
    assert.equal(1, #box:requests())
    one:close()
    two:close()
  end)

  it("lets a cancellation overtake what is waiting", function()
    -- four times slower than the sandbox allows: what waits is in the queue of the budget
    local kl = client("blocking", {}, { scale = 1, update_campaign_message_schedule = { 1, 60 } })
    local order, functions = {}, { all = true, limit = 10, loop = "blocking" }
    local transport = kl._dispatch.transport
    for i = 1, 6 do
      functions[i] = function()
        local status, err = transport:perform({ method = "GET", target = "/api/campaigns",
          budget = { bucket = "mixed", burst = 1, burst_window = 0.2, steady = 60, steady_window = 60 } },
          { urgent = i == 6 })
        assert(status, tostring(err))
        order[#order + 1] = i
      end
    end
    klaviyo.all(functions)
    assert.equal(6, #order, tostring(functions))
    assert.is_true(order[1] == 6 or order[2] == 6, table.concat(order, " "))
    kl:close()
  end)

  it("asks in time although nothing else happens meanwhile", function()
    local kl = client "blocking"
    assert.equal(9, (calls(kl, 9, "blocking"))) -- what fits into a second
    for _ = 1, 3 do
      local began = core.now()
      assert(kl:request { path = "/api/campaigns" })
      assert.is_true(core.now() - began < 5)
    end
    kl:close()
  end)

  it("refuses a call at once whose turn comes after its deadline", function()
    local kl = client("blocking", {}, { scale = 1, get_campaigns = { 1, 15 } })
    assert(kl:request { path = "/api/campaigns" })
    local began = core.now()
    local answer, err = kl:request { path = "/api/campaigns", timeout = 0.2 }
    assert.is_nil(answer)
    assert.equal("timeout", err.kind)
    assert.truthy(err.message:find("rate limit", 1, true))
    assert.is_true(core.now() - began < 0.15)
    kl:close()
  end)

  it("fails or waits without Redis, as on_lost says", function()
    local free = process.port()
    local kl = client("blocking", {}, { shared = "redis://user:s3cret@127.0.0.1:" .. free, on_lost = "error" })
    local answer, err = kl:request { path = "/api/campaigns" }
    assert.is_nil(answer)
    assert.equal("budget", err.kind)
    assert.equal("none", err.outcome)
    assert.truthy(err.message:find("Connection refused", 1, true), err.message)
    assert.falsy(err.message:find("s3cret", 1, true))
    kl:close()
    kl = client("blocking", { timeout = 0.3 }, { shared = "redis://127.0.0.1:" .. free, on_lost = "wait" })
    answer, err = kl:request { path = "/api/campaigns" }
    assert.is_nil(answer)
    assert.equal("budget", err.kind)
    kl:close()
    assert.equal(0, #box:requests())
  end)

  it("keeps to a call's deadline while it waits for Redis, whatever the pause between two connections is", function()
    local kl = client("blocking", { timeout = 0.8 }, { shared = "redis://127.0.0.1:" .. process.port(),
      on_lost = "wait" })
    for _ = 1, 3 do
      local began = core.now()
      local _, err = kl:request { path = "/api/campaigns" }
      assert.equal("budget", err.kind)
      assert.is_true(core.now() - began < 1.3, core.now() - began)
    end
    kl:close()
  end)

  it("serves again after Redis was lost, however on_lost is set, and says it once", function()
    for _, on_lost in ipairs { "local", "wait", "error" } do
      local other, states = redis.start(), {}
      local kl = client("blocking", { timeout = 10, on_event = function(event)
        states[#states + 1] = event.type == "budget" and event.state or nil
      end }, { shared = other.url, on_lost = on_lost })
      assert(kl:request { path = "/api/campaigns" })
      other:call("REPLICAOF", "127.0.0.1", "1") -- it still takes logins
      for _ = 1, 5 do
        kl:request { path = "/api/campaigns", timeout = 0.3 }
      end
      assert.same({ "lost" }, states)
      assert.truthy(kl.limits:metrics():find("\nklaviyo_budget_up 0\n", 1, true)) -- though it can be read
      other:call("REPLICAOF", "NO", "ONE")
      local give_up = core.now() + 15
      while not states[2] and core.now() < give_up do
        kl:request { path = "/api/campaigns" }
      end
      assert.same({ "lost", "back" }, states, on_lost)
      assert(kl:request { path = "/api/campaigns" })
      kl:close()
      other:stop()
    end
  end)

  it("goes on alone with a Redis that is full, or has become a replica", function()
    for trouble, why in pairs {
      [{ "CONFIG", "SET", "maxmemory", "1" }] = "Redis refused the script: its memory is full (maxmemory) (OOM ",
      [{ "REPLICAOF", "127.0.0.1", "1" }] = "Redis is a replica",
    } do
      local other, lost = redis.start(), nil
      other:call((table.unpack or unpack)(trouble))
      local kl = client("blocking", { on_event = function(event)
        lost = event.type == "budget" and event.why or lost
      end }, { shared = other.url })
      assert(kl:request { path = "/api/campaigns" })
      assert.equal(why, lost:sub(1, #why))
      assert.falsy(lost:find("script: %x")) -- its digest says nothing to a reader
      kl:close()
      other:stop()
    end
  end)

  it("goes over a cluster of one node, and says what the matter is where that lacks slots", function()
    local other = redis.start { "--cluster-enabled yes --cluster-config-file nodes.conf" }
    local lost, kl
    local function connect(path)
      lost = nil
      kl = client("blocking", { attempt_timeout = 1, on_event = function(event)
        lost = event.type == "budget" and event.why or lost
      end }, { shared = other.url .. path })
      assert(kl:request { path = "/api/campaigns" })
    end
    connect ""
    local meaning = "it is part of a cluster, whose redirections are not followed: name a Redis that has all slots"
    assert.equal(("Redis refused the script: %s (CLUSTERDOWN Hash slot not served)"):format(meaning), lost)
    local lease, err = klaviyo.lease("sale", { client = kl, ttl = 30 })
    assert.is_nil(lease)
    assert.truthy(err.message:find(meaning, 1, true), err.message)
    kl:close()
    for first = 0, 16383, 2048 do
      local slots = {}
      for i = 1, 2048 do
        slots[i] = tostring(first + i - 1)
      end
      other:call("CLUSTER", "ADDSLOTS", (table.unpack or unpack)(slots))
    end
    process.wait_for("the cluster", function()
      return other:call("CLUSTER", "INFO"):find("cluster_state:ok", 1, true)
    end)
    connect "" -- all keys of a script are of one slot
    assert.is_nil(lost)
    assert.equal(2, assert(kl.limits:status())[1].steady.used) -- the one without Redis as well
    assert(klaviyo.lease("sale {of} the {day", { client = kl, ttl = 30 })):release()
    kl:close()
    connect "/3"
    assert.equal("Redis refused the database 3 (ERR)", lost)
    kl:close()
    other:stop()
  end)

  it("says which rights its user lacks, and not who that is", function()
    local other = redis.start { "--user someone on '>s3cret' '~klaviyo:*' +@all -evalsha -eval",
      "--user lacks_time on '>s3cret' '~klaviyo:*' +@all -time", "--user lacks_keys on '>s3cret' '~other:*' +@all",
      "--user lacks_select on '>s3cret' '~*' +@all -select" }
    local script = "Redis refused the script: its user lacks a right, see doc/fleet.md ("
    for user, why in pairs { someone = script .. "NOPERM ", lacks_keys = script .. "NOPERM ", lacks_time = script,
      lacks_select = "Redis refused the database 1 (NOPERM)" } do
      local lost
      local kl = client("blocking", { on_event = function(event)
        lost = event.type == "budget" and event.why or lost
      end }, { shared = ("redis://%s:s3cret@127.0.0.1:%d/1"):format(user, other.port) })
      assert(kl:request { path = "/api/campaigns" })
      assert.equal(why, lost:sub(1, #why))
      assert.falsy(lost:find(user, 1, true) or lost:find("s3cret", 1, true), lost)
      kl:close()
    end
    other:stop()
  end)

  it("is read again as soon as Redis is back, however long the connection would pause", function()
    local other = redis.start()
    local kl = client("blocking", {}, { shared = other.url })
    local function is_up()
      return kl.limits:metrics():match "\nklaviyo_budget_up (%d)"
    end
    assert.equal("1", is_up())
    other:down()
    assert.equal("0", is_up()) -- the pauses are long by then
    other:up()
    assert.equal("1", is_up())
    kl:close()
    other:stop()
  end)

  it("needs no more rights in Redis than doc/fleet.md says", function()
    local rules, is_old = {}, server:call("INFO", "server"):find("redis_version:6.0.", 1, true)
    for rule in process.read("doc/fleet.md"):match "ACL SETUSER ([^\n]+)":gmatch "%S+" do
      rules[#rules + 1] = not (is_old and rule:find "^&") and process.quote(rule) or nil
    end
    local other = redis.start { "--user " .. table.concat(rules, " ") }
    local url = ("redis://klaviyo:password@127.0.0.1:%d/1"):format(other.port)
    local kl = client("blocking", { attempt_timeout = 1 }, { shared = url, on_lost = "error" })
    assert(kl:request { path = "/api/campaigns" })
    assert.equal(1, assert(kl.limits:status())[1].steady.used)
    assert.equal(":1", other:call("EVAL", "return #redis.call('PUBSUB', 'CHANNELS', 'klaviyo:here:*')", "0"))
    local present = other:call("EVAL", "redis.call('SELECT', 1) return #redis.call('KEYS', '*:present')", "0")
    assert.equal(":1", present) -- the script may see it as well
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    assert(kl:request { path = "/api/campaigns" })
    assert(lease:release())
    kl:close()
    other:stop()
  end)

  it("is not known where Redis answers nonsense", function()
    local kl = client "blocking"
    assert(kl:request { path = "/api/campaigns" })
    local runner = kl._dispatch.transport.permits.budget.script
    function runner.await()
      return "hello"
    end
    local list, err = kl.limits:status()
    assert.is_nil(list)
    assert.truthy(err.message:find("makes no sense", 1, true), err.message)
    kl:close()
  end)

  it("goes on when the scripts were flushed", function()
    local kl = client "blocking"
    assert(kl:request { path = "/api/campaigns" })
    server:call("SCRIPT", "FLUSH")
    assert(kl:request { path = "/api/campaigns" })
    kl:close()
  end)

  it("asks again with one request after Redis came back empty", function()
    local other = redis.start()
    local kl = client("blocking", {}, { shared = other.url })
    assert.equal(30, (calls(kl, 30, "blocking")))
    other:down()
    other:up()
    assert.equal(30, (calls(kl, 30, "blocking")))
    assert.equal(0, (limits.refused(box)))
    kl:close()
    other:stop()
  end)

  it("is closed by an observer, whatever is under way", function()
    for _, moment in ipairs { "attempt", "response", "wait", "budget" } do
      server:call "FLUSHALL"
      local kl
      local shared = moment == "budget" and "redis://127.0.0.1:" .. process.port() or server.url
      kl = client("blocking", { on_event = function(event)
        if event.type == moment then
          kl:close()
        end
      end }, { shared = shared })
      local functions, errors = { all = true, loop = "blocking" }, {}
      for i = 1, 12 do
        functions[i] = function()
          local answer, err = kl:request { path = "/api/campaigns" }
          errors[#errors + 1] = not answer and err.kind or nil
        end
      end
      local ok, message = pcall(klaviyo.all, functions)
      assert.is_true(ok or message:find "client is closed" ~= nil, message)
      for _, kind in ipairs(errors) do
        assert.equal("cancelled", kind)
      end
      assert.is_nil(kl.event_error)
    end
  end)

  it("is closed while calls wait for it", function()
    local kl = client("blocking", {}, { scale = 1, get_campaigns = { 1, 15 } })
    local functions, errors = { all = true, loop = "blocking" }, {}
    for i = 1, 3 do
      functions[i] = function()
        local answer, err = kl:request { path = "/api/campaigns" }
        errors[#errors + 1] = err and err.kind
        if answer then
          kl:close()
        end
      end
    end
    klaviyo.all(functions)
    assert.same({ "cancelled", "cancelled" }, errors)
  end)
end)

describe("limits.shared", function()
  local function refused(shared, more)
    local given = { shared = shared }
    for name, value in pairs(more or {}) do
      given[name] = value
    end
    local ok, message = pcall(function()
      return (klaviyo.client { api_key = "pk_x", limits = given })
    end)
    assert.is_false(ok)
    return message
  end

  it("is refused with a sentence where it makes no sense", function()
    assert.truthy(refused("redis://h", { shdict = "x" }):find("two budgets", 1, true))
    assert.truthy(refused("redis://h", { on_lost = "panic" }):find('on_lost is "local", "wait" or "error"', 1, true))
    assert.truthy(refused("redis://h", { ca_file = "/x" }):find("is for rediss://", 1, true))
    assert.truthy(refused(7):find("limits.shared is a text", 1, true))
    assert.truthy(refused(nil, { on_lost = "wait" }):find("for limits.shared", 1, true))
    local message = refused "http://:s3cret@host"
    assert.truthy(message:find("unknown scheme", 1, true))
    assert.falsy(message:find("s3cret", 1, true))
    assert.truthy(message:find("budget_spec", 1, true), message)
  end)

  it("leaves no password in the client", function()
    local kl = klaviyo.client { api_key = "pk_x", limits = { shared = "redis://u:s3cret@127.0.0.1:1" } }
    assert.is_true(kl.options.limits.shared)
    assert.is_true(kl._dispatch.limits.shared)
    kl:close()
  end)
end)
