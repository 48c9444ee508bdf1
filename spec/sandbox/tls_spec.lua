-- SPDX-License-Identifier: MIT
-- The sandbox over TLS, with the certificate that it makes for itself.

local klaviyo = require "klaviyo"
local process = require "spec.support.process"
local socket = require "socket"

local start = require("klaviyo.sandbox").start

describe("a sandbox with tls", function()
  local sandbox, clients

  local function client(options)
    local all = { base_url = sandbox.url, api_key = "pk_test", limits = false, max_attempts = 1 }
    for name, value in pairs(options) do
      all[name] = value
    end
    clients[#clients + 1] = klaviyo.client(all)
    return clients[#clients]
  end

  setup(function()
    sandbox = assert(start { port = 0, tls = true })
  end)

  teardown(function()
    sandbox:stop()
  end)

  before_each(function()
    clients = {}
    sandbox:reset()
  end)

  after_each(function()
    for _, one in ipairs(clients) do
      one:close()
    end
  end)

  it("is https, and answers a client that trusts its authority", function()
    assert.matches("^https://127%.0%.0%.1:%d+$", sandbox.url)
    local kl = client { ca_file = sandbox.ca_file }
    local campaign = assert(kl.campaigns:create(klaviyo.campaign "Over TLS" :audience("A", { included = { "L" } })))
    assert.equal("Over TLS", assert(kl.campaigns:get(campaign.id)).name)
    assert.matches("^" .. sandbox.url:gsub("%p", "%%%0") .. "/api/campaigns/", campaign.raw.links.self)
  end)

  it("answers to the name localhost as well", function()
    local kl = client { ca_file = sandbox.ca_file, base_url = sandbox.url:gsub("127%.0%.0%.1", "localhost") }
    assert(kl.campaigns:list {})
  end)

  it("is refused by a client that does not know its authority", function()
    local page, err = client({}).campaigns:list {}
    assert.is_nil(page)
    assert.equal("tls", err.kind)
    assert.equal("none", err.outcome)
    assert.equal(0, #sandbox:requests())
  end)

  it("has an authority of its own: another sandbox's does not vouch for it", function()
    local other = assert(start { port = 0, tls = true })
    finally(function()
      other:stop()
    end)
    assert.not_equal(other.ca_file, sandbox.ca_file)
    local page, err = client({ ca_file = other.ca_file }).campaigns:list {}
    assert.is_nil(page)
    assert.equal("tls", err.kind)
  end)

  it("gives out the authority's certificate and no key, and takes it away in the end", function()
    local other = assert(start { port = 0, tls = true })
    local path = other.ca_file
    local pem = process.read(path)
    assert.matches("^%-%-%-%-%-BEGIN CERTIFICATE%-%-%-%-%-", pem)
    assert.is_nil(pem:match "PRIVATE KEY")
    assert.equal(1, select(2, pem:gsub("BEGIN CERTIFICATE", "")))
    other:stop()
    assert.equal("", process.read(path))
  end)

  it("says nothing in clear text", function()
    local connection = assert(socket.connect("127.0.0.1", sandbox.port))
    connection:settimeout(5)
    connection:send "GET /api/campaigns HTTP/1.1\r\nHost: localhost\r\n\r\n"
    local line = connection:receive "*l"
    assert.is_true(line == nil or not line:match "^HTTP/1.1 [2-3]")
    connection:close()
  end)

  it("fails on demand as it does without", function()
    local kl = client { ca_file = sandbox.ca_file }
    sandbox:fail { status = 503 }
    local _, err = kl.campaigns:list {}
    assert.equal(503, err.status)
    for _, fault in ipairs { { cut = "before" }, { cut = 60 }, { cut = "after" }, { reset = true } } do
      sandbox:fail(fault)
      -- a client of its own: on a connection that was used before, libcurl tries a GET once more by itself
      local page, cut = client({ ca_file = sandbox.ca_file }).campaigns:list {}
      assert.is_nil(page)
      assert.is_nil(cut.status)
    end
    sandbox:fail { drip = 20000 }
    assert(kl.campaigns:list {})
    assert(kl.campaigns:list {})
  end)

  it("has no authority without tls", function()
    local plain = assert(start { port = 0 })
    assert.is_nil(plain.ca_file)
    plain:stop()
  end)
end)
