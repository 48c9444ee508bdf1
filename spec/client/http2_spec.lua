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

  local function front(protocols, port)
    return ([[
      server {
        listen 127.0.0.1:%d %s;
        ssl_certificate %s/ca.pem;
        ssl_certificate_key %s/key.pem;
        access_log %s/access.log seen;
        location / { proxy_pass %s; proxy_http_version 1.1; }
      }
    ]]):format(port, protocols, directory, directory, directory, sandbox.url)
  end

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    directory = process.directory()
    os.execute("chmod 755 " .. directory)
    certificate()
    local two, one = process.port(), process.port()
    servers = nginx.start {
      http = 'log_format seen "$server_protocol $connection";' .. front("ssl http2", two) .. front("ssl", one),
      server = "",
    }
    servers.two, servers.one = "https://127.0.0.1:" .. two, "https://127.0.0.1:" .. one
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

  -- Twenty requests at once; the protocols and the connections that they came over.
  local function gather(url, options)
    options = options or {}
    local kl = klaviyo.client { base_url = url, api_key = "pk_test", limits = false, ca_file = directory .. "/ca.pem",
      concurrency = options.concurrency }
    local requests = {}
    for i = 1, 20 do
      requests[i] = { path = "/api/campaigns" }
    end
    sandbox:fail { latency = "20ms", times = 20 }
    local responses = assert(kl:gather(requests))
    kl:close()
    assert.equal(20, #responses)
    local protocols, connections, lines = {}, 0, {}
    process.wait_for("the log", function()
      lines = {}
      for line in process.read(directory .. "/access.log"):gmatch "[^\n]+" do
        lines[#lines + 1] = line
      end
      return #lines == 20
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

  it("trust nobody but the named authority", function()
    local kl = klaviyo.client { base_url = servers.two, api_key = "pk_test", limits = false, max_attempts = 1 }
    local page, err = kl.campaigns:list()
    assert.is_nil(page)
    assert.equal("tls", err.kind)
    kl:close()
    assert.equal(0, #sandbox:requests())
  end)
end)
