-- SPDX-License-Identifier: MIT
--- What a preview shows of each variation, in words.

local preview_items = require "klaviyo.cli.preview_items"

describe("preview items", function()
  it("are one for each variation, with a name of its file", function()
    local list = preview_items.list { { name = "Blast / 1", variations = { { name = "A", channel = "email",
      details = { subject = "S", from_email = "a@example.com", from_label = "A" }, unrendered = {}, missing = {},
      template = { id = "T", name = "Summer" } }, { channel = "email", details = {}, unrendered = {},
      missing = {} } } },
      { variations = { { channel = "push", details = { title = "T", body = "" }, unrendered = {}, missing = {} } } } }
    assert.equal("01-blast-1-a.html", list[1].file)
    assert.equal("Blast / 1, variation 2", list[2].title)
    assert.equal("03-no-name", list[3].slug)
    assert.same({ subject = "S", from = "A <a@example.com>", template = "Summer (T)" }, list[1].words)
    assert.same({ title = "T" }, list[3].words)
  end)
end)
