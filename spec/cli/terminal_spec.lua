-- SPDX-License-Identifier: MIT
--- Output that fits the terminal.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("a narrow terminal of klaviyo #process", function()
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

  it("gets what fits it: columns below each other, what is long on lines of its own, hours without gaps", function()
    local campaign = assert(kl.campaigns:create(support.sale "A sale whose name is longer than the terminal is wide"))
    assert(campaign.messages[1]:schedule { at = support.tomorrow(14), strategy = "throttled", percentage = 25 })
    for _, command in ipairs { "list", "calendar --days 3", "show " .. campaign.id } do
      local shown = user:terminal(command, { columns = 44, env = { NO_COLOR = "1" } }):finish().text
      for line in shown:gmatch "[^\r\n]+" do
        local title = line:find("[%w ]+wide  %w+") or line:find("times in", 1, true)
        assert.is_true(title ~= nil or require("klaviyo.cli.terminal.text").width(line) <= 44, line)
      end
    end
    local listed = user:terminal("list", { columns = 40, env = { NO_COLOR = "1" } }):finish().text
    assert.matches("ID          %w+\r\nNAME        A sale whose name is longer…\r\nSTATUS  ", listed)
  end)
end)
