-- SPDX-License-Identifier: MIT
-- The five steps of the guide's last section, as a user of this library takes them, in both dialects.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("the guide's walk-through (" .. dialect .. ")", function()
    local sandbox, kl

    setup(function()
      sandbox, kl = support.start { sandbox = { dialect = dialect == "openapi" and "openapi" or nil } }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    it("creates, reads, schedules and follows a campaign", function()
      -- 1. a list with a subscribed profile
      sandbox:list { id = "LIST", size = 1 }

      -- 2. a campaign with an inline audience, message and variation
      local draft = klaviyo.campaign "Walk-through"
      draft:audience("First", { included = { "LIST" } }):email {
        name = "Hello", subject = "Hello", from_email = "hello@example.com", from_label = "Example",
      }
      local campaign = assert(kl.campaigns:create(draft))
      assert.matches("^[%dA-Z]+$", campaign.id)
      assert.equal(26, #campaign.id)

      -- 3. the campaign and its full hierarchy
      local read = assert(kl.campaigns:tree(campaign.id))
      local message = read.audiences[1].messages[1]
      assert.equal("Walk-through", read.name)
      assert.same({ "LIST" }, { (table.unpack or unpack)(read.audiences[1].included) })
      assert.equal("Hello", message.name)
      assert.equal("DRAFT", message.status)
      assert.equal("email", message.variations[1].channel)
      assert.equal("Hello", message.variations[1].details.subject)
      assert.equal(read, message.campaign)

      -- 4. scheduling the message
      local at = support.tomorrow()
      assert(message:schedule { at = at, strategy = "static" })
      assert.equal("SCHEDULED", message.status)
      assert.equal("static", message.scheduling.strategy)

      -- 5. following its status
      local seen = {}
      assert(message:wait { until_status = "SENT", interval = 0.001, timeout = 20, on_change = function(_, status)
        seen[#seen + 1] = status
        sandbox:advance "2d"
      end })
      assert.same({ "SCHEDULED", "SENT" }, seen)
      assert.equal(1, sandbox:message(message.id).sent)
    end)
  end)
end
