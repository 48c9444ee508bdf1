-- SPDX-License-Identifier: MIT
--- The account's budget on the wire. The rules themselves are tested on a virtual clock in spec/c/core/limits.c, and
--- `make torture` measures them; here the margins are wide.
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local limits = require "spec.support.limits"
local process = require "spec.support.process"
local script = require "spec.support.script"

local OK = '{"data":[]}'

describe("an account's budget", function()
  it("is used up without a refusal, and without waiting for long", function()
    local result = limits.alone(160, 40)
    assert.equal(0, result.refused)
    assert.equal(0, result.failed)
    assert.is_true(result.seconds < 3 * result.least + 2, result.seconds)
  end)

  it("is shared by all clients with the same credential at the same place, and by no others", function()
    -- where responses say what is left, and where they do not: there a client knows of the other by nothing else
    for _, has_limits in ipairs { true, false } do
      local box = assert(require("klaviyo.sandbox").start { port = 0, rate_limits = has_limits })
      local clients, done, waited, calls = {}, 0, 0, { all = true, limit = 30, loop = "blocking" }
      for i, key in ipairs { "pk_same", "pk_same", "pk_other" } do
        clients[i] = klaviyo.client { base_url = box.url, api_key = key, timeout = 0.9 }
      end
      for i = 1, 30 do
        calls[i] = function()
          return clients[i % 2 + 1]:request { path = "/api/campaigns" }
        end
      end
      for _, result in ipairs(klaviyo.all(calls)) do
        local answer, err = result[1], result[2]
        if answer then
          done = done + 1
        else
          assert.equal("timeout", err.kind)
          assert.is_true(err.retryable)
          waited = waited + (err.message:find("rate limit", 1, true) and 1 or 0)
        end
      end
      assert.is_true(done >= 1 and done <= 10, done) -- on a slow machine not all ten come back in time
      assert.is_true(waited >= 20 and waited < 30, waited)
      assert.equal(0, (limits.refused(box)))
      assert(clients[3]:request { path = "/api/campaigns" })
      assert(clients[1]:request { path = "/api/campaign-messages" }) -- another operation
      for _, kl in ipairs(clients) do
        kl:close()
      end
      box:stop()
    end
  end)

  it("has a part of its own for the sizes of lists, so that these cause no refusal", function()
    local box = limits.sandbox(20)
    box:list { id = "L1", size = 7 }
    local kl = klaviyo.client { base_url = box.url, api_key = "pk_sizes", limits = { scale = 1 / 20 } }
    local began = core.now()
    for _ = 1, 4 do
      assert.equal(7, assert(kl.lists:get("L1", { additional_fields = { "profile_count" } })).profile_count)
    end
    assert.is_true(core.now() - began >= 3 / 20 * 0.9)
    assert.equal(0, (limits.refused(box)))
    local options = { additional_fields = "profile_count", timeout = 0.5 }
    local fast = klaviyo.client { base_url = box.url, api_key = "pk_fast" }
    assert(fast.lists:get("L1", options))
    local refused, err = fast.lists:get("L1", options)
    assert.is_nil(refused)
    assert.equal("timeout", err.kind)
    assert.is_nil(assert(fast.lists:get("L1")).profile_count)
    kl:close()
    fast:close()
    box:stop()
  end)

  it("serves first who came first, across clients", function()
    local box = limits.sandbox(20)
    local function client()
      return klaviyo.client { base_url = box.url, api_key = "pk_fair", limits = { scale = 1 / 20 }, timeout = 60 }
    end
    local one, two = client(), client()
    local functions, order = { limit = 100, loop = "blocking" }, {}
    for i = 1, 60 do
      functions[i] = function()
        assert((i % 2 == 0 and one or two):request { path = "/api/campaigns" })
        order[#order + 1] = i
        return true
      end
    end
    assert(klaviyo.all(functions))
    local furthest = 0
    for place, i in ipairs(order) do
      furthest = math.max(furthest, math.abs(place - i))
    end
    assert.is_true(furthest <= 12, furthest) -- within one burst they overtake each other
    assert.equal(0, (limits.refused(box)))
    one:close()
    two:close()
    box:stop()
  end)

  it("gives back what a cancelled call had taken", function()
    local server = script.server { answer = function(request, c)
      if request.target == "/hang" then
        c:pause(60)
      end
      return script.answer(200, OK, { ["RateLimit-Limit"] = 150, ["RateLimit-Remaining"] = 140,
        ["RateLimit-Reset"] = 60 })
    end }
    script.run(server, function()
      local kl = klaviyo.client { base_url = server.url, api_key = "pk_back", timeout = 5 }
      local transport = kl._dispatch.transport
      -- in a line of its own, and under way
      local waiting = {}
      for i = 1, 30 do
        waiting[i] = assert(transport.core:submit { target = "/hang", bucket = "b", burst = 10, steady = 150 })
      end
      core.wait(0.01, transport.core)
      for _, request in ipairs(waiting) do
        request:close()
      end
      assert.equal(0, transport.core:pending())
      waiting = nil -- luacheck: ignore 311
      for _ = 1, 5 do
        assert.equal(200, (transport:perform { target = "/x", bucket = "b", burst = 10, steady = 150 }))
      end
      kl:close()
    end)
  end)

  it("is switched off, changed, and checked by the option limits", function()
    local box = limits.sandbox(1)
    local kl = klaviyo.client { base_url = box.url, api_key = "pk_off", limits = false, max_attempts = 1 }
    local refused = 0
    for _ = 1, 12 do
      local answer, err = kl:request { path = "/api/campaigns" }
      refused = refused + (answer and 0 or 1)
      assert.is_true(answer ~= nil or err.kind == "rate_limited")
    end
    assert.is_true(refused >= 1)
    kl:close()
    kl = klaviyo.client { base_url = box.url, api_key = "pk_on", timeout = 0.2,
      limits = { get_campaigns = { 2, 100 } } }
    local served = 0
    for _ = 1, 6 do
      served = served + (kl.campaigns:list {} and 1 or 0)
    end
    assert.is_true(served <= 3, served)
    assert.is_nil((kl:request { path = "/api/campaigns" })) -- the same budget, by hand
    kl:close()
    box:stop()
    assert.has_error(function()
      klaviyo.client { api_key = "x", limits = { get_campagins = { 1, 1 } } }
    end)
    assert.error_matches(function()
      klaviyo.client { api_key = "x", limits = { default = { 1, 1 } } }
    end, 'limits has no entry "default"')
  end)

  it("waits until the service says that there is more, however it writes the limit", function()
    for _, limit in ipairs { "150", "150, 10;w=1, 150;w=60" } do
      local times = {}
      local server = script.server { answer = function()
        times[#times + 1] = core.now()
        return script.answer(200, OK, { ["RateLimit-Limit"] = limit, ["RateLimit-Remaining"] = #times == 1 and 0 or 100,
          ["RateLimit-Reset"] = "0.3" })
      end }
      script.run(server, function()
        local kl = klaviyo.client { base_url = server.url, api_key = "pk_wait", timeout = 20,
          limits = { scale = 1 / 60 } }
        assert(kl:request { path = "/api/campaigns" })
        assert(kl:request { path = "/api/campaigns" })
        kl:close()
      end)
      local waited = times[2] - times[1]
      assert.is_true(waited >= 0.3 and waited < 5, limit .. ": " .. waited)
    end
  end)
end)

-- A machine that is busy whenever the client's thread reads, for 60 ms.
local BUSY = [[
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>
#include <unistd.h>
ssize_t recv(int fd, void *bytes, size_t size, int flags) {
    ssize_t (*own)(int, void *, size_t, int) = (ssize_t (*)(int, void *, size_t, int))dlsym(RTLD_NEXT, "recv");
    if (gettid() == getpid())
        usleep(60000);
    return own(fd, bytes, size, flags);
}
]]

local PROGRAM = [[
  local klaviyo = require "klaviyo"
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_busy", limits = false, on_event = function(event)
    if event.type == "response" then
      io.write(event.elapsed >= 0.06 and "whole" or event.elapsed)
    end
  end }
  assert(kl.campaigns:list())
  kl:close()
  sandbox:stop()
]]

describe("a response that a busy machine reads late #process", function()
  -- Counted as of when its socket was ready, it would leave the budget before the service lets go of it.
  it("counts until it is read", function()
    local directory = process.directory()
    finally(function()
      process.remove(directory)
    end)
    process.write(directory .. "/busy.c", BUSY)
    process.write(directory .. "/program.lua", PROGRAM)
    local output, code = process.run(("cd %s && cc -shared -fPIC -o busy.so busy.c -ldl 2>&1"):format(directory))
    assert.equal(0, code, output)
    local program = process.quote(process.find(os.getenv "KLAVIYO_LUA" or "lua5.4"))
    output, code = process.run(("LD_PRELOAD=%s/busy.so LUA_PATH=%s LUA_CPATH=%s %s %s/program.lua 2>&1"):format(
      directory, process.quote(package.path), process.quote(package.cpath), program, directory))
    assert.equal("whole", output)
    assert.equal(0, code)
  end)
end)

describe("several processes on one account #process", function()
  it("all get their calls done, with hardly a refusal", function()
    local result = limits.together(3, 40, 5)
    assert.equal(120, result.done, result.output)
    assert.equal(0, result.failed)
    assert.is_true(result.refused <= 6, result.refused)
  end)
end)
