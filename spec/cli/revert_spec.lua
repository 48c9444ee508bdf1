-- SPDX-License-Identifier: MIT
--- klaviyo revert.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo revert #process", function()
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

  local NONE = { Blast = "DRAFT", Text = "DRAFT", Push = "DRAFT" }

  it("makes drafts of what is scheduled", function()
    local result = user:run "revert 'Summer Sale'"
    assert.equal(0, result.code)
    assert.same(NONE, statuses())
    local nothing = user:run "revert 'Summer Sale'"
    assert.equal(6, nothing.code)
    assert.matches("nothing to be reverted in Summer Sale: DRAFT", nothing.err)
  end)
end)
