-- SPDX-License-Identifier: MIT
--- What becomes of answers that are cut, odd or broken; and that nothing is issued twice behind the caller's back.
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local script = require "spec.support.script"

local BODY = '{"data":{"type":"campaign","id":"1"}}'

local function client(server, more)
  local options = { base_url = server.url, api_key = "pk_x", limits = false, max_attempts = 1, timeout = 20 }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return klaviyo.client(options)
end

-- A server that sends some bytes of an answer and then closes; /warm is answered well, and leaves the connection open.
local function cutting()
  local self = {}
  self.server = script.server { serve = function(c)
    local request = c:read()
    while request and request.target == "/warm" do
      c:answer(200, "{}")
      request = c:read()
    end
    if request then
      c:write(self.bytes)
    end
    c:close()
  end }
  return self
end

-- Runs fn(kl, cutter) for one request after the other.
local function with_cutter(fn)
  local cutter = cutting()
  script.run(cutter.server, function()
    local kl = client(cutter.server)
    fn(kl, cutter)
    kl:close()
  end)
end

-- Leaves a kept connection. libcurl from 8.21 on finds the one before dead by using it, which takes an attempt.
local function warm(kl)
  assert(kl:request { path = "/warm", max_attempts = 2 })
end

local function issued(cutter, before)
  local count = 0
  for i = before + 1, #cutter.server.requests do
    count = count + (cutter.server.requests[i].target ~= "/warm" and 1 or 0)
  end
  return count
end

describe("an answer that is cut", function()
  for _, kept in ipairs { false, true } do
    local where = kept and "a kept connection" or "a fresh connection"
    it("is cut wherever that happens, on " .. where .. ", and a POST is issued once", function()
      local whole, cases = script.answer(201, BODY), 0
      local status_line = #whole:match "^[^\n]*\n"
      with_cutter(function(kept_by, cutter)
        for _, method in ipairs { "POST", "GET", "PATCH" } do
          for at = 0, #whole - 1 do
            -- Not one client for all: libcurl 8.23 keeps a connection that was cut in a header section.
            local kl = kept and kept_by or client(cutter.server)
            if kept then
              warm(kl)
            end
            cutter.bytes = whole:sub(1, at)
            local before = #cutter.server.requests
            local answer, err = kl:request { method = method, path = "/x", once = method == "POST" }
            assert.is_nil(answer)
            assert.equal("disconnected", err.kind)
            -- a status of success says that it happened, whatever is cut after it
            local outcome = at < status_line and "unknown" or "happened"
            assert.equal(method == "GET" and "none" or outcome, err.outcome)
            assert.equal(method == "GET" or (method == "PATCH" and outcome == "unknown"), err.retryable)
            if method == "POST" then
              assert.equal(1, issued(cutter, before))
            end
            if not kept then
              kl:close()
            end
            cases = cases + 1
          end
        end
      end)
      assert.equal(3 * #whole, cases)
    end)
  end

  it("is a refusal only if the service's own words came whole", function()
    local whole = script.answer(422, '{"errors":[{"detail":"no"}]}')
    local status_line = #whole:match "^[^\n]*\n"
    with_cutter(function(kl, cutter)
      for at = 0, #whole - 1 do
        cutter.bytes = whole:sub(1, at)
        local answer, err = kl:request { method = "POST", path = "/x" }
        assert.is_nil(answer)
        assert.equal("unknown", err.outcome, at)
        assert.equal(at < status_line and "disconnected" or "http", err.kind, at)
      end
      cutter.bytes = whole
      local _, err = kl:request { method = "POST", path = "/x" }
      assert.equal("none", err.outcome)
    end)
  end)

  it("is cut in the middle of chunks, and of what was compressed", function()
    local chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      .. "a\r\n0123456789\r\n3\r\nabc\r\n0\r\n\r\n"
    with_cutter(function(kl, cutter)
      for at = 0, chunked:find("0\r\n\r\n", 1, true) - 1 do
        cutter.bytes = chunked:sub(1, at)
        local answer, err = kl:request { path = "/x", raw = true }
        assert.is_nil(answer, at)
        assert.equal("disconnected", err.kind, at)
      end
      cutter.bytes = chunked
      assert.equal("0123456789abc", assert(kl:request { path = "/x", raw = true }).body)
    end)
  end)
end)

describe("a request that is not idempotent", function()
  it("uses a connection that is kept, and keeps it", function()
    local server = script.server { answer = function()
      return script.answer(200, "{}")
    end }
    script.run(server, function()
      local kl = client(server)
      for _ = 1, 5 do
        assert(kl:request { method = "POST", path = "/x", body = "{}" })
        assert(kl:request { path = "/x" })
      end
      assert.equal(1, server.connections)
      kl:close()
    end)
  end)

  -- What came before the request cannot be its response.
  it("uses none on which the server has said more than it was asked", function()
    local server
    server = script.server { serve = function(c)
      local request = c:read()
      while request do
        c:answer(request.target == "/warm" and 200 or 204, request.target == "/warm" and "{}" or "")
        server.latest = c
        request = c:read()
      end
    end }
    script.run(server, function()
      local kl = client(server)
      for i = 1, 5 do
        warm(kl)
        server.latest:write(script.answer(201, BODY))
        require("klaviyo.loop.blocking").sleep(0.02)
        assert.equal(204, assert(kl:request { method = "POST", path = "/x", body = "{}" }).status)
        assert.equal(2 * i, #server.requests)
      end
      kl:close()
    end)
  end)
end)

describe("a connection that died while it was kept", function()
  -- The server closes it as soon as the request is there, without a word: what libcurl itself would repeat.
  it("is replaced for a GET, and never for a POST", function()
    with_cutter(function(kl, cutter)
      -- what libcurl sends again by itself counts as an attempt
      for _, case in ipairs { { "GET", 2, most = 2 }, { "GET", 1, most = 1 }, { "PATCH", 2, most = 2 },
        { "POST", 1, most = 2 }, { "PATCH", 1, most = 2, once = true } } do
        warm(kl)
        cutter.bytes = ""
        local before = #cutter.server.requests
        local answer, err = kl:request { method = case[1], path = "/x", once = case.once or false,
          max_attempts = case.most }
        assert.is_nil(answer)
        assert.equal("disconnected", err.kind)
        assert.equal(case[2], issued(cutter, before), case[1])
      end
    end)
  end)

  it("is replaced for a POST too if it was dead before the request left", function()
    local server
    server = script.server { serve = function(c)
      local request = c:read()
      c:answer(200, "{}")
      if request.target == "/warm" then
        server.warm = c
        return -- closed by the spec, while nothing is under way
      end
      c:close()
    end }
    script.run(server, function()
      local kl = client(server)
      for _ = 1, 5 do
        warm(kl)
        server.warm:close()
        require("klaviyo.loop.blocking").sleep(0.02)
        assert(kl:request { method = "POST", path = "/x" })
      end
      kl:close()
    end)
    assert.equal(10, #server.requests)
  end)
end)

describe("an answer that is odd", function()
  local function answered(bytes, request)
    local answer, err
    with_cutter(function(kl, cutter)
      cutter.bytes = bytes
      answer, err = kl:request(request or { path = "/x" })
    end)
    return answer, err
  end

  it("may have interim heads, no reason phrase, bare line feeds, and end with the connection", function()
    assert.equal(200, answered("HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" .. script.answer(200, "{}")).status)
    assert.equal(200, answered("HTTP/1.1 200\nContent-Type: application/json\nContent-Length: 2\n\n{}").status)
    assert.equal(200, answered("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}").status)
    assert.equal(204, answered("HTTP/1.1 204 No Content\r\n\r\n").status)
  end)

  it("is cut if only interim heads came", function()
    local answer, err = answered("HTTP/1.1 100 Continue\r\n\r\n", { method = "POST", path = "/x" })
    assert.is_nil(answer)
    assert.equal("disconnected", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  it("has a kind of its own for what is no HTTP, no JSON, or broken JSON", function()
    local function kind_of(bytes)
      local answer, err = answered(bytes, { method = "POST", path = "/x" })
      assert.is_nil(answer)
      assert.equal(bytes:find "^HTTP/1.1 2" and "happened" or "unknown", err.outcome)
      assert.is_false(err.retryable)
      return err.kind
    end
    assert.equal("protocol", kind_of "SSH-2.0-OpenSSH_9.2\r\n")
    assert.equal("protocol", kind_of "<html>hello</html>\r\n\r\n")
    assert.equal("content_type", kind_of(script.answer(200, "<html>", { ["Content-Type"] = "text/html" })))
    assert.equal("json", kind_of(script.answer(200, '{"data":')))
    assert.equal("json", kind_of(script.answer(200, "{} {}")))
    assert.equal("json", kind_of(script.answer(200, "\255")))
    assert.equal("redirect", kind_of(script.answer(303, "", { Location = "/elsewhere" })))
    assert.equal("server", kind_of(script.answer(500, "<html>", { ["Content-Type"] = "text/html" })))
  end)

  it("tells the header fields of the last head alone", function()
    local answer = answered("HTTP/1.1 103 Early\r\nX-A: early\r\n\r\n"
      .. script.answer(200, "{}", { ["X-B"] = { "1", "2" } }))
    assert.is_nil(answer.headers["x-a"])
    assert.equal("1, 2", answer.headers["x-b"])
  end)
end)

describe("a request", function()
  it("has the headers of the API, and those of the caller in their place", function()
    local server = script.server { answer = function()
      return script.answer(200, "{}")
    end }
    script.run(server, function()
      local kl = client(server)
      assert(kl:request { path = "/api/x" })
      assert(kl:request { method = "POST", path = "/api/x", body = { a = 1 }, revision = "2030-01-01",
        headers = { accept = "text/plain", ["Content-Type"] = "application/json", ["X-Mine"] = "1" } })
      kl:close()
    end)
    local plain, own = server.requests[1], server.requests[2]
    assert.equal("Klaviyo-API-Key pk_x", plain.headers.authorization)
    assert.equal("2026-04-15.pre", plain.headers.revision)
    assert.equal("application/vnd.api+json", plain.headers.accept)
    assert.is_nil(plain.headers["content-type"])
    assert.equal("2030-01-01", own.headers.revision)
    assert.equal("text/plain", own.headers.accept)
    assert.equal("application/json", own.headers["content-type"])
    assert.equal("1", own.headers["x-mine"])
    for _, name in ipairs { "Accept", "Content%-Type", "revision", "Authorization" } do
      local _, count = own.head:lower():gsub("\n" .. name:lower() .. ":", "")
      assert.equal(1, count, name)
    end
    assert.equal('{"a":1}', own.body)
  end)

  it("asks for its target to the byte, through a proxy of plain http for the whole URL", function()
    local server = script.server { answer = function()
      return script.answer(200, "{}")
    end }
    local host = server.url:match "//(.*)"
    local TARGETS = { "/api/x/../y%2Fz?a=%2c&b=%2C&c=/?d", "http://" .. host .. "/a//b", "HTTP://" .. host .. "?q=1" }
    script.run(server, function()
      local kl, through = client(server, { base_url = server.url .. "/v1" }),
        client(server, { base_url = "http://127.0.0.2:9/v1", proxy = server.url })
      for _, target in ipairs(TARGETS) do
        assert(kl:request { path = target })
      end
      assert(through:request { path = TARGETS[1] })
      assert(through:request { path = "/last" })
      kl:close()
      through:close()
    end)
    local seen = {}
    for i, request in ipairs(server.requests) do
      seen[i] = request.target
      assert.equal(i <= #TARGETS and host or "127.0.0.2:9", request.headers.host)
    end
    assert.same({ "/v1" .. TARGETS[1], "/a//b", "/?q=1", "http://127.0.0.2:9/v1" .. TARGETS[1],
      "http://127.0.0.2:9/v1/last" }, seen)
  end)

  it("is refused by the core for an option that it does not have, or of another kind", function()
    local own = core.client { base_url = "http://127.0.0.1:9", api_key = "pk_x" }
    for message, spec in pairs {
      ["bad option 'tiemout' %(a request has no such option%)"] = { target = "/", tiemout = 1 },
      ["bad option 'budget' %(table expected, got string%)"] = { target = "/", budget = "x" },
      ["bad option 'steady' %(a number from 1"] = { target = "/", budget = { bucket = "x", steady = 0 } },
      ["bad option 'timeout' %(more than 0 seconds"] = { target = "/", timeout = 0 },
      ["bad option 'raw' %(boolean expected, got number%)"] = { target = "/", raw = 1 },
      ["a name expected"] = { "/" },
      ["bad option 'target' %(string expected, got nil%)"] = { method = "GET" },
    } do
      assert.error_matches(function() own:submit(spec) end, message)
    end
    assert.equal(0, own:pending())
    local request = own:submit { target = "/", budget = { bucket = "x", burst = 3, steady = 7, steady_window = 9 } }
    local burst, burst_window, steady, steady_window, name = request:budget()
    assert.same({ 3, 1, 7, 9 }, { burst, burst_window, steady, steady_window })
    assert.matches("^%x+:x$", name)
    own:close()
  end)

  it("sends each method as it is called, and reads no body of a HEAD", function()
    local server = script.server { answer = function(request)
      if request.method == "HEAD" then
        return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n"
      end
      return script.answer(200, '{"method":"' .. request.method .. '","length":' .. #request.body .. "}")
    end }
    script.run(server, function()
      local kl = client(server)
      for _, method in ipairs { "GET", "POST", "PATCH", "DELETE", "PUT", "GET", "PATCH", "POST", "GET" } do
        local body = (method == "PATCH" or method == "PUT") and { a = 1 } or nil
        local answer = assert(kl:request { method = method, path = "/x", body = body })
        assert.same({ method = method, length = body and 7 or 0 }, answer.body)
      end
      assert.equal(200, assert(kl:request { method = "HEAD", path = "/x" }).status)
      assert.equal("GET", assert(kl:request { path = "/x" }).body.method)
      kl:close()
    end)
  end)
end)
