-- SPDX-License-Identifier: MIT
local suggest = require "klaviyo.suggest"

describe("suggest.nearest", function()
  local names = { "subject", "from_email", "from_label", "preview_text", "template_id" }

  it("finds the name that was meant", function()
    assert.equal("subject", suggest.nearest("subjet", names))
    assert.equal("from_email", suggest.nearest("fromEmail", names))
    assert.equal("template_id", suggest.nearest("template-id", names))
    assert.equal("subject", suggest.nearest("sbuject", names))
  end)

  it("finds none where nothing is near", function()
    assert.is_nil(suggest.nearest("colour", names))
    assert.is_nil(suggest.nearest("", names))
    assert.is_nil(suggest.nearest(12, names))
    assert.is_nil(suggest.nearest(("x"):rep(100000), names))
    assert.is_nil(suggest.nearest("x", { "id" }))
  end)
end)

describe("suggest", function()
  it("writes lists and values for a sentence", function()
    assert.equal('"a", "b" or 3', suggest.list { "a", "b", 3 })
    assert.equal('"a"', suggest.list { "a" })
    assert.equal("nothing", suggest.list {})
    assert.equal('"a?b"', suggest.show "a\nb")
    assert.is_true(#suggest.show(("x"):rep(1000)) < 70)
    assert.equal("null", suggest.show(require("klaviyo.json").null))
    assert.equal("a table", suggest.show {})
    assert.equal("nothing", suggest.show(nil))
  end)
end)
