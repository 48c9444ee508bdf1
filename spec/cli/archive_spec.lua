-- SPDX-License-Identifier: MIT
--- klaviyo archive.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo archive #process", function()
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

  it("archives after a question, and without a terminal nothing", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local refused = user:run("archive " .. campaign.id)
    assert.equal(9, refused.code)
    assert.matches("Nothing was archived: there is no terminal to ask on", refused.err)
    local no = user:terminal("archive " .. campaign.id)
    no:wait("[y/N]"):type "\n"
    assert.equal(9, no:finish().code)
    assert.is_false(assert(kl.campaigns:get(campaign.id)).archived)
    local screen = user:terminal("archive " .. campaign.id)
    screen:wait("[y/N]"):type "y\n"
    assert.equal(0, screen:finish().code)
    assert.is_true(assert(kl.campaigns:get(campaign.id)).archived)
  end)
end)
