-- SPDX-License-Identifier: MIT
--- klaviyo apply --undo.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local support = require "spec.support.sandbox"

describe("klaviyo apply --undo #process", function()
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

  local apply, plan, change, campaign, writes = file.of(function()
    return sandbox, kl, user
  end)

  it("takes the last apply back", function()
    apply()
    local before = user:run("export -f jsonl").out
    change("All channels", "Another text")
    change("It starts now\", preview", "Last call\", preview")
    change("  :sms %b{}", '  :sms { name = "Other", body = "New" }')
    change("  :push %b{}", "")
    assert.equal(0, apply().code)
    assert.not_equal(before, user:run("export -f jsonl").out)
    assert.equal(9, user:run("apply --undo " .. user:path "sale.lua").code)
    local undone = apply "--undo"
    assert.equal(0, undone.code)
    local function plain(text)
      return (text:gsub('"[%w]+_at":"[^"]*"', ""):gsub('"id":"%w+"', ""))
    end
    assert.equal(plain(before), plain(user:run("export -f jsonl").out))
    assert.equal(6, apply("--undo").code) -- there is nothing left to take back
    apply()
    assert.matches("Nothing to do", plan().out)
  end)

  it("takes the creation of a campaign back, and half an apply too", function()
    apply()
    assert.equal(0, apply("--undo").code)
    local page = assert(kl.campaigns:list { filter = require("klaviyo").filter.equals("archived", false) })
    assert.equal(0, #page.data)
    apply()
    change("All channels", "Another text")
    change("It starts now\", preview", "Last call\", preview")
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/*", status = 400, times = 1 }
    assert.equal(6, apply().code)
    assert.equal(0, apply("--undo").code)
    assert.equal("All channels", campaign().description)
  end)

  it("shows what it takes back, and what somebody changed since", function()
    apply()
    change("All channels", "Another text")
    change("  :sms %b{}", "")
    apply()
    assert(campaign():update { description = "by hand" })
    local shown = user:run("apply --undo " .. user:path "sale.lua")
    assert.equal(9, shown.code)
    assert.matches('create|+ message Text', shown.out:gsub("^", "create|"), 1, true)
    assert.matches('description: "by hand" → "All channels"', shown.out)
    assert.matches('drift: it was "Another text" after the last apply and was changed in the account to "by hand"',
      shown.out)
  end)

  it("takes nothing back that is scheduled or was sent", function()
    apply()
    local when = support.tomorrow(14)
    assert(campaign().audiences[1].messages[1]:schedule { at = when })
    sandbox:clear_requests()
    local scheduled = apply "--undo"
    assert.equal(6, scheduled.code)
    assert.matches("cannot be undone any more; nothing was changed", scheduled.err)
    assert.matches("campaign Summer Sale has a message that is scheduled", scheduled.err)
    assert.same({}, writes())
    assert.equal("SCHEDULED", campaign().audiences[1].messages[1].status)
    assert(campaign().audiences[1].messages[1]:revert())
    change("It starts now\", preview", "Last call\", preview")
    change("America/New_York", "Europe/Berlin")
    apply()
    assert(campaign().audiences[1].messages[1]:schedule { at = when })
    sandbox:set_clock(when)
    sandbox:advance "2h"
    sandbox:clear_requests()
    local sent = apply "--undo"
    assert.equal(6, sent.code)
    assert.matches("content of Blast was sent", sent.err)
    assert.matches("campaign Summer Sale has a message that was sent", sent.err) -- its send settings
    assert.same({}, writes())
  end)
end)
