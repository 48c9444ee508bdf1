-- SPDX-License-Identifier: MIT
--- Messages and their variations from a list that is late: what it lacks, or shows older than it is known to be, costs
--- one request each, and nothing is missing or old in the end.

local support = require "spec.support.sandbox"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("contents (" .. dialect .. ")", function()
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

    -- How many messages were read by their ids.
    local function read_by_id()
      local count = 0
      for _, request in ipairs(sandbox:requests()) do
        count = count + (request.method == "GET" and request.path:find "/campaign%-messages/" and 1 or 0)
      end
      return count
    end

    -- All parts of a tree, which must be loaded.
    local function parts_of(campaign)
      local messages, variations = 0, 0
      for _, audience in ipairs(campaign.audiences) do
        for _, message in ipairs(audience.messages) do
          messages, variations = messages + 1, variations + #message.variations
          assert.is_true(message.variations[1]:is_loaded())
        end
      end
      return #campaign.audiences, messages, variations
    end

    it("are whole though lists and links do not show what is new", function()
      sandbox:fail { method = "GET", lag = "1h", times = 0 }
      local campaign = assert(kl.campaigns:create(support.sale()))
      assert.equal(4, #campaign.messages)
      for _, message in ipairs(campaign.messages) do
        assert.is_true(message:is_loaded())
      end
      assert.equal(dialect == "openapi" and 4 or 0, read_by_id()) -- the guide's response to the creation has all of it
    end)

    it("are whole though the list is empty", function()
      local id = assert(kl.campaigns:create(support.sale())).id
      sandbox:fail { method = "GET", path = "/api/campaign-messages", lag = "1h", times = 0 }
      sandbox:clear_requests()
      assert.same({ 2, 4, 4 }, { parts_of(assert(kl.campaigns:tree(id))) })
      assert.equal(dialect == "openapi" and 4 or 0, read_by_id())
    end)

    it("are scheduled though the list does not show them, or shows them as drafts", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      sandbox:fail { path = "/api/campaign-messages", lag = "1h", times = 0 }
      sandbox:clear_requests()
      assert.equal(4, #assert(campaign:schedule { at = support.tomorrow() }))
      assert.equal(8, read_by_id())
      sandbox:clear_faults()
      for _, message in ipairs(campaign.messages) do
        assert.equal("SCHEDULED", message.status)
        assert(message:revert())
      end
      local old = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      sandbox:fail { path = "/api/campaign-messages", status = 200, body = old.body, times = 0,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      sandbox:clear_requests()
      for _, message in ipairs(assert(campaign:schedule { at = support.tomorrow() })) do
        assert.equal("SCHEDULED", message.status)
      end
      assert.equal(4, read_by_id())
    end)

    it("are scheduled with those that only the list shows", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      local added = assert(campaign.messages[1]:clone { audience = campaign.audiences[1] })
      assert.equal(4, #campaign.messages)
      assert.equal(5, #assert(campaign:schedule { at = support.tomorrow() }))
      assert.equal("SCHEDULED", assert(added:refresh()).status)
    end)

    it("are scheduled without one that is gone", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      assert(kl.messages:delete(campaign.messages[1].id))
      assert.equal(3, #assert(campaign:schedule { at = support.tomorrow() }))
    end)

    it("of another campaign are never scheduled", function()
      local campaign, other = assert(kl.campaigns:create(support.sale())), assert(kl.campaigns:create(support.sale()))
      local all = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      sandbox:fail { path = "/api/campaign-messages", status = 200, body = all.body, times = 0,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      local scheduled, err = campaign:schedule { at = support.tomorrow() }
      assert.is_nil(scheduled)
      assert.equal("json", err.kind)
      assert.matches("of campaign " .. other.id, err.message, 1, true)
      assert.same({ "DRAFT", "DRAFT" }, { assert(campaign.messages[1]:refresh()).status,
        assert(other.messages[1]:refresh()).status })
    end)

    it("whose campaign a list does not name are those that its relationship names", function()
      local campaign, other = assert(kl.campaigns:create(support.sale())), assert(kl.campaigns:create(support.sale()))
      assert(campaign.messages[1]:clone { audience = campaign.audiences[1] })
      local all = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      local body, left_out = all.body:gsub('"campaign":%b{},', "")
      assert.is_true(left_out > 0)
      sandbox:fail { path = "/api/campaign-messages", status = 200, times = 0, body = body,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      assert.equal(5, #assert(campaign:schedule { at = support.tomorrow() }))
      for _, message in ipairs(other.messages) do
        assert.equal("DRAFT", assert(message:refresh()).status)
      end
    end)

    it("are new though the list shows one as it was", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      local old = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      assert(kl.messages:update(campaign.messages[2].id, { name = "New name" }))
      sandbox:fail { path = "/api/campaign-messages", status = 200, body = old.body, times = 0,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      sandbox:clear_requests()
      local tree = assert(kl.campaigns:tree(campaign.id))
      assert.equal("New name", tree.messages[2].name)
      assert.same({ 2, 4, 4 }, { parts_of(tree) })
      assert.equal(dialect == "openapi" and 1 or 0, read_by_id())
    end)
  end)
end
