-- SPDX-License-Identifier: MIT
--- Creating what belongs to something else, with a response that gets lost; and the names of a campaign's audiences.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

-- Each new resource: how it is created, and how many there are.
local CREATED = {
  audience = function(kl, campaign, options)
    return kl.audiences:create({ campaign = campaign, name = "New", included = { "L9" } }, options)
  end,
  message = function(kl, campaign, options)
    return kl.messages:create({ audience = campaign.audiences[1], campaign = campaign, name = "New" }, options)
  end,
  variation = function(kl, campaign, options)
    return kl.variations:create({ message = campaign.messages[1], name = "New",
      details = { channel = "email", subject = "New" } }, options)
  end,
}

for _, dialect in ipairs { "guide", "openapi" } do
  describe("a child whose response was lost (" .. dialect .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start { dialect = dialect, revision = support.revisions[dialect], reconcile = 3 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    local function posts()
      local count = 0
      for _, request in ipairs(sandbox:requests()) do
        count = count + (request.method == "POST" and 1 or 0)
      end
      return count
    end

    for resource, create in pairs(CREATED) do
      if resource ~= "variation" or dialect == "openapi" then -- in the guide a message has one
        it("is found: " .. resource, function()
          sandbox:clear_requests()
          sandbox:fail { method = "POST", acted = true, status = 502 }
          local made, err = create(kl, campaign)
          assert.is_not_nil(made, tostring(err))
          assert.equal("New", made.name)
          assert.is_true(made.reconciled)
          assert.equal(1, posts())
        end)

        it("is not taken from another one that is like it: " .. resource, function()
          assert(create(kl, campaign))
          sandbox:clear_requests()
          sandbox:fail { method = "POST", acted = false, status = 502 }
          local made, err = create(kl, campaign, { reconcile = 0.1 })
          assert.is_nil(made)
          assert.equal("unknown", err.outcome)
          assert.equal(1, posts())
        end)
      end
    end
  end)
end

describe("the audiences of a new campaign", function()
  it("get their names where the dialect has no place for them, whether it was found or answered", function()
    for _, fault in ipairs { false, true } do
      local sandbox, kl = support.start { dialect = "guide", revision = support.revisions.guide }
      if fault then
        sandbox:fail { method = "POST", acted = true, status = 503 }
      end
      local draft = klaviyo.campaign "Sale"
      draft:audience("First", { included = { "A" } }):sms { name = "1", body = "b" }
      draft:audience("Second", { included = { "B" } }):sms { name = "2", body = "b" }
      local campaign = assert(kl.campaigns:create(draft))
      local names = {}
      for _, audience in ipairs(campaign.audiences) do
        names[audience.included[1]] = audience.name
      end
      assert.same({ A = "First", B = "Second" }, names)
      kl:close()
      sandbox:stop()
    end
  end)
end)
