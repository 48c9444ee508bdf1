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

-- The tags of a campaign, asked for and as they stand in what was read.
for _, case in ipairs { { "2026-04-15.pre", "guide", true }, { "2026-04-15.pre", "openapi", false },
  { "2026-07-15.pre", "openapi", false }, { "2026-10-15", "openapi", true } } do
  describe(("the tags of a campaign (%s, %s)"):format(case[1], case[2]), function()
    local sandbox, kl, id

    setup(function()
      sandbox, kl = support.start { revision = case[1], dialect = case[2],
        sandbox = { dialect = case[1] == "2026-04-15.pre" and case[2] == "openapi" and "openapi" or nil } }
      id = assert(kl.campaigns:create(support.sale())).id
      sandbox:tag { name = "summer", campaign = id }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    it("are there, or there is an error that says what to do; never an empty list", function()
      for _, campaign in ipairs { assert(kl.campaigns:get(id)), assert(kl.campaigns:tree(id)),
        assert(kl.campaigns:list()).data[1] } do
        local tags, err = campaign:tags()
        if case[3] then
          assert.equal("summer", tags[1].name)
          assert.same({ tags[1].id }, campaign:related("tags", { ids = true }))
        else
          assert.is_nil(tags)
          assert.matches("--revision 2026-10-15", err.message, 1, true)
        end
        local is_known, count = pcall(function()
          return #campaign.tags
        end)
        assert.is_true(not is_known and count:find("is not loaded", 1, true) ~= nil or count == 1)
      end
    end)

    it("are included where the revision includes them", function()
      local campaign, err = kl.campaigns:get(id, { include = { "tags" } })
      if case[3] then
        assert.equal("summer", campaign.tags[1].name)
        assert.equal("summer", kl.campaigns:list({ include = { "tags" } }).data[1].tags[1].name)
      else
        assert.is_nil(campaign)
        assert.matches("--revision 2026-10-15", err.message, 1, true)
      end
    end)
  end)
end
