-- SPDX-License-Identifier: MIT
--- Web pages of other sites cannot use a sandbox on the same machine: Host, Origin and Content-Type.
local http = require "spec.support.http"
local wire = require "spec.support.wire"
local sandbox = require "klaviyo.sandbox"

describe("sandbox access", function()
  local box, own

  local function start(options)
    box = wire.start(options)
    own = box.url:match "//(.*)"
  end

  before_each(function()
    start()
  end)

  after_each(function()
    box:stop()
  end)

  -- The exact bytes of a request go out on a connection of their own.
  local function ask(method, path, headers, body)
    local all = { Host = own, Authorization = "Bearer x", revision = "2026-07-15.pre" }
    for name, value in pairs(headers or {}) do
      all[name] = value
    end
    local connection = http.connect(box.url)
    connection:send(http.bytes { method = method, path = path, headers = all, body = body })
    local response = assert(http.read(connection))
    connection:close()
    return response
  end

  local function rejected(response, status, header, ...)
    assert.equal(status, response.status, response.raw)
    assert.equal("application/vnd.api+json", response.headers["content-type"])
    assert.same({ header }, wire.pointers(response))
    for _, words in ipairs { ... } do
      assert.truthy(response.json.errors[1].detail:find(words, 1, true), response.json.errors[1].detail)
    end
  end

  local JSON = { ["Content-Type"] = "application/json" }

  it("is denied to a simple POST of a page of another site, which no browser asks about first", function()
    wire.create(wire.client(box))
    for _, origin in ipairs { "https://evil.example", "http://localhost:1", "null", "file://", "",
      "http://" .. own .. ".evil.example", "http://evil.example/" .. own } do
      for _, path in ipairs { "/_sandbox/reset", "/_sandbox/clock", "/api/campaigns" } do
        local response = ask("POST", path, { Origin = origin, ["Content-Type"] = "text/plain" }, "{}")
        rejected(response, 403, "Origin", "only its own page and programs")
      end
      rejected(ask("DELETE", "/_sandbox/requests", { Origin = origin }), 403, "Origin")
      rejected(ask("GET", "/_sandbox/campaigns", { Origin = origin }), 403, "Origin")
    end
    assert.equal(1, #ask("GET", "/_sandbox/campaigns").json.campaigns)
  end)

  it("is granted to its own page", function()
    for _, origin in ipairs { "http://" .. own, "HTTP://" .. own, "https://" .. own } do
      assert.equal(200, ask("POST", "/_sandbox/clock", { Origin = origin, ["Content-Type"] = "application/json" },
        '{"advance":"1h"}').status)
    end
    assert.equal("2026-04-14T15:00:00.000000+00:00", box:now())
    local name = "localhost:" .. box.port
    assert.equal(200, ask("GET", "/", { Host = name, Origin = "http://" .. name }).status)
  end)

  it("needs a media type that a form cannot have: for every control request, and every body", function()
    for _, kind in ipairs { "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
      "text/plain;application/json", "application/jsonx", "" } do
      rejected(ask("POST", "/_sandbox/reset", { ["Content-Type"] = kind }, "{}"), 415, "Content-Type",
        "application/json")
      rejected(ask("POST", "/_sandbox/reset", { ["Content-Type"] = kind }), 415, "Content-Type", "curl -H")
      rejected(ask("POST", "/api/campaigns", { ["Content-Type"] = kind }, "{}"), 415, "Content-Type",
        "application/json")
    end
    rejected(ask("POST", "/_sandbox/reset", nil, "{}"), 415, "Content-Type")
    rejected(ask("POST", "/_sandbox/reset"), 415, "Content-Type")
    for _, kind in ipairs { "application/json", "Application/JSON; charset=utf-8", "application/vnd.api+json" } do
      assert.equal(200, ask("POST", "/_sandbox/reset", { ["Content-Type"] = kind }, "{}").status)
      assert.equal(201, ask("POST", "/api/campaigns", { ["Content-Type"] = kind }, wire.campaign "openapi").status)
    end
  end)

  it("is by loopback names: a name that was rebound to the loopback address reads nothing", function()
    local port = ":" .. box.port
    for _, host in ipairs { "evil.example", "evil.example" .. port, "127.0.0.1.evil.example" .. port, "localhost.evil",
      "evil.localhost.example", "xlocalhost", "8.8.8.8" .. port, "0.0.0.0" .. port, "[2001:db8::1]" .. port,
      "[::1", "[::1]x", "localhost:80:80", "localhost/", "a@localhost", ".localhost", "" } do
      for _, path in ipairs { "/", "/_sandbox/campaigns", "/_sandbox/requests", "/api/campaigns" } do
        rejected(ask("GET", path, { Host = host }), 403, "Host", "allow_host", "--allow-host")
      end
      rejected(ask("POST", "/_sandbox/reset", { Host = host, Origin = "http://" .. host,
        ["Content-Type"] = "application/json" }, "{}"), 403, "Host")
    end
    for _, host in ipairs { "localhost", "LocalHost" .. port, "sandbox.localhost" .. port, "127.0.0.1", "127.9.9.9:1",
      "[::1]", "[::1]" .. port } do
      assert.equal(200, ask("GET", "/api/campaigns", { Host = host }).status, host)
    end
  end)

  it("needs a Host header in HTTP/1.0 too", function()
    local connection = http.connect(box.url)
    connection:send "GET /_sandbox/campaigns HTTP/1.0\r\n\r\n"
    rejected(assert(http.read(connection)), 403, "Host")
    connection:close()
  end)

  it("can be given to other names, for containers, and to the address it listens on", function()
    box:stop()
    start { host = "0.0.0.0", allow_host = { "sandbox", "10.1.2.3", "2001:db8::1" } }
    own = "sandbox:" .. box.port
    for _, host in ipairs { "sandbox", "Sandbox:8080", "10.1.2.3:1", "[2001:db8::1]:80", "0.0.0.0:80", "localhost" } do
      assert.equal(200, ask("GET", "/api/campaigns", { Host = host }).status, host)
    end
    rejected(ask("GET", "/api/campaigns", { Host = "other" }), 403, "Host")
    assert.equal(200, ask("POST", "/_sandbox/reset", { Origin = "http://" .. own,
      ["Content-Type"] = JSON["Content-Type"] }).status)
    rejected(ask("POST", "/_sandbox/reset", { Origin = "http://sandbox:1" }), 403, "Origin")
  end)

  it("takes names without scheme and port", function()
    for _, given in ipairs { "sandbox", { "http://sandbox" }, { "sandbox:8080" }, { "[::1]" }, { "*" }, { "" },
      { 1 } } do
      assert.has_error(function()
        sandbox.start { port = 0, allow_host = given }
      end)
    end
    local _, message = pcall(sandbox.start, { port = 0, allow_host = { "good", "sandbox:8080" } })
    assert.truthy(message:find('allow_host must be a list of host names or addresses ("sandbox"), '
      .. "without scheme and port, found sandbox:8080", 1, true), message)
  end)

  it("is denied before a fault is used up, and recorded", function()
    box:fail { path = "/api/campaigns", status = 503 }
    rejected(ask("GET", "/api/campaigns", { Host = "evil.example" }), 403, "Host")
    assert.equal(1, #box:faults())
    assert.equal(503, ask("GET", "/api/campaigns").status)
    assert.same({ 403, 503 }, { box:requests()[1].status, box:requests()[2].status })
  end)
end)
