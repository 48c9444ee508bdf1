-- SPDX-License-Identifier: MIT
local classes = require "klaviyo.classes"

describe("classes", function()
  it("are kept for the types that are known, and shared by all others", function()
    assert.equal("campaign", classes.of("campaign").resource)
    assert.equal(classes.of "campaign", classes.of "campaign")
    assert.equal("resource", classes.of("never-heard-of").resource)
    assert.equal(classes.of "never-heard-of", classes.of "another")
    assert.equal("klaviyo.tag", classes.metatables.tag.__name)
  end)
end)
