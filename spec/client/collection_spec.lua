-- SPDX-License-Identifier: MIT
local support = require "spec.support.sandbox"

describe("a collection", function()
  it("says what was given instead of a table of fields, an id, or itself", function()
    local sandbox, kl = support.start()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local name = tostring(campaign)
    for message, call in pairs {
      ["create takes a builder or a table, got " .. name] = function() return kl.campaigns:create(campaign) end,
      ["update takes a table of fields, got " .. name] = function() return kl.campaigns:update("C", campaign) end,
      ["update takes a table of fields, got nil"] = function() return campaign:update() end,
      ["get takes an id, got " .. name] = function() return kl.campaigns:get(campaign) end,
      ['collection_spec.lua:15: kl.campaigns has no "find"; there are "archive", "clone", '] = function()
        return kl.campaigns:find "Sale"
      end,
      ['kl.lists has no "creat"; there are "each", "find", "get" or "list"'] = function() return kl.lists.creat end,
      ['kl.tags has no "atach" (did you mean "attach"?)'] = function() return kl.tags.atach end,
      ["list: call it with a colon, kl.campaigns:list(...)"] = function() return kl.campaigns.list {} end,
    } do
      local ok, raised = pcall(call)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
    end
    kl:close()
    sandbox:stop()
  end)
end)
