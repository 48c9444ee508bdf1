-- SPDX-License-Identifier: MIT
-- The five steps of the guide's last section, as a user of this library takes them, in both dialects and each revision.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, case in ipairs { { "2026-04-15.pre", "guide" }, { "2026-04-15.pre", "openapi" },
  { "2026-07-15.pre", "openapi" }, { "2026-10-15", "openapi" } } do
  describe(("the guide's walk-through (%s, %s)"):format(case[1], case[2]), function()
    local sandbox, kl

    setup(function()
      local pinned = case[1] == "2026-04-15.pre" and case[2] == "openapi"
      sandbox, kl = support.start { revision = case[1], sandbox = { dialect = pinned and "openapi" or nil } }
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

describe("the walk-through of an A/B test", function()
  it("creates it in one call, estimates, schedules, follows it to its winner, and clones it", function()
    local sandbox, kl = support.start { revision = "2026-10-15" }
    sandbox:list { id = "LIST", size = 1000 }
    local draft = klaviyo.campaign "Test"
    draft:audience("All", { included = { "LIST" } }):email { name = "Subjects",
      ab_test = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 4 },
      tracking_params = { { type = "static", name = "utm_source", value = "klaviyo" } },
      variations = { { name = "One", subject = "First" }, { name = "Two", details = { subject = "Second" } } } }
    local made = assert(kl.campaigns:create(draft))
    assert.equal(1000, made:estimate { interval = 0.001 })
    local message = assert(kl.campaigns:tree(made.id)).messages[1]
    assert.equal(2, #message.variations)
    assert.equal(20, message.ab_test.winner_percentage)
    assert.equal("utm_source", message.tracking_params[1].name)

    local at = support.tomorrow()
    assert(message:schedule { at = at })
    sandbox:results { message = message.id, rates = { 0.1, 0.2 } }
    sandbox:set_clock(at)
    sandbox:advance "1h"
    assert(message:refresh())
    assert.equal("SENDING", message.status)
    local statuses = {}
    assert(message:wait { until_status = "SENT", interval = 0.001, timeout = 20, on_change = function(_, status)
      statuses[#statuses + 1] = status
      sandbox:advance "4h"
    end })
    assert.same({ "SENDING", "SENT" }, statuses)
    local sent = sandbox:message(message.id)
    assert.equal(1000, sent.sent)
    assert.is_true(sent.variations[2].winner)
    assert.equal(900, sent.variations[2].sent)

    local copy = assert(made:clone { name = "Again" })
    assert.equal(4, copy.messages[1].ab_test.winner_wait_hours)
    local subjects = {}
    for i, variation in ipairs(copy.messages[1].variations) do
      subjects[i] = variation.details.subject
    end
    assert.same({ "First", "Second" }, subjects)
    assert.equal("DRAFT", copy.messages[1].status)
    kl:close()
    sandbox:stop()
  end)

  it("is adopted whole after a lost response, and not where a variation or the test is another one", function()
    local sandbox, kl = support.start { revision = "2026-10-15", max_attempts = 1, reconcile = 1 }
    local function draft(second, percentage)
      local sale = klaviyo.campaign "Sale"
      sale:audience("All", { included = { "LIST" } }):email { name = "M", ab_test = { winner_percentage = percentage },
        variations = { { subject = "First" }, { subject = second } } }
      return sale
    end
    for _, other in ipairs { { "Third", 20 }, { "Second", 30 } } do
      sandbox:reset()
      -- a campaign with other content is there already, and the answer of the new one is lost before it was made
      assert(kl.campaigns:create(draft(other[1], other[2])))
      sandbox:fail { method = "POST", path = "/api/campaigns", status = 503 }
      local made, err = kl.campaigns:create(draft("Second", 20))
      assert.is_nil(made)
      assert.equal("unknown", err.outcome)
    end
    sandbox:reset()
    sandbox:fail { method = "POST", path = "/api/campaigns", status = 503, acted = true }
    local made = assert(kl.campaigns:create(draft("Second", 20)))
    assert.is_true(made.reconciled)
    assert.equal(2, #made.messages[1].variations)
    kl:close()
    sandbox:stop()
  end)
end)
