-- SPDX-License-Identifier: MIT
--- A client that is used on both sides of a fork: connections stay the parent's, and so does what is pending. A child
--- that sent it once more would message people twice.
---
---   LD_PRELOAD=starve.so lua spec/torture/fork.lua

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local starve = require "starve"
local wire = require "spec.support.wire"

local passed, failed = 0, 0

local function check(good, what)
  passed, failed = passed + (good and 1 or 0), failed + (good and 0 or 1)
  if not good then
    print("not so: " .. what)
  end
end

local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_fork", limits = false, max_attempts = 2 }
local client = kl._dispatch.transport.core

local function submit(name, more)
  local spec = { method = "POST", target = "/api/campaigns", body = wire.campaign("guide", nil,
    { definition = { name = name } }) }
  for key, value in pairs(more or {}) do
    spec[key] = value
  end
  return assert(client:submit(spec))
end

local function drive(over)
  local ends = core.now() + 10
  while not over() and core.now() < ends do
    core.wait(0.01, client) -- it may go on until something is to be collected
    while client:collect() do -- luacheck: ignore 542
    end
  end
end

assert(kl:request { path = "/api/campaigns" }) -- a connection is kept
sandbox:fail { method = "POST", status = 429, headers = { ["Retry-After"] = "0.4" } }
local waits = submit "waits"
drive(function()
  return waits:state() == "waiting"
end)
sandbox:fail { method = "POST", late = 0.3 }
local sends = submit "sends"
drive(function()
  return sends:state() == "sending"
end)
local queued = submit "queued"
local pending = { waiting = waits, sending = sends, queued = queued }
for state, request in pairs(pending) do
  check(request:state() == state, state .. " before the fork")
end

-- The child: none of it is its own, but the client is of use. It counts what was wrong.
local wrong = starve.run(function()
  local count = 0
  local function must(good)
    count = count + (good and 0 or 1)
  end
  must(kl:request { path = "/api/campaigns" })
  for _, request in pairs(pending) do
    must(request:state() == "done")
    local status, err = request:result()
    must(not status and err.kind == "cancelled" and err.outcome == "unknown")
  end
  must(kl.campaigns:create { name = "child", audiences = { { name = "A", included = { "LIST_1" }, messages = {} } } })
  kl:close()
  return count
end, 20)
check(wrong == 0, "the child is right in all of it, found " .. wrong)

drive(function()
  return waits:state() == "done" and sends:state() == "done" and queued:state() == "done"
end)
for state, request in pairs(pending) do
  check(request:state() == "done" and request:result() == 201, "what was " .. state .. " ends in the parent")
end
check(kl:request { path = "/api/campaigns" }, "the parent's connections are of use")
local names = {}
for campaign in kl.campaigns:each {} do
  names[campaign.name] = (names[campaign.name] or 0) + 1
end
for _, name in ipairs { "waits", "sends", "queued", "child" } do
  check(names[name] == 1, ("%s was created once, found %d"):format(name, names[name] or 0))
end
kl:close()
sandbox:stop()
print(("%d passed, %d failed"):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
