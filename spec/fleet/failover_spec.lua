-- SPDX-License-Identifier: MIT
--- Two real redis-servers, of which one takes over: with all data, or behind. The address of the fleet is a link to the
--- socket of the master, as a name or a virtual address is elsewhere.

local klaviyo = require "klaviyo"
local limits = require "spec.support.limits"
local loops = require "spec.support.loops"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

local directory, master, replica, box, events

local function server(name)
  local started = redis.start { ("--unixsocket %s/%s --repl-diskless-sync no"):format(directory, name) }
  started:call("CONFIG", "SET", "shutdown-timeout", "0") -- else it waits for its replicas; Redis 6 has none
  return started
end

-- Whom the address leads to.
local function name_master(name)
  assert(os.execute(("ln -sfn %s/%s %s/master"):format(directory, name, directory)))
end

local function offset(of)
  return of:call("INFO", "replication"):match "master_repl_offset:(%d+)"
end

-- Until the replica has what the master has.
local function wait_for_replica()
  process.wait_for("the replica", function()
    return replica:call("INFO", "replication"):find("master_link_status:up", 1, true)
      and offset(master) == offset(replica)
  end)
end

before_each(function()
  directory, events = process.directory(), {}
  master, replica = server "first", server "second"
  name_master "first"
  replica:call("REPLICAOF", "127.0.0.1", tostring(master.port))
  wait_for_replica()
  box = limits.sandbox(4)
end)

after_each(function()
  box:stop()
  master:stop()
  replica:stop()
  process.remove(directory)
end)

-- Clients of one address share a connection: `more` makes it another one of the same Redis.
local function client(loop, more)
  local options = { base_url = box.url, api_key = "pk_failover", attempt_timeout = 1, timeout = 10,
    limits = { shared = "unix://" .. directory .. "/master" .. (more or ""), scale = 1 / 4 }, on_event = function(event)
      if event.type == "budget" or event.type == "lease" then
        events[#events + 1] = event.type .. " " .. event.state .. (event.why and ": " .. event.why or "")
      end
    end }
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

-- The replica takes over, whatever the master has sent it so far.
local function take_over()
  replica:call("REPLICAOF", "NO", "ONE")
end

describe("a lease in a failover", function()
  it("is held on where the new master knows it", function()
    local kl = client "blocking"
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    assert(create(kl))
    wait_for_replica()
    master:down()
    take_over()
    name_master "second"
    assert(create(kl))
    assert.is_true(lease:left() > 25)
    assert.equal(2, writes())
    assert(lease:release())
    assert.equal(":0", replica:call("EXISTS", "klaviyo:lease:sale"))
    kl:close()
  end)

  it("that the old master alone had acknowledged is lost before the next write", function()
    local kl, other = client "blocking", client("blocking", "?db=0")
    take_over()
    local lease = assert(klaviyo.lease("sale", { client = kl, ttl = 30 })) -- of the old master
    name_master "second"
    master:down()
    local taken = assert(klaviyo.lease("sale", { client = other, ttl = 30, wait = 5 }))
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.equal("none", err.outcome)
    assert.truthy(err.message:find("is held no more", 1, true), err.message)
    assert.equal(0, lease:left())
    assert.equal(0, writes())
    assert(create(other))
    lease:release()
    assert.is_true(taken:left() > 0)
    assert.equal(":1", replica:call("EXISTS", "klaviyo:lease:sale"))
    other:close()
    kl:close()
  end)

  it("is held by nobody at a master whose replica has gone, where that has to have one", function()
    if master:call("INFO", "server"):find("redis_version:6", 1, true) then
      return pending "Redis 6 does not ask it of scripts"
    end
    master:call("CONFIG", "SET", "min-replicas-to-write", "1")
    master:call("CONFIG", "SET", "min-replicas-max-lag", "1")
    local kl = client "blocking"
    assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
    assert(create(kl))
    take_over() -- the old master goes on, and its clients with it
    process.wait_for("the master to miss its replica", function()
      return master:call("SET", "x", "1"):find "NOREPLICAS"
    end)
    local answer, err = create(kl)
    assert.is_nil(answer)
    assert.equal("lease", err.kind)
    assert.truthy(err.message:find("too few replicas follow it (min-replicas-to-write)", 1, true), err.message)
    assert.equal(1, writes())
    assert.equal("budget lost: Redis refused the script: too few replicas follow it (min-replicas-to-write) "
      .. "(NOREPLICAS Not enough good replicas to write.)", events[1])
    kl:close()
  end)
end)

for _, loop in ipairs(loops.names()) do
  describe(("a lease in a failover, in the %s loop,"):format(tostring(loop)), function()
    it("is asked of the new master where the old one is its replica now, and says so", function()
      loops.run(loop, function()
        local kl = client(loop)
        assert(klaviyo.lease("sale", { client = kl, ttl = 30 }))
        wait_for_replica()
        take_over()
        master:call("REPLICAOF", "127.0.0.1", tostring(replica.port)) -- the connection to it stays
        local answer, err = kl:request { method = "POST", path = "/api/tags", once = true, timeout = 0.8,
          attempt_timeout = 0.2, body = {} }
        assert.is_nil(answer)
        assert.truthy(err.message:find("could not be checked: Redis is a replica; nothing was sent", 1, true),
          err.message)
        assert.equal(0, writes())
        name_master "second"
        assert(create(kl)) -- in time, though the old master still answers
        assert.equal(1, writes())
        kl:close()
      end)
      loops.rest(loop)
    end)
  end)
end

describe("a shared budget in a failover", function()
  local function call(kl, count)
    for _ = 1, count do
      assert(kl:request { path = "/api/campaigns" })
    end
  end

  it("goes on where the old master was, and says that it was lost and is back", function()
    local kl, other = client "blocking", client("blocking", "?db=0")
    call(kl, 12)
    wait_for_replica()
    master:down()
    take_over()
    call(kl, 1) -- alone
    name_master "second"
    process.wait_for("the new master", function()
      call(kl, 1)
      return events[2]
    end)
    assert.truthy(events[1]:find "^budget lost: ")
    assert.equal("budget back", events[2])
    call(other, 5)
    local refused, all = limits.refused(box)
    assert.equal(0, refused)
    local status = assert(other.limits:status())[1]
    assert.is_true(math.abs(status.steady.used - all) <= 1, status.steady.used) -- one left without Redis
    kl:close()
    other:close()
  end)

  it("learns from the service what a new master that is behind does not know", function()
    local kl, other = client "blocking", client("blocking", "?db=0")
    call(kl, 3)
    wait_for_replica()
    take_over()
    call(kl, 20) -- which the new master knows nothing of
    master:down()
    name_master "second"
    call(other, 5)
    local status = assert(other.limits:status())[1]
    assert.same({ 20, 28 }, { status.others, status.steady.used })
    kl:close()
    other:close()
  end)
end)
