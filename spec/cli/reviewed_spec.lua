-- SPDX-License-Identifier: MIT
--- Whether what would be done now is what was reviewed.

local failure = require "klaviyo.cli.terminal.failure"
local lockfile = require "klaviyo.cli.plan.lockfile"
local reviewed = require "klaviyo.cli.plan.reviewed"
local saved_plan = require "klaviyo.cli.plan.saved_plan"

local function part(kind, id, fields, children)
  return { kind = kind, id = id, name = id, fields = fields or {}, children = children or {}, audiences = {} }
end

local function change(action, wanted, actual, fields, children)
  return { action = action, kind = (wanted or actual).kind, title = (wanted or actual).name, wanted = wanted,
    key = "key " .. (wanted or actual).name, fields = fields or {}, actual = actual, children = children or {} }
end

describe("reviewed.require", function()
  local lock

  before_each(function()
    lock = lockfile.open("/nonexistent", "default")
  end)

  -- A plan of one file as saved_plan writes it.
  local function file(root, state)
    local made = saved_plan.file { file = { name = "sale.lua", text = "text" }, lock = lock, model = { name = "Sale" },
      change = root }
    made.state = state or made.state
    return made
  end

  -- What is different, if `now` would be done after `before` was reviewed.
  local function differences(before, now)
    local restore = saved_plan.file
    saved_plan.file = function()
      return now
    end
    local ok, problem = pcall(reviewed.require, "week.plan", { files = { before } }, { { lock = lock } })
    saved_plan.file = restore
    assert(ok or failure.is(problem), problem)
    return not ok and problem.details or {}
  end

  local wanted = part("message", "Blast", { subject = "New" })
  local actual = part("message", "Blast", { subject = "Old" })
  local step = { { name = "subject", before = "Old", after = "New" } }
  local state = { { id = "M", kind = "message", title = "message Blast", status = "DRAFT",
    fields = { subject = "Old" } } }

  it("is so where nothing is different, and where the plan itself made the difference", function()
    local before = file(change("update", wanted, actual, step), state)
    before.changes[1].id = "M"
    assert.same({}, differences(before, before))
    local after = { { id = "M", title = "message Blast", status = "DRAFT", fields = { subject = "New" } } }
    assert.same({}, differences(before, file(change("keep", wanted, actual), after)))
    after[1].fields.subject = "Other"
    assert.same({ 'sale.lua: message Blast: subject was "Old", is "Other"' },
      differences(before, file(change("update", wanted, actual, step), after)))
  end)

  it("goes on where a creation was half done, with the values of the plan alone", function()
    local before = file(change("create", wanted, nil, step), {})
    local made = { { id = "M", title = "message Blast", fields = {} } }
    local now = file(change("update", wanted, actual, step), made)
    assert.same({ "sale.lua: message Blast is new" }, differences(before, now))
    lock:put("key", "M", {})
    assert.same({}, differences(before, now))
    local other = { { name = "subject", before = "Old", after = "Other" } }
    assert.same({ "sale.lua: update Blast" }, differences(before, file(change("update", wanted, actual, other), made)))
    local text = { { name = "preview_text", after = "Other" } }
    assert.same({ "sale.lua: update Blast" }, differences(before, file(change("update", wanted, actual, text), made)))
  end)

  it("removes what the plan removes, with what is in it, and nothing else", function()
    local inner = { id = "V", owner = "M", title = "variation", kind = "variation", fields = {} }
    local before = file(change("delete", nil, actual), { state[1], inner })
    before.changes[1].id = "M"
    assert.same({}, differences(before, file(change("keep", nil, actual), {})))
    local now = file(change("delete", nil, actual), { state[1], inner })
    now.changes[1].id = "N"
    assert.same({ "sale.lua: delete Blast" }, differences(before, now))
    before.changes = {}
    assert.same({ "sale.lua: message Blast is gone", "sale.lua: variation is gone" },
      differences(before, file(change("keep", nil, actual), {})))
  end)

  it("ends with a text in which parts are in each other, and names no more than some differences", function()
    local endless = {}
    for i = 1, 30 do
      endless[i] = { id = "P" .. i, owner = "P" .. i % 30 + 1, title = "part " .. i, kind = "message", fields = {} }
    end
    local found = differences(file(change("keep", wanted, actual), endless), file(change("keep", wanted, actual), {}))
    assert.equal(21, #found)
    assert.equal("and 10 more", found[21])
  end)

  it("names what is different in the files, before anything else", function()
    local before = file(change("keep", wanted, actual), state)
    local other = file(change("keep", part("message", "Blast", { subject = "Other" }), actual), {})
    assert.same({ 'sale.lua: Blast: subject was "New", is "Other"' }, differences(before, other))
    other = file(change("keep", part("message", "Text"), actual), state)
    assert.same({ "sale.lua: Blast is no longer in it", "sale.lua: Text is new in it" }, differences(before, other))
    other = file(change("keep", wanted, actual), state)
    other.sends = { [""] = { at = "2026-12-01" } }
    assert.same({ "sale.lua: its sends are others" }, differences(before, other))
    other.sends, other.digest = nil, "sha256:0"
    assert.same({ "sale.lua: its text, or one that it includes, is another one, and describes the same campaign" },
      differences(before, other))
  end)
end)
