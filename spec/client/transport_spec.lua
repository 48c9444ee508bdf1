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
end)
