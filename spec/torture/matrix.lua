-- SPDX-License-Identifier: MIT
--- The matrix: what must happen at most once, against everything that goes wrong at a service, pairwise. For
--- `make torture`, or
---
---   lua spec/torture/matrix.lua [--short] [--seed N] [--jobs N] [--rule NAME] [--verbose] [FAULT [OPERATION]]
---
--- FAULT and OPERATION are parts of names. --short takes a sample that has every operation and every class of faults.
--- Ends with 1 unless nothing was done twice, nothing that happened is denied, nothing that did not is claimed, nothing
--- of other people is taken for ours, and "unknown" is said only where the service had given no proof. Then each rule
--- of the reconciliation is switched off in turn, and it must show.

local core = require "klaviyo.core"
local faults = require "spec.torture.faults"
local jobs = require "spec.torture.jobs"
local klaviyo = require "klaviyo"
local operations = require "spec.torture.operations"
local pairwise = require "spec.torture.pairwise"
local truth = require "spec.torture.truth"

local LAGS = {
  { name = "no lag", lists = 0 },
  { name = "lag 0.5 s", lists = 0.5 },
  { name = "lag 5 s", lists = 5 },
  { name = "lag 2 s, by id too", lists = 2, by_id = 2 },
}

local COMPANY = {
  { name = "alone" },
  { name = "a twin with other content", twin = "other" },
  { name = "a twin with the same content", twin = "same" },
  { name = "150 newer campaigns", crowd = 150 },
  { name = "a twin with other content, and 150 newer campaigns", twin = "other", crowd = 150 },
  { name = "an older twin with the same content", older = true },
  { name = "the same call twice at once", calls = 2 },
}

-- blind: by such a clock nothing can be known to be new
local CLOCKS = {
  { name = "equal" },
  { name = "ahead", shift = 90 },
  { name = "behind", shift = -90 },
  { name = "Date is ahead of what it keeps", date = 3, blind = true },
  { name = "Date is behind what it keeps", date = -3 },
  { name = "no Date", date = false, blind = true },
}

local AMPLE, SHORT = { name = "90 s", seconds = 90 }, { name = "3 s", seconds = 3, short = true }
local DEADLINES = { AMPLE, AMPLE, AMPLE, SHORT } -- mostly there is time to find out

local RULES = { "repeat_only_on_proof", "two_hundred_happened", "none_needs_proof", "adopt_only_ours",
  "malformed_is_no_evidence" }

-- Which cases show that a rule is missing: parts of the names of faults; lag, company.
local SHOWS = {
  repeat_only_on_proof = { lag = "lag 5 s",
    faults = { "of a gateway, processed", "processed after 1.0 s", "cut after" } },
  two_hundred_happened = { faults = { "the body is broken" }, lag = "lag 5 s" },
  none_needs_proof = { faults = { "processed after 1.0 s", "processed after 3.0 s", "cut after" }, lag = "lag 5 s" },
  adopt_only_ours = { faults = { "cut before", "cut after", "not processed" }, lag = "no lag",
    company = "a twin with other content" },
  malformed_is_no_evidence = { faults = { "lookup is broken", "lookups are broken" }, lag = "no lag" },
}

-- Counted, in the order of the columns. Those of the first group must be 0.
local BAD = { "duplicate", "false none", "false success", "foreign", "guess", "unproven none", "unknown despite proof",
  "needless unknown", "unmarked", "overrun", "no hit", "crash" }
local COUNTED = { "indistinguishable", "happened", "unknown", "found later", "busy" }

local function options_of(arguments)
  local options, filters = jobs.options(arguments, { short = true, verbose = true })
  options.fault, options.operation = filters[1], filters[2]
  options.seed = tonumber(options.seed) or options.short and 1 or os.time() % 100000
  options.jobs = tonumber(options.jobs) or 3
  return options
end

local function holds(text, part)
  return not part or text:find(part, 1, true) ~= nil
end

local function is_possible(level)
  local operation, dialect = level "operation", level "dialect"
  local company = level "company"
  if operation and company and operation.status and (company.older or company.calls) then
    return false -- it makes nothing, of which there could be several
  end
  return not (operation and dialect and operation.dialect and operation.dialect ~= dialect)
end

local function by_name(list, name)
  for _, item in ipairs(list) do
    if item.name == name then
      return item
    end
  end
end

-- Of the whole set, so many that each operation meets each class of faults at most so often; none that takes long.
local function sample(cases, times, longest)
  local seen, kept = {}, {}
  for _, case in ipairs(cases) do
    local key = case.operation.name .. "\0" .. case.fault.class
    if (seen[key] or 0) < times and truth.duration(case) <= longest then
      seen[key] = (seen[key] or 0) + 1
      kept[#kept + 1] = case
    end
  end
  return kept
end

-- The cases that are to show that a rule is switched off.
local function selection(rule)
  local shows, cases = SHOWS[rule], {}
  local company = by_name(COMPANY, shows.company or "alone")
  for i, operation in ipairs(operations.list) do
    local count = 0
    for _, fault in ipairs(faults) do
      local wanted = false
      for _, part in ipairs(shows.faults) do
        wanted = wanted or holds(fault.name .. " " .. fault.class, part)
      end
      if wanted and count < 4 then
        count = count + 1
        cases[#cases + 1] = { operation = operation, fault = fault, lag = by_name(LAGS, shows.lag),
          company = company, clock = by_name(CLOCKS, "equal"), connection = "kept", deadline = AMPLE,
          dialect = operation.dialect or i % 2 == 0 and "guide" or "openapi" }
      end
    end
  end
  return cases
end

-- All pairs, in several sets that differ, so that many threes and fours come together too.
local ROUNDS = 4

local function pairs_of(options)
  local cases = {}
  for round = 1, options.short and 1 or ROUNDS do
    for _, case in ipairs(pairwise.cases({
      { name = "operation", levels = operations.list }, { name = "fault", levels = faults },
      { name = "lag", levels = LAGS }, { name = "company", levels = COMPANY }, { name = "clock", levels = CLOCKS },
      { name = "connection", levels = { "kept", "fresh" } }, { name = "deadline", levels = DEADLINES },
      { name = "dialect", levels = { "guide", "openapi" } },
    }, options.seed + round - 1, is_possible)) do
      cases[#cases + 1] = case
    end
  end
  return options.short and sample(cases, 3, 22) or cases
end

local function plan(options)
  if options.rule then
    return selection(options.rule)
  end
  local cases = pairs_of(options)
  local kept = {}
  for _, case in ipairs(cases) do
    if holds(case.fault.class .. ": " .. case.fault.name, options.fault)
        and holds(case.operation.name, options.operation) then
      kept[#kept + 1] = case
    end
  end
  return kept
end

local function describe(case)
  return ("%s: %s; %s; %s; clock: %s; %s connection; deadline %s; %s"):format(case.operation.name, case.fault.name,
    case.lag.name, case.company.name, case.clock.name, case.connection, case.deadline.name, case.dialect)
end

-- A part of the cases ------------------------------------------------------------------------------------------------

-- Cases wait most of the time: so many go at once in one process.
local LANES = 48

-- Runs every n-th case from the i-th, those that take longest first, and writes a line for each: its place, what the
-- client said, how often it happened, what is to be counted, and the error.
local function run_part(options, cases)
  if options.rule then
    local rules = require("klaviyo.calls.reconcile").rules
    assert(rules and rules[options.rule] ~= nil, "the reconciliation has no rule " .. options.rule)
    rules[options.rule] = false
  end
  local order = {}
  for place in ipairs(cases) do
    order[place] = place
  end
  table.sort(order, function(a, b)
    local x, y = truth.duration(cases[a]), truth.duration(cases[b])
    if x ~= y then
      return x > y
    end
    return a < b
  end)
  local lanes, left = { limit = LANES + 1, loop = "blocking" }, 0
  lanes[1] = function()
    truth.keep_time(function()
      return left > 0
    end)
    return true
  end
  for _, k in ipairs(jobs.share(options.part, #order)) do
    left = left + 1
    lanes[#lanes + 1] = function()
      local ran, result = pcall(truth.run, cases[order[k]])
      if not ran then
        result = { said = "crash", effects = 0, found = { "crash" }, text = tostring(result):gsub("%s+", " "),
          seconds = 0 }
      end
      print(("case\t%d\t%s\t%d\t%.1f\t%s\t%s"):format(order[k], result.said, result.effects, result.seconds,
        table.concat(result.found, ","), result.text))
      left = left - 1
      return true
    end
  end
  klaviyo.all(lanes)
  print "end"
end

-- All of them ---------------------------------------------------------------------------------------------------------

-- The lines of all parts, each of which runs with these arguments besides.
local function run_parts(options, more)
  local arguments = { "--seed", options.seed }
  if options.short then
    arguments[#arguments + 1] = "--short"
  end
  for _, word in ipairs(more) do
    arguments[#arguments + 1] = word
  end
  return jobs.run(options.jobs, arguments)
end

local function new_counts()
  local counts = { cases = 0 }
  for _, list in ipairs { BAD, COUNTED } do
    for _, name in ipairs(list) do
      counts[name] = 0
    end
  end
  return counts
end

-- Rows in the order in which their names first come.
local function row_of(rows, name)
  if not rows[name] then
    rows[name] = new_counts()
    rows[#rows + 1] = name
  end
  return rows[name]
end

local function is_bad(found)
  for _, name in ipairs(BAD) do
    if found == name then
      return true
    end
  end
  return false
end

-- Counts the lines of the parts by operation and by class of faults. Returns also a sentence for each that is bad.
local function count(cases, lines)
  local by_operation, by_class, totals, complaints = {}, {}, new_counts(), {}
  for _, operation in ipairs(operations.list) do
    row_of(by_operation, operation.name)
  end
  for _, fault in ipairs(faults) do
    row_of(by_class, fault.class)
  end
  for _, line in ipairs(lines) do
    local place, said, effects, seconds, found, text = line:match "^case\t(%d+)\t(%S+)\t(%d+)\t(%S+)\t([^\t]*)\t(.*)$"
    if place then
      local case, bad = cases[tonumber(place)], false
      local rows = { row_of(by_operation, case.operation.name), row_of(by_class, case.fault.class), totals }
      for _, counts in ipairs(rows) do
        counts.cases = counts.cases + 1
      end
      for name in found:gmatch "[^,]+" do
        bad = bad or is_bad(name)
        for _, counts in ipairs(rows) do
          counts[name] = counts[name] + 1
        end
      end
      if bad then
        complaints[#complaints + 1] = ("%s: %s: it happened %s times, the client said %s after %s s: %s"):format(found,
          describe(case), effects, said, seconds, text)
      end
    else
      complaints[#complaints + 1] = line
    end
  end
  return by_operation, by_class, totals, complaints
end

local HEADS = { duplicate = "twice", ["false none"] = "denied", ["false success"] = "claimed", foreign = "foreign",
  ["unproven none"] = "unproven", ["unknown despite proof"] = "proof", ["needless unknown"] = "needless",
  crash = "crash", indistinguishable = "indist.", happened = "happened",
  unknown = "unknown", ["found later"] = "later" }

local function print_row(name, value_of)
  io.write(("%-28s"):format(name), ("%7s"):format(value_of "cases"))
  for i, list in ipairs { BAD, COUNTED } do
    io.write(i == 1 and " |" or " | ")
    for _, column in ipairs(list) do
      io.write(("%9s"):format(value_of(column)))
    end
  end
  io.write "\n"
end

local function print_table(title, rows)
  print_row(title, function(column)
    return HEADS[column] or column
  end)
  for _, name in ipairs(rows) do
    if rows[name].cases > 0 then
      print_row(name, function(column)
        return rows[name][column]
      end)
    end
  end
  io.write "\n"
end

local function sum_of_bad(totals)
  local sum = 0
  for _, name in ipairs(BAD) do
    sum = sum + totals[name]
  end
  return sum
end

local function run_matrix(options)
  local cases, began, more = plan(options), core.now(), {}
  if options.fault then
    more = { options.fault, options.operation }
  end
  print(("%d cases, seed %d, %d at once"):format(#cases, options.seed, options.jobs * LANES))
  local lines, complete = run_parts(options, more)
  local by_operation, by_class, totals, complaints = count(cases, lines)
  print_table("operation", by_operation)
  print_table("what goes wrong", by_class)
  print_row("all", function(column)
    return totals[column]
  end)
  print(("%d cases in %.0f s, seed %d"):format(totals.cases, core.now() - began, options.seed))
  for i, complaint in ipairs(complaints) do
    if i <= 60 or options.verbose then
      print(complaint)
    end
  end
  return totals.cases, math.max(#complaints, sum_of_bad(totals)) + (complete and totals.cases == #cases and 0 or 1)
end

-- With each rule switched off, something must be found. Returns how many rules are found out, and how many are not.
local function run_rules(options)
  local good, bad = 0, 0
  for _, rule in ipairs(RULES) do
    local lines = run_parts(options, { "--rule", rule })
    local _, _, totals, complaints = count(selection(rule), lines)
    local found = {}
    for _, name in ipairs(BAD) do
      if totals[name] > 0 and name ~= "crash" then
        found[#found + 1] = ("%d %s"):format(totals[name], name)
      end
    end
    print(("without %s: %s, in %d cases"):format(rule, #found > 0 and table.concat(found, ", ") or "nothing is found",
      totals.cases))
    if #found > 0 then
      good = good + 1
    else
      bad = bad + 1
      print(complaints[1] or "")
    end
  end
  return good, bad
end

local options = options_of(arg)
if options.part then
  io.stdout:setvbuf "line"
  return run_part(options, plan(options))
end
local passed, failed = run_matrix(options)
failed = math.min(failed, passed)
if not options.fault then
  local good, bad = run_rules(options)
  passed, failed = passed + good + bad, failed + bad
end
print(("%d passed, %d failed"):format(passed - failed, failed))
os.exit(failed == 0 and 0 or 1)
