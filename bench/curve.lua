-- SPDX-License-Identifier: MIT
-- Draws what was measured over a range: the cost of a page by its size, and that of jobs by the number of campaigns.

local chart = require "chart"

local function seconds(value)
  return value >= 1 and ("%g s"):format(value) or value >= 1e-3 and ("%g ms"):format(value * 1e3)
    or ("%g us"):format(value * 1e6)
end

local function bytes(value)
  return value >= 2 ^ 20 and ("%d MB"):format(value / 2 ^ 20) or ("%d KB"):format(value / 2 ^ 10)
end

local function powers(low, high)
  local ticks = {}
  for power = low, high do
    ticks[#ticks + 1] = 10.0 ^ power
  end
  return ticks
end

local curve = {}

---The cost of a page by its size.
---@param rows table[]  of the results, `size`
---@return string svg
function curve.size(rows)
  local series = { { name = "lua-klaviyo: check, index, read id and name of each", points = {} },
    { name = "bare libcurl: receive", points = {} } }
  local ticks = {}
  for i, row in ipairs(rows) do
    series[1].points[i], series[2].points[i], ticks[i] = { row.bytes, row.ours }, { row.bytes, row.bare }, row.bytes
  end
  return chart.draw("CPU of a page by its size", { { title = "CPU of a page", height = 260, series = series,
    x_title = "size of the page", x = { low = ticks[1], high = ticks[#ticks], ticks = ticks, name = bytes },
    y = { low = 1e-5, high = 1e-1, ticks = powers(-5, -1), name = seconds } } })
end

-- By the id of the job.
local CURVES = { { "each", "kl.campaigns:each" }, { "trees", "kl.campaigns:trees" }, { "list", "klaviyo list" },
  { "csv", "klaviyo export" }, { "jsonl", "klaviyo export, jsonl" }, { "plan", "klaviyo plan, 10 files" } }

---CPU and memory of jobs by the number of campaigns, in the guide's dialect.
---@param rows table[]  of the results, `growth.rows`
---@return string svg
function curve.growth(rows)
  local cpu, memory, most, counts = {}, {}, 0, {}
  for i, job in ipairs(CURVES) do
    cpu[i], memory[i] = { name = job[2], points = {} }, { points = {} }
    for _, row in ipairs(rows) do
      if row.job == job[1] then
        table.insert(cpu[i].points, { row.campaigns, row.cpu[1] })
        table.insert(memory[i].points, { row.campaigns, row.memory[1] })
        most, counts[#cpu[1].points] = math.max(most, row.cpu[1]), cpu[1].points[#cpu[1].points][1]
      end
    end
  end
  local x = { low = counts[1], high = counts[#counts], ticks = counts, name = function(value)
    return (("%d"):format(value):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", ""))
  end }
  return chart.draw("CPU and memory of jobs by the number of campaigns", {
    { title = "CPU", height = 220, series = cpu, x = x, y = { low = 1e-2, high = 10.0 ^ math.ceil(math.log(most, 10)),
      ticks = powers(-2, math.ceil(math.log(most, 10))), name = seconds } },
    { title = "Largest memory", height = 120, series = memory, x = x, x_title = "campaigns in the account",
      y = { linear = true, low = 0, high = 30, ticks = { 0, 10, 20, 30 }, name = function(value)
        return ("%d MB"):format(value)
      end } } })
end

return curve
