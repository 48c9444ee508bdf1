-- SPDX-License-Identifier: MIT
--- The table: every fault against every operation. `make torture`, or
---
---   lua spec/torture/run.lua [--short] [ROW] [OPERATION]
---
--- ROW and OPERATION are parts of names. --short takes a part of the bytes to cut at. Ends with 1 unless nothing was
--- done twice, nothing lost, nothing left behind and nothing crashed.

local cases = require "spec.torture.cases"
local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local descriptors = require "spec.support.descriptors"
local operations = require "spec.torture.operations"
local rows = require "spec.torture.rows"

local short, filters = false, {}
for _, argument in ipairs(arg) do
  if argument == "--short" then
    short = true
  else
    filters[#filters + 1] = argument
  end
end

local columns = {}
for _, list in ipairs { operations.list, operations.repeatable } do
  for _, operation in ipairs(list) do
    if not filters[2] or operation.name:find(filters[2], 1, true) then
      columns[#columns + 1] = operation
    end
  end
end

local TOTALS = { "cases", "unknown", "duplicate", "lost", "crash", "leak" }
local totals, longest, longest_of = {}, -math.huge, "-"
for _, name in ipairs(TOTALS) do
  totals[name] = 0
end
local complaints = {}

local function complain(row, operation, dialect, result, at)
  complaints[#complaints + 1] = ("%s: %s in the %s dialect, %s%s: said %s, effects %d, requests %d: %s"):format(
    result.verdict, operation.name, dialect, row.name, at and " " .. at or "", tostring(result.said), result.effects,
    result.attempts, tostring(result.err))
end

local function take(row, operation, dialect, counts, result, at)
  counts.cases = counts.cases + 1
  local verdict = result.verdict
  if verdict ~= "right" then
    counts[verdict] = counts[verdict] + 1
    if verdict ~= "unknown" or (row.knows and not operation.repeatable) then
      complain(row, operation, dialect, result, at)
    end
  end
  if result.pending > 0 then
    counts.leak = counts.leak + 1
    complain(row, operation, dialect, result, at)
  end
  if row.timeout and result.overrun > longest then
    longest, longest_of = result.overrun, row.name .. ", " .. operation.name
  end
end

local function counts_of()
  local counts = {}
  for _, name in ipairs(TOTALS) do
    counts[name] = 0
  end
  return counts
end

-- One row for one operation in one dialect.
local function run_cell(row, operation, dialect, counts)
  local stand = cases.stand(dialect, row.client)
  local options = { fresh = row.fresh, timeout = row.timeout or 20, afterwards = row.afterwards }
  if row.sweep then
    -- the second dialect has the same machinery: a part of its bytes will do
    options.step = row.step * (dialect == "openapi" and 7 or 1) * (short and 31 or 1)
    options.from = dialect == "openapi" and 3 or 0
    cases.sweep(stand, operation, row.sweep, options, function(result, at)
      take(row, operation, dialect, counts, result, at)
    end)
  else
    take(row, operation, dialect, counts, cases.run(stand, operation, row.faults, options))
  end
  cases.close(stand)
end

-- A row for all operations: at once, since most of the time is spent waiting; but one by one where the deadline is what
-- is looked at, since others would hold it up.
local function run_row(row)
  local before, runs, by_column = #descriptors.list(), {}, {}
  for i, operation in ipairs(columns) do
    by_column[i] = (not row.posts or operation.method == "POST") and counts_of() or nil
    for _, dialect in ipairs { "guide", "openapi" } do
      if by_column[i] and (not operation.dialect or operation.dialect == dialect) then
        runs[#runs + 1] = function()
          run_cell(row, operation, dialect, by_column[i])
        end
      end
    end
  end
  runs.limit, runs.loop = row.timeout and 1 or 8, "blocking"
  klaviyo.all(runs)
  collectgarbage()
  collectgarbage()
  return by_column, math.max(0, #descriptors.list() - before)
end

local function print_row(name, numbers, sums)
  io.write(("%-44s"):format(name:sub(1, 44)))
  for _, number in ipairs(numbers) do
    io.write(("%8s"):format(tostring(number)))
  end
  io.write " |"
  for _, number in ipairs(sums) do
    io.write(("%8s"):format(tostring(number)))
  end
  io.write "\n"
  io.flush()
end

local SHORT = { create = "c.", clone = "cl.", campaign = "camp", audience = "aud", message = "msg", variation = "var",
  schedule = "sched" }

local heads = {}
for i, operation in ipairs(columns) do
  heads[i] = (operation.name:gsub("%a+ ?", function(word)
    return SHORT[word:gsub(" ", "")] or word
  end))
end
print_row("cases", heads, { "cases", "unknown", "dup", "lost", "crash", "leak" })

local began = core.now()
for _, row in ipairs(rows) do
  if not filters[1] or row.name:find(filters[1], 1, true) then
    local numbers, sums = {}, counts_of()
    local by_column, left = run_row(row)
    sums.leak = left
    for i in ipairs(columns) do
      numbers[i] = by_column[i] and by_column[i].cases or "-"
      for _, name in ipairs(by_column[i] and TOTALS or {}) do
        sums[name] = sums[name] + by_column[i][name]
      end
    end
    for _, name in ipairs(TOTALS) do
      totals[name] = totals[name] + sums[name]
    end
    local line = {}
    for i, name in ipairs(TOTALS) do
      line[i] = sums[name]
    end
    print_row(row.name, numbers, line)
  end
end

local line = {}
for i, name in ipairs(TOTALS) do
  line[i] = totals[name]
end
print_row("all", {}, line)
print(("%d cases in %.0f s; longest overrun of a deadline: %s"):format(totals.cases, core.now() - began,
  longest > 0 and ("%.0f ms (%s)"):format(longest * 1000, longest_of) or "none"))
for i, complaint in ipairs(complaints) do
  if i <= 40 then
    print(complaint)
  end
end
local bad = totals.duplicate + totals.lost + totals.crash + totals.leak + #complaints
os.exit(bad == 0 and 0 or 1)
