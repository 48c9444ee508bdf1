-- SPDX-License-Identifier: MIT
--- Errors by kind, each from a service or a network that fails that way.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

describe("an error", function()
  local sandbox, kl

  setup(function()
    sandbox, kl = support.start { max_attempts = 1 }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  local function failure(client)
    local campaign, err = (client or kl).campaigns:get "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    assert.is_nil(campaign)
    assert.is_true(klaviyo.error.is(err))
    assert.equal(err.message, tostring(err))
    return err
  end

  local function elsewhere(options)
    options.api_key, options.max_attempts = "pk_x", 1
    local other = klaviyo.client(options)
    local err = failure(other)
    other:close()
    return err
  end

  it("is 'resolve' for a host that does not exist", function()
    local err = elsewhere { base_url = "https://campaigns.invalid" }
    assert.equal("resolve", err.kind)
    assert.equal("none", err.outcome)
    assert.is_true(err.retryable)
  end)

  it("is 'connect' for a closed port", function()
    assert.equal("connect", elsewhere({ base_url = "http://127.0.0.1:1" }).kind)
  end)

  it("is 'tls' where no trusted connection can be made", function()
    local err = elsewhere { base_url = sandbox.url:gsub("^http", "https") }
    assert.equal("tls", err.kind)
    assert.is_false(err.retryable)
  end)

  it("is 'timeout' when the deadline passes", function()
    sandbox:fail { latency = 5 }
    local err = elsewhere { base_url = sandbox.url, timeout = 0.1 }
    assert.equal("timeout", err.kind)
  end)

  it("is 'content_type' for HTML where JSON was due", function()
    sandbox:fail { html = true, status = 200 }
    local err = failure()
    assert.equal("content_type", err.kind)
    assert.equal(200, err.status)
  end)

  it("is 'forbidden' for HTML with a 403", function()
    sandbox:fail { html = true, status = 403 }
    local err = failure()
    assert.equal("forbidden", err.kind)
    assert.matches("text/html", err.message)
  end)

  it("says what the key needs where it is 'forbidden'", function()
    for _, row in ipairs { { "lists", "lists:read" }, { "metrics", "metrics:read" },
      { "campaigns", "campaigns:read" } } do
      sandbox:fail { status = 403 }
      local page, err = kl[row[1]]:list {}
      assert.is_nil(page)
      assert.same({ row[2] }, err.scopes)
    end
    sandbox:fail { status = 403 }
    assert.same({ "accounts:read" }, select(2, kl:account()).scopes)
    sandbox:fail { status = 404 }
    assert.is_nil(select(2, kl.lists:get "L1").scopes)
  end)

  it("is 'json' for JSON that ends in the middle", function()
    sandbox:fail { garbage = '{"data": {"type": "camp' }
    assert.equal("json", failure().kind)
  end)

  it("is 'disconnected' for a connection cut in mid-body", function()
    sandbox:fail { cut = "body" }
    local page, err = kl.campaigns:list {}
    assert.is_nil(page)
    assert.equal("disconnected", err.kind)
  end)

  it("is 'redirect' for a redirect, which is not followed", function()
    sandbox:fail { redirect = "https://example.com/api/campaigns" }
    local err = failure()
    assert.equal("redirect", err.kind)
    assert.equal(1, #sandbox:requests())
  end)

  it("is 'not_found' with the service's own errors", function()
    local err = failure()
    assert.equal("not_found", err.kind)
    assert.equal(404, err.status)
    assert.equal("table", type(err.errors[1]))
    assert.matches("404", err.message)
  end)

  it("tells where, though the place is far inside, and that there is more", function()
    local place = "/data/attributes/messages/0/definition/variations/0/definition/details/include_contact_card"
    local function answer(detail)
      local one = ('{"code":"invalid","detail":"%s","source":{"pointer":"%s"}}'):format(detail, place)
      sandbox:fail { status = 400, body = ('{"errors":[%s,%s,%s]}'):format(one, one, one) }
      return failure().message
    end
    assert.equal("the service answered 400: short (at " .. place .. ") and 2 more", answer "short")
    local message = answer(("long "):rep(60))
    assert.matches("long long l?o?n?g?%.%.%. %(at ", message)
    assert.matches("include_contact_card) and 2 more", message, 1, true)
  end)

  it("is 'server' for a 500, and 'rate_limited' for a 429", function()
    sandbox:fail { status = 500 }
    assert.equal("server", failure().kind)
    sandbox:fail { status = 429, headers = { ["Retry-After"] = "7" } }
    local err = failure()
    assert.equal("rate_limited", err.kind)
    assert.equal(7, err.retry_after)
  end)
end)
