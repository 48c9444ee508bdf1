-- SPDX-License-Identifier: MIT
-- klaviyo.client: its options, its errors by kind, and what a closed one says.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local collect = require "spec.support.collect"

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
    assert.matches('has no "profiles"; there are campaigns, audiences, .*kl:request reaches every other endpoint',
      message "profiles")
    assert.is_nil(kl.event_error)
    kl:close()
  end)

  it("refuses a sleep that is no time, at the line of the call", function()
    local kl = klaviyo.client { api_key = "pk_x" }
    for _, bad in ipairs { -1, 1 / 0, 0 / 0, "5", 2147484 } do
      local ok, message = pcall(function()
        kl:sleep(bad)
      end)
      assert.is_false(ok)
      assert.matches("^spec/client/client_spec.lua:%d+: sleep takes seconds, 0 to 2147483, got", message)
    end
    assert.has_error(function()
      kl.campaigns:each({}, 5)
    end, "each takes options and a callback, got a number")
    kl:close()
  end)

  it("names the option and the environment variable when there is no key", function()
    assert.matches("api_key.*KLAVIYO_API_KEY", refused {})
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

  it("calls what cannot be sent a mistake of the input, and another origin an origin", function()
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
    collect()
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

  it("does not show the key", function()
    local kl = klaviyo.client { api_key = "pk_secret", base_url = "http://127.0.0.1:1" }
    assert.not_matches("pk_secret", tostring(kl))
    for name, value in pairs(kl.options) do
      assert.not_matches("pk_secret", tostring(name) .. tostring(value))
    end
    kl:close()
  end)
end)

describe("the present", function()
  local function close_to(expected, found)
    assert.is_true(math.abs(found - expected) <= 2, ("%s is not close to %s"):format(found, expected))
  end

  local function made(kl)
    local sale = klaviyo.campaign "Sale"
    sale:audience("All", { included = { "L" } }):sms { name = "Text", body = "x" }
    return assert(kl.campaigns:create(sale)).messages[1]
  end

  it("is the machine's until a response said the service's, and then that, as it goes on", function()
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = "2031-05-06T07:08:09Z" })
    local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_x" }
    close_to(os.time(), kl:now())
    assert(kl.campaigns:list())
    close_to(klaviyo.time.parse "2031-05-06T07:08:09Z", kl:now())
    local clock = core.now
    core.now = function() -- an hour later
      return clock() + 3600
    end
    local later = kl:now()
    core.now = clock
    close_to(klaviyo.time.parse "2031-05-06T08:08:09Z", later)
    sandbox:set_clock "2025-01-01T00:00:00Z"
    for _ in kl.campaigns:each() do end -- pages say it too
    close_to(klaviyo.time.parse "2025-01-01T00:00:00Z", kl:now())
    assert.equal("2025", klaviyo.time.format(kl:now()):sub(1, 4))
    kl:close()
    sandbox:stop()
  end)

  it("decides what lies in the past: an example with a date in it does not age", function()
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0, clock = "2021-06-01T00:00:00Z" })
    local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_x" }
    local message = made(kl)
    assert.equal("SCHEDULED", assert(message:schedule { at = "2021-06-02T14:00:00Z" }).status)
    sandbox:set_clock "2099-01-01T00:00:00Z"
    message = made(kl)
    local requests = #sandbox:requests()
    local none, err = message:schedule { at = "2098-01-01T14:00:00Z" }
    assert.is_nil(none)
    assert.matches("past", err.message)
    assert.equal(requests, #sandbox:requests())
    kl.now = function() -- a program's own
      return klaviyo.time.parse "2097-01-01T00:00:00Z"
    end
    none, err = message:schedule { at = "2098-01-01T14:00:00Z" }
    assert.is_nil(none)
    assert.is_true(#sandbox:requests() > requests, tostring(err)) -- the service has the last word
    kl:close()
    sandbox:stop()
  end)
end)
