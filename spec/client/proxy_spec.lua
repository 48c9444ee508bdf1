-- SPDX-License-Identifier: MIT
--- A proxy between the client and the service: a real one, that connects where it is asked to, and those that do not.
local klaviyo = require "klaviyo"
local sandbox = require "klaviyo.sandbox"
local script = require "spec.support.script"
local socket = require "socket"

local SECRET = "hush_hush"

-- A proxy that tunnels (RFC 9110 9.3.6). `answer` gives what it says instead, for a request that it refuses.
local function proxy_server(answer)
  return script.server { serve = function(c)
    local request = c:read()
    local refusal = request and answer and answer(request)
    if not request or refusal or request.method ~= "CONNECT" then
      c:write(refusal or "")
      return c:close()
    end
    local host, port = request.target:match "^(.*):(%d+)$"
    local there = assert(socket.connect(host, tonumber(port)))
    there:settimeout(0)
    c:write "HTTP/1.1 200 Connection established\r\nContent-Length: 99999999\r\nX-Proxy: yes\r\n\r\n"
    local ways = { { c.socket, there }, { there, c.socket } }
    while #ways == 2 do
      for i, way in ipairs(ways) do
        local bytes, err, partial = way[1]:receive(65536)
        bytes = bytes or partial
        local at = 1
        while at <= #bytes do
          at = select(3, way[2]:send(bytes, at)) or #bytes
          at = at + 1
        end
        if err == "closed" then
          table.remove(ways, i)
          break
        end
      end
      coroutine.yield()
    end
    there:close()
    c:close()
  end }
end

local function with_password(url)
  return (url:gsub("//", "//user:" .. SECRET .. "@"))
end

-- Everything that a client says about a request, as text.
local function said(err, events)
  local parts = { err.message, tostring(err), err.request_id or "" }
  for _, event in ipairs(events) do
    for name, value in pairs(event) do
      parts[#parts + 1] = name .. "=" .. tostring(value)
    end
  end
  return table.concat(parts, "\n")
end

-- The error of a request to a service behind a proxy.
local function failed(proxy, options)
  local events = {}
  local kl = klaviyo.client { base_url = options.base_url or "https://127.0.0.1:9", api_key = "pk_x", limits = false,
    proxy = proxy, max_attempts = options.max_attempts or 2, timeout = options.timeout or 20, on_event = function(event)
      events[#events + 1] = event
    end }
  local response, err = kl:request { method = options.method, path = "/x" }
  kl:close()
  assert.is_nil(response)
  assert.is_nil(said(err, events):find(SECRET, 1, true))
  assert.is_nil(said(err, events):find("dXNlc", 1, true)) -- Base64 of "user:..."
  return err
end

describe("a proxy", function()
  it("that works is not noticed, and shows nothing of its own", function()
    local box = assert(sandbox.start { port = 0, tls = true })
    local server = proxy_server()
    script.run(server, function()
      local kl = klaviyo.client { base_url = box.url, ca_file = box.ca_file, api_key = "pk_x", proxy = server.url }
      local response = assert(kl:request { path = "/api/campaigns" })
      assert.is_nil(response.headers["x-proxy"])
      kl:close()
    end)
    assert.equal("CONNECT", server.requests[1].method)
    assert.is_nil(server.requests[1].headers.authorization) -- the key is for the service alone
    box:stop()
  end)

  it("that refuses is named with its status, and asked again only where that may pass", function()
    for status, attempts in pairs { [407] = 1, [403] = 1, [302] = 1, [502] = 2, [503] = 2, [429] = 2 } do
      for _, method in ipairs { "GET", "POST" } do
        local server = proxy_server(function()
          return script.answer(status, "<p>no</p>", { ["Content-Type"] = "text/html", ["X-Klaviyo-Req-Id"] = "p" })
        end)
        script.run(server, function()
          local err = failed(with_password(server.url), { method = method })
          assert.equal("proxy", err.kind)
          local words = ("the proxy %s (option proxy) answered %d"):format(server.url, status)
          assert.truthy(err.message:find(words, 1, true), err.message)
          assert.is_nil(err.status) -- it is not the service's
          assert.is_nil(err.request_id)
          assert.equal("none", err.outcome)
          assert.equal(attempts == 2, err.retryable)
          assert.equal(attempts, #server.requests)
          assert.truthy(server.requests[1].headers["proxy-authorization"])
        end)
      end
    end
  end)

  it("that wants credentials is named for plain http too", function()
    local server = proxy_server(function()
      return script.answer(407, "", { ["Content-Type"] = false })
    end)
    script.run(server, function()
      local err = failed(with_password(server.url), { method = "POST", base_url = "http://127.0.0.1:9" })
      assert.equal("proxy", err.kind)
      assert.equal("none", err.outcome)
      assert.truthy(err.message:find(server.url, 1, true))
    end)
    assert.equal(1, #server.requests)
  end)

  it("that is down, hangs up, hangs or has no address is named, and not the service", function()
    local err = failed("http://user:" .. SECRET .. "@127.0.0.1:1", {})
    assert.equal("proxy", err.kind)
    assert.equal("nothing accepts connections at the proxy http://127.0.0.1:1 (option proxy)", err.message)
    err = failed("http://user:" .. SECRET .. "@does-not-exist.invalid:3128", {})
    assert.equal("proxy", err.kind)
    assert.matches("^the proxy http://does%-not%-exist%.invalid:3128 %(option proxy%) has no address", err.message)
    local closing = proxy_server(function()
      return ""
    end)
    script.run(closing, function()
      err = failed(with_password(closing.url), { method = "POST" })
      assert.equal("proxy", err.kind)
      assert.equal("none", err.outcome)
      assert.truthy(err.message:find(("the proxy %s (option proxy) did not connect to https://127.0.0.1:9"):format(
        closing.url), 1, true), err.message)
    end)
    local hanging = script.server { serve = function(c)
      c:pause(20)
    end }
    script.run(hanging, function()
      err = failed(with_password(hanging.url), { timeout = 0.3 })
      assert.equal("timeout", err.kind)
      assert.truthy(err.message:find("with the proxy " .. hanging.url .. " set", 1, true), err.message)
    end)
  end)

  it("is not blamed for a service that is down", function()
    local server = proxy_server(function()
      return script.answer(503, '{"errors":[{"detail":"not now"}]}')
    end)
    script.run(server, function()
      local err = failed(server.url, { base_url = "http://127.0.0.1:9", max_attempts = 1 })
      assert.equal("server", err.kind)
      assert.equal(503, err.status)
      local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "pk_x", max_attempts = 1 }
      err = select(2, kl:request { path = "/x" })
      assert.equal("connect", err.kind)
      kl:close()
    end)
  end)
end)
