-- SPDX-License-Identifier: MIT
--- Finalizers that close what C code is working on. Any allocation in Lua may run a finalizer, and a finalizer may
--- close whatever it reaches: also the object whose method is running. Each trial arms one allocation of the core's,
--- calls a method, and has a finalizer close something at that allocation. The method may succeed or fail with an
--- error; it must not touch freed memory, which AddressSanitizer detects (.ci/check sanitizers).
---
---   finalizers spec/torture/finalizers.lua [--short] [--site NAME] [--seed N]
---
--- The program is spec/c/finalizers.c.

local core = require "klaviyo.core"
local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
local wire = require "spec.support.wire"
local finalizers = rawget(_G, "finalizers")
local newproxy = rawget(_G, "newproxy")

local short, only_site, first_seed = false, nil, 1
do
  local arguments, i = { ... }, 1
  while arguments[i] do
    if arguments[i] == "--short" then
      short = true
    elseif arguments[i] == "--site" then
      only_site, i = arguments[i + 1], i + 1
    elseif arguments[i] == "--seed" then
      first_seed, i = assert(tonumber(arguments[i + 1])), i + 1
    end
    i = i + 1
  end
end
local SEEDS, TRIALS = 20, short and 120 or 600

local probe = wire.client(sandbox)
for _ = 1, 3 do
  wire.create(probe)
end

-- A finalizer that nothing refers to: it runs at the next full collection.
local function leave_finalizer(fn)
  if newproxy then
    getmetatable(newproxy(true)).__gc = fn
  else
    setmetatable({}, { __gc = fn })
  end
end

-- Everything that a trial has open, and how a finalizer gets at it.
local function world()
  local client = assert(core.client { base_url = sandbox.url, api_key = "pk_x", events = true, max_attempts = 1 })
  local self = { client = client }
  function self.finish(request)
    for _ = 1, 400 do
      if request:state() == "done" then
        break
      end
      core.wait(0.05, client)
    end
    client:collect()
    return request
  end
  function self.get(target)
    self.request = assert(client:submit { target = target, headers = { "X-One: 1", "X-Two: 2" } })
    return self.request
  end
  return self
end

local LIST = "/api/campaigns?page[size]=1"

-- A text that nothing but the table it is put in refers to, and that is too long to be shared.
local serial = 0
local function fresh(text)
  serial = serial + 1
  return text .. ("%040d"):format(serial)
end

local function empty(t)
  for key, value in pairs(t or {}) do
    if type(value) == "table" then
      empty(value)
    end
    t[key] = nil
  end
end

-- name -> prepare(world), which returns the call that is tried
local sites = {}

function sites.submit(w)
  w.tables = { { target = fresh(LIST .. "&x="), body = fresh "", method = "POST", headers = { fresh "X-One: " },
    revision = fresh "2026-04-15.pre", budget = { bucket = fresh "b" } } }
  return function()
    w.request = w.client:submit(w.tables[1])
  end
end

function sites.client_new(w)
  w.tables = { { base_url = fresh(sandbox.url .. "/"), api_key = fresh "pk_", revision = fresh "r",
    user_agent = fresh "agent", proxy = fresh "http://proxy.invalid/", ca_file = fresh "/", account = fresh "" } }
  return function()
    local client, err = core.client(w.tables[1])
    assert(client, err)
    client:close()
  end
end

function sites.pages_request(w)
  w.pages = w.client:pages({ target = LIST, headers = { "X-One: 1" } }, true)
  return function()
    w.request = w.pages:request()
  end
end

function sites.pages_take(w)
  w.pages = w.client:pages({ target = LIST, headers = { "X-One: 1" } }, true)
  w.request = w.finish(assert(w.pages:request()))
  return function()
    local _, document = w.pages:take()
    w.document = document
  end
end

function sites.sockets(w)
  w.get(LIST)
  w.client:tick()
  return function()
    w.client:sockets()
  end
end

function sites.event(w)
  w.finish(w.get(LIST))
  return function()
    while w.client:event() do
    end
  end
end

function sites.headers(w)
  w.finish(w.get(LIST))
  return function()
    w.request:headers()
    w.client:date()
  end
end

function sites.push_error(w)
  w.finish(w.get "/api/campaigns/nowhere")
  return function()
    local _, err = w.request:result()
    w.document = err and err.document
  end
end

function sites.document_move(w)
  w.finish(w.get(LIST))
  return function()
    local _, document = w.request:result()
    w.document = document
  end
end

function sites.document(w)
  local _, document = w.finish(w.get(LIST)):result()
  w.document = document
  return function()
    document:find(document:find(0, "data"), 1)
    document:get(0, "data.1")
    document:lookup(1, 2)
    document:decode(0)
    document:text(0)
    document:key(document:find(0, "data"))
    document:primary()
    document:identity(document:find(0, "data.1"))
    document:identities(document:find(0, "data"))
    tostring(document)
  end
end

function sites.views(w)
  local _, document = w.finish(w.get(LIST)):result()
  w.document = document
  local reader = core.reader({ name = { "attributes.name", "attributes.definition.name" }, id = "id" }, function() end)
  local metatables = setmetatable({}, { __index = function()
    return { __index = reader }
  end })
  return function()
    for _, view in ipairs(core.views(document, document:find(0, "data"), metatables, {})) do
      assert(type(view.id) ~= "table" and type(view.name) ~= "table")
    end
  end
end

function sites.request(w)
  w.get(LIST)
  return function()
    local request = w.request
    tostring(request)
    request:budget()
    request:state()
    request:timing()
    request:cancel(12)
  end
end

function sites.client(w)
  w.get(LIST)
  return function()
    tostring(w.client)
    w.client:deadline()
    w.client:tick()
    w.client:pending()
    core.wait(0, w.client)
  end
end

function sites.poller(w)
  local poller = assert(core.watch())
  w.poller = poller
  w.get(LIST)
  return function()
    poller:path()
    poller:drive(0, w.client)
    tostring(poller)
  end
end

function sites.relay(w)
  local server = assert(require("socket").bind("127.0.0.1", 0))
  local relay = assert(core.relay(server:getfd()))
  w.poller = relay
  return function()
    relay:want(1)
    relay:ready()
    relay:descriptor()
    tostring(relay)
  end
end

local function close(object)
  if object then
    object:close()
  end
end

-- What a finalizer may do.
local ACTIONS = {
  function(w) close(w.client) end,
  function(w) close(w.request) end,
  function(w) close(w.request) close(w.client) end,
  function(w) close(w.document) close(w.request) end,
  function(w) close(w.pages) end,
  function(w) close(w.pages) close(w.request) close(w.client) close(w.document) close(w.poller) end,
  function(w) pcall(w.request.result, w.request) end,
  function(w) pcall(w.client.event, w.client) close(w.client) end,
  function(w) close(w.poller) close(w.client) end,
  function(w) empty(w.tables) end,
  function(w) empty(w.tables) close(w.client) end,
}

-- Calls `call` and has `action` run at its n-th allocation. Returns whether it ran, and the number of allocations.
local function try(w, call, n, afterwards, action)
  local ran, inside = false, false
  leave_finalizer(function()
    if inside then
      ran = true
      pcall(action, w)
    end
  end)
  inside = true
  finalizers.arm(n, afterwards)
  local ok, err = pcall(call)
  local _, count = finalizers.disarm()
  inside = false
  collectgarbage()
  close(w.pages)
  close(w.request)
  close(w.client)
  close(w.poller)
  if not ok and not tostring(err.message or err):find "closed" and not tostring(err):find "nil value"
    and not tostring(err.message or err):find "bad option" then
    error(err, 0)
  end
  return ran, count
end

local names = {}
for name in pairs(sites) do
  if not only_site or only_site == name then
    names[#names + 1] = name
  end
end
table.sort(names)

-- Automatic collections would run the finalizer too early; those of the core's own accord are among the armed calls.
pcall(collectgarbage, "incremental") -- Lua 5.4 alone has another mode
collectgarbage("setpause", 1000)

local lengths = {}
for _, name in ipairs(names) do
  local w = world()
  local _, count = try(w, sites[name](w), 0, false, function() end)
  lengths[name] = count
end

-- Random numbers that are the same for every Lua.
local state
local function random(n)
  state = (state * 48271) % 2147483647
  return state % n + 1
end

local hits, passed, failed = {}, 0, 0
for seed = first_seed, first_seed + SEEDS - 1 do
  state = seed * 7919 + 1
  local count = 0
  for _ = 1, TRIALS do
    local name = names[random(#names)]
    local w = world()
    local call = sites[name](w)
    local n, afterwards, action = random(lengths[name]), random(2) == 1, ACTIONS[random(#ACTIONS)]
    local ok, ran = pcall(try, w, call, n, afterwards, action)
    if not ok then
      failed = failed + 1
      print(("  seed %d: %s, allocation %d: %s"):format(seed, name, n, tostring(ran)))
    elseif ran then
      hits[name], count = (hits[name] or 0) + 1, count + 1
    end
  end
  passed = passed + 1
  print(("seed %2d: %d trials, a finalizer ran in %d"):format(seed, TRIALS, count))
  io.stdout:flush()
end
for _, name in ipairs(names) do
  print(("%-14s %2d allocations, a finalizer ran in %d calls"):format(name, lengths[name], hits[name] or 0))
  if (hits[name] or 0) == 0 then
    failed = failed + 1
  end
end
sandbox:stop()
print(("%d passed, %d failed"):format(passed, failed))
if failed > 0 then
  error("finalizers: failed", 0)
end
