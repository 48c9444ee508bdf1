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
