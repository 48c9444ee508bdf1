-- SPDX-License-Identifier: MIT
--- Scheduling, cancelling and reverting a message whose responses get lost: what is repeated, what is read back, and
--- what is said of it.

local core = require "klaviyo.core"
local script = require "spec.support.script"
local service = require "spec.support.service"
local support = require "spec.support.sandbox"

local MESSAGE = '{"data":{"type":"campaign-message","id":"M","attributes":{"name":"Text","status":"%s",'
  .. '"definition":{"name":"Text"},"scheduling_info":%s}}}'

-- A message as the service shows it.
local function message(status, scheduling)
  return service.answer(200, MESSAGE:format(status, scheduling or "null"))
end

describe("a message", function()
  -- Runs fn(message, server, kl) where the message has the status that `state.status` says.
  local function with_message(state, answers, options, fn)
    service.run({
      write = function(request, c, n)
        local answer = answers[math.min(n, #answers)]
        if type(answer) == "function" then
          return answer(request, c)
        end
        return answer or nil
      end,
      read = function()
        return state.read and state.read() or message(state.status, state.scheduling)
      end,
    }, options, function(kl, server, events)
      fn(assert(kl.messages:get "M"), server, events)
    end)
  end

  local DONE = script.answer(204)

  it("is cancelled again and again until that is answered", function()
    local state = { status = "SCHEDULED" }
    local function act()
      state.status = "CANCELLED"
      return DONE
    end
    with_message(state, { false, service.gateway(503), act }, nil, function(one, server)
      assert(one:cancel())
      assert.equal("CANCELLED", one.status)
      assert.equal(3, service.writes(server))
    end)
    -- a 500 is not repeated at once: the message is read first
    state.status = "SCHEDULED"
    with_message(state, { service.refusal(500), act }, nil, function(one, server)
      assert(one:cancel())
      assert.equal(2, service.writes(server))
    end)
  end)

  it("is cancelled though a repeat of that was rejected", function()
    local state = { status = "SCHEDULED" }
    with_message(state, { function()
      state.status = "CANCELLED"
      return nil
    end, service.refusal(409) }, nil, function(one)
      assert(one:cancel())
      assert.equal("CANCELLED", one.status)
    end)
    with_message({ status = "SENT" }, { service.refusal(409) }, nil, function(one, server)
      local done, err = one:cancel()
      assert.is_nil(done)
      assert.equal("none", err.outcome)
      assert.equal(1, service.writes(server))
    end)
  end)

  it("is not taken for cancelled because of an answer that is none", function()
    for _, body in ipairs { "{}", "null", '{"data":{"type":"campaign-message","id":"M","attributes":{}}}',
      '{"data":{"type":"campaign-message","id":"OTHER","attributes":{"status":"CANCELLED"}}}' } do
      local state = { status = "SCHEDULED" }
      with_message(state, { function()
        state.read = function()
          return service.answer(200, body)
        end
        return nil
      end }, { max_attempts = 1, reconcile = 0.02 }, function(one)
        local done, err = one:cancel()
        assert.is_nil(done)
        assert.equal("unknown", err.outcome)
      end)
    end
  end)

  it("is reverted once, and read back", function()
    local state = { status = "SCHEDULED" }
    with_message(state, { false }, { reconcile = 0.1 }, function(one, server)
      local done, err = one:revert()
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      assert.equal(1, service.writes(server))
      state.status = "DRAFT"
      assert(err:recheck())
    end)
    state.status = "SCHEDULED"
    with_message(state, { function()
      state.status = "DRAFT"
      return service.gateway(504)
    end }, nil, function(one, server)
      assert(one:revert())
      assert.equal("DRAFT", one.status)
      assert.equal(1, service.writes(server))
    end)
  end)

  it("is scheduled once, and recognised by its whole plan", function()
    local at = support.tomorrow()
    local function info(strategy, time)
      return ('{"send_time":"%s","strategy":"%s"}'):format(time or at, strategy or "static")
    end
    local state = { status = "DRAFT" }
    with_message(state, { function()
      state.status, state.scheduling = "SCHEDULED", info()
      return service.gateway(502)
    end }, nil, function(one, server)
      assert(one:schedule { at = at })
      assert.equal("SCHEDULED", one.status)
      assert.equal(1, service.writes(server))
    end)
    for _, other in ipairs { info "throttled", info("static", at:gsub("14:", "15:")) } do
      state = { status = "DRAFT" }
      with_message(state, { function()
        state.status, state.scheduling = "SCHEDULED", other
        return nil
      end }, { reconcile = 5 }, function(one, _, _)
        local began = core.now()
        local done, err = one:schedule { at = at }
        assert.is_nil(done)
        assert.equal("unknown", err.outcome)
        assert.equal("SCHEDULED", err.seen.status)
        assert.is_true(core.now() - began < 2) -- it will not become clearer
      end)
    end
    state = { status = "DRAFT" }
    with_message(state, { false }, { reconcile = 0.05 }, function(one, server)
      local done, err = one:schedule { at = at }
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
      assert.equal(1, service.writes(server))
    end)
  end)
end)

describe("several messages", function()
  -- A campaign with two messages, of which one comes on a page of its own.
  local function list(second)
    local first = '{"data":[{"type":"campaign-message","id":"M1","attributes":{"name":"1","status":"DRAFT"}}],'
      .. '"links":{"next":"/api/campaigns/C/campaign-messages?page=2"}}'
    return function(request)
      if request.target:find "page=2" then
        return service.answer(200, second)
      elseif request.target:find "/campaign%-messages" then
        return service.answer(200, first)
      end
    end
  end

  it("are not scheduled while some of them are not known", function()
    local campaign = service.campaign "C"
    for _, second in ipairs { "{}", "null", "[]", '{"data":null}', '{"data":{}}', '{"errors":[{"detail":"no"}]}', "",
      '{"data":[{"type":"campaign-message","id":"M2","attributes":{}}]}' } do
      service.run({ read = list(second), campaigns = function()
        return { campaign }
      end, write = function()
        return script.answer(201, "{}")
      end }, { max_attempts = 1 }, function(kl, server)
        local done, err = assert(kl.campaigns:get "C"):schedule { at = support.tomorrow() }
        assert.is_nil(done, second)
        assert.equal("json", err.kind, second)
        assert.equal("none", err.outcome)
        assert.equal(0, service.writes(server))
      end)
    end
  end)
end)
