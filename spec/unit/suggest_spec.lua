-- SPDX-License-Identifier: MIT
local suggest = require "klaviyo.model.suggest"

describe("suggest.nearest", function()
  local names = { "subject", "from_email", "from_label", "preview_text", "template_id" }

  it("finds the name that was meant", function()
    assert.equal("subject", suggest.nearest("subjet", names))
    assert.equal("from_email", suggest.nearest("fromEmail", names))
    assert.equal("template_id", suggest.nearest("template-id", names))
    assert.equal("subject", suggest.nearest("sbuject", names))
  end)

  it("prefers a whole name to the end of a dotted path", function()
    assert.equal("VIP", suggest.nearest("vip", { "Shop.VIP", "VIP" }))
    assert.equal("VIP", suggest.nearest("vip", { "VIP", "Shop.VIP" }))
    assert.equal("definition.name", suggest.nearest("Name", { "definition.names", "definition.name" }))
    assert.equal("definition.name", suggest.nearest("name", { "nam", "definition.name" }))
  end)

  it("finds none where nothing is near", function()
    assert.is_nil(suggest.nearest("colour", names))
    assert.is_nil(suggest.nearest("", names))
    assert.is_nil(suggest.nearest(12, names))
    assert.is_nil(suggest.nearest(("x"):rep(100000), names))
    assert.is_nil(suggest.nearest("x", { "id" }))
  end)
end)

describe("suggest.phrase", function()
  local names = { "subject", "from_email", "from_label", "template_id" }

  it("names what was meant", function()
    assert.equal(' (did you mean "subject"?)', suggest.phrase("subjet", names))
    assert.equal("", suggest.phrase("colour", names))
    assert.equal("", suggest.phrase(12, names))
  end)

  it("names the one that has the same words and more, or fewer", function()
    assert.equal(' (did you mean "template_id"?)', suggest.phrase("template", names))
    assert.equal(' (did you mean "subject"?)', suggest.phrase("subject_line", names))
    assert.equal("", suggest.phrase("from", names)) -- from_email, from_label
    assert.equal("", suggest.phrase("id_template", names))
  end)
end)

describe("suggest", function()
  it("writes lists and values for a sentence", function()
    assert.equal('"a", "b" or 3', suggest.list { "a", "b", 3 })
    assert.equal('"a"', suggest.list { "a" })
    assert.equal("nothing", suggest.list {})
    assert.equal('"a?b"', suggest.show "a\nb")
    assert.is_true(#suggest.show(("x"):rep(1000)) < 70)
    assert.equal('"say \\"hi\\""', suggest.show 'say "hi"')
    assert.equal('"a?[1mb"', suggest.show "a\194\155[1mb")
    assert.equal('"\\u{202E}x\\u{200B}\\u{FEFF}\\u{2066}\\u{AD}"', suggest.show
      "\226\128\174x\226\128\139\239\187\191\226\129\166\194\173")
    assert.equal('"Größe – 日本 👩‍💻"', suggest.show "Größe – 日本 👩‍💻")
    assert.equal('"' .. ("x"):rep(60) .. '"', suggest.show(("x"):rep(60)))
    assert.equal('"' .. ("x"):rep(57) .. '..."', suggest.show(("x"):rep(61)))
    assert.equal('"x' .. ("é"):rep(28) .. '..."', suggest.show("x" .. ("é"):rep(40)))
    assert.equal('"' .. ("é"):rep(28) .. '..."', suggest.show(("é"):rep(40))) -- the 57th byte begins one
    assert.equal('"' .. ("🎉"):rep(14) .. '..."', suggest.show(("🎉"):rep(20)))
    assert.equal("null", suggest.show(require("klaviyo.model.json").null))
    assert.equal("a table", suggest.show {})
    assert.equal("nothing", suggest.show(nil))
  end)
end)
