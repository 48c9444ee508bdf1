-- SPDX-License-Identifier: MIT
--- What an audience does with its messages at once.
local support = require "spec.support.sandbox"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("an audience (" .. dialect .. ")", function()
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

    it("schedules the messages that it gets, and no others", function()
      local vip, everyone = campaign.audiences[1], campaign.audiences[2]
      assert.equal(2, #assert(vip:schedule { at = support.tomorrow() }))
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal(message.audience == vip and "SCHEDULED" or "DRAFT", message.status)
      end
      assert.equal(2, #assert(everyone:schedule { at = support.tomorrow() }))
    end)

    it("is copied into another campaign, with its messages as drafts", function()
      local other = assert(kl.campaigns:create(support.sale "Another"))
      local copy = assert(campaign.audiences[1]:clone { campaign = other, name = "Copied" })
      assert.equal("Copied", copy.name)
      assert.equal(3, #assert(other:audiences()))
      assert.equal(2, #assert(copy:messages()))
    end)
  end)
end
