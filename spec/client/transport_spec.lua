-- SPDX-License-Identifier: MIT
local klaviyo = require "klaviyo"

describe("the transport of a closed client", function()
  it("raises with a sentence for a method on a closed client", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:1" }
    kl:close()
    kl:close()
    assert.has_error(function()
      kl.campaigns:get "X"
    end, "client is closed")
  end)

  it("names the caller's line for every kind of call on a closed client", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:1" }
    kl:close()
    local sale = klaviyo.campaign("Sale"):audience("VIP", { included = { "L" } }):email { name = "a", subject = "b" }
    for name, call in pairs {
      get = function() return kl.campaigns:get "C" end,
      list = function() return kl.campaigns:list() end,
      each = function() return kl.campaigns:each()() end,
      create = function() return kl.campaigns:create(sale) end,
      delete = function() return kl.campaigns:delete "C" end,
      request = function() return kl:request { path = "/api" } end,
      gather = function() return kl:gather { { path = "/api" } } end,
    } do
      local ok, raised = pcall(function()
        local result = call()
        return result
      end)
      assert.is_false(ok, name)
      assert.matches("transport_spec%.lua:%d+: client is closed", raised)
    end
  end)

  it("keeps what the last response said of the limit of an operation, of lists too", function()
    local support = require "spec.support.sandbox"
    local sandbox, kl = support.start { limits = {}, sandbox = { rate_limits = true } }
    local campaign = assert(kl.campaigns:create(support.sale()))
    for _ = 1, 2 do
      assert(kl.campaigns:list())
    end
    assert(kl.campaigns:get(campaign.id))
    local reported = kl._dispatch.transport.reported
    assert.same({ 150, 148 }, { reported.get_campaigns.limit, reported.get_campaigns.remaining })
    assert.equal(148, reported.get_campaign.remaining) -- a creation is read back
    assert.is_true(reported.get_campaigns.reset > 0)
    assert.is_nil(reported.delete_campaign)
    kl:close()
    sandbox:stop()
  end)
end)
