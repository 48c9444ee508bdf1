-- SPDX-License-Identifier: MIT
--- The emergency stop: every message of a campaign or an audience is cancelled, whatever a list says, and whatever
--- becomes of the others.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("cancel (" .. dialect .. ")", function()
    local sandbox, kl, campaign, events

    setup(function()
      sandbox, kl = support.start { dialect = dialect, revision = support.revisions[dialect], max_attempts = 1,
        reconcile = 0.1, concurrency = 100, on_event = function(event)
          events[#events + 1] = event
        end }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      events = {}
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    local function statuses(of)
      local list = {}
      for i, message in ipairs(of or campaign.messages) do
        list[i] = assert(kl.messages:get(message.id)).status
      end
      return list
    end

    local function count(method)
      local sent = 0
      for _, request in ipairs(sandbox:requests()) do
        sent = sent + (request.method == method and 1 or 0)
      end
      return sent
    end

    local ALL = { "CANCELLED", "CANCELLED", "CANCELLED", "CANCELLED" }

    it("stops what is scheduled, and drafts unless they are to stay", function()
      assert(campaign.messages[1]:schedule { at = support.tomorrow() })
      local all = assert(campaign:cancel { drafts = false })
      assert.equal(4, #all)
      assert.equal("CANCELLED", campaign.messages[1].status)
      assert.same({ "CANCELLED", "DRAFT", "DRAFT", "DRAFT" }, statuses())
      assert(campaign:cancel())
      assert.same(ALL, statuses())
      sandbox:clear_requests()
      assert.equal(4, #assert(campaign:cancel()))
      assert.equal(0, count "PATCH")
    end)

    it("stops the messages of one audience alone", function()
      assert(campaign:schedule { at = support.tomorrow() })
      assert.equal(2, #assert(campaign.audiences[1]:cancel()))
      local seen = statuses(campaign.audiences[2].messages)
      assert.same({ "CANCELLED", "CANCELLED", "SCHEDULED", "SCHEDULED" },
        { statuses(campaign.audiences[1].messages)[1], statuses(campaign.audiences[1].messages)[2], seen[1], seen[2] })
    end)

    it("stops what no list shows, and what a list shows as a draft", function()
      local old = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      local drafts = assert(kl.campaigns:tree(campaign.id))
      assert(campaign:schedule { at = support.tomorrow() })
      sandbox:fail { path = "/api/campaign-messages", status = 200, body = old.body, times = 0,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      assert(drafts:cancel { drafts = false }) -- which was read before they were scheduled
      assert.same(ALL, statuses())
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
      sandbox:fail { path = "/api/campaign-messages", lag = "1h", times = 0 }
      local all = assert(campaign:cancel())
      assert.same(ALL, { all[1].status, all[2].status, all[3].status, all[4].status })
    end)

    it("stops what was added since the campaign was read", function()
      local added = assert(campaign.messages[1]:clone { audience = campaign.audiences[1] })
      assert(added:schedule { at = support.tomorrow() })
      assert.equal(5, #assert(campaign:cancel()))
      assert.same({ "CANCELLED" }, statuses { added })
    end)

    it("asks for the messages of a campaign that does not name them", function()
      local named = assert(kl.campaigns:get(campaign.id, { fields = { campaign = { "name" } } }))
      assert.equal(4, #assert(named:cancel()))
      assert.same(ALL, statuses())
    end)

    it("goes on after a failure, and says what is left", function()
      sandbox:fail { method = "PATCH", path = "*" .. campaign.messages[2].id, status = 400, times = 0 }
      local results = {}
      local all, err = campaign:cancel { on_result = function(message, failure)
        results[message.id] = failure or true
      end }
      assert.is_nil(all)
      assert.equal("none", err.outcome)
      assert.equal(campaign.messages[2], err.failed)
      assert.equal(1, #err.failures)
      assert.equal(err, err.failures[1].err)
      assert.equal(3, #err.cancelled)
      assert.matches("1 of 4 messages could not be cancelled", err.message, 1, true)
      assert.is_true(results[campaign.messages[1].id])
      assert.equal(err, results[campaign.messages[2].id])
      assert.same({ "CANCELLED", "DRAFT", "CANCELLED", "CANCELLED" }, statuses())
    end)

    it("does not take for stopped what may not be", function()
      assert(campaign:schedule { at = support.tomorrow() })
      sandbox:fail { method = "PATCH", path = "*" .. campaign.messages[1].id, status = 400 }
      sandbox:fail { method = "PATCH", path = "*" .. campaign.messages[3].id, status = 502, gateway = "html",
        times = 0 }
      local all, err = campaign:cancel()
      assert.is_nil(all)
      assert.equal("unknown", err.outcome)
      assert.equal(2, #err.failures)
      assert.equal(campaign.messages[3], err.failed)
      sandbox:clear_faults()
      assert(campaign:cancel())
      assert.same(ALL, statuses())
    end)

    it("is no success where nobody knows whether there are more messages", function()
      local added
      for _, fault in ipairs { { status = 503 }, { status = 404 }, { broken = "errors" }, { broken = "object" } } do
        campaign = assert(kl.campaigns:create(support.sale()))
        added = assert(kl.messages:create { campaign = campaign.id, audience = campaign.audiences[1], name = "More" })
        fault.method, fault.times = "GET", 0
        sandbox:fail(fault)
        local all, err = campaign:cancel()
        sandbox:clear_faults()
        assert.is_nil(all)
        assert.equal("unknown", err.outcome)
        assert.same({}, err.failures)
        assert.equal(4, #err.cancelled)
        assert.matches("beside the 4 that were cancelled could not be read", err.message)
        assert.same(ALL, statuses())
        assert.equal("DRAFT", assert(kl.messages:get(added.id)).status)
      end
      assert.equal(5, #assert(campaign:cancel()))
      assert.equal("CANCELLED", assert(kl.messages:get(added.id)).status)
    end)

    it("is sent for all messages at once, before anything is read", function()
      local sale = klaviyo.campaign "Everything":timezone "America/New_York"
      local audience = sale:audience("All", { included = { "LIST" } })
      for n = 1, 60 do
        audience:sms { name = "Text " .. n, body = "It starts" }
      end
      local large = assert(kl.campaigns:create(sale))
      sandbox:fail { method = "PATCH", latency = "200ms", times = 0 }
      events = {}
      sandbox:clear_requests()
      assert.equal(60, #assert(large:cancel()))
      local in_flight, most, reads = 0, 0, 0
      for _, event in ipairs(events) do
        if event.type == "attempt" then
          reads = reads + (event.method == "GET" and 1 or 0)
          assert.is_true(event.method == "GET" or reads == 0)
          in_flight = in_flight + 1
          most = math.max(most, in_flight)
        elseif event.type == "response" then
          in_flight = in_flight - 1
        end
      end
      assert.equal(60, most)
      assert.equal(60, count "PATCH")
      assert.equal(1, count "GET")
    end)

    it("takes its options and those of a call, and no others", function()
      for option, value in pairs { drafts = 1, on_result = true, draft = true } do
        local ok, message = pcall(function()
          campaign:cancel { [option] = value }
        end)
        assert.is_false(ok)
        assert.matches("^spec/client/cancel_all_spec.lua:%d+: cancel", message)
      end
      assert(campaign:cancel { timeout = 30 })
    end)
  end)
end
