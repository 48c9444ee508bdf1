-- SPDX-License-Identifier: MIT
-- What jobs cost in accounts of 10 to 100,000 campaigns of an audience and two messages: requests, and CPU and memory
-- of the client's process. `make bench` runs it; alone: make bench BENCH="--only growth"
--
-- There are no rate limits: under those of the service the requests decide how long a job takes. `rounds` does not
-- matter here, the runs are long.

local cjson = require "cjson"
local guide = require "spec.support.guide"
local options = require "settings"
local process = require "spec.support.process"
local verdicts = require "verdicts"

local settings = options.parse(arg, { build = "build", rounds = 1, scale = 1, core = 1, json = false })
local directory = process.directory()
local FILES = 10 -- of the first campaigns of the account
local REVISIONS = { "2026-04-15.pre", "2026-10-15" }

local JOBS = {
  { id = "each", name = "`kl.campaigns:each`: id and name", words = "walk.lua each %d" },
  { id = "trees", name = "`kl.campaigns:trees`: all of each", words = "walk.lua trees %d" },
  { id = "list", name = "`klaviyo list`", words = "command.lua list --limit 0" },
  { id = "list_json", name = "`klaviyo list --json`", words = "command.lua list --limit 0 --json" },
  { id = "csv", name = "`klaviyo export`", words = "command.lua export" },
  { id = "jsonl", name = "`klaviyo export --format jsonl`", words = "command.lua export --format jsonl" },
  { id = "plan", name = ("`klaviyo plan` of %d files"):format(FILES),
    words = ("command.lua plan --json %s/files"):format(directory) },
}

-- Runs a program: CPU time with that of its children, and memory in MB.
local function run(url, words, revision)
  local command = ("env HOME=%s KLAVIYO_CONFIG=%s/none KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_bench KLAVIYO_SANDBOX= "
    .. "KLAVIYO_PROFILE= KLAVIYO_REVISION=%s BENCH_COST=%s/cost taskset -c %d lua5.4 bench/%s >/dev/null 2>%s/errors")
    :format(directory, directory, url, revision, directory, settings.core, words, directory)
  local _, _, code = os.execute(command)
  assert(code == 0, command .. "\n" .. process.read(directory .. "/errors"))
  local own, children, memory = process.read(directory .. "/cost"):match "(%S+) (%S+) (%S+)"
  return own + children, memory / 1024
end

-- Files, and their campaigns in the account.
local function make_files(url)
  assert(os.execute(("mkdir %s/files"):format(directory)))
  for i = 1, FILES do
    process.write(("%s/files/sale%02d.lua"):format(directory, i), ([[return { name = "Sale %02d", audiences = {
      { included = { "LIST_1" }, messages = { { name = "A", channel = "sms", body = "It starts" },
        { name = "B", channel = "sms", body = "It ends" } } } } }]]):format(i))
  end
  run(url, ("command.lua apply --yes --json %s/files"):format(directory), REVISIONS[1])
end

local function add_campaigns(port, count)
  local path = directory .. "/body"
  process.write(path, cjson.encode(guide.campaign { definition = { name = "Summer Sale" },
    audiences = { { temporary_id = "a1", included = { "LIST_1" } } },
    messages = { guide.inline_message("email", "a1"), guide.inline_message("sms", "a1") } }))
  local output, code = process.run(("%s/bench/load %d 4 %d POST /api/campaigns %s"):format(settings.build, port, count,
    path), 600)
  assert(code == 0, output)
end

-- Measures all jobs in an account of so many campaigns; a row for each job and revision.
local function measure(sandbox, count)
  local rows = {}
  for _, job in ipairs(JOBS) do
    local row = { campaigns = count, job = job.id, requests = {}, cpu = {}, memory = {} }
    for i, revision in ipairs(REVISIONS) do
      sandbox:clear_requests()
      row.cpu[i], row.memory[i] = run(sandbox.url, job.words:format(count), revision)
      row.requests[i] = #sandbox:requests()
    end
    rows[#rows + 1] = row
    print(("| %s | %d | %d / %d | %.3f / %.3f | %.1f / %.1f |"):format(job.name, count, row.requests[1],
      row.requests[2], row.cpu[1], row.cpu[2], row.memory[1], row.memory[2]))
  end
  return rows
end

-- Whether a campaign of the largest account costs what one of an account of a tenth of it does, and no more memory; of
-- all jobs but the plan, which reads the campaigns of its files alone, and is short: it is compared with the smallest.
local function hold_against_targets(by_count, counts)
  local last, before = counts[#counts], counts[#counts - 1]
  local cpu, memory, plan = 0, 0, 0
  for _, job in ipairs(JOBS) do
    local largest, smaller, smallest = by_count[last][job.id], by_count[before][job.id], by_count[counts[1]][job.id]
    for i in ipairs(REVISIONS) do
      if job.id == "plan" then
        plan = math.max(plan, largest.cpu[i] / smallest.cpu[i])
      else
        cpu = math.max(cpu, largest.cpu[i] / smaller.cpu[i] * before / last)
      end
      memory = math.max(memory, largest.memory[i] - smaller.memory[i])
    end
  end
  verdicts.at_most(("walk, list and export of %d campaigns: CPU of one, of that with a tenth"):format(last), cpu, 1.2)
  verdicts.at_most(("plan in an account of %d campaigns: CPU, of that with %d"):format(last, counts[1]), plan, 1.5)
  verdicts.at_most(("walk, list, export and plan: memory with %d campaigns beyond that with %d, MB"):format(last,
    before), memory, 2, "%.1f")
end

local function all()
  local counts, rows, by_count, there = {}, {}, {}, FILES
  for _, full in ipairs { 10, 100, 1000, 10000, 100000 } do
    counts[#counts + 1] = full * settings.scale >= 10 and math.floor(full * settings.scale) or nil
  end
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
  make_files(sandbox.url)
  print "\n### Cost by the number of campaigns (guide / 2026-10-15)\n"
  print "| job | campaigns | requests | CPU s | memory MB |\n|---|---:|---:|---:|---:|"
  for _, count in ipairs(counts) do
    if count > there then
      add_campaigns(sandbox.port, count - there)
      there = count
    end
    by_count[count] = {}
    for _, row in ipairs(measure(sandbox, count)) do
      by_count[count][row.job], rows[#rows + 1] = row, row
    end
  end
  sandbox:stop()
  hold_against_targets(by_count, counts)
  return rows
end

local ok, result = pcall(all)
process.remove(directory)
assert(ok, result)
local names = {}
for _, job in ipairs(JOBS) do
  names[job.id] = job.name
end
options.save(settings.json, { rows = result, names = names, verdicts = verdicts.all })
