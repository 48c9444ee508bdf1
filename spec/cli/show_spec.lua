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
