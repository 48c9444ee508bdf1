-- SPDX-License-Identifier: MIT
--- Questions, and the answers that count.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("a question of klaviyo schedule #process", function()
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

  local ALL = { Blast = "SCHEDULED", Text = "SCHEDULED", Push = "SCHEDULED" }
  local NONE = { Blast = "DRAFT", Text = "DRAFT", Push = "DRAFT" }

  it("sends nothing for any other answer, for none, and for Ctrl-C", function()
    for keys, code in pairs { ["summer sale\n"] = 9, ["y\n"] = 9, ["\n"] = 9, ["\4"] = 9, ["\3"] = 130 } do
      local screen = user:terminal("schedule " .. campaign.id .. " --at " .. when)
      screen:wait("messages:"):type(keys)
      assert.equal(code, screen:finish().code)
      assert.same(NONE, statuses())
    end
  end)

  it("sends what was shown once the campaign's name is typed", function()
    local screen = user:terminal("schedule " .. campaign.id .. " --at " .. when)
    screen:wait("Type"):wait("to schedule 3 messages:"):type "Summer Sale\n"
    local result = screen:finish()
    assert.equal(0, result.code)
    assert.matches("Who ", result.text)
    assert.same(ALL, statuses())
  end)
end)
