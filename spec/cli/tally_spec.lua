-- SPDX-License-Identifier: MIT
--- Counting changes in the words of people.

local tally = require "klaviyo.cli.plan.tally"

local function change(action, kind, children, reason)
  return { action = action, kind = kind, children = children or {}, reason = reason }
end

describe("tally", function()
  it("counts a message once, and a creation without what is in it", function()
    local counts = tally.new()
    counts:add(change("create", "campaign", { change("create", "audience", { change("create", "message") }) }))
    counts:add(change("keep", "campaign", {
      change("update", "audience", { change("update", "message", { change("update", "variation") }) }),
      change("keep", "audience", {
        change("keep", "message", { change("update", "variation"), change("create", "variation") }),
        change("create", "message", { change("create", "variation") }), change("delete", "message") }) }))
    counts:add(change("keep", "campaign"))
    assert.equal("1 campaign to create, 1 message to create, 1 audience to change, 2 messages to change, "
      .. "1 message to remove, 1 file unchanged.", counts:sentence "planned")
  end)

  it("counts what was done alone, and what is blocked", function()
    local updated, left = change("update", "message"), change("update", "message")
    local counts = tally.new()
    counts:add(change("keep", "campaign", { change("keep", "audience", { updated, left,
      change("blocked", "message", nil, "was sent") }) }), { [updated] = true })
    assert.equal("1 message changed, 1 change blocked.", counts:sentence "done")
  end)
end)
