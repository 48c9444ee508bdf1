-- SPDX-License-Identifier: MIT
--- A budget and a lease in the workers of nginx, whose event loop drives the connection to Redis.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local redis = require "spec.support.redis"

if not rawget(_G, "jit") then
  return -- nginx's workers are LuaJIT
elseif not nginx.available() then
  describe("a fleet in nginx #process", function()
    pending "shares a budget (nginx with its Lua module is not installed)"
  end)
  return
end

local HTTP = [[
  init_by_lua_block {
    klaviyo = require "klaviyo"
    function client(name)
      return klaviyo.client { base_url = "%s", api_key = "pk_nginx", attempt_timeout = 1, timeout = 20,
        limits = { shared = "%s", scale = 0.5 } }
    end
    shared = client()
  }
]]

local SERVER = [[
  location /burst {
    content_by_lua_block {
      local functions = {}
      for i = 1, tonumber(ngx.var.arg_n) do
        functions[i] = function() return assert(shared.campaigns:list()) end
      end
      assert(klaviyo.all(functions))
      ngx.print "done"
    }
  }
  location /lease {
    content_by_lua_block {
      local lease, err = klaviyo.lease("sale", { client = client(), ttl = tonumber(ngx.var.arg_ttl) })
      ngx.print(lease and "held" or err.kind)
      if lease then
        kept = lease
      end
    }
  }
  location /held {
    content_by_lua_block {
      ngx.print(kept:left() > 0 and "held" or "lost")
    }
  }
  location /abandon {
    content_by_lua_block {
      assert(shared.campaigns:list())
      local threads = {}
      for i = 1, 5 do
        threads[i] = ngx.thread.spawn(function() shared.campaigns:list() end)
      end
      local _, pool = next(shared._dispatch.transport.permits.budget.pools)
      while pool.under_way < 5 do ngx.sleep(0.01) end
      for i = 1, 5 do ngx.thread.kill(threads[i]) end
      local give_up = ngx.now() + 15
      repeat
        ngx.sleep(0.1)
        assert(shared.campaigns:list())
      until pool.under_way == 0 or ngx.now() > give_up
      ngx.print(pool.under_way)
    }
  }
  location /kill {
    content_by_lua_block {
      local threads = {}
      for i = 1, 60 do
        threads[i] = ngx.thread.spawn(function() shared.campaigns:list() end)
      end
      ngx.sleep(0.05)
      for i = 1, 60 do ngx.thread.kill(threads[i]) end
      local page, err = shared.campaigns:list { timeout = 10 }
      ngx.print(page and "page" or tostring(err))
    }
  }
]]

describe("a fleet in nginx #process", function()
  local sandbox, store, server

  before_each(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0, rate_limits = true, rate_scale = 2 })
    store = redis.start()
    server = nginx.start { workers = 2, server = SERVER, http = HTTP:format(sandbox.url, store.url) }
  end)

  after_each(function()
    server:stop()
    store:stop()
    sandbox:stop()
  end)

  local function refused()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.status == 429 and 1 or 0)
    end
    return count
  end

  it("spends one budget in all workers, each a machine of its own", function()
    local connections = {}
    for i = 1, 8 do
      connections[i] = server:begin "/burst?n=5"
    end
    for _, connection in ipairs(connections) do
      assert.equal("done", (server:read(connection)), server:log())
    end
    assert.equal(0, refused())
    assert.equal(40, #sandbox:requests())
  end)

  it("goes on after callers were killed", function()
    assert.equal("page", (server:get "/kill"), server:log())
    assert.equal(0, refused())
  end)

  it("expects no more calls of callers that were killed while their requests were under way", function()
    sandbox:fail { path = "/api/campaigns", latency = 0.5, after = 1, times = 5 }
    assert.equal("0", (server:get "/abandon"), server:log())
  end)

  it("renews a lease while nothing is called", function()
    assert.equal("held", (server:get "/lease?ttl=2.1"))
    local asked = store:calls "evalsha" + store:calls "eval"
    process.wait_for("the lease's renewal", function()
      return store:calls "evalsha" + store:calls "eval" >= asked + 4
    end)
    assert.equal("lease", (server:get "/lease?ttl=2.1"))
    assert.not_equal(":0", store:call("EXISTS", "klaviyo:lease:sale"))
  end)
end)
