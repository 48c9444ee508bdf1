-- SPDX-License-Identifier: MIT
-- The calendar as a page: it fits every window, and holds nothing that could run.

local calendar = require "klaviyo.cli.calendar"
local calendar_html = require "klaviyo.cli.calendar_html"
local layout = require "spec.support.layout"
local local_time = require "klaviyo.cli.local_time"

local NOW = 1796133600 -- Tue 2026-12-01 14:00 UTC

-- A calendar with sends of every status, long names, many in one hour, and sends over hours.
local function page()
  local long = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihung"
  local items = {}
  for number = 1, 40 do
    local status = ({ "SCHEDULED", "SENDING", "SENT", "CANCELLED", "PLANNED" })[number % 5 + 1]
    local first = NOW - (number < 14 and 0 or number * 7200)
    items[number] = { id = "ID" .. number, name = number % 3 == 0 and long or "A message with <b>a name</b> " .. number,
      campaign = "A long campaign, with " .. long, channel = "email", status = status, first = first,
      last = first + 36000, delivered = status == "CANCELLED" and { share = 0.5 } or nil,
      send = { epoch = first, strategy = "throttled", percentage = 10, unit = "hour" } }
  end
  local view = { zone = assert(local_time.zone "America/Argentina/ComodRivadavia"), now = NOW, from = NOW - 14 * 86400,
    till = NOW + 7 * 86400 }
  return calendar_html.page(calendar.new(items, view))
end

describe("the page of the calendar", function()
  it("escapes names, and asks for nothing elsewhere", function()
    local html = page()
    assert.matches("&lt;b&gt;a name&lt;/b&gt;", html)
    for _, word in ipairs { "<b>", "<script", "https?://", "src=", "@import", "url%(" } do
      assert.is_nil(html:find(word), word)
    end
    assert.matches("planned in a file, not scheduled", html, 1, true)
    assert.matches("about 50 % went out and cannot be recalled", html, 1, true)
  end)

  it("fits a phone and a desk, light and dark #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local html = page()
    for _, width in ipairs { 320, 390, 800, 1280 } do
      for _, scheme in ipairs { "light", "dark" } do
        assert.same({}, layout.problems(html, width, ".grid, table, .cell, .pill", scheme), width .. " " .. scheme)
      end
    end
  end)
end)
