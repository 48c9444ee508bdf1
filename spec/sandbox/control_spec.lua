-- SPDX-License-Identifier: MIT
--- What the owner of a sandbox can do to it, from Lua and over HTTP.
local cjson = require "cjson"
local http = require "spec.support.http"
local wire = require "spec.support.wire"

describe("sandbox", function()
  local box, client, control

  before_each(function()
    box, client = wire.start()
    control = http.client(box.url, { Authorization = false, revision = false, Accept = false })
  end)

  after_each(function()
    client:close()
    control:close()
    box:stop()
  end)

  describe("clock", function()
    it("stands, is set, advanced and let run", function()
      assert.equal(wire.NOW, box:now())
      assert.equal("2026-04-14T14:30:00.000000+00:00", box:advance "2.5h")
      assert.equal("2026-04-14T14:30:01.500000+00:00", box:advance(1.5))
      assert.equal("2026-04-14T14:31:01.500000+00:00", box:advance "1m")
      assert.equal("2026-04-15T14:31:01.500000+00:00", box:advance "1d")
      assert.equal("2026-04-15T14:31:01.750000+00:00", box:advance "250ms")
      assert.equal("2025-12-31T23:00:00.000000+00:00", box:set_clock "2026-01-01T00:00:00+01:00")
      box:rate(1000)
      local before = box:now()
      while box:now() == before do end -- luacheck: ignore 542
      assert.is_true(box:now() > before)
      box:rate(0)
      assert.equal(box:now(), box:now())
    end)

    it("raises for what is no time", function()
      for _, call in ipairs { { "advance", "2 hours" }, { "advance", -1 }, { "advance" }, { "advance", {} },
        { "set_clock", "now" }, { "set_clock" }, { "rate", -1 }, { "rate", "x" }, { "rate", 0 / 0 } } do
        assert.is_false(pcall(box[call[1]], box, call[2]), call[1])
      end
      assert.equal(wire.NOW, box:now())
    end)

    it("is steered over HTTP as well", function()
      assert.same({ now = wire.NOW, rate = 0 }, control:get("/_sandbox/clock").json)
      assert.same({ now = "2026-04-14T14:00:00.000000+00:00", rate = 0 },
        control:post("/_sandbox/clock", { advance = "2h" }).json)
      assert.equal("2026-05-01T00:01:00.000000+00:00",
        control:post("/_sandbox/clock", { set = "2026-05-01T00:00:00Z", advance = 60 }).json.now)
      assert.equal(2, control:post("/_sandbox/clock", { rate = 2 }).json.rate)
      local answer = control:post("/_sandbox/clock", { advance = "x", set = 5, rate = "y", z = 1 })
      assert.equal(400, answer.status)
      assert.same({ "/advance", "/rate", "/set", "/z" }, wire.pointers(answer))
    end)
  end)

  describe("requests", function()
    it("are noted with what matters, and without secrets", function()
      client:post("/api/campaigns?fields[campaign]=id", "{}", { ["X-Thing"] = "y" })
      client:get "/api/nothing"
      local log = box:requests()
      assert.equal(2, #log)
      local first = log[1]
      assert.equal("POST", first.method)
      assert.equal("/api/campaigns", first.path)
      assert.equal("fields[campaign]=id", first.query)
      assert.equal("{}", first.body)
      assert.equal(400, first.status)
      assert.equal("2026-04-15.pre", first.revision)
      assert.equal("y", first.headers["x-thing"])
      assert.equal("Klaviyo-API-Key ***", first.headers.authorization)
      assert.equal(wire.NOW, first.at)
      assert.equal(404, log[2].status)
      assert.same(log[1], control:get("/_sandbox/requests").json[1])
      box:clear_requests()
      assert.same({}, box:requests())
      client:get "/api/campaigns"
      assert.equal(1, #box:requests())
      assert.equal(200, control:delete("/_sandbox/requests").status)
      assert.same({}, box:requests())
    end)

    it("may hold any bytes", function()
      client:post("/api/campaigns", "\255\0\1x", { ["X-Odd"] = "\200" })
      assert.equal("\239\191\189\0\1x", box:requests()[1].body)
    end)

    it("to the control endpoints and the page are none", function()
      control:get "/_sandbox/clock"
      control:get "/"
      assert.same({}, box:requests())
    end)
  end)

  it("goes back to a snapshot, of which there may be several", function()
    local first = wire.create(client)
    box:snapshot()
    box:advance "1h"
    local second = wire.create(client)
    box:snapshot "later"
    client:delete("/api/campaigns/" .. first.id)
    box:restore "later"
    assert.is_false(client:get("/api/campaigns/" .. first.id).json.data.attributes.definition.archived)
    assert.equal("2026-04-14T13:00:00.000000+00:00", box:now())
    box:restore()
    assert.equal(wire.NOW, box:now())
    assert.equal(404, client:get("/api/campaigns/" .. second.id).status)
    assert.equal(200, client:get("/api/campaigns/" .. first.id).status)
    local ok, err = pcall(box.restore, box, "nope")
    assert.is_false(ok)
    assert.truthy(err:find("no snapshot 'nope'", 1, true))
    wire.schedule(client, first.messages[1], { send_time = "2026-04-14T13:00:00Z", strategy = "static" })
    box:snapshot()
    box:advance "2h"
    assert.equal("SENT", wire.status(client, first.messages[1]))
    box:restore()
    assert.equal("SCHEDULED", wire.status(client, first.messages[1]))
    box:advance "2h"
    assert.equal("SENT", wire.status(client, first.messages[1]))
  end)

  it("is as new after a reset", function()
    wire.create(client)
    box:list { id = "L", size = 5 }
    box:fail { status = 500, times = 0, path = "/api/x" }
    box:tracking_params { params = { { name = "a", value = "b" } } }
    box:advance "1h"
    box:rate(5)
    box:reset()
    assert.equal(wire.NOW, box:now())
    assert.same({}, box:requests())
    assert.same({}, box:faults())
    assert.same({}, client:get("/api/campaigns").json.data)
    assert.same({}, control:get("/_sandbox/lists").json)
    local made = wire.create(client)
    assert.equal(cjson.null,
      client:get("/api/campaign-messages/" .. made.messages[1]).json.data.attributes.tracking_params)
  end)

  it("seeds lists", function()
    box:list { id = "A" }
    box:list { id = "B", size = 5, zones = { "Europe/Paris", "UTC" }, consented = 3 }
    box:list { id = "B", size = 6, zones = { ["Europe/Paris"] = 2 }, consented = 0.5 }
    box:segment { id = "C", name = "Lapsed", size = 2 }
    assert.same({ { id = "A", name = "A", segment = false, size = 1000, zones = cjson.null, consented = 1000 },
      { id = "B", name = "B", segment = false, size = 6, zones = { ["Europe/Paris"] = 2 }, consented = 3 },
      { id = "C", name = "Lapsed", segment = true, size = 2, zones = cjson.null, consented = 2 } },
      control:get("/_sandbox/lists").json)
    for _, list in ipairs { {}, { id = "" }, { id = "X", size = -1 }, { id = "X", size = 2, consented = 3 },
      { id = "X", zones = { "Mars/Base" } }, { id = "X", zones = "UTC" }, { id = "X", colour = 1 } } do
      assert.is_false(pcall(box.list, box, list))
    end
  end)

  it("seeds tags, images and translations only where there is something to put them on", function()
    for _, call in ipairs { { "tag", { name = "x", campaign = "nope" } }, { "tag", { name = "x", message = "nope" } },
      { "tag", {} }, { "image", { id = "1", variation = "nope" } }, { "translation", { variation = "nope" } },
      { "tracking_params", { message = "nope", params = {} } } } do
      local ok, err = pcall(box[call[1]], box, call[2])
      assert.is_false(ok, call[1])
      assert.equal("string", type(err))
    end
  end)

  it("has control endpoints that say what they are", function()
    assert.equal(404, control:get("/_sandbox/nothing").status)
    assert.equal(405, control:put("/_sandbox/clock", "{}").status)
    assert.equal("GET, POST", control:put("/_sandbox/clock", "{}").headers.allow)
    assert.equal(400, control:post("/_sandbox/lists", "{").status)
    assert.equal(400, control:post("/_sandbox/lists", "[]").status)
    assert.equal(404, control:get("/_sandbox/messages/nope").status)
    assert.equal(200, control:post("/_sandbox/faults", { status = 500 }).status)
    assert.equal(500, client:get("/api/campaigns").status)
    assert.equal(200, control:post("/_sandbox/reset", "{}").status)
    local made = wire.create(client)
    assert.equal(made.messages[1], control:get("/_sandbox/messages/" .. made.messages[1]).json.id)
    local campaign = control:get("/_sandbox/campaigns").json.campaigns[1]
    assert.equal(made.id, campaign.id)
    assert.equal("Blast", campaign.audiences[1].messages[1].name)
  end)

  it("has a page for people", function()
    local answer = control:get "/"
    assert.equal(200, answer.status)
    assert.equal("text/html; charset=utf-8", answer.headers["content-type"])
  end)
end)
