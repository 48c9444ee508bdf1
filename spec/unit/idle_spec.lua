-- SPDX-License-Identifier: MIT
--- Which clients keep idle connections: real ones, to a sandbox, whose sockets are counted.

local collect = require "spec.support.collect"
local descriptors = require "spec.support.descriptors"
local klaviyo = require "klaviyo"
local service = require "spec.support.service"

describe("clients that nothing is pending of", function()
  local sandbox, before, clients

  before_each(function()
    collect()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    before, clients = descriptors.sockets(), {}
  end)

  after_each(function()
    for _, kl in ipairs(clients) do
      kl:close()
    end
    sandbox:stop()
  end)

  local function client()
    local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_" .. #clients, limits = false }
    clients[#clients + 1] = kl
    return kl
  end

  -- The connections that the sandbox, in this process, and the clients have open.
  local function open()
    return descriptors.sockets() - before
  end

  it("keep connections only where they were used last", function()
    for _ = 1, 16 do
      assert(client().campaigns:list())
    end
    local most = open()
    for _ = 1, 40 do
      assert(client().campaigns:list())
    end
    -- the sandbox closes its ends a little later
    local clock = os.time()
    while open() > most + 4 and os.time() < clock + 10 do
      assert(clients[#clients]:sleep(0.01))
    end
    assert.is_true(open() <= most + 4, ("%d sockets, %d with 16 clients"):format(open(), most))
  end)

  it("connect again when they are used again, each with its own key", function()
    local keys, owners = {}, {}
    service.run({ write = function() end, read = function(request, connection)
      local key = request.headers.authorization
      keys[#keys + 1] = key
      owners[connection.number] = owners[connection.number] or key
      assert.equal(key, owners[connection.number]) -- no key comes over another's connection
      return service.answer(200, '{"data":[]}')
    end }, {}, function(_, server)
      local expected = {}
      for i = 1, 42 do
        local number = i <= 20 and i or i % 2 * 19 + 1 -- twenty clients; then the first and the last in turn
        clients[number] = clients[number] or klaviyo.client { base_url = server.url, api_key = "pk_" .. number }
        assert(clients[number].campaigns:list())
        expected[i] = "Klaviyo-API-Key pk_" .. number
      end
      assert.same(expected, keys)
    end)
  end)

  it("lose no request of theirs that is pending", function()
    sandbox:fail { latency = "300ms", times = 1, method = "GET" }
    local results = assert(klaviyo.all { function()
      return client().campaigns:list()
    end, function()
      for _ = 1, 40 do
        assert(client().campaigns:list())
      end
      return "through"
    end })
    assert.equal("through", results[2])
    assert.equal(0, #results[1].data)
  end)

  it("are not closed by it: what is pending is refused", function()
    local kl = client()
    local core = kl._dispatch.transport.core
    local request = assert(core:submit { method = "GET", target = "/api/campaigns" })
    assert.is_false(core:rest())
    request:close()
    assert(kl.campaigns:list())
    assert.is_true(core:rest())
    assert.is_true(core:rest())
    assert(kl.campaigns:list())
  end)
end)
