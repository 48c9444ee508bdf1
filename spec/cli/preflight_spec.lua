-- SPDX-License-Identifier: MIT
--- What klaviyo schedule shows before anything is sent.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("the pre-flight of klaviyo schedule #process", function()
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
  end)

  local function statuses()
    return cli.statuses(kl, campaign)
  end

  local NONE = { Blast = "DRAFT", Text = "DRAFT", Push = "DRAFT" }

  it("shows who, what, when, how, and what is missing or odd", function()
    local result = user:run("schedule 'Summer Sale' --dry-run --strategy throttled --percentage 25 "
      .. "--zones Asia/Tokyo --at " .. when)
    assert.equal(0, result.code)
    assert.matches("Who      VIP: to LIST_1", result.out)
    assert.matches("What     email     Blast", result.out)
    assert.matches("It starts", result.out)
    assert.matches("from A <a@example.com>", result.out)
    assert.matches("When     %a+ " .. when:sub(1, 10):gsub("%-", "%%-") .. " %d%d:00 America/New_York", result.out)
    assert.matches(when:sub(1, 10) .. " 14:00 UTC", result.out, 1, true)
    assert.matches("Tokyo", result.out)
    assert.matches("How      25 %% an hour, over 3 h", result.out)
    assert.matches("100 %%", result.out)
    assert.matches("Account  profile default, http://127.0.0.1:%d+", result.out)
    assert.matches("Everyone: list LIST_1 is in VIP too", result.out)
    assert.same(NONE, statuses())
    for _, call in ipairs(support.seen(sandbox)) do
      assert.is_nil(call:find("message-schedule", 1, true))
    end
  end)

  it("has the pre-flight in JSON", function()
    local flight = user:json("schedule 'Summer Sale' --dry-run --at " .. when)
    assert.equal(3, #flight.messages)
    assert.equal("static", flight.strategy)
    assert.equal(when, flight.send_time)
    assert.is_true(#flight.findings > 0)
  end)
end)
