-- SPDX-License-Identifier: MIT
--- Nothing is done twice, and no outcome is claimed without evidence: what is repeated, what is looked for and for how
--- long, and what is said of it. What is recognised when it is found is in find_created_spec.lua.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local reconcile = require "klaviyo.calls.reconcile"
local script = require "spec.support.script"
local service = require "spec.support.service"

local function verdicts(events)
  local list = {}
  for _, event in ipairs(events) do
    list[#list + 1] = event.type == "settle" and event.verdict or nil
  end
  return list
end

local function shows(campaigns)
  return function()
    return campaigns
  end
end

describe("a creation", function()
  -- Creates beside a service that answers each POST by one of these, the last one for ever.
  local function create(answers, how, options, check)
    how = how or {}
    how.write = function(request, c, n)
      local answer = answers[math.min(n, #answers)]
      if type(answer) == "function" then
        return answer(request, c)
      end
      return answer or nil
    end
    service.run(how, options, function(kl, server, events)
      local began = core.now()
      local campaign, err = kl.campaigns:create(service.model())
      check(campaign, err, service.writes(server), events, core.now() - began)
    end)
  end

  it("is sent again on the service's own 429, and its attempts share one budget", function()
    local busy = service.refusal(429, { ["Retry-After"] = "0" })
    create({ busy, busy, service.gateway(503), busy }, nil, { max_attempts = 3, reconcile = 0 },
      function(_, err, writes)
        assert.equal(3, writes)
      assert.equal(3, err.attempts)
      assert.equal("unknown", err.outcome)
    end)
    create({ busy }, nil, { max_attempts = 2 }, function(_, err, writes)
      assert.equal(2, writes)
      assert.equal("none", err.outcome)
      assert.equal("rate_limited", err.kind)
      assert.is_true(err.retryable)
    end)
  end)

  it("is none on the service's own word, without a look", function()
    for _, status in ipairs { 400, 401, 403, 404, 408, 409, 422, 425, 499 } do
      create({ service.refusal(status) }, nil, nil, function(_, err, writes, events)
        assert.equal(1, writes)
        assert.equal("none", err.outcome, status)
        assert.same({}, verdicts(events))
        assert.equal(err, select(2, err:recheck()))
        assert.is_nil(err:token())
      end)
    end
  end)

  it("is open after everything else: it is not sent again, and nothing found is not none", function()
    local open = { false, "SSH-2.0\r\n", service.gateway(301), service.gateway(307) }
    for _, status in ipairs { 400, 401, 403, 404, 405, 408, 409, 425, 429, 499, 500, 502, 503, 504, 520, 524, 599 } do
      open[#open + 1] = service.gateway(status)
      open[#open + 1] = script.answer(status, "", { ["Content-Type"] = false })
      open[#open + 1] = script.answer(status, '{"message":"no"}')
      open[#open + 1] = script.answer(status, '{"errors":["no"]}')
      open[#open + 1] = status >= 500 and service.refusal(status) or nil
    end
    for _, answer in ipairs(open) do
      create({ answer }, nil, { reconcile = 0.02 }, function(campaign, err, writes, events)
        assert.is_nil(campaign)
        assert.equal(1, writes, answer)
        assert.equal("unknown", err.outcome, answer)
        assert.is_false(err.retryable)
        assert.equal("looking", verdicts(events)[1])
      end)
    end
  end)

  it("is sent again where no connection was made", function()
    local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "x", max_attempts = 2, limits = false }
    local campaign, err = kl.campaigns:create(service.model())
    assert.is_nil(campaign)
    assert.equal("none", err.outcome)
    assert.equal(2, err.attempts)
    kl:close()
  end)

  it("happened if the status line says so, whatever follows it", function()
    local whole = service.answer(201, service.campaign "OURS")
    local status_line = #whole:match "^[^\n]*\n"
    local broken = { whole:sub(1, status_line), whole:sub(1, status_line + 10), whole:sub(1, #whole - 1),
      script.answer(201, "<html>", { ["Content-Type"] = "text/html" }), script.answer(204),
      service.answer(200, '{"errors":[{"detail":"no"}]}'),
      service.answer(201, '{"data":{"type":"tag","id":"OURS"}}') }
    for _, body in ipairs { "", "{}", "null", '"x"', "[]", '{"data":[]}', '{"data":null}', '{"data":{"id":"OURS"}}' } do
      broken[#broken + 1] = service.answer(201, body)
    end
    for _, bytes in ipairs(broken) do
      local function cut(_, c)
        c:write(bytes)
        return nil
      end
      create({ cut }, { campaigns = shows {} }, { reconcile = 0.02 }, function(campaign, err, writes)
        assert.is_nil(campaign)
        assert.equal(1, writes)
        assert.equal("happened", err.outcome, bytes)
        assert.is_false(err.retryable)
      end)
      create({ cut }, { campaigns = shows { service.campaign "OURS" } }, nil, function(campaign, err, writes)
        assert.equal("OURS", campaign and campaign.id, tostring(err))
        assert.equal(1, writes)
      end)
    end
  end)

  it("is looked for until it is there, and can be looked for again later", function()
    local made, looks = {}, 0
    local function late()
      looks = looks + 1
      made[1] = looks == 3 and service.campaign "OURS" or made[1]
      return made
    end
    create({ false }, { campaigns = late }, { reconcile = 5 }, function(campaign, err, writes, events)
      assert.equal("OURS", campaign and campaign.id, tostring(err))
      assert.is_true(campaign.reconciled)
      assert.equal(1, writes)
      assert.same({ "looking", "none", "none", "done" }, verdicts(events))
    end)
    made, looks = {}, -math.huge
    create({ false }, { campaigns = late }, { reconcile = 0 }, function(_, err)
      local nothing, still = err:recheck()
      assert.is_nil(nothing)
      assert.equal("unknown", still.outcome)
      assert.is_not_nil(still:token())
      made[1] = service.campaign "OURS"
      assert.equal("OURS", assert(still:recheck()).id)
    end)
  end)

  it("is looked for as long as reconcile says, and the attempts leave that time, or a quarter", function()
    create({ false }, nil, { reconcile = 0.5 }, function(_, err, _, events, took)
      assert.is_true(took >= 0.35 and took < 3, took)
      assert.matches("after looking for 0.", err.message, 1, true)
      for _, event in ipairs(events) do
        assert.is_true(event.type ~= "settle" or event.remaining <= 0.5)
      end
    end)
    local function silent(_, c)
      c:pause(60)
    end
    create({ silent }, { campaigns = shows { service.campaign "OURS" } }, { timeout = 0.8, reconcile = 30 },
      function(campaign, err, writes, _, took)
        assert.equal("OURS", campaign and campaign.id, tostring(err))
        assert.equal(1, writes)
        assert.is_true(took >= 0.55 and took < 0.8, took)
      end)
    create({ silent }, nil, { timeout = 0.4, reconcile = 0 }, function(_, err, _, events, took)
      assert.equal("unknown", err.outcome)
      assert.is_true(took >= 0.35)
      assert.same({}, verdicts(events))
    end)
  end)

  it("finds nothing out of an answer that is none", function()
    for _, body in ipairs { "{}", "null", '"x"', "17", "[]", '{"data":{}}', '{"data":null}', '{"errors":[]}',
      '{"data":[],"errors":[{"detail":"no"}]}', '{"data":[null]}', "" } do
      create({ false }, { read = function()
        return service.answer(200, body)
      end }, { reconcile = 0.02 }, function(_, err, _, events)
        assert.equal("unknown", err.outcome)
        assert.matches("could not be read", err.message, 1, true)
        assert.equal("failed", verdicts(events)[2], body)
      end)
    end
  end)

  it("keeps its outcome when the client is closed while it looks", function()
    service.run({ write = function()
      return nil
    end }, { reconcile = 10 }, function(kl, _, events)
      local _, results = nil, klaviyo.all { all = true, function()
        return kl.campaigns:create(service.model())
      end, function()
        while #verdicts(events) < 2 do
          kl.loop.sleep(0.005)
        end
        kl:close()
        return true
      end }
      assert.equal("unknown", results[1][2].outcome)
    end)
  end)

  it("leaves the options as they were when an attempt raises", function()
    local options = { timeout = 5 }
    local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "x" }
    kl:close()
    assert.has_error(function()
      kl.campaigns:create(service.model(), options)
    end)
    assert.same({ timeout = 5 }, options)
  end)
end)

describe("each rule", function()
  local rules = reconcile.rules

  -- What a creation comes to with a rule switched off: the writes, the outcome, the id.
  local function without(rule, how, options)
    rules[rule] = false
    local ok, message_or_nil = pcall(service.run, how, options, function(kl, server)
      local campaign, err = kl.campaigns:create(service.model())
      how.result = { service.writes(server), campaign and campaign.id or err.outcome }
    end)
    rules[rule] = true
    assert.is_true(ok, message_or_nil)
    return how.result
  end

  it("is needed: without it there are duplicates, false answers or foreign objects", function()
    local function lose()
      return nil
    end
    assert.is_true(without("repeat_only_on_proof", { write = lose }, { reconcile = 0.1, max_attempts = 3 })[1] > 1)
    assert.equal("none", without("two_hundred_happened", { write = function()
      return service.answer(201, "{}")
    end })[2])
    assert.equal("none", without("none_needs_proof", { write = lose })[2])
    assert.equal("THEIRS", without("adopt_only_ours", { write = lose,
      campaigns = shows { service.campaign("THEIRS", { description = "theirs" }) } })[2])
    assert.equal("none", without("malformed_is_no_evidence", { write = lose, read = function()
      return service.answer(200, "{}")
    end })[2])
  end)
end)
