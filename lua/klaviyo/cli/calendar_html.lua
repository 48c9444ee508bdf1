-- SPDX-License-Identifier: MIT
--- The calendar as one self-contained HTML page: no script, no font, no image, nothing from the network.

local calendar = require "klaviyo.cli.calendar"
local format_time = require "klaviyo.cli.format_time"
local html = require "klaviyo.cli.html"
local local_time = require "klaviyo.cli.local_time"

local calendar_html = {}

local escape = html.escape

local STYLE = [[
:root { --PLANNED: #7c3aed; --SCHEDULED: #2563eb; --SENDING: #b45309; --SENT: #15803d; --CANCELLED: #b91c1c; }
@media (prefers-color-scheme: dark) { :root { --PLANNED: #b794f6; --SCHEDULED: #6ea0ff; --SENDING: #f5b14c;
  --SENT: #4cc27a;
  --CANCELLED: #ff8f8f; } }
h1 span { white-space: nowrap; }
p { margin: 0 0 1.25rem; color: var(--faint); }
.grid { display: grid; grid-template-columns: 6.5rem repeat(24, minmax(0, 1fr)); gap: 2px; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; padding: 12px; }
.hour { font-size: .7rem; color: var(--faint); text-align: left; }
.day { font-size: .8rem; white-space: nowrap; padding-right: .5rem; align-self: center; }
.weekend { color: var(--faint); }
.today { font-weight: 700; }
.cell { height: 1.6rem; border-radius: 4px; background: var(--ground); font-size: .75rem; font-weight: 600;
  display: flex; align-items: center; justify-content: center; color: #fff; }
.night { opacity: .55; }
.now { outline: 2px solid var(--ink); outline-offset: -1px; }
.PLANNED { background: var(--PLANNED); }
.SCHEDULED { background: var(--SCHEDULED); }
.SENDING { background: var(--SENDING); }
.SENT { background: var(--SENT); }
.CANCELLED { background: var(--CANCELLED); }
.night.PLANNED, .night.SCHEDULED, .night.SENDING, .night.SENT, .night.CANCELLED { opacity: 1; }
.running { background: repeating-linear-gradient(45deg, var(--tint, var(--faint)) 0 4px, transparent 4px 8px); }
.cell.running { opacity: .5; }
.running.PLANNED { --tint: var(--PLANNED); }
.running.SCHEDULED { --tint: var(--SCHEDULED); }
.running.SENDING { --tint: var(--SENDING); }
.running.SENT { --tint: var(--SENT); }
.running.CANCELLED { --tint: var(--CANCELLED); }
@media (prefers-color-scheme: dark) { .cell { color: #0b0d10; } }
.key { display: flex; gap: 1.25rem; margin: .75rem 0 2rem; font-size: .8rem; color: var(--faint); flex-wrap: wrap; }
.key i { display: inline-block; width: .9rem; height: .9rem; border-radius: 3px; vertical-align: -2px;
  margin-right: .4rem; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; overflow: hidden; }
th, td { text-align: left; padding: .45rem .75rem; border-top: 1px solid var(--line); font-size: .875rem;
  vertical-align: top; }
th { color: var(--faint); font-weight: 500; border-top: 0; }
td:nth-child(2) { overflow-wrap: anywhere; }
td:nth-child(3) { overflow-wrap: break-word; }
td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
.pill { display: inline-block; white-space: nowrap;
  padding: 0 .5rem; border-radius: 1rem; font-size: .75rem; font-weight: 600;
  color: #fff; }
@media (prefers-color-scheme: dark) { .pill { color: #0b0d10; } }
small { color: var(--faint); }
/* narrow: smaller hours, and each send as a block instead of a row */
@media (max-width: 46rem) { body { padding: 1rem; }
  .grid { grid-template-columns: 5.2rem repeat(24, minmax(0, 1fr)); gap: 2px 1px; padding: 8px; }
  .hour { overflow: visible; } .hour:not(:nth-child(3n + 2)) { visibility: hidden; }
  .day { font-size: .75rem; padding-right: .25rem; }
  .cell { font-size: .65rem; border-radius: 2px; } .many { font-size: 0; }
  .many::after { content: "+"; font-size: .65rem; }
  thead { display: none; } tr, td { display: block; } tr { border-top: 1px solid var(--line); padding: .5rem 0; }
  tr:first-child { border-top: 0; } td { border: 0; padding: .1rem .75rem; } td:first-child { white-space: normal; } }
]]

local function tooltip(hour)
  local lines = {}
  for _, item in ipairs(hour.items) do
    lines[#lines + 1] = ("%s / %s (%s)"):format(item.campaign, item.name, item.status)
  end
  if #hour.running > 0 then
    lines[#lines + 1] = ("%d going out over hours"):format(#hour.running)
  end
  return table.concat(lines, "; ")
end

local function cell(hour, number, is_now)
  local classes = { "cell" }
  if number < 8 or number >= 21 then
    classes[#classes + 1] = "night"
  end
  if #hour.items > 0 then
    classes[#classes + 1] = calendar.status(hour.items)
  elseif #hour.running > 0 then
    classes[#classes + 1] = "running"
    classes[#classes + 1] = calendar.status(hour.running)
  end
  if #hour.items > 9 then
    classes[#classes + 1] = "many"
  end
  if is_now then
    classes[#classes + 1] = "now"
  end
  return ('<div class="%s" title="%s">%s</div>'):format(table.concat(classes, " "), escape(tooltip(hour)),
    #hour.items > 0 and #hour.items or "")
end

local function grid(self, out)
  local now = local_time.wall(self.now, self.zone)
  out[#out + 1] = '<div class="grid" role="img" aria-label="sends by day and hour"><div></div>'
  for hour = 0, 23 do
    out[#out + 1] = ('<div class="hour">%02d</div>'):format(hour)
  end
  for _, day in ipairs(self.days) do
    local class = day.today and " today" or day.wall.weekday > 5 and " weekend" or ""
    out[#out + 1] = ('<div class="day%s">%s</div>'):format(class, format_time.day(day.wall))
    for hour = 0, 23 do
      out[#out + 1] = cell(day.hours[hour], hour, day.today and hour == now.hour)
    end
  end
  out[#out + 1] = "</div>"
end

local KEY = [[<div class="key">%s<span><i class="SCHEDULED"></i>scheduled</span>
<span><i class="SENDING"></i>sending</span>
<span><i class="SENT"></i>sent</span>
<span><i class="CANCELLED"></i>cancelled, a part went out</span>
<span><i class="running"></i>going out over hours</span></div>]]

local PLANNED = [[<span><i class="PLANNED"></i>planned in a file, not scheduled</span>
]]

local function has_planned(self)
  for _, item in ipairs(self.items) do
    if item.status == "PLANNED" then
      return true
    end
  end
  return false
end

local ROW = [[<tr><td>%s</td><td>%s<br><small>%s</small></td><td>%s</td><td><span class="pill %s">%s</span></td></tr>]]

local function agenda(self, out)
  out[#out + 1] = "<table><thead><tr><th>When</th><th>Message</th><th>How</th><th>Status</th></tr></thead><tbody>"
  for _, item in ipairs(self.items) do
    out[#out + 1] = ROW:format(format_time.show(item.send.epoch, self.zone), escape(item.name),
      escape(item.campaign .. (item.channel and ", " .. item.channel or "")), escape(calendar.how(item)),
      escape(item.status), escape(item.status:lower()))
  end
  out[#out + 1] = "</tbody></table>"
end

---Writes a calendar as a page.
---@param self klaviyo.cli.calendar
---@return string
function calendar_html.page(self)
  local first, last = format_time.short(self.from, self.zone):sub(1, 10),
    format_time.short(self.till - 1, self.zone):sub(1, 10)
  local out = {
    ("<h1>Campaign calendar, <span>%s</span> to <span>%s</span></h1><p>Times in %s, as of %s.</p>"):format(first, last,
      escape(self.zone.name), format_time.show(self.now, self.zone)) }
  grid(self, out)
  out[#out + 1] = KEY:format(has_planned(self) and PLANNED or "")
  agenda(self, out)
  return html.page { title = ("Campaign calendar, %s to %s"):format(first, last), style = STYLE,
    body = table.concat(out, "\n") }
end

return calendar_html
