-- SPDX-License-Identifier: MIT
-- Which proxy requests go through, and that doctor names it.

local cli = require "spec.support.cli"
local proxy = require "klaviyo.cli.proxy"
local socket = require "socket"

local SERVICE = "https://a.klaviyo.com"

local function of(variables, url, chosen)
  return proxy.of(url or SERVICE, chosen, function(name)
    return variables[name]
  end)
end

describe("proxy.of", function()
  it("takes the profile's before the environment's", function()
    assert.same({ "http://p:1", "proxy of the profile" }, { of({ HTTPS_PROXY = "http://e:1" }, nil, "http://p:1") })
    assert.is_nil((of({ HTTPS_PROXY = "http://e:1" }, nil, "")))
    assert.same({ "http://e:1", "HTTPS_PROXY" }, { of { HTTPS_PROXY = "http://e:1", ALL_PROXY = "http://a:1" } })
    assert.same({ "e:1", "https_proxy" }, { of { https_proxy = "e:1", HTTPS_PROXY = "http://f:1" } })
    assert.same({ "socks5://a:1", "ALL_PROXY" }, { of { ALL_PROXY = "socks5://a:1" } })
    assert.is_nil((of {}))
  end)

  it("takes none for plain http, and for hosts of no_proxy", function()
    assert.is_nil((of({ HTTPS_PROXY = "http://e:1" }, "http://127.0.0.1:80")))
    for _, list in ipairs { "*", "klaviyo.com", ".klaviyo.com", "x, a.klaviyo.com:443" } do
      assert.is_nil((of { HTTPS_PROXY = "http://e:1", NO_PROXY = list }), list)
    end
    assert.is_truthy((of { HTTPS_PROXY = "http://e:1", no_proxy = "aviyo.com" }))
  end)

  it("never has the password", function()
    for _, url in ipairs { "http://user:secret@p:1", "user:secret@p:1", "socks5h://user:se@cret@p:1" } do
      assert.matches("p:1$", (of { HTTPS_PROXY = url }))
      assert.is_nil((of { HTTPS_PROXY = url }):find "se")
    end
  end)
end)

describe("klaviyo doctor behind a proxy #process", function()
  local user

  before_each(function()
    user = cli.new()
  end)

  after_each(function()
    user:close()
  end)

  it("names it, and where it comes from, when it does not answer", function()
    local server = assert(socket.bind("127.0.0.1", 0))
    local _, port = server:getsockname()
    server:close() -- nothing listens there now
    local env = { KLAVIYO_API_KEY = "pk_x", HTTPS_PROXY = ("http://user:secret@127.0.0.1:%d"):format(port),
      https_proxy = "", no_proxy = "", NO_PROXY = "", KLAVIYO_BASE_URL = "" }
    local result = user:run("doctor --call-timeout 5", { env = env })
    assert.equal(7, result.code)
    assert.matches(("proxy    http://127.0.0.1:%d, from HTTPS_PROXY"):format(port), result.out, 1, true)
    assert.matches(("requests go through the proxy http://127.0.0.1:%d (HTTPS_PROXY): check it"):format(port),
      result.out, 1, true)
    assert.is_nil(result.out:find "secret")
    user:write("config", ('[default]\nproxy = "http://user:secret@127.0.0.1:%d"\n'):format(port))
    env.HTTPS_PROXY = ""
    assert.matches("from proxy of the profile", user:run("doctor --offline", { env = env }).out, 1, true)
    assert.is_nil(user:run("doctor --offline", { env = env }).out:find "secret")
  end)
end)
