-- SPDX-License-Identifier: MIT
--- The table: every fault against every operation. `make torture`, or
---
---   lua spec/torture/run.lua [--short] [ROW] [OPERATION]
---
--- ROW and OPERATION are parts of names. --short takes a part of the bytes, and one dialect a cell. Ends with 1 unless
--- nothing was done twice, nothing lost, nothing left behind and nothing crashed.

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
for _, list in ipairs { operations.list, operations.idempotent } do
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
    if verdict ~= "unknown" or row.proof or (row.knows and result.effects == 1 and not operation.idempotent) then
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

-- Runs wait most of the time, so many go at once: lanes of a sweep, and cells of the table.
local LANES, CELLS = 8, 8

-- One row for one operation in one dialect.
local function run_cell(row, operation, dialect, counts)
  local options = { fresh = row.fresh, timeout = row.timeout or 20, afterwards = row.afterwards, client = row.client }
  if row.sweep then
    -- the second dialect has the same machinery: a part of its bytes will do
    options.step = dialect == "openapi" and 7 or 1
    options.from, options.lanes = dialect == "openapi" and 3 or 0, LANES
    if short then
      options.step, options.lanes = 47 * options.step, 2
    end
    options.step = options.step * (row.step or 1)
    cases.sweep(dialect, operation, row.sweep, options, function(result, at)
      take(row, operation, dialect, counts, result, at)
    end)
  else
    local setup = cases.setup(dialect, row.client)
    take(row, operation, dialect, counts, cases.run(setup, operation, row.faults, options))
    cases.close(setup)
  end
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
  schedule = "sch.", throttled = "thr", smart = "smart" }

local heads = {}
for i, operation in ipairs(columns) do
  heads[i] = (operation.name:gsub("%a+ ?", function(word)
    return SHORT[word:gsub(" ", "")] or word
  end))
end
print_row("cases", heads, { "cases", "unknown", "dup", "lost", "crash", "leak" })

local function print_counts(row, by_column)
  local numbers, sums = {}, {}
  for i in ipairs(columns) do
    numbers[i] = by_column[i] and by_column[i].cases or "-"
  end
  for i, name in ipairs(TOTALS) do
    sums[i] = 0
    for _, counts in pairs(by_column) do
      sums[i] = sums[i] + counts[name]
    end
    totals[name] = totals[name] + sums[i]
  end
  print_row(row.name, numbers, sums)
end

-- The dialects in which a cell is run; in the short form it has one, its neighbours the other.
local function dialects_of(operation, parity)
  if operation.dialect then
    return { operation.dialect }
  elseif short then
    return { parity % 2 == 0 and "guide" or "openapi" }
  end
  return { "guide", "openapi" }
end

-- Adds the cells of a row to those that are to run. The row is printed when its last one has ended.
local function add_cells(cells, row, number)
  local by_column, left = {}, 0
  for i, operation in ipairs(columns) do
    if not row.posts or operation.method == "POST" then
      by_column[i] = counts_of()
      for _, dialect in ipairs(dialects_of(operation, number + i)) do
        left = left + 1
        cells[#cells + 1] = function()
          run_cell(row, operation, dialect, by_column[i])
          left = left - 1
          if left == 0 then
            print_counts(row, by_column)
          end
          return true
        end
      end
    end
  end
end

-- Those whose deadline is looked at run first and by themselves: the others would hold them up.
local deadlines, others = { limit = CELLS, loop = "blocking" }, { limit = CELLS, loop = "blocking" }
for number, row in ipairs(rows) do
  if not filters[1] or row.name:find(filters[1], 1, true) then
    add_cells(row.timeout and deadlines or others, row, number)
  end
end

local began, before = core.now(), #descriptors.list()
klaviyo.all(deadlines)
klaviyo.all(others)
collectgarbage()
collectgarbage()
totals.leak = totals.leak + math.max(0, #descriptors.list() - before)

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
local bad = math.max(#complaints, totals.duplicate + totals.lost + totals.crash + totals.leak)
print(("%d passed, %d failed"):format(totals.cases - #complaints, bad))
os.exit(bad == 0 and 0 or 1)
