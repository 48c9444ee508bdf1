-- SPDX-License-Identifier: MIT
--- A lease, against a real redis-server and a sandbox: who holds it, and what is sent when it is lost.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local loops = require "spec.support.loops"
local process = require "spec.support.process"
local redis = require "spec.support.redis"
local socket = require "socket"

local server, box

setup(function()
  server = redis.start()
end)

teardown(function()
  server:stop()
end)

before_each(function()
  server:call "FLUSHALL"
  box = assert(require("klaviyo.sandbox").start { port = 0 })
end)

after_each(function()
  box:stop()
end)

local function client(loop, more)
  local options = { base_url = box.url, api_key = "pk_lease", attempt_timeout = 0.5, timeout = 5,
    limits = { shared = server.url } }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return loops.client(loop, options)
end

local function create(kl)
  return kl:request { method = "POST", path = "/api/tags", once = true, revision = "2026-10-15",
    body = { data = { type = "tag", attributes = { name = "t" } } } }
end

local function writes()
  local count = 0
  for _, request in ipairs(box:requests()) do
    count = count + (request.method ~= "GET" and 1 or 0)
  end
  return count
end

for _, loop in ipairs(loops.names()) do
  describe(("a lease, in the %s loop,"):format(tostring(loop)), function()
    it("has one holder, and goes to the next when it is released", function()
      loops.run(loop, function()
        local one, two = client(loop), client(loop)
        local lease = assert(klaviyo.lease("sale", { client = one, ttl = 30 }))
        assert.is_true(lease:left() > 25)
        local other, err = klaviyo.lease("sale", { client = two, ttl = 30 })
        assert.is_nil(other)
        assert.equal("lease", err.kind)
        assert.truthy(err.message:find('the lease "sale" is held by ', 1, true))
        assert(klaviyo.lease("another", { client = two, ttl = 30 })):release()
        assert.is_true(lease:release())
        assert.equal("klaviyo.lease (sale, released)", tostring(lease))
        other = assert(klaviyo.lease("sale", { client = two, ttl = 30 }))
        assert.is_true(other:release())
        assert.is_true(other:release())
        one:close()
        two:close()
      end)
    end)

    it("waits for another holder, whose time runs out", function()
      loops.run(loop, function()
        local one, two = client(loop), client(loop)
        server:call("SET", "klaviyo:lease:sale", "m/1/x/y", "PX", "300")
        local began = core.now()
        local lease = assert(klaviyo.lease("sale", { client = two, ttl = 30, wait = 5 }))
        assert.is_true(core.now() - began >= 0.25)
        lease:release()
        one:close()
        two:close()
      end)
    end)

    it("stops a holder that was paused past it before the next write", function()
      loops.run(loop, function()
        local reported
        local kl = client(loop, { on_event = function(event)
          reported = event.type == "lease" and event.state or reported
        end })
        local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
        assert(create(kl))
        server:call("SET", "klaviyo:lease:sale", "another machine") -- as if it had ended, and been taken
        local answer, err = create(kl)
        assert.is_nil(answer)
        assert.equal("lease", err.kind)
        assert.equal("none", err.outcome)
        assert.is_false(err.retryable)
        assert.equal("lost", reported)
        assert.equal(0, lease:left())
        assert.equal(1, writes())
        assert(kl:request { path = "/api/campaigns" }) -- reading needs no lease
        assert.is_nil((create(kl)))
        lease:release()
        assert.equal("another machine", server:call("GET", "klaviyo:lease:sale"))
        assert(create(kl))
        kl:close()
      end)
    end)
  end)
end

describe("a lease", function()
  it("stops a holder that was paused after Redis had confirmed it", function()
    local kl = client "blocking"
    assert(klaviyo.lease("sale", { client = kl, ttl = 2 }))
    local source, asked = kl._dispatch.transport.permits, 0
    local original = source.permit
    function source:permit(...)
      local delay, ends = original(self, ...)
      asked = asked + 1
      if asked == 1 then
        server:call("SET", "klaviyo:lease:sale", "another machine")
        socket.sleep(0.7) -- in place of a SIGSTOP just here: from now on an attempt may outlast the lease
      end
      return delay, ends
    end
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.equal(2, asked)
    assert.equal(0, writes())
    kl:close()
  end)

  it("runs out while the machine sleeps", function()
    local program = ("%s -e 'print(require(\"klaviyo.core\").now())'"):format(
      process.quote(os.getenv "KLAVIYO_LUA" or "lua5.4"))
    local output, code = process.run("unshare $([ $(id -u) = 0 ] || echo --map-root-user) --time --boottime 100000 "
      .. program)
    if code ~= 0 then
      return pending("needs unshare with a time namespace: " .. output)
    end
    assert.is_true(tonumber(output) - core.now() > 99000) -- Linux' other clock stands still in its sleep
  end)

  it("is renewed by each write, for its whole time", function()
    local kl = client "blocking"
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    server:call("PEXPIRE", "klaviyo:lease:sale", "1000")
    assert(create(kl))
    assert.is_true(tonumber(server:call("PTTL", "klaviyo:lease:sale"):match "%d+") > 25000)
    lease:release()
    kl:close()
  end)

  it("is renewed by the loop while nothing is called", function()
    local kl = client "uv"
    loops.run("uv", function()
      local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 1.6 }))
      local asked = server:calls "evalsha" + server:calls "eval"
      loops.until_true("uv", function()
        return server:calls "evalsha" + server:calls "eval" >= asked + 3
      end)
      assert.is_true(lease:left() > 0)
      lease:release()
    end)
    kl:close()
    loops.rest "uv"
    assert.equal(0, loops.handles "uv")
  end)

  it("is not said to be held where Redis makes no sense, or where something else has its name", function()
    local kl = client "blocking"
    server:call("SET", "klaviyo:lease:sale", "x\27[31m\n")
    local _, err = klaviyo.lease("sale", { client = kl, ttl = 3 })
    assert.equal('the lease "sale" is held by x?[31m?, without an end: it is no lease of this library', err.message)
    local original, asked = kl._dispatch.transport.permits.budget.script, 0
    kl._dispatch.transport.permits.budget.script = { await = function()
      asked = asked + 1
      return "hello"
    end }
    _, err = klaviyo.lease("sale", { client = kl, ttl = 3, wait = 5 })
    assert.equal('the lease "sale" could not be taken: Redis gave a reply that makes no sense', err.message)
    assert.equal(1, asked)
    kl._dispatch.transport.permits.budget.script = original
    kl:close()
  end)

  it("that a full Redis has evicted is lost; one that evicts nothing renews it, and gives no new one", function()
    local other = redis.start { "--maxmemory-policy noeviction" }
    local kl = client("blocking", { limits = { shared = other.url } })
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    other:call("CONFIG", "SET", "maxmemory", "1")
    assert(create(kl))
    local second = client("blocking", { limits = { shared = other.url } })
    local none, err = klaviyo.lease("another", { client = second, ttl = 30 })
    assert.is_nil(none)
    assert.truthy(err.message:find("its memory is full (maxmemory)", 1, true), err.message)
    assert.is_true(lease:left() > 25)
    other:call("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    other:call("SET", "x", "1") -- evicts all
    assert.equal(":0", other:call("DBSIZE"))
    local answer
    answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.truthy(err.message:find("is held no more", 1, true), err.message)
    assert.equal(1, writes())
    kl:close()
    second:close()
    other:stop()
  end)

  it("lets nothing out while Redis cannot be asked", function()
    local other = redis.start()
    local kl = client("blocking", { timeout = 0.5, limits = { shared = other.url } })
    assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    other:down()
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.truthy(err.message:find("could not be checked", 1, true), err.message)
    assert.equal(0, writes())
    kl:close()
    other:stop()
  end)

  it("must last for longer than the attempt", function()
    local kl = client "blocking"
    assert.has_error(function() klaviyo.lease("sale", { client = kl, ttl = 1.2 }) end,
      "klaviyo.lease: ttl is a number of seconds above 1.5 (the client's attempt_timeout and one) and up to 86400")
    assert(klaviyo.lease("sale", { client = kl, ttl = 3 }))
    local answer, err = kl:request { method = "POST", path = "/api/tags", once = true, attempt_timeout = 10, body = {} }
    assert.is_nil(answer)
    assert.truthy(err.message:find("longer ttl", 1, true), err.message)
    assert.equal(0, writes())
    kl:close()
  end)

  it("is refused with a sentence where it makes no sense", function()
    local kl, plain = client "blocking", klaviyo.client { api_key = "pk_x", base_url = box.url }
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 3 }))
    for _, case in ipairs { { 7, {}, "the name is a text" }, { "x", nil, "the options are" },
      { "x", { client = plain }, "has no Redis" }, { "y", { client = kl, ttl = 3 }, 'holds the lease "sale" already' },
      { "x", { client = kl, tll = 3 }, 'no option "tll"' }, { "x", { client = kl, wait = -1 }, "wait is a number" } } do
      local ok, message = pcall(function()
        return (klaviyo.lease(case[1], case[2]))
      end)
      assert.is_false(ok)
      assert.truthy(message:find(case[3], 1, true), message)
      assert.truthy(message:find("lease_spec", 1, true), message)
    end
    lease:release()
    kl:close()
    plain:close()
  end)

  it("is not held by the child of a fork, which neither writes nor gives it back", function()
    local kl = client "blocking"
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    local module = require "klaviyo.redis"
    local machine = module.machine
    module.machine = function() return "forked/1" end -- as the child sees itself
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.truthy(err.message:find("the process that this one was forked from; nothing was sent", 1, true))
    assert.equal(0, lease:left())
    assert.is_true(lease:release())
    module.machine = machine
    assert.equal(0, writes())
    assert.equal(":1", server:call("EXISTS", "klaviyo:lease:sale"))
    kl:close()
  end)

  it("is given back when its client is closed, unless a request of that may arrive yet", function()
    local kl = client "blocking"
    assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    kl:close()
    process.wait_for("the lease's end", function()
      return server:call("EXISTS", "klaviyo:lease:sale") == ":0"
    end)
    assert.has_error(function() klaviyo.lease("sale", { client = kl, ttl = 30 }) end)
    box:fail { latency = 5 }
    kl = client("blocking", { on_event = function(event)
      if event.type == "attempt" then
        kl:close()
      end
    end })
    assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("unknown", err.outcome)
    assert.equal(":1", server:call("EXISTS", "klaviyo:lease:sale"))
  end)
end)
