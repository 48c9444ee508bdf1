-- SPDX-License-Identifier: MIT
--- A campaign with all that is in it: the calls that it takes, and what happens where one of them fails.

local support = require "spec.support.sandbox"

-- The guide includes variations with the campaign, the OpenAPI files with their message alone.
local CALLS = { guide = 1, openapi = 2 }

for dialect, count in pairs(CALLS) do
  describe("a whole campaign (" .. dialect .. ")", function()
    local sandbox, kl, id

    setup(function()
      sandbox, kl = support.start { dialect = dialect, revision = support.revisions[dialect], max_attempts = 1 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      id = assert(kl.campaigns:create(support.sale())).id
      sandbox:clear_requests()
    end)

    it("is read in as few calls as there can be", function()
      local campaign = assert(kl.campaigns:tree(id))
      assert.equal(count, #sandbox:requests())
      local variations = 0
      for _, audience in ipairs(campaign.audiences) do
        for _, message in ipairs(audience.messages) do
          variations = variations + #message.variations
          assert.is_true(message.variations[1]:is_loaded())
        end
      end
      assert.equal(4, variations)
      assert.equal(count, #sandbox:requests()) -- reading fields asks nobody
    end)

    it("is an error where any part of it cannot be read", function()
      for part = 1, count do
        for _ = 1, part - 1 do
          sandbox:fail { latency = "0s", acted = true } -- lets one pass
        end
        sandbox:fail { status = 404, body = '{"errors":[{"detail":"no"}]}' }
        local campaign, err = kl.campaigns:tree(id)
        assert.is_nil(campaign)
        assert.equal("not_found", err.kind)
        sandbox:clear_faults()
      end
    end)

    it("takes the options of a call and no other", function()
      assert(kl.campaigns:tree(id, { timeout = 30 }))
      local campaign, err = kl.campaigns:tree(id, { include = { "messages" } })
      assert.is_nil(campaign)
      assert.equal("validation", err.kind)
      assert.matches("include is no option", err.message, 1, true)
    end)
  end)
end
