-- SPDX-License-Identifier: MIT
--- Looking again for what a call did that ended without a known outcome, in the same process and in another one.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local recheck_token = require "klaviyo.calls.recheck_token"
local service = require "spec.support.service"
local support = require "spec.support.sandbox"

-- What each call does whose response is lost; how its result is recognised.
local CALLS = {
  create = { run = function(kl, _, options)
    return kl.campaigns:create(support.sale "New", options)
  end, holds = function(result)
    return result.name == "New" and #result.audiences == 2 and result.reconciled
  end },
  clone = { run = function(_, campaign, options)
    return campaign:clone { name = "Second", reconcile = options.reconcile }
  end, holds = function(result)
    return result.name == "Second" and #result.messages == 4 and result.reconciled
  end },
  schedule = { run = function(_, campaign, options)
    return campaign.messages[1]:schedule { at = support.tomorrow(), reconcile = options.reconcile }
  end, holds = function(result)
    return result.status == "SCHEDULED"
  end },
  cancel = { run = function(_, campaign, options)
    return campaign.messages[1]:cancel(options)
  end, holds = function(result)
    return result.status == "CANCELLED"
  end },
  update = { run = function(_, campaign, options)
    return campaign:update({ description = "Other" }, options)
  end, holds = function(result)
    return result.description == "Other"
  end },
  delete = { run = function(_, campaign, options)
    return campaign:delete(options)
  end, holds = function(result)
    return result == true
  end },
}

-- The same, found by another client than the one that made the call.
local FOUND = { create = CALLS.create.holds, clone = CALLS.clone.holds, schedule = CALLS.schedule.holds }

for _, dialect in ipairs { "guide", "openapi" } do
  describe("a call that ended without a known outcome (" .. dialect .. ")", function()
    local sandbox, kl

    setup(function()
      sandbox, kl = support.start { dialect = dialect, revision = support.revisions[dialect], max_attempts = 1 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    for name, call in pairs(CALLS) do
      it("is found later, by this process and by another one: " .. name, function()
        local campaign = assert(kl.campaigns:create(support.sale()))
        sandbox:fail { method = "POST", acted = true, status = 503 }
        sandbox:fail { method = "PATCH", acted = true, status = 503 }
        sandbox:fail { method = "DELETE", acted = true, status = 503 }
        local result, err = call.run(kl, campaign, { reconcile = 0 })
        sandbox:clear_faults()
        assert.is_nil(result)
        assert.equal("unknown", err.outcome)
        local token = err:token()
        assert.is_nil(token:find("pk_test", 1, true))
        -- another process has nothing but the text and a client of its own
        local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false, dialect = dialect }
        local found = assert(klaviyo.recheck(token, other))
        assert.is_truthy(call.holds(found))
        assert.is_truthy(call.holds(assert(err:recheck())))
        other:close()
        -- what was found is still found when somebody asks again
        assert.is_truthy(call.holds(assert(err:recheck())))
        assert.is_truthy(call.holds(assert(klaviyo.recheck(err:token(), kl))))
      end)
    end

    it("can be found by another process although this one never got its answer", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      for _, name in ipairs { "create", "clone", "schedule" } do
        local tokens = {}
        -- what a program that is killed at this moment has kept: the text, before the request has left
        local observer = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false,
          dialect = dialect, revision = support.revisions[dialect],
          on_token = function(token)
            sandbox:clear_requests()
            tokens[#tokens + 1] = token
          end }
        assert(CALLS[name].run(observer, assert(observer.campaigns:tree(campaign.id)), {}))
        assert.equal(1, #tokens)
        assert.equal("POST", sandbox:requests()[1].method) -- nothing else lies between
        assert.is_truthy(FOUND[name](assert(klaviyo.recheck(tokens[1], kl))))
        assert.is_nil(tokens[1]:find("pk_test", 1, true))
        observer:close()
      end
    end)

    it("is never sent if its text could not be kept", function()
      sandbox:clear_requests()
      assert.has_error(function()
        kl.campaigns:create(support.sale(), { on_token = function()
          error "the disk is full"
        end })
      end)
      for _, request in ipairs(sandbox:requests()) do
        assert.equal("GET", request.method)
      end
    end)

    it("is still open while there is nothing to be seen, and says so each time", function()
      sandbox:fail { method = "POST", acted = false, status = 503 }
      local _, err = kl.campaigns:create(support.sale(), { reconcile = 0 })
      for _, look in ipairs {
        function()
          return err:recheck { reconcile = 0.1 }
        end,
        function()
          return klaviyo.recheck(err:token(), kl)
        end,
      } do
        local result, still = look()
        assert.is_nil(result)
        assert.equal("unknown", still.outcome)
        assert.equal(err.kind, still.kind)
        assert.is_not_nil(still:token())
      end
    end)
  end)
end

describe("klaviyo.recheck", function()
  local function token()
    local text
    service.run({ write = function() end }, { reconcile = 0 }, function(kl)
      text = select(2, kl.campaigns:create(service.model())):token()
    end)
    return text
  end

  it("talks to no other service than the one that was called", function()
    local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "pk_x" }
    local result, err = klaviyo.recheck(token(), kl)
    assert.is_nil(result)
    assert.equal("validation", err.kind)
    assert.equal("none", err.outcome)
    assert.matches("this client talks to http://127.0.0.1:1", err.message, 1, true)
    kl:close()
  end)

  it("takes the options of a client instead of one", function()
    local result, err = klaviyo.recheck(token(), { base_url = "http://127.0.0.1:1", api_key = "pk_x" })
    assert.is_nil(result)
    assert.equal("validation", err.kind)
  end)

  it("refuses what is no such text, and raises on what is no text", function()
    local kl = klaviyo.client { base_url = "http://127.0.0.1:1", api_key = "pk_x" }
    local result, err = klaviyo.recheck("klaviyo1.AAAA.00000000", kl)
    assert.is_nil(result)
    assert.equal("validation", err.kind)
    local function forged(record)
      for name, value in pairs { resource = "message", operation = "get_campaign_message", id = "M" } do
        record[name] = record[name] or value
      end
      return recheck_token.write(kl, record, { began = core.now() }, { kind = "server" }, "unknown")
    end
    local sent = { fields = {} }
    for _, record in ipairs {
      { kind = "create", parents = {}, sent = sent }, { kind = "create", parents = { audience = ".." }, sent = sent },
      { kind = "create", resource = "variation", parents = { audience = "A" }, sent = sent },
      { kind = "clone", parents = { audience = "A" }, source = "." }, { kind = "cancel", id = ".." },
      { kind = "schedule", id = ".", plan = {} }, { kind = "update", id = "..", sent = sent },
      { kind = "delete", id = "." },
    } do
      result, err = klaviyo.recheck(forged(record), kl)
      assert.is_nil(result)
      assert.equal("validation", err.kind)
    end
    for _, wrong in ipairs { 5, {}, true } do
      assert.has_error(function()
        klaviyo.recheck(wrong, kl)
      end)
    end
    assert.has_error(function()
      klaviyo.recheck("x", 5)
    end)
    kl:close()
  end)

  it("does not take an object that another process created before the call", function()
    local text = token()
    service.run({ write = function() end, campaigns = function()
      return { service.campaign("OLD", { created = os.time() - 3600 }) }
    end }, nil, function(kl)
      local read = require("klaviyo.calls.recheck_token").read(text)
      kl.options.base_url = read.service -- the service of the spec has another port each time
      local result, err = klaviyo.recheck(text, kl)
      assert.is_nil(result)
      assert.equal("unknown", err.outcome)
    end)
    service.run({ write = function() end, campaigns = function()
      return { service.campaign "OURS" }
    end }, nil, function(kl)
      kl.options.base_url = require("klaviyo.calls.recheck_token").read(text).service
      assert.equal("OURS", assert(klaviyo.recheck(text, kl)).id)
    end)
  end)
end)
