-- SPDX-License-Identifier: MIT
-- A report as a page: it fits every window, and holds nothing that could run.

local layout = require "spec.support.layout"
local report_html = require "klaviyo.cli.report_html"

local function page(rows)
  local long = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverleihung"
  local self = { by = { "message" }, period = { timeframe = "last_30_days" }, rows = rows or {}, tests = {} }
  for i = 1, rows and 0 or 12 do
    self.rows[i] = { campaign_id = "C" .. i, campaign_name = i % 3 == 0 and long or "A <b>sale</b> " .. i,
      message_id = "M", message_name = "Mail " .. i, channel = "email",
      recipients = 123456789, delivered = 100 * i, open_rate = i / 20,
      click_rate = i % 2 == 0 and i / 200 or nil, conversion_rate = 0.0004, conversion_value = 1234567.891 }
  end
  self.total = self.rows[1]
  self.tests[1] = { name = long .. " / <i>Test</i>", is_uneven = true, verdicts = { { words = "opens",
    verdict = "small", ranking = { { variation = "<u>A</u>", rate = 0.5, count = 5, of = 10 } } } } }
  return report_html.page(self, "Sent & counted.")
end

describe("the page of a report", function()
  it("escapes names, and asks for nothing elsewhere", function()
    local html = page()
    assert.matches("A &lt;b&gt;sale&lt;/b&gt; 1", html, 1, true)
    assert.matches("Sent &amp; counted.", html, 1, true)
    assert.matches("&lt;u&gt;A&lt;/u&gt; 50.0 % (5 of 10)", html, 1, true)
    for _, word in ipairs { "<b>", "<i>Test", "<u>", "<script", "https?://", "src=", "@import", "url%(" } do
      assert.is_nil(html:find(word), word)
    end
  end)

  it("has a bar for each rate, as long as its share of the largest", function()
    local html = page()
    assert.equal(12, select(2, html:gsub('<b class="opens"', "")))
    assert.equal(6, select(2, html:gsub('<b class="clicks"', "")))
    assert.matches('<b class="opens" style="width:100.00%"></b></div><span>60.0 %</span>', html, 1, true)
    assert.matches('<b class="opens" style="width:50.00%"></b></div><span>30.0 %</span>', html, 1, true)
    assert.matches('<td data-title="Clicked">-</td>', html, 1, true) -- not there is not 0
    assert.matches('<td data-title="Recipients">123,456,789</td>', html, 1, true)
    assert.matches('<td data-title="Value">1,234,567.89</td>', html, 1, true)
    assert.matches('<td data-title="Converted">0.04 %</td>', html, 1, true)
  end)

  it("says that nothing was sent", function()
    assert.matches("Nothing was sent in this period", page {}, 1, true)
  end)

  it("fits a phone and a desk, light and dark #process", function()
    if not layout.browser() then
      pending "no headless Chromium here"
      return
    end
    local html = page()
    for _, width in ipairs { 320, 390, 800, 1280 } do
      for _, scheme in ipairs { "light", "dark" } do
        assert.same({}, layout.problems(html, width, ".chart, .rail, .bar, .table, .test", scheme),
          width .. " " .. scheme)
      end
    end
  end)
end)
