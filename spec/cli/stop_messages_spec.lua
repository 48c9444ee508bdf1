-- SPDX-License-Identifier: MIT
--- Several messages stopped one after the other.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("stopping messages #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    campaign = cli.summer_sale(kl)
    assert(campaign:schedule { at = when })
  end)

  local function statuses()
    return cli.statuses(kl, campaign)
  end


  it("goes on with the others when one cannot be cancelled", function()
    sandbox:fail { method = "PATCH", path = "/api/campaign-message-schedule/*", status = 400, times = 1 }
    local result = user:run "cancel 'Summer Sale' --yes"
    assert.equal(6, result.code)
    assert.matches("1 of 3 could not be cancelled", result.err)
    local list = statuses()
    assert.equal("SCHEDULED", list.Blast)
    assert.equal("CANCELLED", list.Push)
  end)
end)
