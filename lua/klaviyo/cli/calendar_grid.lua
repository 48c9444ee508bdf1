-- SPDX-License-Identifier: MIT
--- Draws the hours of days for a terminal: how many sends begin in each, and which are going out.

local calendar = require "klaviyo.cli.calendar"
local text = require "klaviyo.cli.terminal.text"

local calendar_grid = {}

-- Between hours, where the terminal is wide enough.
local function gap_of(term, label)
  return term:columns() < label + 48 and "" or " "
end

local function cell(term, hour, is_now)
  local status = calendar.status(hour.items)
  if status then
    return term:style(status, text.pad(#hour.items < 10 and tostring(#hour.items) or "+", 1))
  elseif #hour.running > 0 then
    return term:style(calendar.status(hour.running), term.unicode and "▒" or ":")
  end
  return is_now and term:style("bold", "|") or term:style("dim", term.glyphs.dot)
end

---The line with the numbers of the hours.
---@param term klaviyo.cli.terminal
---@param label integer  columns in front of the hours
---@return string
function calendar_grid.head(term, label)
  local hours = {}
  for hour = 0, 21, 3 do
    hours[#hours + 1] = ("%02d %s"):format(hour, gap_of(term, label):rep(3))
  end
  return (" "):rep(label) .. term:style("dim", (table.concat(hours):gsub("%s+$", "")))
end

---The hours of a day.
---@param term klaviyo.cli.terminal
---@param day klaviyo.cli.calendar.day
---@param now_hour integer|nil  the hour it is, if it is that day
---@param label integer         columns in front of the hours
---@return string
function calendar_grid.hours(term, day, now_hour, label)
  local cells = {}
  for hour = 0, 23 do
    cells[#cells + 1] = cell(term, day.hours[hour], hour == now_hour)
  end
  return table.concat(cells, gap_of(term, label))
end

return calendar_grid
