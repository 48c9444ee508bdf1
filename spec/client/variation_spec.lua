-- SPDX-License-Identifier: MIT
--- The contents of a message: details that are distinguished by their channel.

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
  describe("a variation (" .. dialect .. ")", function()
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

    it("repeat the channel with a changed detail", function()
      local variation = campaign.messages[1].variations[1]
      variation.details.subject = "Another subject"
      assert(variation:save())
      assert.same({ channel = "email", subject = "Another subject" },
        decoded(last(sandbox)).data.attributes.definition.details)
      assert.equal("Another subject", variation.details.subject)
      assert.equal("A", variation.details.from_label)
    end)

    it("send a detail that holds data of its own as a whole, whatever of it was changed", function()
      if dialect == "guide" then
        return -- it has none
      end
      local variation = campaign.audiences[2].messages[1].variations[1]
      assert(variation:update { details = { kv_pairs = { a = "1", b = { c = "2" } } } })
      variation.details.kv_pairs.b.c = "3"
      assert.same({ a = "1", b = { c = "3" } }, variation:changes().details.kv_pairs)
      assert(variation:refresh())
      assert(variation:save())
      assert.same({ channel = "push", kv_pairs = { a = "1", b = { c = "3" } } },
        decoded(last(sandbox)).data.attributes.definition.details)
      assert.same({ a = "1", b = { c = "3" } }, variation.details.kv_pairs)
      variation.details.kv_pairs.a = nil
      assert(variation:save())
      assert.same({ b = { c = "3" } }, variation.details.kv_pairs)
    end)

    it("take details flat in an update, and say where they stand when one is set", function()
      local variation = campaign.messages[1].variations[1]
      assert(variation:update { name = "Renamed", subject = "New" })
      assert.same({ name = "Renamed", details = { channel = "email", subject = "New" } },
        decoded(last(sandbox)).data.attributes.definition)
      assert.equal("New", variation.details.subject)
      assert.has_error(function()
        variation.subject = "Newer"
      end, "variation.subject cannot be set: it stands in details, as variation.details.subject")
    end)
  end)
end
