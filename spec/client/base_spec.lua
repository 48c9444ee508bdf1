-- SPDX-License-Identifier: MIT
--- Saving, refreshing, discarding.

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
  describe("a resource (" .. dialect .. ")", function()
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

    it("send changed fields alone", function()
      campaign.name = "Another name"
      assert.same({ name = "Another name" }, campaign:changes())
      assert(campaign:save())
      assert.equal("PATCH", last(sandbox).method)
      assert.same({ definition = { name = "Another name" } }, decoded(last(sandbox)).data.attributes)
      assert.equal("Another name", campaign.name)
      assert.is_nil(campaign:changes())
    end)

    it("save nothing, with no call, if nothing was changed", function()
      local before = #sandbox:requests()
      local _ = campaign.send_settings.send_timezone
      assert.equal(campaign, campaign:save())
      assert.equal(before, #sandbox:requests())
    end)

    it("keep their changes when a save fails", function()
      sandbox:fail { status = 422, method = "PATCH" }
      campaign.name = "Kept"
      local saved, err = campaign:save()
      assert.is_nil(saved)
      assert.equal("http", err.kind)
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
  end)
end
