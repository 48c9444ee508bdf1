-- SPDX-License-Identifier: MIT
--- Showing the plans of several files.

local plan_view = require "klaviyo.cli.plan.plan_view"

local function item(name, action, reason)
  return { file = { name = name }, model = { name = "Sale" }, lock = { path = name .. ".lock" },
    change = { action = action, kind = "campaign", label = "campaign Sale", reason = reason, children = {},
      fields = {} } }
end

describe("plan_view", function()
  it("tells what is to do from what is blocked", function()
    local none, some, blocked = item("a", "keep"), item("b", "create"), item("c", "keep", "was sent")
    assert.same({ true, false }, { plan_view.is_empty { none }, plan_view.differs { none } })
    assert.same({ false, true }, { plan_view.is_empty { none, some }, plan_view.differs { none, some } })
    assert.same({ true, true }, { plan_view.is_empty { none, blocked }, plan_view.differs { none, blocked } })
    assert.same({ 0, 1 }, { plan_view.blocked { some }, plan_view.blocked { some, blocked } })
  end)

  it("writes several files under their names, cleaned", function()
    local lines = {}
    local term = { style = function(_, _, s)
      return s
    end, line = function(_, ...)
      lines[#lines + 1] = table.concat { ... }
    end }
    plan_view.write(term, { item("a\27[31m.lua", "create"), item("b.lua", "keep") })
    assert.same({ "a?[31m.lua: 1 to add.", "+ campaign Sale", "b.lua: Nothing to do: the account matches the file.",
      "All files: 1 campaign to create, 1 file unchanged." }, lines)
  end)

  it("adds up in JSON what is to do in all files", function()
    local all = plan_view.as_json { item("a", "create"), item("b", "create"), item("c", "keep", "was sent") }
    assert.same({ 2, 0, 0, 1, 3 }, { all.add, all.change, all.remove, all.blocked, #all.changes })
    assert.same({ "a", "b", "c" }, { all.changes[1].file, all.changes[2].file, all.changes[3].file })
    assert.same({ "a", "a.lock", 1 }, { all.files[1].file, all.files[1].lock, all.files[1].add })
  end)
end)
