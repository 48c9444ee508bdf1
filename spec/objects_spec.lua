-- SPDX-License-Identifier: MIT
-- Campaigns, audiences, messages and variations as objects: links, changes, saving, in both dialects.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

-- The body of the last request that the sandbox saw.
local function last(sandbox)
  local requests = sandbox:requests()
  return requests[#requests]
end

local function decoded(request)
  return require("klaviyo.json").decode(request.body)
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("objects (" .. dialect .. ")", function()
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

    it("are linked, each one object", function()
      assert.equal(2, #campaign.audiences)
      assert.equal(4, #campaign.messages)
      local vip = campaign.audiences[1]
      assert.equal("VIP", vip.name)
      assert.equal(2, #vip.messages)
      assert.equal(vip, vip.messages[1].audience)
      assert.equal(campaign, vip.messages[1].campaign)
      assert.equal("email", vip.messages[1].variations[1].channel)
      assert.equal(vip.messages[1], vip.messages[1].variations[1].message)
    end)

    it("look the same in both dialects", function()
      local message = campaign.audiences[2].messages[1]
      assert.equal("DRAFT", message.status)
      assert.equal("Push", message.name)
      assert.equal("It starts", message.variations[1].details.title)
      assert.equal("America/New_York", campaign.send_settings.send_timezone)
      assert.same({ "LIST_1" }, campaign.audiences[2].excluded)
      assert.matches("^%d%d%d%d%-", message.created_at)
    end)

    it("send changed fields alone", function()
      campaign.name = "Another name"
      assert.same({ name = "Another name" }, campaign:changes())
      assert(campaign:save())
      assert.equal("PATCH", last(sandbox).method)
      assert.same({ definition = { name = "Another name" } }, decoded(last(sandbox)).data.attributes)
      assert.equal("Another name", campaign.name)
      assert.is_nil(campaign:changes())
    end)

    it("send a changed leaf of a nested table alone", function()
      campaign.send_settings.send_timezone = "Europe/Paris"
      assert(campaign:save())
      assert.same({ definition = { send_settings = { send_timezone = "Europe/Paris" } } },
        decoded(last(sandbox)).data.attributes)
      assert.equal("STATIC", campaign.send_settings.send_strategy)
      assert.equal("Europe/Paris", campaign.send_settings.send_timezone)
    end)

    it("repeat the channel with a changed detail", function()
      local variation = campaign.messages[1].variations[1]
      variation.details.subject = "Another subject"
      assert(variation:save())
      assert.same({ channel = "email", subject = "Another subject" },
        decoded(last(sandbox)).data.attributes.definition.details)
      assert.equal("Another subject", variation.details.subject)
      assert.equal("A", variation.details.from_label)
    end)

    it("notice a list that was changed in place, and keep an empty one a list", function()
      local audience = campaign.audiences[2]
      audience.excluded[1] = nil
      assert(audience:save())
      assert.matches('"excluded":%[%]', last(sandbox).body)
      assert.same({}, audience.excluded)
    end)

    it("save nothing, with no call, if nothing was changed", function()
      local before = #sandbox:requests()
      local _ = campaign.send_settings.send_timezone
      assert.equal(campaign, campaign:save())
      assert.equal(before, #sandbox:requests())
    end)

    it("clear a field with klaviyo.null", function()
      assert(campaign:update { description = "text" })
      assert.equal("text", campaign.description)
      campaign.description = klaviyo.null
      assert(campaign:save())
      assert.matches('"description":null', last(sandbox).body)
      assert.equal(klaviyo.null, campaign.description)
    end)

    it("keep their changes when a save fails", function()
      sandbox:fail { status = 500, method = "PATCH" }
      campaign.name = "Kept"
      local saved, err = campaign:save()
      assert.is_nil(saved)
      assert.equal("server", err.kind)
      assert.equal("Kept", campaign.name)
      assert(campaign:save())
    end)

    it("keep unsaved changes over a refresh", function()
      campaign.name = "Mine"
      assert(campaign:refresh())
      assert.equal("Mine", campaign.name)
      campaign:discard()
      assert.equal("Summer Sale 2026", campaign.name)
    end)

    it("refuse what cannot be set, and nil", function()
      assert.has_error(function()
        campaign.id = "X"
      end)
      assert.has_error(function()
        campaign.messages[1].status = "SENT"
      end)
      assert.error_matches(function()
        campaign.name = nil
      end, "klaviyo.null")
      assert.error_matches(function()
        campaign.nmae = "X"
      end, 'did you mean "name"')
    end)

    it("give the decoded resource back as raw", function()
      assert.equal("campaign", campaign.raw.type)
      assert.equal(campaign.id, campaign.raw.id)
      assert.equal("Summer Sale 2026", campaign.raw.attributes.definition.name)
    end)

    it("ask the service when a list of links is called", function()
      local messages = assert(campaign:messages {})
      assert.equal(4, #messages)
      assert.equal(campaign.messages[1], messages[1])
      local ids = assert(campaign:related("messages", { ids = true }))
      assert.equal(messages[1].id, ids[1])
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

    it("are scheduled together, checked first", function()
      local scheduled = assert(campaign:schedule { at = support.tomorrow() })
      assert.equal(4, #scheduled)
      for _, message in ipairs(scheduled) do
        assert.equal("SCHEDULED", message.status)
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
