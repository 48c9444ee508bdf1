-- SPDX-License-Identifier: MIT
--- The latency that a shared budget adds to a host's event loop: how late libuv calls a timer of a millisecond while 32
--- callers use the budget; with the library's own limits, with Redis, and with a Redis that has stopped answering.
--
--   host.lua [SECONDS]    for each; prints percentiles in milliseconds

local luv = require "luv"
local klaviyo = require "klaviyo"
local redis = require "spec.support.redis"

local seconds = tonumber(arg[1] or 10)
local SCALE = 4

-- How late the timer was, sorted.
local function measure(limits, during)
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0, rate_limits = true, rate_scale = SCALE })
  limits.scale, limits.get_templates = 1 / SCALE, { 75, 750 }
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_host", loop = "uv", timeout = 60, limits = limits }
  local going, late, calls = true, {}, 0
  for _ = 1, 32 do
    coroutine.wrap(function()
      while going do
        local response = kl:request { path = "/api/templates", revision = "2026-10-15" }
        calls = calls + (response and 1 or 0)
      end
    end)()
  end
  local began, last = luv.hrtime(), luv.hrtime()
  local timer = luv.new_timer()
  timer:start(1, 1, function()
    local now = luv.hrtime()
    late[#late + 1], last = (now - last) / 1e6 - 1, now
    if during then
      during((now - began) / 1e9)
    end
    if now - began > seconds * 1e9 and going then
      going = false
      timer:close()
      kl:close()
    end
  end)
  luv.run()
  sandbox:stop()
  table.sort(late)
  return late, calls
end

local function report(name, late, calls)
  local function percentile(p)
    return late[math.max(1, math.ceil(p * #late))]
  end
  print(("%-26s %7d %8.2f %8.2f %8.2f"):format(name, calls, percentile(0.5), percentile(0.99), percentile(0.999)))
end

local server = redis.start()
print(("%-26s %7s %8s %8s %8s"):format("lateness of a timer, ms", "calls", "p50", "p99", "p99.9"))
report("limits of the process", measure {})
report("shared through Redis", measure { shared = server.url })
local stopped = false
report("Redis stops answering", measure({ shared = server.url }, function(passed)
  if not stopped and passed > seconds / 4 then
    stopped = true
    server:pause()
  end
end))
server:resume()
server:stop()
