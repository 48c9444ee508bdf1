-- SPDX-License-Identifier: MIT
--- Faults on demand: what goes out, and whether anything happened.
local http = require "spec.support.http"
local socket = require "socket"
local wire = require "spec.support.wire"

describe("sandbox:fail", function()
  local box, client

  before_each(function()
    box, client = wire.start()
  end)

  after_each(function()
    client:close()
    box:stop()
  end)

  local function campaigns()
    return #client:get("/api/campaigns").json.data
  end

  local function create()
    return client:post("/api/campaigns", wire.campaign "guide")
  end

  it("answers with a status instead of acting, so many times", function()
    box:fail { status = 503, times = 2, headers = { ["Retry-After"] = "7", ["X-More"] = "yes" } }
    for _ = 1, 2 do
      local answer = create()
      assert.equal(503, answer.status)
      assert.equal("7", answer.headers["retry-after"])
      assert.equal("yes", answer.headers["x-more"])
      assert.equal("application/vnd.api+json", answer.headers["content-type"])
      assert.equal(503, answer.json.errors[1].status)
    end
    assert.equal(0, campaigns())
    assert.equal(201, create().status)
  end)

  it("matches method and path, and lets some pass first", function()
    box:fail { status = 500, method = "POST", path = "/api/campaigns", after = 1, times = 0 }
    box:fail { status = 502, path = "/api/campaign-*/x" }
    assert.equal(201, create().status)
    assert.equal(500, create().status)
    assert.equal(500, create().status)
    assert.equal(1, campaigns())
    assert.equal(404, client:get("/api/campaign-messages/y").status)
    assert.equal(502, client:get("/api/campaign-messages/x").status)
    assert.equal(404, client:get("/api/campaign-messages/x").status)
    assert.equal(1, #box:faults())
    box:clear_faults()
    assert.same({}, box:faults())
    assert.equal(201, create().status)
  end)

  it("can act and still answer with an error", function()
    box:fail { status = 500, acted = true }
    assert.equal(500, create().status)
    assert.equal(1, campaigns())
  end)

  it("cuts before the effect, or after it", function()
    box:fail { cut = "before" }
    local answer, err, raw = create()
    assert.is_nil(answer)
    assert.equal("closed", err)
    assert.equal("", raw)
    assert.equal(0, campaigns())
    box:fail { cut = "after" }
    answer, err, raw = create()
    assert.is_nil(answer)
    assert.equal("closed", err)
    assert.equal("", raw)
    assert.equal(1, campaigns())
  end)

  it("cuts at any byte of the whole answer", function()
    local made = wire.create(client)
    local path = "/api/campaign-messages/" .. made.messages[1]
    box:fail { cut = 1000000 }
    local whole = client:get(path).raw
    assert.is_true(#whole > 500)
    for at = 0, #whole - 1 do
      box:fail { cut = at }
      local answer, _, raw = client:get(path)
      assert.is_nil(answer, at)
      -- the id of the request may grow by a digit, so that later bytes can differ
      assert.equal(at, #raw)
      if at < 15 then
        assert.equal(whole:sub(1, at), raw)
      end
    end
    box:fail { cut = "body" }
    local answer, _, raw = client:get(path)
    assert.is_nil(answer)
    assert.truthy(raw:find("\r\n\r\n{", 1, true))
    assert.equal(200, client:get(path).status)
  end)

  it("cuts the answer of a creation that happened, wherever it is cut", function()
    for _, at in ipairs { 0, 1, 20, 100, 300, 600, 1000 } do
      local before = campaigns()
      box:fail { cut = at, method = "POST" }
      assert.is_nil((create()))
      assert.equal(before + 1, campaigns())
    end
  end)

  it("resets the connection", function()
    box:fail { reset = true, cut = "after" }
    local connection = http.connect(box.url)
    connection:send(http.bytes { path = "/api/campaigns", headers = { Host = "localhost" } })
    local line, err = connection:receive "*l"
    assert.is_nil(line)
    assert.equal("closed", err)
    connection:close()
  end)

  it("waits before the effect, or between it and the answer", function()
    local function timed(fault)
      box:fail(fault)
      local before = socket.gettime()
      local connection = http.connect(box.url)
      connection:send(http.bytes { method = "POST", path = "/api/campaigns", body = wire.campaign "guide",
        headers = { Host = "localhost", Authorization = "Bearer x", revision = "2026-04-15.pre",
          ["Content-Type"] = "application/vnd.api+json" } })
      while #box:requests() == 0 and fault.late and socket.gettime() - before < 5 do
        socket.select(nil, nil, 0.005)
      end
      local other = campaigns()
      local answer = http.read(connection)
      connection:close()
      box:clear_requests()
      return answer.status, other, socket.gettime() - before
    end
    local status, during, time = timed { latency = 0.2, method = "POST" }
    assert.equal(201, status)
    assert.equal(0, during)
    assert.is_true(time >= 0.2)
    status, during, time = timed { late = "200ms", method = "POST" }
    assert.equal(201, status)
    assert.equal(2, during)
    assert.is_true(time >= 0.2)
  end)

  it("answers with HTML, with garbage, with anything", function()
    box:fail { html = true, status = 502 }
    local answer = create()
    assert.equal(502, answer.status)
    assert.equal("text/html", answer.headers["content-type"])
    assert.truthy(answer.body:find("<html>", 1, true))
    box:fail { garbage = '{"data":[' }
    answer = create()
    assert.equal(200, answer.status)
    assert.equal("application/vnd.api+json", answer.headers["content-type"])
    assert.equal('{"data":[', answer.body)
    box:fail { status = 418, body = "teapot" }
    answer = create()
    assert.equal(418, answer.status)
    assert.equal("teapot", answer.body)
    assert.equal(0, campaigns())
  end)

  it("lies about the length", function()
    box:fail { wrong_length = true }
    local answer, err = client:get "/api/campaigns"
    assert.is_nil(answer)
    assert.equal("closed", err)
    box:fail { wrong_length = 5 }
    assert.equal(5, #client:get("/api/campaigns").body)
  end)

  it("sends a huge body, and drips", function()
    box:fail { huge = 20000000 }
    assert.equal(20000000, #client:get("/api/campaigns").body)
    box:fail { drip = 2000 }
    local before = socket.gettime()
    local answer = client:get "/api/campaigns"
    assert.equal(200, answer.status)
    assert.is_true(socket.gettime() - before > #answer.raw / 2000 * 0.8)
  end)

  it("sends the client elsewhere", function()
    box:fail { redirect = "http://elsewhere.example/api/campaigns" }
    local answer = create()
    assert.equal(307, answer.status)
    assert.equal("http://elsewhere.example/api/campaigns", answer.headers.location)
    box:fail { redirect = "/x", status = 302 }
    assert.equal(302, create().status)
    assert.equal(0, campaigns())
  end)

  it("does not hold up others while one waits", function()
    box:fail { latency = 30 }
    local slow = http.connect(box.url)
    slow:send(http.bytes { path = "/api/campaigns", headers = { Host = "localhost" } })
    socket.select(nil, nil, 0.02)
    local before = socket.gettime()
    for _ = 1, 20 do
      campaigns()
    end
    assert.is_true(socket.gettime() - before < 5)
    slow:close()
  end)

  it("notes in the log what it did", function()
    box:fail { status = 503 }
    client:get "/api/campaigns"
    box:fail { cut = "after" }
    client:get "/api/campaigns"
    client:get "/api/campaigns"
    local log = box:requests()
    assert.equal(503, log[1].status)
    assert.equal('{"status":503}', log[1].fault)
    assert.equal(0, log[2].status)
    assert.equal(200, log[3].status)
    assert.is_nil(log[3].fault)
  end)

  it("refuses faults that make no sense, all of what is wrong at once", function()
    local function message(fault)
      local ok, err = pcall(box.fail, box, fault)
      assert.is_false(ok)
      return err
    end
    assert.truthy(message({ stauts = 503 }):find("'stauts' is not a field here", 1, true))
    local err = message { status = 99, times = -1, cut = "x", wrong_length = "x", headers = { a = 1 } }
    for _, name in ipairs { "status", "times", "cut", "wrong_length", "headers" } do
      assert.truthy(err:find(name .. ": ", 1, true), name .. " in " .. err)
    end
    assert.truthy(message({ latency = "soon" }):find("latency: Not a duration", 1, true))
    assert.truthy(message(nil))
    assert.same({}, box:faults())
  end)
end)
