-- SPDX-License-Identifier: MIT
local blame = require "klaviyo.model.blame"
local klaviyo = require "klaviyo"

describe("blame", function()
  it("names the line of the program, however deep in the library the mistake is found", function()
    local ok, message = pcall(function()
      blame "it is wrong"
    end)
    assert.is_false(ok)
    assert.matches("^spec/unit/blame_spec.lua:%d+: it is wrong$", message)
    local kl = klaviyo.client { api_key = "pk_x", base_url = "http://127.0.0.1:9" }
    ok, message = pcall(function()
      local campaign = kl.campaigns:get("C", { timeout = "soon" })
      return campaign
    end)
    assert.is_false(ok)
    assert.matches("^spec/unit/blame_spec.lua:%d+: option timeout is a number of seconds above 0", message)
    kl:close()
  end)
end)
