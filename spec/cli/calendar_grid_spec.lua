-- SPDX-License-Identifier: MIT
local calendar = require "klaviyo.cli.calendar"
local calendar_grid = require "klaviyo.cli.calendar_grid"
local local_time = require "klaviyo.cli.local_time"
local terminal = require "klaviyo.cli.terminal"
local time = require "klaviyo.model.time"

local function at(clock)
  return (assert(time.parse("2026-12-01T" .. clock .. ":00Z")))
end

local function term(columns, locale)
  return terminal.new { color = "never", env = function(name)
    return ({ LANG = locale or "C.UTF-8", COLUMNS = columns })[name]
  end }
end

local function item(status, first, last)
  return { id = "M", name = "M", campaign = "C", status = status, send = { epoch = at(first) }, first = at(first),
    last = at(last or first) }
end

local function day(items)
  return calendar.new(items, { zone = local_time.utc, now = at "12:00", from = at "00:00", till = at "23:59" }).days[1]
end

describe("the hours of a day", function()
  it("show how many sends begin in each, what is going out, and the hour it is", function()
    local hours = day { item("SCHEDULED", "09:00", "11:00"), item("PLANNED", "09:30"), item("SENT", "01:00") }
    assert.equal("· 1 · · · · · · · 2 ▒ ▒ | · · · · · · · · · · ·", (calendar_grid.hours(term "80", hours, 12, 13)))
    assert.equal(".1.......2::............", (calendar_grid.hours(term("60", "C"), hours, nil, 13)))
    local many = {}
    for i = 1, 12 do
      many[i] = item("PLANNED", "23:00")
    end
    assert.equal("+", calendar_grid.hours(term "80", day(many), nil, 13):sub(-1))
  end)

  it("show a send in the hour of its last step, and once in an hour that clocks show twice", function()
    local hours = day { item("SCHEDULED", "10:50", "11:20"), item("PLANNED", "13:10", "13:40") }
    assert.equal("· · · · · · · · · · 1 ▒ · 1 · · · · · · · · · ·", (calendar_grid.hours(term "80", hours, nil, 13)))
    local berlin = assert(local_time.zone "Europe/Berlin")
    local midnight = assert(time.parse "2026-10-25T00:00:00+02:00")
    local long = { id = "M", name = "M", campaign = "C", status = "SENDING", send = { epoch = midnight },
      first = midnight, last = midnight + 5 * 3600 } -- 04:00, as it is 02:00 twice
    local view = { zone = berlin, now = midnight, from = midnight, till = midnight + 25 * 3600 }
    local running = {}
    for hour = 0, 5 do
      running[hour] = #calendar.new({ long }, view).days[1].hours[hour].running
    end
    assert.same({ [0] = 0, 1, 1, 1, 1, 0 }, running)
  end)

  it("stand below their numbers", function()
    assert.equal((" "):rep(5) .. "00    03    06    09    12    15    18    21", calendar_grid.head(term "80", 5))
    assert.equal((" "):rep(5) .. "00 03 06 09 12 15 18 21", calendar_grid.head(term "50", 5))
  end)
end)
