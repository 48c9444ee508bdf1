-- SPDX-License-Identifier: MIT
--- klaviyo show.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo show #process", function()
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

  it("prints the answer of the service untouched", function()
    local raw = user:json("show --raw " .. campaign.id)
    assert.equal("campaign", raw.data.type)
    assert.equal(campaign.id, raw.data.id)
    assert.is_true(#raw.included >= 6)
  end)

  it("has the tree in JSON", function()
    local tree = user:json("show " .. campaign.id)
    assert.equal("VIP", tree.audiences[1].name)
    assert.equal("It starts", tree.audiences[1].messages[1].variations[1].details.subject)
  end)

  it("lets nothing of a campaign steer the terminal", function()
    local evil = require("klaviyo").campaign "x\27]0;owned\7y"
      :description "a\194\155b\226\128\174"
    evil:audience("\27[2J", { included = { "L\27[1m" } }):sms { name = "n\27c", body = "b\27[31m\nc" }
    local made = assert(kl.campaigns:create(evil))
    for _, command in ipairs { "show " .. made.id, "list", "show --json " .. made.id, "show --raw " .. made.id,
      "export -f jsonl", "calendar", "schedule -n --at 2099-12-01T14:00:00Z " .. made.id } do
      local result = user:run(command)
      assert.equal(0, result.code, command .. result.err)
      assert.is_nil((result.out .. result.err):find "[%z\1-\8\11-\31\127]", command)
      assert.is_nil((result.out .. result.err):find("\194\155", 1, true), command)
      assert.is_nil((result.out .. result.err):find("\226\128\174", 1, true), command)
    end
  end)
end)
