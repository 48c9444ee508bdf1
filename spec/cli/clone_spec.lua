-- SPDX-License-Identifier: MIT
--- klaviyo clone.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo clone #process", function()
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

  it("copies as drafts", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local copy = user:json("clone " .. campaign.id .. " --name Again")
    assert.equal("Again", copy.name)
    assert.equal("DRAFT", copy.audiences[1].messages[1].status)
    assert.equal(2, #assert(kl.campaigns:list()).data)
  end)
end)
