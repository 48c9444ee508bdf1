-- SPDX-License-Identifier: MIT
-- Figures with a target, collected from all that is measured.

---@class bench.verdict
---@field what string
---@field text string     what was measured
---@field target string   such as "<= 1.25"
---@field met boolean

local verdicts = { all = {} }

local function add(what, value, sign, limit, met, form)
  form = form or "%.2f"
  table.insert(verdicts.all, { what = what, text = form:format(value), target = sign .. " " .. form:format(limit),
    met = met })
end

function verdicts.at_most(what, value, limit, form)
  add(what, value, "<=", limit, value <= limit, form)
end

function verdicts.at_least(what, value, limit, form)
  add(what, value, ">=", limit, value >= limit, form)
end

---@param list bench.verdict[]
---@return string table  in Markdown
function verdicts.markdown(list)
  local lines = { "| figure | measured | target | |", "|---|---:|---:|---|" }
  for _, row in ipairs(list) do
    lines[#lines + 1] = ("| %s | %s | %s | %s |"):format(row.what, row.text, row.target, row.met and "met" or "not met")
  end
  return table.concat(lines, "\n")
end

return verdicts
