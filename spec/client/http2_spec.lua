-- SPDX-License-Identifier: MIT
-- Several requests over one connection where the server has HTTP/2: over TLS, with nginx in front of the sandbox.

local klaviyo = require "klaviyo"
local nginx = require "spec.support.nginx"
local process = require "spec.support.process"

if not (nginx.available() and process.find "openssl") then
  describe("HTTP/2 #process", function()
    pending "carries several requests over one connection (nginx or openssl is not installed)"
  end)
  return
end

describe("requests at once over TLS #process", function()
  local sandbox, directory, servers

  -- A certificate for 127.0.0.1 that is its own authority.
  local function certificate()
    local output, code = process.run(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
      .. "-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout %s/key.pem -out %s/ca.pem"):format(
      directory, directory))
    assert.equal(0, code, output)
  end

  local function front(protocols, port, more)
    return ([[
      server {
        listen 127.0.0.1:%d %s;
        ssl_certificate %s/ca.pem;
        ssl_certificate_key %s/key.pem;
        access_log %s/access.log seen;
        %s
        location / { proxy_pass %s; proxy_http_version 1.1; }
      }
    ]]):format(port, protocols, directory, directory, directory, more or "", sandbox.url)
  end

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    directory = process.directory()
    os.execute("chmod 755 " .. directory)
    certificate()
    local two, one, three = process.port(), process.port(), process.port()
    servers = nginx.start {
      http = 'log_format seen "$server_protocol $connection";' .. front("ssl http2", two) .. front("ssl", one)
        .. front("ssl http2", three, "keepalive_requests 3;"),
      server = "",
    }
    servers.two, servers.one = "https://127.0.0.1:" .. two, "https://127.0.0.1:" .. one
    servers.three = "https://127.0.0.1:" .. three
  end)

  teardown(function()
    servers:stop()
    sandbox:stop()
    process.remove(directory)
  end)

  before_each(function()
    sandbox:reset()
    process.write(directory .. "/access.log", "")
  end)

  -- The protocols and the connections that so many requests came over.
  local function seen_by_server(count)
    local protocols, connections, lines = {}, 0, {}
    process.wait_for("the log", function()
      lines = {}
      for line in process.read(directory .. "/access.log"):gmatch "[^\n]+" do
        lines[#lines + 1] = line
      end
      return #lines == count
    end)
    local seen = {}
    for _, line in ipairs(lines) do
      local protocol, connection = line:match "^(%S+) (%d+)$"
      protocols[protocol] = true
      connections = connections + (seen[connection] and 0 or 1)
      seen[connection] = true
    end
    return protocols, connections
  end

  local function new_client(url, concurrency)
    return klaviyo.client { base_url = url, api_key = "pk_test", limits = false, ca_file = directory .. "/ca.pem",
      concurrency = concurrency }
  end

  -- Twenty requests at once.
  local function gather(url, options)
    local kl = new_client(url, options and options.concurrency)
    local requests = {}
    for i = 1, 20 do
      requests[i] = { path = "/api/campaigns" }
    end
    sandbox:fail { latency = "20ms", times = 20 }
    local responses = assert(kl:gather(requests))
    kl:close()
    assert.equal(20, #responses)
    return seen_by_server(20)
  end

  it("share one connection where the server has HTTP/2", function()
    local protocols, connections = gather(servers.two)
    assert.same({ ["HTTP/2.0"] = true }, protocols)
    assert.equal(1, connections)
  end)

  it("take a pool of connections otherwise, no more than may be on the wire", function()
    local protocols, connections = gather(servers.one, { concurrency = 4 })
    assert.same({ ["HTTP/1.1"] = true }, protocols)
    assert.is_true(connections >= 2 and connections <= 4, connections)
  end)

  it("are all on one connection where they are made one after the other, POSTs too", function()
    for protocol, url in pairs { ["HTTP/1.1"] = servers.one, ["HTTP/2.0"] = servers.two } do
      process.write(directory .. "/access.log", "")
      local kl = new_client(url)
      for _ = 1, 100 do
        local _, err = kl:request { method = "POST", path = "/api/campaigns", body = "{}" }
        assert.equal(400, err.status)
      end
      kl:close()
      local protocols, connections = seen_by_server(100)
      assert.same({ [protocol] = true }, protocols)
      assert.equal(1, connections)
    end
  end)

  -- A server that says frames at the request's body, one list for each connection: openssl does the TLS.
  local function with_frames(lists, fn)
    local port, heard, pipe = process.port(), directory .. "/heard", directory .. "/frames"
    process.write(heard, "")
    os.remove(pipe)
    process.run("mkfifo " .. pipe)
    local command = ("exec openssl s_server -quiet -alpn h2 -accept 127.0.0.1:%d -cert %s/ca.pem -key %s/key.pem "
      .. "< %s > %s"):format(port, directory, directory, pipe, heard)
    local server = process.start("exec sh -c " .. process.quote(command), directory .. "/s_server")
    local frames, said = assert(io.open(pipe, "wb")), 0
    frames:setvbuf "no"
    process.wait_for("the server", function() -- a connection to try it out would be its first
      return process.read("/proc/net/tcp"):find((":%04X 00000000:0000 0A"):format(port), 1, true)
    end)
    local kl = klaviyo.client { base_url = "https://127.0.0.1:" .. port, api_key = "pk_test", limits = false,
      ca_file = directory .. "/ca.pem", timeout = 10 }
    local over = false
    local results = assert(klaviyo.all { loop = "blocking", all = true, function()
      local ok, message = pcall(fn, kl)
      over = true
      return ok, message
    end, function()
      while not over do
        local requests = select(2, process.read(heard):gsub("THE BODY", ""))
        if requests > said then
          said = requests
          frames:write(lists[said] or "")
        end
        kl.loop.sleep(0.005)
      end
      return true
    end })
    kl:close()
    frames:close()
    server:stop()
    assert.is_true(results[1][1], results[1][2])
    return said
  end

  local function frame(kind, flags, stream, payload)
    return string.char(0, 0, #payload, kind, flags, 0, 0, 0, stream) .. payload
  end

  local SETTINGS = frame(4, 0, 0, "")
  local REFUSED = SETTINGS .. frame(3, 0, 1, "\0\0\0\7")
  local CANCELLED = SETTINGS .. frame(3, 0, 1, "\0\0\0\8")
  local GOAWAY = SETTINGS .. frame(7, 0, 0, "\0\0\0\0" .. "\0\0\0\0")
  local GRACEFUL = SETTINGS .. frame(7, 0, 0, "\127\255\255\255" .. "\0\0\0\0")
  local DONE = SETTINGS .. frame(1, 5, 1, "\137") -- :status 204

  local function post(kl)
    return kl:request { method = "POST", path = "/x", body = "THE BODY", max_attempts = 2 }
  end

  -- libcurl tells of the last stream of a GOAWAY since 7.88: before, nothing proves that the request is not processed.
  local major, minor = require("klaviyo.core").curl_version():match "libcurl/(%d+)%.(%d+)"
  local tells_goaway = tonumber(major) > 7 or tonumber(minor) >= 88

  it("are sent again where the server says that it has not processed them", function()
    assert.equal(tells_goaway and 2 or 1, with_frames({ GOAWAY, DONE }, function(kl)
      local response, err = post(kl)
      if tells_goaway then
        assert.equal(204, response and response.status, tostring(err))
        assert.equal(2, response.attempts)
      else
        assert.is_nil(response)
        assert.equal("unknown", err.outcome)
      end
    end))
    -- of libcurl's own resend nothing but the connection is made; this server has one at a time
    assert.equal(1, with_frames({ REFUSED, DONE }, function(kl)
      local response, err = kl:request { method = "POST", path = "/x", body = "THE BODY", max_attempts = 1 }
      assert.is_nil(response)
      assert.equal("none", err.outcome)
      assert.is_true(err.retryable)
    end))
  end)

  it("are not sent again where it says no such thing", function()
    for _, frames in ipairs { CANCELLED, GRACEFUL .. frame(3, 0, 1, "\0\0\0\2") } do
      local seen = with_frames({ frames, DONE }, function(kl)
        local response, err = post(kl)
        assert.is_nil(response)
        assert.equal("unknown", err.outcome)
        assert.equal(1, err.attempts)
      end)
      assert.equal(1, seen)
    end
  end)

  it("are not sent again because of what the request itself says", function()
    local seen = with_frames({ CANCELLED, DONE }, function(kl)
      local response, err = kl:request { method = "POST", path = "/REFUSED_STREAM,%20retrying", body = "THE BODY",
        headers = { ["X-Text"] = "REFUSED_STREAM, retrying; received GOAWAY, error=0, last_stream=0" } }
      assert.is_nil(response)
      assert.equal("unknown", err.outcome)
    end)
    assert.equal(1, seen)
  end)

  it("are none of them lost to a server that closes each connection after three", function()
    -- A write has a connection of its own while others are under way, so that a GOAWAY meant for them does not hit it.
    -- Reads share connections: a read may meet a closing one several times, as often as chance will have it.
    local kl = klaviyo.client { base_url = servers.three, api_key = "pk_test", limits = false, max_attempts = 20,
      ca_file = directory .. "/ca.pem" }
    local requests = { all = true }
    for i = 1, 60 do
      local writes = i % 2 == 0
      requests[i] = { method = writes and "POST" or "GET", path = "/api/campaigns", body = writes and "{}" or nil }
    end
    for i, result in ipairs(kl:gather(requests)) do
      local err = result[2]
      assert.is_true(i % 2 == 0 and err and err.status == 400 or i % 2 == 1 and result[1] ~= nil, tostring(err))
    end
    kl:close()
  end)

  it("trust nobody but the named authority", function()
    local kl = klaviyo.client { base_url = servers.two, api_key = "pk_test", limits = false, max_attempts = 1 }
    local page, err = kl.campaigns:list()
    assert.is_nil(page)
    assert.equal("tls", err.kind)
    kl:close()
    assert.equal(0, #sandbox:requests())
  end)
end)
