-- SPDX-License-Identifier: MIT
-- What jobs cost in requests, counted in the log of the sandbox, as a table for doc/performance.md; how soon an apply
-- of many files and an emergency stop are out under the service's limits; and the connections of 100 POSTs over TLS.
-- `make bench` runs it; alone: make bench BENCH="--only requests"

local klaviyo = require "klaviyo"
local options = require "settings"
local sandboxes = require "klaviyo.sandbox"
local time = require "klaviyo.model.time"
local verdicts = require "verdicts"

-- How often something is measured does not matter here, nor on which core.
local settings = options.parse(arg, { build = "build", rounds = 1, scale = 1, core = 1, json = false })
local figures = { requests = {} }

local SPOKEN = { { "guide", "2026-04-15.pre", "guide" }, { "2026-07-15.pre", "2026-07-15.pre" },
  { "2026-10-15", "2026-10-15" } }
local TOMORROW = os.date("!%Y-%m-%d", os.time() + 86400) .. "T12:00:00Z"

local function campaign_of(audiences, messages, named)
  local campaign = klaviyo.campaign "Sale":timezone "America/New_York"
  for i = 1, audiences do
    local audience = campaign:audience(named and "VIP " .. i or nil, { included = { "LIST_" .. i } })
    for n = 1, messages do
      audience:sms { name = ("%d.%d"):format(i, n), body = "It starts" }
    end
  end
  return campaign
end

local function fill(kl, count, messages)
  for _ = 1, count do
    assert(kl.campaigns:create(campaign_of(1, messages)))
  end
end

local function read_all(kl)
  for _ in kl.campaigns:trees() do end
end

-- Name; what is there before; the job; the requests to reach, in the guide's dialect and in the other.
local JOBS = {
  { "create 2 audiences with 10 messages, and read them back", nil, function(kl)
    assert(kl.campaigns:create(campaign_of(2, 5)))
  end, 2, 3 },
  { "the same, both audiences named", nil, function(kl)
    assert(kl.campaigns:create(campaign_of(2, 5, true)))
  end, 4, 3 },
  { "schedule 10 drafts of a campaign", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:schedule { at = TOMORROW })
  end, 12, 12 },
  { "cancel 10 messages of a campaign", function(kl)
    local campaign = assert(kl.campaigns:create(campaign_of(2, 5)))
    assert(campaign:schedule { at = TOMORROW })
    return campaign
  end, function(_, campaign)
    assert(campaign:cancel())
  end, 11, 11 },
  { "clone a campaign of 10 messages under a new name", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:clone { name = "Other" })
  end, 3, 3 },
  { "read a campaign of 10 messages", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:tree())
  end, 1, 2 },
  { "read 121 campaigns with 2 messages each (`kl.campaigns:trees`)", function(kl)
    fill(kl, 121, 2)
  end, read_all, 2, 5 },
  { "read 5,000 campaigns with 2 messages each, as `klaviyo export` does", function(kl)
    fill(kl, 5000, 2)
  end, read_all, 50, 150 },
}

local function count(spoken, job)
  local sandbox = assert(sandboxes.start { port = 0 })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_bench", limits = false, revision = spoken[2],
    dialect = spoken[3] }
  local before = job[2] and job[2](kl)
  sandbox:clear_requests()
  job[3](kl, before)
  local requests = #sandbox:requests()
  kl:close()
  sandbox:stop()
  return requests
end

-- The emergency stop of 60 scheduled messages with a response time of 100 ms: when the last cancellation came, and the
-- least that the limit of 10 a second allows.
local function emergency_stop()
  local sandbox = assert(sandboxes.start { port = 0 })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_bench" }
  local quick = klaviyo.client { base_url = sandbox.url, api_key = "pk_bench", limits = false }
  local id = assert(quick.campaigns:create(campaign_of(1, 60))).id
  assert(assert(quick.campaigns:tree(id)):schedule { at = TOMORROW })
  local campaign = assert(kl.campaigns:tree(id))
  sandbox:fail { latency = "100ms", times = 0 }
  sandbox:clear_requests()
  assert(campaign:cancel())
  local first, last, cancellations = nil, nil, 0
  for _, request in ipairs(sandbox:requests()) do
    if request.method == "PATCH" then
      local at = assert(time.parse(request.at))
      first, last, cancellations = math.min(first or at, at), math.max(last or at, at), cancellations + 1
    end
  end
  kl:close()
  quick:close()
  sandbox:stop()
  return cancellations, last - first
end

-- Commands of a large account ---------------------------------------------------------------------------------------

local CAMPAIGNS = math.max(10, math.floor(1000 * settings.scale))

local LIMITED, UNLIMITED = "lua/klaviyo/cli/main.lua", "bench/command.lua"

-- Runs the command in a sandbox, in a folder, within the account's limits or without, and raises if it fails.
local function run(sandbox, folder, program, words, revision)
  local command = ("env HOME=%s KLAVIYO_CONFIG=%s/none KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_bench KLAVIYO_SANDBOX= "
    .. "KLAVIYO_PROFILE= KLAVIYO_REVISION=%s lua5.4 %s %s >%s/log 2>&1"):format(folder, folder, sandbox.url, revision,
      program, words, folder)
  local _, _, code = os.execute(command)
  assert(code == 0, command)
end

local function new_folder()
  local pipe = assert(io.popen "mktemp -d")
  local folder = pipe:read "*l"
  pipe:close()
  return folder
end

-- The requests of a list, a calendar and a report of many campaigns of one message, all scheduled for one hour; for the
-- report they were sent, and it is two days ago. Under the account's limits a report would take minutes: it may ask for
-- two pages a minute.
local function large_account(spoken)
  local function day(days)
    return os.date("!%Y-%m-%dT12:00:00Z", os.time() + days * 86400)
  end
  local sandbox = assert(sandboxes.start { port = 0, clock = { at = day(-3), rate = 1 } })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_bench", limits = false }
  for _ = 1, CAMPAIGNS do
    assert(assert(kl.campaigns:create(campaign_of(1, 1))):schedule { at = day(-2) })
  end
  kl:close()
  sandbox:metric { name = "Placed Order" }
  local folder, counts = new_folder(), {}
  for i, words in ipairs { "list --limit 0", "calendar --from -7d", "report" } do
    if words == "report" then
      sandbox:advance "3d"
    end
    sandbox:clear_requests()
    run(sandbox, folder, UNLIMITED, words, spoken[2])
    counts[i] = #sandbox:requests()
  end
  sandbox:stop()
  os.execute("rm -rf " .. folder)
  return counts
end

-- The requests of a watch of 60 messages in virtual time, until they are sent a day later.
local function day_of_watching(spoken)
  local start = os.time()
  local function clock(seconds)
    return os.date("!%Y-%m-%dT%H:%M:%SZ", start + seconds)
  end
  local sandbox = assert(sandboxes.start { port = 0, clock = { at = clock(0), rate = 0 } })
  local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_bench", limits = false }
  local campaign = assert(kl.campaigns:create(campaign_of(1, 60)))
  assert(campaign:schedule { at = clock(86400) })
  kl:close()
  sandbox:clear_requests()
  local folder = new_folder()
  run(sandbox, folder, "spec/support/virtual_command.lua " .. start, ("watch %s --no-results"):format(campaign.id),
    spoken[2])
  local requests = #sandbox:requests()
  sandbox:stop()
  os.execute("rm -rf " .. folder)
  return requests
end

-- Campaign files ------------------------------------------------------------------------------------------------------

local FILES = 50

-- Writes campaign files of two messages each.
local function write_files(folder, text)
  for i = 1, FILES do
    local file = assert(io.open(("%s/sale%02d.lua"):format(folder, i), "w"))
    file:write(([[return { name = "Sale %02d", description = %q, audiences = { { included = { %q }, messages = {
      { name = "A", channel = "sms", body = %q }, { name = "B", channel = "sms", body = %q } } } } }]]):format(i,
      text, text, text, text))
    file:close()
  end
end

-- Of 50 files: the requests of a plan of new campaigns and of known ones; then, if wanted, an apply of 200 changes with
-- a response time of 100 ms: how many changes came, and how long after the first the last of them.
local function campaign_files(spoken, is_timed)
  local sandbox = assert(sandboxes.start { port = 0 })
  local folder = new_folder()
  local plan, apply = "plan --json " .. folder, "apply --yes --json " .. folder
  write_files(folder, "one")
  run(sandbox, folder, UNLIMITED, plan, spoken[2])
  local new = #sandbox:requests()
  run(sandbox, folder, UNLIMITED, apply, spoken[2])
  sandbox:clear_requests()
  run(sandbox, folder, UNLIMITED, plan, spoken[2])
  local known = #sandbox:requests()
  write_files(folder, "two")
  sandbox:fail { latency = "100ms", times = 0 }
  sandbox:clear_requests()
  if is_timed then
    run(sandbox, folder, LIMITED, apply, spoken[2])
  end
  local first, last, changes = math.huge, 0, 0
  for _, request in ipairs(sandbox:requests()) do
    if request.method ~= "GET" then
      local at = assert(time.parse(request.at))
      first, last, changes = math.min(first, at), math.max(last, at), changes + 1
    end
  end
  sandbox:stop()
  os.execute("rm -rf " .. folder)
  return new, known, changes, last - first
end

-- Connections over TLS -----------------------------------------------------------------------------------------------

local POSTS = 100

-- A program of its own, for strace to count the connections of.
local PROGRAM = [[
local kl = require "klaviyo".client { base_url = %q, api_key = "pk_bench", ca_file = %q, limits = false }
for _ = 1, %d do
  assert(kl:request { method = "POST", path = "/api/campaigns", body = { data = { type = "campaign",
    attributes = { definition = { name = "Sale", send_settings = { send_timezone = "UTC", send_strategy = "STATIC" } },
      audiences = { { temporary_id = "a", included = { "LIST_1" } } } } } } })
end
]]

-- nil without strace
local function connections_over_tls()
  if not os.execute "command -v strace >/dev/null" then
    return nil
  end
  local sandbox = assert(sandboxes.start { port = 0, tls = true })
  local folder = new_folder()
  local file = assert(io.open(folder .. "/posts.lua", "w"))
  file:write(PROGRAM:format(sandbox.url, sandbox.ca_file, POSTS))
  file:close()
  assert(os.execute(("strace -f -qq -e trace=connect -o %s/calls lua5.4 %s/posts.lua"):format(folder, folder)))
  assert(#sandbox:effects() == POSTS, "not all POSTs came")
  local connections = 0
  for line in io.lines(folder .. "/calls") do
    connections = connections + (line:find(("htons(%d)"):format(sandbox.port), 1, true) and 1 or 0)
  end
  sandbox:stop()
  os.execute("rm -rf " .. folder)
  return connections
end

-- -----------------------------------------------------------------------------------------------------------------

-- A row of the table: counts by dialect, and the goal, of the guide's and the other.
local function row(name, counts, guide, other)
  table.insert(figures.requests, { job = name, counts = counts })
  print(("| %s | %s | %s |"):format(name, table.concat(counts, " | "), guide and guide .. " / " .. other or ""))
  if guide then
    local over = math.max(counts[1] - guide, counts[2] - other, counts[3] - other)
    verdicts.at_most("requests above the least: " .. name, over, 0, "%d")
  end
end

print "\n### Requests of a job\n"
print "| job | guide | 2026-07-15.pre | 2026-10-15 | least |"
print "|---|---:|---:|---:|---:|"
for _, job in ipairs(JOBS) do
  local counts = {}
  for i, spoken in ipairs(SPOKEN) do
    counts[i] = count(spoken, job)
  end
  row(job[1], counts, job[4], job[5])
end
local commands = { {}, {}, {} }
for i, spoken in ipairs(SPOKEN) do
  commands[1][i], commands[2][i], commands[3][i] = table.unpack(large_account(spoken))
end
-- A page for 100 campaigns or messages. The calendar has three lists more, which are empty; the report has its numbers
-- and the names, the account, and the metric.
local pages = math.ceil(CAMPAIGNS / 100)
for i, command in ipairs { { "list --limit 0", pages }, { "calendar", pages + 3 }, { "report", 2 * pages + 2 } } do
  row(("`klaviyo %s` of %s campaigns"):format(command[1], (("%d"):format(CAMPAIGNS):gsub("(%d)(%d%d%d)$", "%1,%2"))),
    commands[i], command[2], command[2])
end
local watched = {}
for i, spoken in ipairs(SPOKEN) do
  watched[i] = day_of_watching(spoken)
end
row("`klaviyo watch` of 60 messages from a day before they are sent, a list for each look", watched)
local plans, changes, duration = { {}, {} }, nil, nil
for i, spoken in ipairs(SPOKEN) do
  plans[1][i], plans[2][i], changes, duration = campaign_files(spoken, i == #SPOKEN)
end
row(("`klaviyo plan` of %d files of new campaigns"):format(FILES), plans[1], 1, 1)
row(("`klaviyo plan` of %d files of known campaigns with 2 messages each"):format(FILES), plans[2], 1, 2)

-- The least durations: a window of a second for each burst of so many requests but the last. What the service counts
-- it counts somewhere between a request's departure and its response, so none may take its place sooner than a second
-- after the response: nobody who does not want to be rejected is faster than windows that are longer by that.
local RESPONSE = 0.1
local function least(requests, burst)
  local windows = math.ceil(requests / burst) - 1
  return windows, windows * (1 + RESPONSE)
end

local limit = least(2 * FILES, 10)
local _, floor = least(2 * FILES, 9)
print(("\napply of %d files: %d changes, %d of one operation; the last came %.2f s after the first; the limit alone "
  .. "would allow %d s, nine requests and their responses %.1f s"):format(FILES, changes, 2 * FILES, duration, limit,
  floor))
verdicts.at_most("apply of 50 files with 200 changes, of the limit's 9 s", duration / limit, 1.2)
verdicts.at_most(("the same, of nine a second and their responses: %.1f s"):format(floor), duration / floor, 1.2)
local cancellations, seconds = emergency_stop()
limit, floor = least(cancellations, 10)
print(("\nemergency stop: %d cancellations; the last came %.2f s after the first; the limit alone would allow %d s, "
  .. "ten requests and their responses %.1f s"):format(cancellations, seconds, limit, floor))
verdicts.at_most("emergency stop of 60 messages, of the limit's 5 s", seconds / limit, 1.1, "%.3f")
verdicts.at_most(("the same, of ten a second and their responses: %.1f s"):format(floor), seconds / floor, 1.1)
local connections = connections_over_tls()
if connections then
  print(("\nconnections of %d POSTs over TLS: %d"):format(POSTS, connections))
  verdicts.at_most(("connections of %d POSTs over TLS"):format(POSTS), connections, 2, "%d")
end
figures.verdicts = verdicts.all
options.save(settings.json, figures)
