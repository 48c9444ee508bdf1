-- SPDX-License-Identifier: MIT
--- klaviyo plan.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"

describe("klaviyo plan #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    user:write("sale.lua", cli.SALE)
    os.remove(user:path "sale.lua.lock")
  end)

  local apply, plan, change, campaign = file.of(function()
    return sandbox, kl, user
  end)

  it("has the plan in JSON", function()
    apply()
    change("All channels", "Another text")
    local record = user:json("plan " .. user:path "sale.lua")
    assert.equal(1, record.change)
    assert.equal("update", record.changes[1].action)
    assert.same({ name = "description", before = "All channels", after = "Another text", drift = false,
      base = "All channels" }, record.changes[1].fields[1])
  end)

  it("shows drift: what somebody changed in the account", function()
    apply()
    assert(campaign():update { description = "by hand" })
    local drifted = plan()
    assert.matches('drift: it was "All channels" after the last apply and was changed in the account to "by hand"',
      drifted.out)
    assert.equal(0, apply().code)
    assert.equal("All channels", campaign().description)
  end)
end)
