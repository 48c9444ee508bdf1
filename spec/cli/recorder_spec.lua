-- SPDX-License-Identifier: MIT
--- What an apply keeps of its own progress.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"

describe("an apply that was stopped #process", function()
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

  it("goes on after a failure in the middle", function()
    apply()
    change("All channels", "Another text")
    change("  :sms %b{}", '  :sms { name = "Other", body = "New" }')
    sandbox:fail { method = "POST", path = "/api/campaign-variations", status = 400, times = 1 }
    local failed = apply()
    assert.equal(6, failed.code)
    assert.matches("content of Other could not be created", failed.err)
    assert.matches("done: Changed campaign Summer Sale", failed.err)
    assert.matches("run apply again to continue, or apply %-%-undo", failed.err)
    assert.equal(0, apply().code)
    assert.matches("Nothing to do", plan().out)
    assert.equal("New", campaign().audiences[1].messages[2].variations[1].details.body)
  end)

  it("says after Ctrl-C what was done, and goes on", function()
    apply()
    change("All channels", "Another text")
    change("It starts now\", preview", "Last call\", preview")
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/*", latency = "20s", times = 1 }
    local screen = user:terminal("apply --yes " .. user:path "sale.lua")
    screen:wait("Changed campaign Summer Sale"):wait("Applying"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted.-Changed campaign Summer Sale", result.text)
    assert.matches("Changing content of Blast "
      .. "%(PATCH /api/campaign%-variations/%w+%) was under way: it may have happened", result.text)
    sandbox:clear_faults()
    assert.equal(0, apply().code)
    assert.matches("Nothing to do", plan().out)
  end)

  it("says after a lost answer that another apply looks for it, and that makes nothing twice", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
    sandbox:fail { method = "GET", path = "/api/campaigns", status = 503, after = 1, times = 0 } -- the plan reads one
    local lost = apply "--call-timeout 1"
    assert.equal(8, lost.code)
    assert.matches("hint: run apply again: it looks for the campaign first", lost.err)
    sandbox:clear_faults()
    assert.equal(0, apply().code)
    local tree, count = campaign()
    assert.equal(1, count)
    assert.equal(2, #tree.audiences)
    assert.equal(3, #tree.messages)
  end)
end)
