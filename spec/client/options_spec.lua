-- SPDX-License-Identifier: MIT
--- Options of clients and calls: what is wrong with them is said at the caller's line.

local klaviyo = require "klaviyo"

local function refused(options)
  local ok, message = pcall(klaviyo.client, options)
  assert.is_false(ok)
  return message
end

describe("options", function()
  it("offers the option that was meant", function()
    assert.matches('did you mean "api_key"', refused { api_ky = "pk_x" })
  end)

  it("refuses values of another type without quoting a secret", function()
    assert.matches("timeout is a number of seconds above 0", refused { api_key = "pk_x", timeout = -1 })
    assert.matches("loop is one of", refused { api_key = "pk_x", loop = "libev" })
    assert.not_matches("pk_secret", refused { api_key = { "pk_secret" } })
    assert.not_matches("pk_secret", refused { api_key = "pk_secret with a space" })
  end)

  it("says at the caller's line which option of a call is wrong, whatever the call", function()
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:9" }
    local calls = {
      function(o) return kl.campaigns:list(o) end, function(o) return kl.campaigns:get("C", o) end,
      function(o) return kl.campaigns:update("C", {}, o) end, function(o) return kl.campaigns:create({}, o) end,
      function(o) return kl.campaigns:tree("C", o) end, function(o) return kl.campaigns:each(o) end,
      function(o) return kl.campaigns:delete("C", o) end,
      function(o) return kl.campaigns:related("C", "messages", o) end,
    }
    local wrong = {
      ['option timeout is a number of seconds above 0, got "5"'] = { timeout = "5" },
      ["option max_attempts is a whole number above 0, got 0"] = { max_attempts = 0 },
      ['option validate is a boolean, got "no"'] = { validate = "no" },
      ["option revision is a string, got 5"] = { revision = 5 },
      ["the options are a table, got a string"] = "fast",
    }
    for message, options in pairs(wrong) do
      for i, call in ipairs(calls) do
        local ok, raised = pcall(function()
          local result = call(options)
          return result
        end)
        assert.is_false(ok, i .. ": " .. message)
        assert.matches("^[^:]*options_spec.lua:%d+: ", raised)
        assert.matches(message, raised, 1, true)
      end
    end
    kl:close()
  end)
end)
