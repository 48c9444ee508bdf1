-- SPDX-License-Identifier: MIT
--- A report as one self-contained HTML page with a chart: no script, no font, no image, nothing from the network.

local ab_verdict = require "klaviyo.cli.ab_verdict"
local report = require "klaviyo.cli.report"
local text = require "klaviyo.cli.terminal.text"

local report_html = {}

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

local function escape(value)
  return (text.clean(value):gsub("[&<>\"']", ENTITIES))
end

local STYLE = [[
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #5f6873; --line: #e3e6ea; --ground: #f7f8fa; --card: #fff;
  --opens: #2563eb; --clicks: #c2410c; --rail: #eef0f3; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --faint: #9aa4af; --line: #2a3038; --ground: #101317;
  --card: #171b21; --opens: #6ea0ff; --clicks: #f59e5b; --rail: #232930; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem; background: var(--ground); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: 0 0 1.25rem; color: var(--faint); }
.chart, .table, .test { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.chart { padding: 14px 18px; }
.key { display: flex; gap: 1.25rem; font-size: .8rem; color: var(--faint); margin-bottom: .75rem; flex-wrap: wrap; }
.key i { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin-right: .4rem;
  vertical-align: -1px; }
.row { display: grid; grid-template-columns: minmax(8rem, 18rem) 1fr; gap: .25rem 1rem; padding: .45rem 0;
  border-top: 1px solid var(--line); align-items: center; }
.row:first-of-type { border-top: 0; }
.name { overflow-wrap: anywhere; font-size: .875rem; }
.bars { display: grid; gap: 3px; }
.bar { display: grid; grid-template-columns: 1fr 4.2rem; gap: .5rem; align-items: center; font-size: .8rem;
  font-variant-numeric: tabular-nums; }
.rail { background: var(--rail); border-radius: 3px; height: .8rem; overflow: hidden; }
.rail b { display: block; height: 100%; border-radius: 3px; }
.opens { background: var(--opens); } .clicks { background: var(--clicks); }
.bar span { text-align: right; }
.table { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: right; padding: .45rem .75rem; border-top: 1px solid var(--line); font-size: .875rem;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th { color: var(--faint); font-weight: 500; border-top: 0; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 9rem; }
tfoot td { font-weight: 600; }
.test { padding: .75rem 1.1rem; margin-bottom: .75rem; }
.test h3 { font-size: .95rem; margin: 0 0 .35rem; }
.test ul { margin: 0; padding-left: 1.1rem; }
.test li { margin: .15rem 0; overflow-wrap: anywhere; }
@media (max-width: 46rem) { body { padding: 1rem; } .row { grid-template-columns: 1fr; } }
/* where nine columns have no room, each row is a card */
@media (max-width: 62rem) { .table { border: 0; background: none; }
  thead { display: none; } tr { display: block; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; padding: .4rem 0; margin-bottom: .6rem; }
  td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .15rem .8rem; }
  td::before { content: attr(data-title); color: var(--faint); }
  td:first-child { font-weight: 600; } td:first-child::before { content: none; } }
]]

local BAR = [[<div class="bar"><div class="rail"><b class="%s" style="width:%.2f%%"></b></div><span>%s</span></div>]]

local function largest(rows)
  local most = 0
  for _, row in ipairs(rows) do
    most = math.max(most, row.open_rate or 0, row.click_rate or 0)
  end
  return most > 0 and most or 1
end

-- The chart: a bar for each rate that a row has, all to the same scale.
local function chart(self, out)
  local most = largest(self.rows)
  out[#out + 1] = '<div class="chart" role="img" aria-label="rates of opens and clicks; the numbers are below">'
  out[#out + 1] = ('<div class="key"><span><i class="opens"></i>opened</span><span><i class="clicks"></i>clicked</span>'
    .. "<span>of those delivered to; a full bar is %s</span></div>"):format(report.percent(most))
  for _, row in ipairs(self.rows) do
    out[#out + 1] = ('<div class="row"><div class="name">%s</div><div class="bars">'):format(
      escape(report.name(row, self.by)))
    for _, bar in ipairs { { "opens", row.open_rate }, { "clicks", row.click_rate } } do
      if bar[2] then
        out[#out + 1] = BAR:format(bar[1], bar[2] / most * 100, report.percent(bar[2]))
      end
    end
    out[#out + 1] = row.open_rate == nil and row.click_rate == nil and "<span>no rates</span></div></div>"
      or "</div></div>"
  end
  out[#out + 1] = "</div>"
end

local COLUMNS = {
  { "Recipients", "recipients", report.count }, { "Delivered", "delivered", report.count },
  { "Opened", "open_rate", report.percent }, { "Clicked", "click_rate", report.percent },
  { "Unsubscribed", "unsubscribe_rate", report.percent }, { "Converted", "conversion_rate", report.percent },
  { "Value", "conversion_value", report.money }, { "Per recipient", "revenue_per_recipient", report.money },
}

local function table_row(row, name)
  local cells = { ("<td>%s</td>"):format(escape(name)) }
  for _, column in ipairs(COLUMNS) do
    cells[#cells + 1] = ('<td data-title="%s">%s</td>'):format(column[1], column[3](row[column[2]]))
  end
  return "<tr>" .. table.concat(cells) .. "</tr>"
end

local function numbers(self, out)
  local titles = { "<th>" .. self.by[1]:gsub("^%l", string.upper) .. "</th>" }
  for _, column in ipairs(COLUMNS) do
    titles[#titles + 1] = ("<th>%s</th>"):format(column[1])
  end
  out[#out + 1] = '<div class="table"><table><thead><tr>' .. table.concat(titles) .. "</tr></thead><tbody>"
  for _, row in ipairs(self.rows) do
    out[#out + 1] = table_row(row, report.name(row, self.by))
  end
  out[#out + 1] = "</tbody>" .. (self.total and "<tfoot>" .. table_row(self.total, "All") .. "</tfoot>" or "")
    .. "</table></div>"
end

local function tests(self, out)
  for i, test in ipairs(self.tests) do
    out[#out + 1] = (i == 1 and "<h2>A/B tests</h2>" or "") .. '<div class="test"><h3>' .. escape(test.name)
      .. "</h3><ul>"
    for _, verdict in ipairs(test.verdicts) do
      out[#out + 1] = "<li>" .. escape(ab_verdict.sentence(verdict)) .. "</li>"
    end
    out[#out + 1] = (test.is_uneven and "<li>The variations went to unequal numbers of recipients, as after a test "
      .. "whose winner got the rest.</li>" or "") .. "</ul></div>"
  end
end

---Writes a report as a page.
---@param self klaviyo.cli.report
---@param about string  the period, and when the numbers were read
---@return string
function report_html.page(self, about)
  local out = { '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ("<title>Campaign results, %s</title><style>%s</style></head><body><main>"):format(
      escape(report.period_text(self)), STYLE),
    ("<h1>Campaign results</h1><p>%s</p>"):format(escape(about)) }
  if #self.rows == 0 then
    out[#out + 1] = "<p>Nothing was sent in this period.</p>"
  else
    chart(self, out)
    out[#out + 1] = "<h2>Numbers</h2>"
    numbers(self, out)
    tests(self, out)
  end
  out[#out + 1] = "</main></body></html>\n"
  return table.concat(out, "\n")
end

return report_html
