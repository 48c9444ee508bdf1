-- SPDX-License-Identifier: MIT
--- A plan as text and as JSON.

local diff_view = require "klaviyo.cli.plan.diff_view"
local screen = require "spec.support.screen"

local function change(action, label, fields, children, reason)
  return { action = action, kind = "message", label = label, fields = fields or {}, children = children or {},
    reason = reason }
end

local PLAN = change("update", "campaign Sale", { { name = "name", before = "Old", after = "Sale" } }, {
  change("create", "audience VIP", { { name = "name", after = "VIP" }, { name = "included", after = { "L" } } }),
  change("update", "audience All", { { name = "included", before = { "A", "B" }, after = { "B", "C" } } }, {
    change("keep", "message Same"),
    change("blocked", "message Sent", {}, {}, "it is SENT"),
  }),
  change("delete", "message Gone"),
})

describe("diff_view", function()
  it("writes each change field by field, and leaves out what stays", function()
    local term, lines = screen.new(80)
    diff_view.write(term, PLAN)
    local shown = table.concat(lines, "\n")
    assert.matches('~ campaign Sale\n    name: "Old" → "Sale"', shown, 1, true)
    assert.matches("+ audience VIP\n", shown, 1, true)
    assert.matches("included: +C -A", shown, 1, true)
    assert.matches("! message Sent  it is SENT", shown, 1, true)
    assert.matches("- message Gone", shown, 1, true)
    assert.is_nil(shown:find("Same", 1, true))
    assert.equal("1 to add, 2 to change, 1 to remove, 1 blocked.", lines[#lines])
  end)

  it("says that nothing is to be done", function()
    assert.equal("Nothing to do: the account matches the file.", diff_view.summary(change("keep", "campaign Sale")))
  end)

  it("has the same in JSON", function()
    local record = diff_view.as_json(PLAN)
    assert.equal(5, #record.changes)
    assert.same({ 1, 2, 1, 1, 0 }, { record.add, record.change, record.remove, record.blocked, record.foreign })
    assert.equal("Old", record.changes[1].fields[1].before)
    assert.equal("it is SENT", record.changes[4].reason)
    assert.equal(0, #diff_view.nothing().changes)
  end)

  it("shows what somebody changed in the account", function()
    local term, lines = screen.new(80)
    diff_view.write(term, change("update", "campaign Sale",
      { { name = "name", before = "Theirs", after = "Ours", drift = true, base = "Base" } }))
    assert.matches('drift: it was "Base" after the last apply and was changed in the account to "Theirs"',
      table.concat(lines, "\n"), 1, true)
  end)
end)
