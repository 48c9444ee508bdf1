-- SPDX-License-Identifier: MIT
local collect = require "spec.support.collect"
local http = require "spec.support.http"
local socket = require "socket"
local wire = require "spec.support.wire"
local sandbox = require "klaviyo.sandbox"

describe("sandbox.start", function()
  local started = {}

  local function start(options)
    local box, err = sandbox.start(options or { port = 0 })
    started[#started + 1] = box
    return box, err
  end

  after_each(function()
    for _, box in ipairs(started) do
      box:stop()
    end
    started = {}
  end)

  it("listens on a free port of the loopback and tells its address", function()
    local box = start()
    assert.equal("http://127.0.0.1:" .. box.port, box.url)
    assert.equal("klaviyo.sandbox (" .. box.url .. ")", tostring(box))
    assert.equal(200, http.client(box.url):get("/api/campaigns").status)
  end)

  it("is there within 50 ms", function()
    local best = math.huge
    for _ = 1, 5 do
      local before = socket.gettime()
      start():stop()
      best = math.min(best, socket.gettime() - before)
    end
    assert.is_true(best < 0.05, ("%.1f ms"):format(best * 1000))
  end)

  it("runs several at once, each with its own resources", function()
    local a, b = start(), start()
    wire.create(wire.client(a))
    assert.equal(1, #http.client(a.url):get("/api/campaigns").json.data)
    assert.equal(0, #http.client(b.url):get("/api/campaigns").json.data)
  end)

  it("answers with nil and an error when the port is taken", function()
    local box = start()
    local other, err = start { port = box.port }
    assert.is_nil(other)
    assert.equal("listen", err.kind)
    assert.truthy(tostring(err):find(tostring(box.port), 1, true), tostring(err))
  end)

  it("answers with nil and an error when the store cannot be opened", function()
    local box, err = start { port = 0, db = "/nonexistent/dir/x.db" }
    assert.is_nil(box)
    assert.equal("storage", err.kind)
    assert.truthy(err.message:find("/nonexistent/dir/x.db", 1, true))
  end)

  it("raises for options that it does not know or cannot use", function()
    local function message(options)
      local ok, err = pcall(sandbox.start, options)
      assert.is_false(ok)
      return err
    end
    assert.truthy(message({ prot = 1 }):find("unknown option 'prot'; known: port, host", 1, true))
    assert.truthy(message({ port = "x" }):find("port must be a number, found x", 1, true))
    assert.truthy(message({ port = 70000 }):find("port must be between", 1, true))
    assert.truthy(message({ port = 1.5 }):find("port must be a whole number", 1, true))
    assert.truthy(message({ dialect = "guide" }):find("dialect must be", 1, true))
    assert.truthy(message({ clock = "yesterday" }):find("clock is not a time", 1, true))
    assert.truthy(message({ clock = true }):find("clock must be", 1, true))
    assert.truthy(message({ keys = { "" } }):find("keys must be", 1, true))
    assert.truthy(message({ revert_margin = "soon" }):find("revert_margin is not a duration", 1, true))
    assert.truthy(message({ rate_scale = 0 }):find("rate_scale must be between", 1, true))
    assert.truthy(message(1))
  end)

  it("stops once, at any moment, and then has no methods", function()
    local box = start()
    local idle = http.connect(box.url)
    local busy = http.connect(box.url)
    busy:send("GET /api/campaigns HTTP/1.1\r\nHost: localhost\r\n")
    box:fail { latency = 60 }
    local waiting = http.connect(box.url)
    waiting:send(http.bytes { path = "/api/campaigns", headers = { Host = "localhost" } })
    local before = socket.gettime()
    box:stop()
    assert.is_true(socket.gettime() - before < 1)
    box:stop()
    assert.equal("klaviyo.sandbox (stopped)", tostring(box))
    assert.is_nil(box.url)
    local ok, err = pcall(box.now, box)
    assert.is_false(ok)
    assert.equal("sandbox is stopped", err)
    for _, connection in ipairs { idle, busy, waiting } do
      assert.is_nil((connection:receive "*l"))
      connection:close()
    end
  end)

  it("stops when it is collected", function()
    local port
    do
      local box = assert(sandbox.start { port = 0 })
      port = box.port
    end
    collect()
    assert.is_nil((socket.connect("127.0.0.1", port)))
  end)

  it("can be opened again in the same state", function()
    local loaded = package.loaded["klaviyo.sandbox"]
    package.loaded["klaviyo.sandbox"] = nil
    local again = require "klaviyo.sandbox"
    package.loaded["klaviyo.sandbox"] = loaded
    local box, other = start(), assert(again.start { port = 0 })
    assert.equal(box:now():sub(1, 4), other:now():sub(1, 4))
    assert.is_not.equal(box.port, other.port)
    other:stop()
    assert.equal(200, http.client(box.url):get("/api/campaigns").status)
  end)

  it("does not take the settings for its methods' arguments", function()
    assert.is_false(pcall(sandbox.start { port = 0 }.stop, {}))
    assert.is_false(pcall(start().now))
  end)

  describe("with a file", function()
    local name

    before_each(function()
      name = os.tmpname()
    end)

    after_each(function()
      for _, suffix in ipairs { "", "-wal", "-shm", "-journal" } do
        os.remove(name .. suffix)
      end
    end)

    it("keeps everything, the ids ascending and the clock running on", function()
      local box, client = wire.start { db = name }
      local first = wire.create(client)
      box:advance "2h"
      box:stop()
      box = start { port = 0, db = name }
      client = wire.client(box)
      assert.equal("2026-04-14T14:00:00.000000+00:00", box:now())
      assert.equal(200, client:get("/api/campaigns/" .. first.id).status)
      local second = wire.create(client)
      assert.is_true(first.messages[1] < second.id)
    end)

    it("is refused to a second sandbox, in this process too", function()
      start { port = 0, db = name }
      local other, err = start { port = 0, db = name }
      assert.is_nil(other)
      assert.equal("storage", err.kind)
      assert.equal(name .. " is in use by another sandbox", err.message)
    end)

    it("of a newer schema, or of somebody else, is left alone", function()
      local file = assert(io.open(name, "wb"))
      file:write(("this is not a database "):rep(100))
      file:close()
      local box, err = start { port = 0, db = name }
      assert.is_nil(box)
      assert.equal("storage", err.kind)
      os.remove(name)

      start({ port = 0, db = name }):stop()
      -- PRAGMA user_version is the 4 bytes at offset 60
      for version, message in pairs { ["\0\0\0\99"] = "newer sandbox (schema 99",
        ["\0\0\0\1"] = "read: delete the file" } do
        file = assert(io.open(name, "r+b"))
        file:seek("set", 60)
        file:write(version)
        file:close()
        box, err = start { port = 0, db = name }
        assert.is_nil(box)
        assert.truthy(err.message:find(message, 1, true), err.message)
      end
    end)

    it("knows its own ids alone, and none of what was deleted before a restart", function()
      local box, client = wire.start { db = name }
      started[#started + 1] = box
      local first, second = wire.create(client), wire.create(client)
      local message, variation = second.messages[1], wire.variation(client, second.messages[1])
      assert.equal(204, client:delete("/api/campaign-messages/" .. message).status)
      box:stop()

      box, client = wire.start { db = name }
      started[#started + 1] = box
      local third = wire.create(client)
      assert.is_true(third.id > second.id and second.id > first.id)
      assert.equal(200, client:get("/api/campaigns/" .. first.id).status)
      assert.equal(404, client:get("/api/campaign-messages/" .. message).status)
      assert.equal(404, client:get("/api/campaign-variations/" .. variation).status)
      assert.equal(404, client:get("/api/campaigns/" .. first.audiences[1]).status)

      local other, stranger = wire.start()
      started[#started + 1] = other
      wire.create(stranger)
      assert.equal(404, stranger:get("/api/campaigns/" .. first.id).status)
      local filter = ("/api/campaigns?filter=any(id,['%s'])"):format(first.id)
      assert.same({}, stranger:get(filter).json.data)
      assert.equal(1, #client:get(filter).json.data)
    end)

    it("takes snapshots and goes back to them", function()
      local box, client = wire.start { db = name }
      started[#started + 1] = box
      local campaign = wire.create(client)
      box:snapshot "one"
      assert.equal(204, client:delete("/api/campaigns/" .. campaign.id).status)
      box:restore "one"
      assert.is_false(client:get("/api/campaigns/" .. campaign.id).json.data.attributes.definition.archived)
      box:stop()
      box = start { port = 0, db = name }
      assert.equal(200, wire.client(box):get("/api/campaigns/" .. campaign.id).status)
    end)
  end)
end)
