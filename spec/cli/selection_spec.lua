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
    local misspelt = user:run "show 'Sumer Sale 2026'"
    assert.equal(4, misspelt.code)
    assert.matches('There is no campaign "Sumer Sale 2026" (did you mean "Summer Sale 2026"?).', misspelt.err, 1, true)
  end)

  it("finds a message as CAMPAIGN/MESSAGE, by name or id, and with slashes in either", function()
    local id = campaign.messages[1].id
    for _, word in ipairs { "'Summer Sale 2026/Blast'", "'summer sale 2026 / blast'", campaign.id .. "/Blast",
      ("'Summer Sale 2026/%s'"):format(id), campaign.id .. "/" .. id:lower() } do
      local result = user:json("schedule --dry-run --at 2099-01-01T00:00:00Z " .. word)
      assert.equal(1, #result.messages, word)
      assert.equal(id, result.messages[1].id, word)
    end
    local slashed = support.sale "A/B"
    slashed:audience("More", { included = { "LIST_1" } }):sms { name = "1/2", body = "x" }
    slashed = assert(kl.campaigns:create(slashed))
    assert.matches(slashed.id, user:run("show A/B").out, 1, true)
    local one = user:json "schedule --dry-run --at 2099-01-01T00:00:00Z A/B/1/2"
    assert.equal(1, #one.messages)
    assert.equal("1/2", one.messages[1].name)
  end)

  it("acts on that message alone", function()
    assert.equal(0, user:run(("schedule 'Summer Sale 2026/Text' --yes --at %s"):format(support.tomorrow())).code)
    assert.equal(0, user:run "cancel --yes 'Summer Sale 2026/Text'".code)
    assert.same({ Blast = "DRAFT", Text = "CANCELLED", Push = "DRAFT", WhatsApp = "DRAFT" },
      cli.statuses(kl, campaign))
  end)

  it("lists two of one name with status and time", function()
    campaign.messages[2].name = "Blast"
    assert(campaign.messages[2]:save())
    assert(campaign.messages[2]:schedule { at = support.tomorrow(14) })
    local at = support.wall(support.tomorrow(14), "America/New_York") .. " America/New_York\n"
    local twins = user:run "revert 'Summer Sale 2026/Blast'"
    assert.equal(3, twins.code)
    assert.matches('2 messages are called "Summer Sale 2026/Blast"', twins.err, 1, true)
    assert.matches(campaign.messages[1].id .. "  Blast  DRAFT\n", twins.err)
    assert.matches(campaign.messages[2].id .. "  Blast  SCHEDULED  " .. at, twins.err, 1, true)
    local other = assert(kl.campaigns:create(support.sale()))
    local campaigns = user:run "show 'Summer Sale 2026'"
    assert.equal(3, campaigns.code)
    assert.matches(campaign.id .. "  Summer Sale 2026  1 SCHEDULED, 3 DRAFT  " .. at, campaigns.err, 1, true)
    assert.matches(other.id .. "  Summer Sale 2026  DRAFT\n", campaigns.err)
    local text = user:json "schedule --dry-run --at 2099-01-01T00:00:00Z 'Summer Sale 2026/Text'"
    assert.equal(other.messages[2].id, text.messages[1].id) -- there is one of that name in all of them
  end)

  it("says which messages there are when the name of one is wrong", function()
    local wrong = user:run "show 'Summer Sale 2026/Blasst'"
    assert.equal(4, wrong.code)
    assert.matches("Did you mean one of these%?.-Blast  DRAFT", wrong.err)
    assert.equal(4, user:run("show 'Summer Sale 2026/'").code)
    assert.equal(4, user:run("show 01ARZ3NDEKTSV4RRFFQ69G5FAV/Blast").code)
    assert.equal(3, user:run("clone 'Summer Sale 2026/Blast'").code)
  end)
end)
