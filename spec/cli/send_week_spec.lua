-- SPDX-License-Identifier: MIT
--- Sends seen together: the picture, who gets what, and what comes close to each other.

local local_time = require "klaviyo.cli.local_time"
local send_week = require "klaviyo.cli.send_week"
local terminal = require "klaviyo.cli.terminal"
local time = require "klaviyo.model.time"

local BERLIN, UTC = local_time.zone "Europe/Berlin", local_time.utc
local VIEW = { zone = UTC, now = 0 }

local function item(name, at, included, options)
  options = options or {}
  return send_week.item({ name = name, campaign = "Sale", channel = options.channel or "email", zone = UTC,
    audience = { included = included, excluded = options.excluded or {} } },
    { epoch = at and time.parse("2026-11-" .. at .. ":00Z"), strategy = options.strategy or "static",
      percentage = options.percentage, unit = "hour" }, options.status or "PLANNED")
end

local function conflicts(...)
  local lines = {}
  for i, finding in ipairs(send_week.conflicts({ ... }, VIEW)) do
    lines[i] = finding.about .. ": " .. finding.text
  end
  return lines
end

describe("several sends", function()
  it("are drawn by day, channel and hour, and days without any are left out", function()
    local term = terminal.new { color = "never", env = function(name)
      return ({ LANG = "C.UTF-8", COLUMNS = "80" })[name]
    end }
    local lines = send_week.draw({ item("A", "27T09:00", { "L" }), item("B", "27T09:30", { "L" }),
      item("C", "27T22:00", { "L" }, { channel = "sms", strategy = "throttled", percentage = 25 }),
      item("D", "30T00:00", { "L" }, { channel = "push" }) }, VIEW, term)
    assert.same({ (" "):rep(20) .. "00    03    06    09    12    15    18    21",
      "Fri 27 Nov email    · · · · · · · · · 2 · · · · · · · · · · · · · ·",
      "           sms      · · · · · · · · · · · · · · · · · · · · · · 1 ▒",
      "Sat 28 Nov sms      ▒ ▒ · · · · · · · · · · · · · · · · · · · · · ·",
      "Mon 30 Nov push     1 · · · · · · · · · · · · · · · · · · · · · · ·" }, lines)
    assert.same({}, send_week.draw({}, VIEW, term))
  end)

  it("say what each list gets, the busiest first, and where some may get less", function()
    local items = { item("B", "28T09:00", { "VIP" }), item("A", "27T09:00", { "VIP", "ALL" }, { channel = "sms" }),
      item("C", "27T09:00", { "New" }, { excluded = { "VIP" } }) }
    assert.same({ "VIP: 2 messages: sms Fri 27 09:00, email Sat 28 09:00", "ALL: 1 message: sms Fri 27 09:00",
      "New: up to 1 message: email Fri 27 09:00" }, send_week.who(items, VIEW))
    local smart = send_week.item({ name = "S", campaign = "Sale", channel = "email", zone = UTC,
      audience = { included = { "VIP" }, excluded = {} } },
      { date = "2026-11-28", strategy = "smart_send_time" }, "PLANNED")
    assert.equal("VIP: 2 messages: email Fri 27 09:00, email 2026-11-28, at each one's best time",
      send_week.who({ smart, item("A", "27T09:00", { "VIP" }) }, VIEW)[1])
    assert.same({ {}, {} }, { send_week.draw({ smart }, VIEW), send_week.conflicts({ smart, smart }, VIEW) })
    local shown = { label = function(_, id)
      return id == "VIP" and '"Best" (VIP)' or id
    end }
    assert.matches('^"Best" %(VIP%): 2 messages', send_week.who(items, { zone = UTC, names = shown })[1])
    assert.matches("^VIP, 1200 people: 2 messages", send_week.who(items, { zone = UTC, sizes = { VIP = 1200 } })[1])
    local rows = send_week.as_json(items, { VIP = 1200 })
    assert.equal(1200, rows[1].size)
    assert.equal("2026-11-28T09:00:00Z", rows[1].messages[2].send_time)
    assert.is_true(rows[3].less)
  end)

  it("conflict where the same people get them within hours, or everybody at once", function()
    assert.same({ "L, M: 2 messages within 3 h: Sale / A, B" },
      conflicts(item("B", "27T12:00", { "M", "L" }), item("A", "27T09:00", { "L", "M", "N" })))
    assert.same({ "L: 2 messages at 2026-11-27 09:00 UTC: Sale / A, B" },
      conflicts(item("A", "27T09:00", { "L" }), item("B", "27T09:00", { "L" })))
    local other = item("D", "27T11:00", { "L" })
    other.campaign = "Other"
    assert.same({ "L: 3 messages within 2 h: Sale / A, B; Other / D", "L: 2 messages within 1 h: Sale / E, F" },
      conflicts(item("A", "27T09:00", { "L" }), other, item("B", "27T09:30", { "L" }), item("E", "28T09:00", { "L" }),
        item("F", "28T10:00", { "L" })))
    assert.same({}, conflicts(item("A", "27T09:00", { "L" }), item("B", "27T13:00", { "L" })))
    assert.same({}, conflicts(item("A", "27T09:00", { "L" }), item("B", "27T10:00", { "M" })))
    local together = conflicts(item("A", "27T09:00", { "L" }), item("B", "27T09:00", { "M" }))
    assert.matches("both go out at 2026%-11%-27 09:00 UTC: whoever is in the lists of both", together[1])
    assert.same({}, conflicts(item("A", "27T09:00", { "L" }), item("B", "27T09:00", { "M" }, { excluded = { "L" } })))
  end)

  it("are shown in the zone of most of them", function()
    assert.equal(UTC, send_week.zone({}, UTC))
    assert.equal(BERLIN, send_week.zone({ { zone = UTC }, { zone = BERLIN }, { zone = BERLIN } }, UTC))
    assert.equal(BERLIN, send_week.zone({ { zone = BERLIN }, { zone = local_time.zone "Asia/Tokyo" } }, UTC))
  end)
end)
