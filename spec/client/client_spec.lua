-- SPDX-License-Identifier: MIT
-- klaviyo.client: its options, its errors by kind, and what a closed one says.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

local function refused(options)
  local ok, message = pcall(klaviyo.client, options)
  assert.is_false(ok)
  return message
end

describe("klaviyo.client", function()
  it("says what a client has where a program asks for something else", function()
    local kl = klaviyo.client { api_key = "pk_x" }
    local function message(name)
      return select(2, pcall(function()
        return kl[name]
      end))
    end
    assert.matches('^spec/client/client_spec.lua:%d+: klaviyo.client has no "campaign" %(did you mean "campaigns"%?%)',
      message "campaign")
    assert.matches('has no "lists"; there are campaigns, audiences, .*kl:request reaches every other endpoint',
      message "lists")
    assert.is_nil(kl.event_error)
    kl:close()
  end)

  it("names the option and the environment variable when there is no key", function()
    assert.matches("api_key.*KLAVIYO_API_KEY", refused {})
  end)

  it("offers the option that was meant", function()
    assert.matches('did you mean "api_key"', refused { api_ky = "pk_x" })
  end)

  it("refuses values of another type without quoting a secret", function()
    assert.matches("timeout is a number of seconds above 0", refused { api_key = "pk_x", timeout = -1 })
    assert.matches("loop is one of", refused { api_key = "pk_x", loop = "libev" })
    assert.not_matches("pk_secret", refused { api_key = { "pk_secret" } })
    assert.not_matches("pk_secret", refused { api_key = "pk_secret with a space" })
  end)

  it("refuses two credentials, and plain http to another machine", function()
    assert.matches("give one", refused { api_key = "pk_x", access_token = "t" })
    assert.matches("plain http", refused { api_key = "pk_x", base_url = "http://example.com" })
    assert.matches("base_url", refused { api_key = "pk_x", base_url = "https://user:pw@example.com" })
    assert.matches("base_url", refused { api_key = "pk_x", base_url = "ftp://example.com" })
  end)

  it("refuses a revision that has no such API", function()
    assert.matches("2026%-04%-15", refused { api_key = "pk_x", revision = "2024-01-01" })
  end)

  it("raises with a sentence for a method on a closed client", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:1" }
    kl:close()
    kl:close()
    assert.has_error(function()
      kl.campaigns:get "X"
    end, "client is closed")
  end)

  it("names the caller's line for every kind of call on a closed client", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:1" }
    kl:close()
    local sale = klaviyo.campaign("Sale"):audience("VIP", { included = { "L" } }):email { name = "a", subject = "b" }
    for name, call in pairs {
      get = function() return kl.campaigns:get "C" end,
      list = function() return kl.campaigns:list() end,
      each = function() return kl.campaigns:each()() end,
      create = function() return kl.campaigns:create(sale) end,
      delete = function() return kl.campaigns:delete "C" end,
      request = function() return kl:request { path = "/api" } end,
      gather = function() return kl:gather { { path = "/api" } } end,
    } do
      local ok, raised = pcall(function()
        local result = call()
        return result
      end)
      assert.is_false(ok, name)
      assert.matches("client_spec%.lua:%d+: client is closed", raised)
    end
  end)

  it("calls what cannot be sent a mistake of the input, and another origin an origin", function()
    local core = require "klaviyo.core"
    local client = core.client { api_key = "pk_x", base_url = "https://a.klaviyo.com" }
    for kind, specs in pairs {
      validation = { { target = "/api", method = "FETCH" }, { target = "/api", headers = { "X: a\nb" } },
        { target = "/api", headers = { "Authorization: x" } }, { target = "/api", revision = "2026\r\n" },
        { target = "" }, { target = "/a b" }, { target = "/a\nb" }, { target = "/a#b" } },
      origin = { { target = "https://evil.example/api" }, { target = "//evil.example" },
        { target = "http://a.klaviyo.com/api" } },
    } do
      for _, spec in ipairs(specs) do
        local request, err = client:submit(spec)
        assert.is_nil(request)
        assert.equal(kind, err.kind, err.message)
      end
    end
    client:close()
    for kind, url in pairs { validation = "ftp://a.klaviyo.com", origin = "http://a.klaviyo.com" } do
      local _, err = core.client { api_key = "pk_x", base_url = url }
      assert.equal(kind, err.kind)
    end
  end)

  it("survives a finalizer that closes it at any allocation", function()
    local core = require "klaviyo.core"
    local newproxy = rawget(_G, "newproxy")
    local function leave_finalizer(fn)
      if newproxy then
        getmetatable(newproxy(true)).__gc = fn
      else
        setmetatable({}, { __gc = fn })
      end
    end
    local closed = 0
    for _ = 1, 300 do
      local client = core.client { api_key = "pk_x", base_url = "http://127.0.0.1:1" }
      leave_finalizer(function()
        client:close()
        closed = closed + 1
      end)
      pcall(function()
        for _ = 1, 200 do
          client:submit { target = "/api", headers = { "X-One: 1" } }
          client:sockets()
        end
      end)
      client:close()
    end
    collectgarbage()
    collectgarbage()
    assert.equal(300, closed)
  end)

  it("says at the caller's line what cannot be requested", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:9" }
    for message, options in pairs {
      ["option path begins with a slash"] = { path = "api/campaigns" },
      ["option rate is { burst, steady }"] = { path = "/api", rate = { 1 } },
      ["the client sets Authorization by itself"] = { path = "/api", headers = { authorization = "x" } },
      ["header X holds a control character"] = { path = "/api", headers = { X = "a\nb" } },
    } do
      local ok, raised = pcall(function()
        local answer = kl:request(options)
        return answer
      end)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("client_spec.lua", raised, 1, true)
    end
    kl:close()
  end)

  it("says at the caller's line which option of a call is wrong, whatever the call", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:9" }
    local calls = {
      function(o) return kl.campaigns:list(o) end, function(o) return kl.campaigns:get("C", o) end,
      function(o) return kl.campaigns:update("C", {}, o) end, function(o) return kl.campaigns:create({}, o) end,
      function(o) return kl.campaigns:tree("C", o) end, function(o) return kl.campaigns:each(o) end,
      function(o) return kl.campaigns:delete("C", o) end,
      function(o) return kl.campaigns:related("C", "messages", o) end,
    }
    local wrong = {
      ['option timeout is a number of seconds above 0, got "5"'] = { timeout = "5" },
      ["option max_attempts is a whole number above 0, got 0"] = { max_attempts = 0 },
      ['option validate is a boolean, got "no"'] = { validate = "no" },
      ["option revision is a string, got 5"] = { revision = 5 },
      ["the options are a table, got a string"] = "fast",
    }
    for message, options in pairs(wrong) do
      for i, call in ipairs(calls) do
        local ok, raised = pcall(function()
          local result = call(options)
          return result
        end)
        assert.is_false(ok, i .. ": " .. message)
        assert.matches("^[^:]*client_spec.lua:%d+: ", raised)
        assert.matches(message, raised, 1, true)
      end
    end
    kl:close()
  end)

  it("says what was given instead of a table of fields, an id, or itself", function()
    local sandbox, kl = support.start()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local name = tostring(campaign)
    for message, call in pairs {
      ["create takes a builder or a table, got " .. name] = function() return kl.campaigns:create(campaign) end,
      ["update takes a table of fields, got " .. name] = function() return kl.campaigns:update("C", campaign) end,
      ["update takes a table of fields, got nil"] = function() return campaign:update() end,
      ["get takes an id, got " .. name] = function() return kl.campaigns:get(campaign) end,
      ["list: call it with a colon, kl.campaigns:list(...)"] = function() return kl.campaigns.list {} end,
    } do
      local ok, raised = pcall(call)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
    end
    kl:close()
    sandbox:stop()
  end)

  it("does not show the key", function()
    local kl = klaviyo.client { api_key = "pk_secret", base_url = "http://127.0.0.1:1" }
    assert.not_matches("pk_secret", tostring(kl))
    for name, value in pairs(kl.options) do
      assert.not_matches("pk_secret", tostring(name) .. tostring(value))
    end
    kl:close()
  end)
end)

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
