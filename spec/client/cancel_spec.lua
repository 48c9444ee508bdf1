-- SPDX-License-Identifier: MIT
--- A request that is ended early, in each state it can be in and in each way it can end: nothing stays behind, and
--- nothing happens afterwards. (What it had taken of the account's budget: spec/client/limits_spec.lua.)
local core = require "klaviyo.core"
local collect = require "spec.support.collect"
local descriptors = require "spec.support.descriptors"
local klaviyo = require "klaviyo"
local sandbox = require "klaviyo.sandbox"

local box

setup(function()
  box = assert(sandbox.start { port = 0 })
end)

before_each(function()
  box:reset()
end)

teardown(function()
  box:stop()
end)

-- How a request comes into a state: options of the client, of the request, and a fault. `asks`: it was collected;
-- `collected`: whoever drives the client will collect it first.
local STATES = {
  queued = { undriven = true },
  -- one whose turn, or next attempt, is after its deadline ends at once instead of waiting
  waiting = { spec = { bucket = "b", burst = 1, burst_window = 60 }, before = 1, ends_before = true },
  ["backing off"] = { state = "waiting", fault = { status = 429, headers = { ["Retry-After"] = "30" } },
    ends_before = true },
  token = { config = { token = true }, collected = true },
  ["token, asked for"] = { state = "token", config = { token = true }, asks = true },
  permit = { config = { permits = true }, spec = { bucket = "b" }, collected = true },
  ["permit, asked for"] = { state = "permit", config = { permits = true }, spec = { bucket = "b" }, asks = true },
  sending = { fault = { latency = 0.5 }, left = true },
  done = { ends_before = true },
}

local function submit(client, given)
  local spec = { method = "POST", target = "/api/campaign-message-schedule", body = "{}", max_attempts = 2 }
  for name, value in pairs(given or {}) do
    spec[name] = value
  end
  return assert(client:submit(spec))
end

local function drive(client, over)
  local ends = core.now() + 10
  while not over() do
    assert.is_true(core.now() < ends, "it does not come into its state")
    core.wait(0.05, client)
  end
end

-- A client with one request in the state.
local function bring(how, name, more)
  local config = how.config or {}
  local client = assert(core.client { base_url = box.url, api_key = not config.token and "pk_cancel" or nil,
    account = "cancel " .. name .. " " .. core.now(), permits = config.permits, events = true })
  local spec = {}
  for _, part in ipairs { how.spec or {}, more or {} } do
    for key, value in pairs(part) do
      spec[key] = value
    end
  end
  for _ = 1, how.before or 0 do
    local first = submit(client, how.spec)
    drive(client, function()
      return first:state() == "done"
    end)
    client:collect()
  end
  if how.fault then
    box:fail(how.fault)
  end
  local request = submit(client, spec)
  if not how.undriven then
    drive(client, function()
      return request:state() == (how.state or name) and (not how.left or #box:faults() == 0)
    end)
  end
  if how.asks then
    assert.equal(request, client:collect())
  end
  assert.equal(how.state or name, request:state())
  return client, request
end

local function ended(request, kind, outcome)
  assert.equal("done", request:state())
  local status, err = request:result()
  assert.is_nil(status)
  assert.equal(kind, err.kind)
  assert.equal(outcome, err.outcome)
end

-- What may have reached the service may have happened there.
local function outcome_of(how)
  return how.left and "unknown" or "none"
end

for name, how in pairs(STATES) do
  describe("a request that is " .. name, function()
    local before

    before_each(function()
      before = descriptors.sockets()
    end)

    after_each(function()
      box:clear_faults()
      -- the sandbox is in this process: it closes its end when it has heard of it
      local ends = core.now() + 5
      while descriptors.sockets() > before and core.now() < ends do
        core.wait(0.005)
      end
      assert.equal(before, descriptors.sockets())
    end)

    local function nothing_follows(client)
      local seen = #box:requests()
      core.wait(0.02, client)
      assert.equal(seen, #box:requests())
      assert.equal(0, client:pending())
      client:close()
    end

    it("ends with cancel, once, and is collected once", function()
      local client, request = bring(how, name)
      request:cancel "that will do"
      request:cancel()
      if name == "done" then
        assert.is_not_equal("cancelled", select(2, request:result()).kind)
      else
        ended(request, "cancelled", outcome_of(how))
        assert.equal("cancelled: that will do", select(2, request:result()).message)
      end
      assert.equal(request, client:collect())
      assert.is_nil(client:collect())
      nothing_follows(client)
    end)

    it("is gone with close", function()
      local client, request = bring(how, name)
      request:close()
      request:close()
      assert.is_nil(client:collect())
      nothing_follows(client)
    end)

    it("ends when the client is closed", function()
      local client, request = bring(how, name)
      client:close()
      if name ~= "done" then
        ended(request, "cancelled", outcome_of(how))
      end
      assert.equal("done", request:state())
      request:close()
    end)

    it("is collected with its client, whichever goes first", function()
      local held = setmetatable({}, { __mode = "v" })
      held.client, held.request = bring(how, name)
      local request = held.request
      collect()
      if held.client then
        held.client:close() -- Lua collects userdata in two steps, and an old one later
      end
      assert.equal("done", request:state())
      request = nil -- luacheck: ignore 311
      collect()
      assert.is_nil(held.request)
      assert.is_nil(held.client)
    end)

    it("ends at its deadline", function()
      if how.ends_before or how.collected then
        return
      end
      local client, request = bring(how, name, { timeout = 0.2 })
      if how.undriven then
        core.wait(0.25)
      end
      drive(client, function()
        return request:state() == "done"
      end)
      ended(request, "timeout", outcome_of(how))
      client:collect()
      nothing_follows(client)
    end)
  end)
end

describe("what a program raises", function()
  local function client(more)
    local options = { base_url = box.url, api_key = "pk_raise", limits = false }
    for name, value in pairs(more or {}) do
      options[name] = value
    end
    options.api_key = not options.access_token and options.api_key or nil
    return klaviyo.client(options)
  end

  it("in on_event is kept from the call", function()
    local kl = client { on_event = function()
      error "no"
    end }
    assert(kl.campaigns:list {})
    assert.equal(0, kl._dispatch.transport.core:pending())
    kl:close()
  end)

  it("in on_event does no harm after it has closed the client", function()
    local kl
    kl = client { on_event = function(event)
      if event.type == "attempt" then
        kl:close()
        error "no"
      end
    end }
    local ok, response, err = pcall(kl.request, kl, { method = "POST", path = "/api/campaigns", body = "{}" })
    -- The event is read after the attempt began: by then the service may have answered.
    assert.is_true(not ok or response == nil and (err.kind == "cancelled" or err.status == 400))
  end)

  it("in a function for tokens is an error of the call", function()
    local kl = client { access_token = function()
      error "no"
    end }
    local answer, err = kl:request { path = "/api/campaigns" }
    assert.is_nil(answer)
    assert.equal("auth", err.kind)
    kl:close()
  end)

  it("in the middle of a walk, or of functions at once, leaves nothing under way", function()
    local kl = client()
    for i = 1, 3 do
      assert(kl.campaigns:create { name = "C" .. i, audiences = { { name = "A", included = { "L" }, messages = {} } } })
    end
    assert.is_false(pcall(function()
      for _ in kl.campaigns:each { page_size = 1 } do
        error "enough"
      end
    end))
    collect()
    assert.equal(0, kl._dispatch.transport.core:pending())
    assert.is_false(pcall(klaviyo.all, { loop = "blocking", function()
      error "enough"
    end, function()
      return kl.campaigns:list {}
    end }))
    assert.equal(0, kl._dispatch.transport.core:pending())
    kl:close()
  end)
end)
