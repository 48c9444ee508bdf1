-- SPDX-License-Identifier: MIT
--- Planning, and what has to be the same when the plan is applied.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local support = require "spec.support.sandbox"

describe("a plan of klaviyo apply #process", function()
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

  it("never touches what is scheduled or was sent", function()
    apply()
    local when = support.tomorrow(14)
    local tree = campaign()
    assert(tree.audiences[1].messages[1]:schedule { at = when })
    change("It starts now\", preview", "Too late\", preview")
    change("  :push %b{}", "")
    sandbox:clear_requests()
    local planned = plan()
    assert.matches("! content  is scheduled: klaviyo revert makes it a draft again", planned.out)
    assert.equal(10, plan("--check").code)
    assert.equal(13, apply().code)
    assert.same({ "DELETE /api/campaign-messages/ID" }, writes())
    sandbox:set_clock(when)
    sandbox:advance "2h"
    change("  :email %b{}", "")
    sandbox:clear_requests()
    assert.matches("! message Blast  was sent", plan().out)
    assert.equal(10, plan("--check").code) -- nothing can be done, and they differ
    assert.equal(13, apply().code)
    assert.same({}, writes())
    assert.equal("It starts now", campaign().audiences[1].messages[1].variations[1].details.subject)
  end)

  it("changes nothing if the campaign was changed while the question stood there", function()
    apply()
    change("All channels", "Another text")
    local screen = user:terminal("apply " .. user:path "sale.lua")
    screen:wait "Make these changes? [y/N]"
    assert(campaign().audiences[1].messages[1]:schedule { at = support.tomorrow(14) })
    sandbox:clear_requests()
    screen:type "y\n"
    local result = screen:finish()
    assert.equal(6, result.code)
    assert.matches("The campaign was changed in the meantime; nothing was changed by you", result.text)
    assert.same({}, writes())
  end)

  it("refuses a wrong file, and a wrong lock file, before anything is asked", function()
    change("subject", "subjct")
    local wrong = apply()
    assert.equal(3, wrong.code)
    assert.matches("sale.lua:5: audiences%[1%].messages%[1%].subjct", wrong.err)
    user:write("sale.lua", cli.SALE)
    user:write("sale.lua.lock", '{ "accounts":\n {} ')
    assert.matches("sale.lua.lock:2: ", apply().err)
    user:write("sale.lua.lock", '{ "version": 9, "accounts": {} }')
    assert.matches("was written by a newer klaviyo", apply().err)
    for damaged, reported in pairs {
      ['{ "accounts": {} }'] = "is not a lock file of klaviyo apply",
      ['{ "version": 1, "accounts": { "default": 7 } }'] = "accounts.default: is not an object",
      ['{ "version": 1, "accounts": { "default": { "ids": { "campaign": 5 } } } }'] = 'ids["campaign"] is not an id',
      ['{ "version": 1, "accounts": { "default": { "applied": { "X": 5 } } } }'] = 'applied["X"] is not an object',
      ['{ "version": 1, "accounts": { "default": { "journal": [{ "action": "x" }] } } }'] = "journal[1] is not a step",
      ['{ "version": 1, "accounts": { "default": { "pending": {} } } }'] = "pending is not a step",
    } do
      user:write("sale.lua.lock", damaged)
      for _, result in ipairs { apply(), apply "--undo" } do
        assert.equal(3, result.code)
        assert.matches(reported, result.err, 1, true)
      end
    end
    assert.same({}, writes())
  end)
end)
