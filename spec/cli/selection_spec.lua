-- SPDX-License-Identifier: MIT
--- Which campaign, audience or message an argument means.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("an argument of klaviyo that names a campaign #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  local campaign

  before_each(function()
    campaign = assert(kl.campaigns:create(support.sale()))
  end)

  it("finds a campaign by id, by name, and by what is in it", function()
    for _, word in ipairs { campaign.id, campaign.id:lower(), "'summer sale 2026'", campaign.messages[1].id,
      campaign.audiences[1].id } do
      local result = user:run("show " .. word)
      assert.equal(0, result.code, word)
      assert.matches(campaign.id, result.out, 1, true)
    end
  end)

  it("finds an old message by its id of six characters, and a name of six", function()
    local old = sandbox:single_channel { name = "Old", channel = "email", list = "L" }
    assert.equal(6, #old.message)
    local shown = user:run("show " .. old.message)
    assert.equal(0, shown.code, shown.err)
    assert.matches(old.campaign, shown.out, 1, true)
    local dry = user:run(("schedule %s --at %s --dry-run"):format(old.message, support.tomorrow()))
    assert.matches("no subject", dry.out, 1, true) -- an empty text counts as none
    assert(kl.campaigns:create(support.sale "Summer"))
    assert.matches("Summer  ", user:run("show Summer").out, 1, true)
    assert.equal(4, user:run("show Winter").code)
  end)

  it("finds a name that very many others hold", function()
    local wanted = assert(kl.campaigns:create(support.sale "Sale"))
    for i = 1, 205 do
      assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" } } } })
    end
    assert.matches(wanted.id, user:run("show sale").out, 1, true)
    user:write("twin.lua", 'return { name = "Sale", audiences = { { included = { "L" } } } }')
    local twin = user:run("apply --yes " .. user:path "twin.lua")
    assert.equal(6, twin.code)
    assert.matches(wanted.id, twin.err, 1, true)
  end)

  it("says what else there is when a name is wrong or not enough", function()
    local close = user:run "show Summer"
    assert.equal(4, close.code)
    assert.matches("Did you mean one of these%?.-" .. campaign.id, close.err)
    assert(kl.campaigns:create(support.sale()))
    local several = user:run "show 'Summer Sale 2026'"
    assert.equal(3, several.code)
    assert.matches("2 campaigns are called", several.err)
    assert.equal(4, user:run("show 01ARZ3NDEKTSV4RRFFQ69G5FAV").code)
    assert.equal(4, user:run("show nothing").code)
  end)
end)
