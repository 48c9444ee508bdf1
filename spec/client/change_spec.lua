-- SPDX-License-Identifier: MIT
--- Changing and deleting a resource whose responses get lost, or are none.

local service = require "spec.support.service"

local function shows(campaigns)
  return function()
    return campaigns
  end
end

describe("a change and a deletion", function()
  local function run(how, options, fn)
    service.run(how, options, fn)
  end

  it("are repeated, and read back where the answers do not say", function()
    local shown = service.campaign "C"
    run({ campaigns = shows { shown }, write = function(_, _, n)
      if n == 2 then
        shown.data.attributes.definition.name = "New"
      end
      return n == 1 and service.refusal(500) or nil
    end }, { max_attempts = 2 }, function(kl, server)
      assert.equal("New", assert(kl.campaigns:update("C", { name = "New" })).name)
      assert.equal(2, service.writes(server))
    end)
    run({ campaigns = shows { shown }, write = function()
      return nil
    end }, { max_attempts = 2, reconcile = 0.05 }, function(kl)
      local done, err = kl.campaigns:update("C", { name = "Newer" })
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
    end)
  end)

  it("are done where a repeated deletion finds nothing any more, and only then", function()
    local all = { service.campaign "C" }
    run({ campaigns = shows(all), write = function(_, _, n)
      all[1] = nil
      return n == 2 and service.refusal(404) or nil
    end }, nil, function(kl, server)
      assert.is_true(assert(kl.campaigns:delete "C"))
      assert.equal(2, service.writes(server))
    end)
    run({ campaigns = shows {}, write = function()
      return service.refusal(404)
    end }, nil, function(kl)
      local done, err = kl.campaigns:delete "C"
      assert.is_nil(done)
      assert.equal("not_found", err.kind)
      assert.equal("none", err.outcome)
    end)
    run({ read = function()
      return service.gateway(404)
    end, write = function()
      return nil
    end }, { max_attempts = 2, reconcile = 0.05 }, function(kl)
      local done, err = kl.campaigns:delete "C"
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
    end)
  end)
end)
