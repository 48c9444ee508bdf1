-- SPDX-License-Identifier: MIT
--- What is refused before an operation begins: credentials, revision, route, method, media types, body.
local http = require "spec.support.http"
local wire = require "spec.support.wire"
local cjson = require "cjson"

describe("sandbox", function()
  local box, client

  before_each(function()
    box, client = wire.start()
  end)

  after_each(function()
    client:close()
    box:stop()
  end)

  local function refused(answer, status, code, where)
    assert.equal(status, answer.status, answer.body)
    assert.equal("application/vnd.api+json", answer.headers["content-type"])
    assert.equal(code, answer.json.errors[1].code)
    assert.equal(status, answer.json.errors[1].status)
    for _, name in ipairs { "id", "title", "detail", "source" } do
      assert.is_not_nil(answer.json.errors[1][name], name)
    end
    if where then
      assert.same({ where }, wire.pointers(answer))
    end
  end

  describe("credentials", function()
    it("are a private key or a bearer token, of which any will do", function()
      for _, value in ipairs { "Klaviyo-API-Key pk_test", "Klaviyo-API-Key your-private-api-key", "Bearer abc.def" } do
        assert.equal(200, client:get("/api/campaigns", nil, { Authorization = value }).status, value)
      end
    end)

    it("are required and well formed: 401", function()
      refused(client:get("/api/campaigns", nil, { Authorization = false }), 401, "not_authenticated", "Authorization")
      for _, value in ipairs { "pk_test", "Klaviyo-API-Key", "Klaviyo-API-Key ", "Bearer a b", "Basic abc" } do
        refused(client:get("/api/campaigns", nil, { Authorization = value }), 401, "authentication_failed")
      end
    end)

    it("can be limited to some keys, and revoked", function()
      box:stop()
      box, client = wire.start { keys = { "pk_one", "token" } }
      local function status(value)
        return client:get("/api/campaigns", nil, { Authorization = value }).status
      end
      assert.equal(200, status "Klaviyo-API-Key pk_one")
      assert.equal(200, status "Bearer token")
      assert.equal(401, status "Klaviyo-API-Key pk_two")
      box:revoke "token"
      assert.equal(401, status "Bearer token")
      box:reset()
      assert.equal(200, status "Bearer token")
    end)

    it("are never echoed", function()
      local answer = client:get("/api/campaigns", nil, { Authorization = "Basic secret-thing" })
      assert.is_nil(answer.raw:find("secret", 1, true))
    end)
  end)

  describe("revision", function()
    it("chooses the dialect and is repeated in the answer", function()
      local made = wire.create(client)
      for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" } do
        local answer = client:get("/api/campaign-messages/" .. made.messages[1], nil, { revision = revision })
        assert.equal(200, answer.status)
        assert.equal(revision, answer.headers["x-klaviyo-api-revision"])
        local attributes = answer.json.data.attributes
        assert.equal(revision == "2026-04-15.pre", attributes.status == "DRAFT")
        assert.equal(revision ~= "2026-04-15.pre", attributes.definition.status == "draft")
      end
    end)

    it("must be known: 400 with those that are", function()
      for _, revision in ipairs { false, "2024-10-15", "2026-04-15", "" } do
        local answer = client:get("/api/campaigns", nil, { revision = revision })
        refused(answer, 400, "invalid", "revision")
        assert.truthy(answer.json.errors[1].detail:find("2026-04-15.pre, 2026-07-15.pre, 2026-10-15", 1, true))
      end
    end)

    it("can be made to mean openapi always", function()
      box:stop()
      box, client = wire.start { dialect = "openapi" }
      client.dialect = "openapi"
      local made = wire.create(client)
      local answer = client:get("/api/campaign-messages/" .. made.messages[1])
      assert.equal("draft", answer.json.data.attributes.definition.status)
      -- the OpenAPI file of that revision has no unit of throttling yet
      assert.is_nil(answer.json.data.attributes.definition.send_options.throttle_unit)
      answer = client:get("/api/campaign-messages/" .. made.messages[1], nil, { revision = "2026-07-15.pre" })
      assert.equal(cjson.null, answer.json.data.attributes.definition.send_options.throttle_unit)
      assert.equal(405, client:get("/api/campaign-audiences").status)
    end)
  end)

  describe("routes", function()
    it("that are none answer 404", function()
      for _, path in ipairs { "/api", "/api/", "/api/x", "/campaigns", "/api/campaigns/a/b", "/api/campaigns//x",
        "/api/campaigns/a/relationships", "/api/campaigns/%", "/api/campaigns/%00", "/api/campaigns/a/b/c/d/e" } do
        local answer = client:get(path)
        if answer.json or not path:find("%", 1, true) then -- newer libmicrohttpd refuses these by itself
          refused(answer, 404, "not_found")
        end
      end
    end)

    it("known with other methods answer 405 and say which", function()
      local answer = client:put("/api/campaigns", "{}")
      refused(answer, 405, "method_not_allowed")
      assert.equal("GET, POST", answer.headers.allow)
      answer = client:post("/api/campaigns/x", "{}")
      assert.equal(405, answer.status)
      assert.equal("GET, PATCH, DELETE", answer.headers.allow)
      assert.equal("POST", client:get("/api/campaign-clone").headers.allow)
      assert.equal("PATCH", client:get("/api/campaign-message-schedule/x").headers.allow)
      client.headers.revision = "2026-07-15.pre"
      assert.equal("POST", client:get("/api/campaign-audiences").headers.allow)
    end)

    it("may end with a slash, as the links do, and ids may be encoded", function()
      local made = wire.create(client)
      assert.equal(200, client:get("/api/campaigns/").status)
      assert.equal(200, client:get("/api/campaigns/" .. made.id .. "/").status)
      local encoded = made.id:gsub(".", function(c)
        return ("%%%02x"):format(c:byte())
      end)
      assert.equal(200, client:get("/api/campaigns/" .. encoded).status)
      refused(client:get "/api/campaigns/a%2Fb", 404, "not_found")
    end)

    it("answer 404 for ids that are not there", function()
      for path in pairs(wire.types) do
        for _, method in ipairs { "GET", "DELETE" } do
          refused(client:request(method, "/api/" .. path .. "/01JXYZ1234ABCDEFGHIJK56789"), 404, "not_found")
        end
      end
    end)
  end)

  describe("media types", function()
    it("of the answer must be wanted: 406", function()
      for _, accept in ipairs { "text/html", "application/json", "application/xml, text/*",
        "application/vnd.api+json;q=0", "*/*;q=0.0" } do
        refused(client:get("/api/campaigns", nil, { Accept = accept }), 406, "not_acceptable", "Accept")
      end
      for _, accept in ipairs { false, "*/*", "application/*", "application/vnd.api+json;q=0.5",
        "text/html, */*;q=0.1", "application/vnd.api+json; charset=utf-8" } do
        assert.equal(200, client:get("/api/campaigns", nil, { Accept = accept }).status, tostring(accept))
      end
    end)

    it("of the body must be that of JSON:API, or JSON: 415", function()
      local body = wire.campaign "guide"
      for _, kind in ipairs { false, "text/json", "text/plain", "application/xml",
        "application/x-www-form-urlencoded" } do
        local answer = client:post("/api/campaigns", body, { ["Content-Type"] = kind })
        refused(answer, 415, "unsupported_media_type", "Content-Type")
      end
      for _, kind in ipairs { "application/json", "Application/vnd.API+JSON; charset=utf-8" } do
        assert.equal(201, client:post("/api/campaigns", body, { ["Content-Type"] = kind }).status)
      end
      assert.equal(2, #client:get("/api/campaigns").json.data)
    end)
  end)

  describe("body", function()
    it("is required where there is something to do, and must be JSON", function()
      for _, body in ipairs { "", "{", "[1,", "nul", '{"a":1,"a":2}', '{"a":"\255"}', "[]", '"x"', "{}",
        '{"data":[]}' } do
        local answer = client:post("/api/campaigns", body)
        assert.equal(400, answer.status, body)
      end
      assert.same({ "" }, wire.pointers(client:post("/api/campaigns", "{")))
      assert.same({ "/data" }, wire.pointers(client:post("/api/campaigns", "{}")))
    end)

    it("may be 8 MB, not more: 413, however it comes", function()
      local big = ("x"):rep(8 * 1024 * 1024 + 1)
      refused(http.client(box.url):post("/api/campaigns", big), 413, "payload_too_large")
      local connection = http.connect(box.url)
      connection:send("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      for _ = 1, 9 do
        connection:send("100000\r\n" .. ("x"):rep(0x100000) .. "\r\n")
      end
      connection:send "0\r\n\r\n"
      refused(http.read(connection), 413, "payload_too_large")
      connection:close()
      assert.equal(200, client:get("/api/campaigns").status)
    end)

    it("that says it is a gigabyte is refused before it comes", function()
      local connection = http.connect(box.url)
      connection:send("POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
      refused(http.read(connection), 413, "payload_too_large")
      connection:close()
    end)

    it("nested too deep is no JSON that is read", function()
      local deep = ("["):rep(100000) .. ("]"):rep(100000)
      assert.equal(400, client:post("/api/campaigns", deep).status)
      deep = ('{"data":'):rep(5000) .. "1" .. ("}"):rep(5000)
      assert.equal(400, client:post("/api/campaigns", deep).status)
    end)
  end)

  describe("answers", function()
    it("tell the time of the sandbox, and have an id of their own", function()
      local a, b = client:get("/api/campaigns"), client:get("/api/nothing")
      assert.equal("Tue, 14 Apr 2026 12:00:00 GMT", a.headers.date)
      assert.equal("Tue, 14 Apr 2026 12:00:00 GMT", b.headers.date)
      assert.is_not.equal(a.headers["x-klaviyo-req-id"], b.headers["x-klaviyo-req-id"])
      box:set_clock "2028-02-29T23:59:59Z"
      assert.equal("Tue, 29 Feb 2028 23:59:59 GMT", client:get("/api/campaigns").headers.date)
      box:set_clock "1969-12-31T23:59:59Z"
      assert.equal("Wed, 31 Dec 1969 23:59:59 GMT", client:get("/api/campaigns").headers.date)
    end)

    it("link to where the client found the sandbox", function()
      local function self(headers)
        return client:get("/api/campaigns", nil, headers).json.links.self
      end
      assert.equal(box.url .. "/api/campaigns", self())
      assert.equal("http://localhost:1234/api/campaigns", self { Host = "localhost:1234" })
      box:stop()
      box, client = wire.start { allow_host = { "front.example" } }
      assert.equal("https://front.example/api/campaigns",
        self { Host = "front.example", ["X-Forwarded-Proto"] = "https" })
    end)

    it("use one connection for several requests, pipelined too", function()
      local connection = http.connect(box.url)
      local request = http.bytes { path = "/api/campaigns", headers = { Host = "localhost",
        Authorization = "Bearer x", revision = "2026-07-15.pre" } }
      connection:send(request:rep(20))
      for _ = 1, 20 do
        assert.equal(200, http.read(connection).status)
      end
      connection:close()
    end)

    it("to HEAD have no body", function()
      local answer = client:request("HEAD", "/api/campaigns")
      assert.equal(405, answer.status)
      assert.equal("GET, POST", answer.headers.allow)
    end)
  end)

  it("gives up on requests that take too long to come in: 408", function()
    box:stop()
    box, client = wire.start { request_timeout = 0.1 }
    for _, part in ipairs { "GET /api/campaigns HTTP/1.1\r\nHost: localhost\r\nrevi",
      "POST /api/campaigns HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{" } do
      local connection = http.connect(box.url)
      connection:send(part)
      local answer = http.read(connection)
      refused(answer, 408, "request_timeout")
      assert.is_nil((connection:receive(1)))
      connection:close()
    end
    assert.equal(200, client:get("/api/campaigns").status)
  end)

  it("keeps a thousand idle connections and serves on", function()
    local idle = {}
    for i = 1, 900 do
      local ok, connection = pcall(http.connect, box.url)
      if not ok then
        break
      end
      idle[i] = connection
    end
    assert.is_true(#idle > 100)
    assert.equal(200, client:get("/api/campaigns").status)
    for _, connection in ipairs(idle) do
      connection:close()
    end
  end)
end)
