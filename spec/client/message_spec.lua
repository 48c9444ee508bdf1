-- SPDX-License-Identifier: MIT
--- Scheduling one message, and taking it back.
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("a message (" .. dialect .. ")", function()
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

    it("are scheduled, reverted, cancelled", function()
      local email, sms = campaign.messages[1], campaign.messages[2]
      assert(email:schedule { at = support.tomorrow(), strategy = "throttled", percentage = 25 })
      assert.equal("SCHEDULED", email.status)
      assert.equal("throttled", email.scheduling.strategy)
      assert(email:revert())
      assert.equal("DRAFT", email.status)
      assert(sms:cancel())
      assert.equal("CANCELLED", sms.status)
      local again, err = sms:schedule { at = support.tomorrow() }
      assert.is_nil(again)
      assert.equal("none", err.outcome)
    end)

    it("say that they are scheduled, and that they could not be read again", function()
      local email = campaign.messages[1]
      sandbox:fail { method = "GET", path = "/api/campaign-messages/*", status = 500 }
      local scheduled, unread = email:schedule { at = support.tomorrow() }
      assert.equal(email, scheduled)
      assert.equal("server", unread.kind)
      assert(email:refresh())
      assert.equal("SCHEDULED", email.status)
    end)

    it("have no schedule before they are scheduled: null, whatever the dialect", function()
      local message = campaign.messages[1]
      assert.equal(klaviyo.null, message.scheduling)
      assert(message:schedule { at = support.tomorrow() })
      assert.equal("static", message.scheduling.strategy)
      assert(message:revert())
      assert.equal(klaviyo.null, message.scheduling)
    end)

    it("are scheduled and cancelled without having been loaded", function()
      local message = assert(kl.campaigns:get(campaign.id)).messages[1]
      assert(message:schedule { at = support.tomorrow() })
      assert.equal("SCHEDULED", message.status)
      local again = assert(kl.campaigns:get(campaign.id)).messages[1]
      assert(again:cancel())
      assert.equal("CANCELLED", again.status)
      assert(assert(kl.campaigns:get(campaign.id)).audiences[1]:refresh())
    end)
  end)
end
