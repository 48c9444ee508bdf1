-- SPDX-License-Identifier: MIT
local support = require "spec.support.sandbox"

describe("a tag", function()
  it("is attached to a campaign and detached from it", function()
    local sandbox, kl = support.start { revision = "2026-10-15" }
    local campaign = assert(kl.campaigns:create(support.sale()))
    local tag = assert(kl.tags:create { name = "summer" })
    assert.is_true(tag:attach(campaign))
    assert.equal(tag.id, campaign:tags()[1].id)
    assert.is_true(campaign:tags()[1]:detach { campaign })
    assert.same({}, campaign:tags())
    kl:close()
    sandbox:stop()
  end)
end)
