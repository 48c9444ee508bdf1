-- SPDX-License-Identifier: MIT
-- The difference between a file and the account, as a pure function of the two.

local diff = require "klaviyo.cli.plan.diff"

local function part(kind, name, fields, children, status)
  local made = { kind = kind, name = name, fields = fields or {}, children = children or {}, status = status,
    id = kind .. " " .. tostring(name) }
  made.fields.name = made.fields.name or name
  return made
end

local function content(subject, channel)
  return part("variation", nil, { ["details.channel"] = channel or "email", ["details.subject"] = subject })
end

local function campaign(audiences, fields)
  return part("campaign", "Sale", fields, audiences)
end

-- What is to be done, as lines.
local function lines(change)
  local out = {}
  local function add(one)
    if one.action ~= "keep" then
      local names = {}
      for i, field in ipairs(one.action == "update" and one.fields or {}) do
        names[i] = field.name
      end
      out[#out + 1] = ("%s %s %s"):format(one.action, one.title, table.concat(names, ",")):gsub("%s+$", "")
    end
    for _, child in ipairs(one.children) do
      add(child)
    end
  end
  add(change)
  return out
end

local function lock(ids, applied)
  return { entry = { ids = ids or {}, applied = applied or {} }, id = function(self, key)
    return self.entry.ids[key]
  end, owns = function(self, id)
    for _, known in pairs(self.entry.ids) do
      if known == id then
        return true
      end
    end
    return false
  end }
end

describe("diff.plan", function()
  it("creates everything where there is nothing", function()
    local wanted = campaign { part("audience", "A", nil, { part("message", "M", nil, { content "S" }) }) }
    local change = diff.plan(wanted, nil, {})
    assert.same({ "create campaign Sale", "create audience A", "create message M", "create content of M" },
      lines(change))
    assert.same({ create = 4, update = 0, delete = 0, blocked = 0, foreign = 0 }, diff.count(change))
  end)

  it("says nothing of fields that the file does not name", function()
    local wanted = campaign({}, { description = "D" })
    local actual = campaign({}, { description = "D", color = "ff0000" })
    assert.is_true(diff.is_empty(diff.plan(wanted, actual, {})))
  end)

  it("knows parts again by lock, by name, and by whom they include", function()
    local wanted = campaign {
      part("audience", "Renamed", { included = { "A" } }), part("audience", "Same", { included = { "B" } }),
      part("audience", nil, { included = { "C" } }) }
    local actual = campaign {
      part("audience", "Auto 1", { included = { "C" } }), part("audience", "Same", { included = { "B" } }),
      part("audience", "Before", { included = { "A" } }) }
    local change = diff.plan(wanted, actual, { lock = lock { ["campaign/audience Renamed"] = "audience Before" } })
    assert.same({ "update audience Renamed name" }, lines(change))
  end)

  it("makes no second audience for the same people, whatever it is called", function()
    local wanted = campaign { part("audience", "VIP", { included = { "L1", "L2" } }, { part("message", "M") }),
      part("audience", "Nobody", { included = {} }) }
    local actual = campaign { part("audience", "Audience 1", { included = { "L2", "L1" } }, { part("message", "M") }),
      part("audience", "Audience 2", { included = {} }) }
    assert.same({ "update audience VIP name", "create audience Nobody", "foreign audience Audience 2" },
      lines(diff.plan(wanted, actual, {})))
    actual.children[1].children[1].status = "SENT"
    assert.same({ "blocked audience VIP", "create audience Nobody", "foreign audience Audience 2" },
      lines(diff.plan(wanted, actual, {})))
    local theirs = part("audience", "Theirs", { included = { "L1", "L2" } })
    local both = campaign { theirs, part("audience", "VIP", { included = { "L3" } }) }
    assert.same({ "update audience VIP included", "create message M", "create audience Nobody",
      "foreign audience Theirs" }, lines(diff.plan(wanted, both, {})))
  end)

  it("knows a message again that says the same, so that a new name does not send it twice", function()
    local function audience(...)
      return campaign { part("audience", "A", { included = { "L" } }, { ... }) }
    end
    local sent = part("message", "Blast", nil, { content "S" }, "SENT")
    assert.same({ "blocked message Blast 2" },
      lines(diff.plan(audience(part("message", "Blast 2", nil, { content "S" })), audience(sent), {})))
    sent.status = "DRAFT"
    assert.same({ "update message Blast 2 name" },
      lines(diff.plan(audience(part("message", "Blast 2", nil, { content "S" })), audience(sent), {})))
    -- one that is still there under its own name is another
    local both = audience(part("message", "Blast", nil, { content "S" }),
      part("message", "Again", nil, { content "S" }))
    assert.same({ "create message Again", "create content of Again" }, lines(diff.plan(both, audience(sent), {})))
    local other = audience(part("message", "Blast 2", nil, { content "Other" }))
    assert.same({ "create message Blast 2", "create content of Blast 2", "foreign message Blast" },
      lines(diff.plan(other, audience(sent), {})))
  end)

  it("removes what was ours, and leaves alone what is theirs", function()
    local actual = campaign { part("audience", "Ours"), part("audience", "Theirs") }
    local ours = { ["campaign/audience Ours"] = "audience Ours" }
    assert.same({ "delete audience Ours", "foreign audience Theirs" },
      lines(diff.plan(campaign {}, actual, { lock = lock(ours) })))
    assert.same({ "delete audience Ours", "delete audience Theirs" },
      lines(diff.plan(campaign {}, actual, { prune = true })))
  end)

  it("never touches what has left the draft", function()
    for _, status in ipairs { "SCHEDULED", "SENDING", "SENT", "CANCELLED" } do
      local actual = campaign({ part("audience", "A", { included = { "L" } },
        { part("message", "M", nil, { content "Old" }, status) }) }, { ["send_settings.send_timezone"] = "UTC" })
      local wanted = campaign({ part("audience", "A", { included = { "K" } },
        { part("message", "M", { is_tracking_opens = false }, { content "New" }) }) },
        { ["send_settings.send_timezone"] = "Europe/Rome", description = "D" })
      local change = diff.plan(wanted, actual, {})
      assert.same({ "update campaign Sale description", "blocked audience A", "blocked message M",
        "blocked content of M" }, lines(change))
      assert.same({ "blocked audience A" }, lines(diff.plan(campaign {}, actual, { prune = true })))
    end
  end)

  it("makes another message where the channel is another", function()
    local message = part("message", "M", nil, { content("S", "email") }, "DRAFT")
    local actual = campaign { part("audience", "A", nil, { message }) }
    local wanted = campaign { part("audience", "A", nil, { part("message", "M", nil, { content("S", "sms") }) }) }
    assert.same({ "create message M", "create content of M", "delete message M" },
      lines(diff.plan(wanted, actual, { prune = true })))
  end)

  it("tells drift from a change of the file", function()
    local function fields(wanted, actual, base)
      return diff.plan(campaign({}, { description = wanted }), campaign({}, { description = actual }),
        { lock = lock({}, { ["campaign Sale"] = { description = base } }) }).fields
    end
    assert.same({}, fields("a", "a", "a"))
    assert.same({}, fields("b", "b", "a"))
    assert.is_false(fields("b", "a", "a")[1].drift)
    assert.is_true(fields("a", "b", "a")[1].drift)
    assert.is_true(fields("c", "b", "a")[1].drift)
  end)
end)
