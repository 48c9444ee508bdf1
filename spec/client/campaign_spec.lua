-- SPDX-License-Identifier: MIT
--- What a campaign does with its messages at once, and what becomes of it.
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

-- The body of the last request that the sandbox saw.
local function last(sandbox)
  local requests = sandbox:requests()
  return requests[#requests]
end

local function decoded(request)
  return require("klaviyo.model.json").decode(request.body)
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("a campaign (" .. dialect .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start {
        sandbox = { dialect = dialect == "openapi" and "openapi" or nil },
        dialect = dialect,
      }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    it("take the short name of the zone in an update as well", function()
      assert(campaign:update { timezone = "Europe/Berlin", send_settings = { exit_condition_enabled = false } })
      assert.same({ send_timezone = "Europe/Berlin", exit_condition_enabled = false },
        decoded(last(sandbox)).data.attributes.definition.send_settings)
      assert.equal("Europe/Berlin", campaign.send_settings.send_timezone)
    end)

    it("are archived, cloned and deleted", function()
      local clone = assert(campaign:clone())
      assert.not_equal(campaign.id, clone.id)
      assert.matches("Copy", clone.name)
      assert.equal(4, #clone.messages)
      assert.is_true(clone:archive())
      assert(clone:refresh())
      assert.is_true(clone.archived)
      assert.is_true(campaign.messages[1]:delete())
      assert.equal(3, #assert(campaign:messages()))
      local copy = assert(campaign.messages[2]:clone { audience = campaign.audiences[2] })
      assert.equal("DRAFT", copy.status)
    end)

    it("are scheduled together, checked first", function()
      local scheduled = assert(campaign:schedule { at = support.tomorrow() })
      assert.equal(4, #scheduled)
      for _, message in ipairs(scheduled) do
        assert.equal("SCHEDULED", message.status)
      end
    end)

    it("are taken back although the time of the call was over", function()
      -- the first is scheduled, and the second is not answered in time, and not executed
      sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", after = 1, latency = "2s",
        cut = "before" }
      local scheduled, err = campaign:schedule { at = support.tomorrow(), undo = true, timeout = 0.6 }
      assert.is_nil(scheduled)
      assert.equal("timeout", err.kind)
      assert.equal(0, #err.scheduled)
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal("DRAFT", message.status)
      end
      local actions = {}
      for _, request in ipairs(sandbox:requests()) do
        actions[request.method] = (actions[request.method] or 0) + (request.path:find "schedule" and 1 or 0)
      end
      assert.is_true(actions.POST <= 2)
      assert.equal(1, actions.PATCH)
    end)

    it("are not scheduled, none of them, if one has nothing to send", function()
      local empty = assert(kl.messages:create { name = "Empty", campaign = campaign, audience = campaign.audiences[1] })
      if dialect == "guide" then
        assert(kl.variations:create { message = empty, name = "V", details = klaviyo.null })
      else
        local made = assert(empty:variations())[1] or assert(kl.variations:create { message = empty, name = "V" })
        assert(made:update { details = klaviyo.null })
      end
      sandbox:clear_requests()
      local scheduled, err = campaign:schedule { at = support.tomorrow() }
      assert.is_nil(scheduled)
      assert.equal("validation", err.kind)
      assert.matches("nothing to send", err.message, 1, true)
      for _, request in ipairs(sandbox:requests()) do
        assert.equal("GET", request.method)
      end
    end)

    it("say which are scheduled if one fails, and take them back if wished", function()
      sandbox:fail { status = 400, method = "POST", path = "/api/campaign-message-schedule", after = 2 }
      local scheduled, err = campaign:schedule { at = support.tomorrow(), undo = true }
      assert.is_nil(scheduled)
      assert.equal(0, #err.scheduled)
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal("DRAFT", message.status)
      end
    end)
  end)
end
