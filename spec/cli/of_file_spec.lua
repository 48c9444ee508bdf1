-- SPDX-License-Identifier: MIT
--- Commands that take a campaign file where they take a campaign.

local cli = require "spec.support.cli"

describe("a campaign file in the place of a campaign #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  it("is the campaign that apply made of it, whatever the campaign is called meanwhile", function()
    local file = user:path "sale.lua"
    for _, command in ipairs { "show", "preview", "watch", "open --print" } do
      local before = user:run(command .. " " .. file)
      assert.equal(4, before.code, command)
      assert.matches("no campaign of this file is known in this account", before.err, 1, true)
      assert.matches("klaviyo .*apply ", before.err)
    end
    assert.equal(0, user:run("apply --yes " .. file).code)
    local campaign = assert(kl.campaigns:list().data[1])
    campaign.name = "Another name"
    assert(campaign:save())
    local shown = user:run("show " .. file)
    assert.matches("Another name  " .. campaign.id, shown.out, 1, true)
    assert.equal(campaign.id, user:json("preview " .. file).campaign.id)
    assert.equal(0, user:run("open --print " .. file).code)
    local watched = user:run("watch " .. file)
    assert.equal(6, watched.code)
    assert.matches("Nothing of Another name is scheduled", watched.err, 1, true)
  end)

  it("is the name of a campaign where there is no such file", function()
    local result = user:run "show nothing.lua"
    assert.equal(4, result.code)
    assert.matches('There is no campaign "nothing.lua"', result.err, 1, true)
  end)
end)
