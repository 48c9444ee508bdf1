-- SPDX-License-Identifier: MIT
--- What a preview shows of each variation, in words.

local preview_items = require "klaviyo.cli.preview_items"
local sms = require "klaviyo.model.sms"

local function counted(body, additions)
  local made = sms.count(body)
  made.additions = additions or {}
  return preview_items.parts(made)
end

describe("preview items", function()
  it("say how many parts a text has, and what makes them", function()
    assert.equal("1 part, GSM-7, 4 of 160", counted "Sale")
    assert.equal("2 parts, UCS-2, 80 of 134 in parts of 67, because of ’ (U+2019)", counted("’" .. ("x"):rep(79)))
    assert.equal("1 part, GSM-7, 4 of 160, without what the service adds: add_org_prefix",
      counted("Sale", { "add_org_prefix" }))
  end)

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
