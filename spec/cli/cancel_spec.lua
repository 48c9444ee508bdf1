-- SPDX-License-Identifier: MIT
--- klaviyo cancel.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo cancel #process", function()
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

  local ALL = { Blast = "SCHEDULED", Text = "SCHEDULED", Push = "SCHEDULED" }

  it("cancels after a question, or with --yes", function()
    assert.equal(9, user:run("cancel 'Summer Sale'").code)
    assert.same(ALL, statuses())
    local record = user:json "cancel 'Summer Sale' --yes"
    assert.equal(3, #record.cancelled)
    assert.same({ Blast = "CANCELLED", Text = "CANCELLED", Push = "CANCELLED" }, statuses())
  end)
end)
