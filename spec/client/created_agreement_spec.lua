-- SPDX-License-Identifier: MIT
-- A creation whose answer was lost is known again by what was asked for, however that was written; and so it is not
-- made twice.

local klaviyo = require "klaviyo"
local json = require "klaviyo.model.json"
local support = require "spec.support.sandbox"

local function message(name, audience)
  return { name = name, channel = "sms", body = "text", audience_temporary_id = audience }
end

local MODELS = {
  ["messages inside their audiences"] = { name = "Inside",
    audiences = { { included = { "A", "B" }, messages = { message "1", message "2" } } } },
  ["messages beside the audiences"] = { name = "Beside",
    audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "A" } } },
    messages = { message("1", "a"), message("2", "b") } },
  ["messages without a name"] = { name = "Unnamed", openapi = true,
    audiences = { { included = { "A" }, messages = { message(), message(json.null) } } } },
  ["no name"] = { openapi = true, audiences = { { included = { "A" }, messages = { message "1" } } } },
  ["null for a name"] = { name = json.null, openapi = true, audiences = { { included = { "A" } } } },
}

for _, dialect in ipairs { "guide", "openapi" } do
  describe("what was made though its answer was lost (" .. dialect .. ")", function()
    local sandbox, kl

    setup(function()
      sandbox, kl = support.start { dialect = dialect, sandbox = { dialect = dialect == "openapi" and dialect or nil } }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    local function lose(path)
      sandbox:clear_requests()
      sandbox:fail { method = "POST", path = path, acted = true, status = 503 }
    end

    local function posts()
      local count = 0
      for _, request in ipairs(sandbox:requests()) do
        count = count + (request.method == "POST" and 1 or 0)
      end
      return count
    end

    for name, given in pairs(MODELS) do
      if dialect == "openapi" or not given.openapi then
        local model = { name = given.name, audiences = given.audiences, messages = given.messages }

        it("is found again: " .. name, function()
          -- one that is like it, and was there before
          local other = assert(kl.campaigns:create(model))
          lose "/api/campaigns"
          local campaign = assert(kl.campaigns:create(model))
          assert.equal(1, posts())
          assert.are_not.equal(other.id, campaign.id)
          assert.equal(#model.audiences, #campaign.audiences)
          assert.equal(2, #assert(kl.campaigns:list()).data)
        end)

        it("is found again as a copy: " .. name, function()
          local original = assert(kl.campaigns:create(model))
          lose "/api/campaign-clone"
          local copy = assert(original:clone())
          assert.equal(1, posts())
          assert.are_not.equal(original.id, copy.id)
          assert.equal(2, #assert(kl.campaigns:list()).data)
        end)
      end
    end

    it("is found again as a schedule, whatever its strategy", function()
      local messages = assert(kl.campaigns:create(support.sale())).messages
      local plans = {
        { at = support.tomorrow() },
        { at = support.tomorrow():gsub("Z$", ""), timezone = "Asia/Tokyo", strategy = "local_timezone" },
        { at = support.tomorrow(), strategy = "throttled", percentage = 25 },
      }
      if dialect == "openapi" then
        table.insert(plans, { date = support.tomorrow():sub(1, 10) })
      end
      for i, plan in ipairs(plans) do
        lose "/api/campaign-message-schedule"
        assert(messages[i]:schedule(plan))
        assert.equal(1, posts())
        assert.equal("SCHEDULED", messages[i].status)
      end
    end)

    it("is not taken for what somebody else made meanwhile", function()
      local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_other", limits = false, dialect = dialect }
      local theirs = assert(other.campaigns:create(support.sale "Beside"))
      other:close()
      lose "/api/campaigns"
      local campaign = assert(kl.campaigns:create(MODELS["messages beside the audiences"]))
      assert.equal(1, posts())
      assert.are_not.equal(theirs.id, campaign.id)
      assert.equal(2, #campaign.messages)
    end)
  end)
end
