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

  it("says that it is final, and offers revert for what is scheduled", function()
    local screen = user:terminal "cancel 'Summer Sale'"
    screen:wait "Cancelling is final: a cancelled message is never sent"
    screen:wait(("klaviyo revert %s makes drafts of what is scheduled instead"):format(campaign.id))
    screen:wait("Cancel 3 messages?"):type "n\n"
    assert.equal(9, screen:finish().code)
    assert.same(ALL, statuses())
    local text = user:run "cancel 'Summer Sale/Text'"
    assert.matches(("revert %s makes drafts"):format(campaign.messages[2].id), text.err)
    user:run "revert 'Summer Sale'"
    local drafts = user:run "cancel 'Summer Sale' --drafts"
    assert.matches("Cancelling is final", drafts.err)
    assert.is_nil(drafts.err:find("klaviyo revert", 1, true))
  end)
end)
