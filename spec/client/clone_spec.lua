-- SPDX-License-Identifier: MIT
--- What is taken for a copy whose answer was lost.

local service = require "spec.support.service"

-- Created by somebody while the call is under way, with differences.
local function meanwhile(differs, id)
  return service.campaign(id or "OURS", differs)
end

local function is_unknown(copy, err)
  assert.is_nil(copy)
  assert.equal("unknown", err.outcome)
end

describe("a copy whose answer was lost", function()
  local function clone(copy, options, original)
    local result, err
    original = original or meanwhile({ created = os.time() - 86400 }, "ORIGINAL")
    service.run({ write = function() end, campaigns = function()
      return { copy, original }
    end }, { reconcile = 0.1 }, function(kl, server)
      result, err = kl.campaigns:clone("ORIGINAL", options)
      assert.equal(1, service.writes(server) - (result and options and 1 or 0))
    end)
    return result, err
  end

  it("is what equals the original but for its name", function()
    assert.equal("OURS", assert(clone(meanwhile { name = "Copy of Summer Sale" })).id)
    is_unknown(clone(meanwhile { name = "Another" }))
    is_unknown(clone(meanwhile { name = "Copy of Summer Sale", description = "Some" }))
    is_unknown(clone(meanwhile { name = "Copy of Summer Sale", details = { body = "Some" } }))
  end)
end)
