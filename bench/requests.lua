-- SPDX-License-Identifier: MIT
-- What jobs cost in requests, counted in the log of the sandbox, as a table for doc/performance.md; and how soon an
-- apply of many files and an emergency stop are out under the service's limits. `make bench-requests` runs it, and so
-- does `make bench`.

local klaviyo = require "klaviyo"
local sandboxes = require "klaviyo.sandbox"
local time = require "klaviyo.model.time"

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

-- Name; what is there before; the job.
local JOBS = {
  { "create 2 audiences with 10 messages", nil, function(kl)
    assert(kl.campaigns:create(campaign_of(2, 5)))
  end },
  { "the same, both audiences named", nil, function(kl)
    assert(kl.campaigns:create(campaign_of(2, 5, true)))
  end },
  { "schedule 10 drafts of a campaign", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:schedule { at = TOMORROW })
  end },
  { "cancel 10 messages of a campaign", function(kl)
    local campaign = assert(kl.campaigns:create(campaign_of(2, 5)))
    assert(campaign:schedule { at = TOMORROW })
    return campaign
  end, function(_, campaign)
    assert(campaign:cancel())
  end },
  { "clone a campaign of 10 messages under a new name", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:clone { name = "Other" })
  end },
  { "read a campaign of 10 messages", function(kl)
    return assert(kl.campaigns:create(campaign_of(2, 5)))
  end, function(_, campaign)
    assert(campaign:tree())
  end },
  { "read 121 campaigns with 2 messages each", function(kl)
    fill(kl, 121, 2)
  end, read_all },
  { "read 5,000 campaigns with 2 messages each, as `klaviyo export` does", function(kl)
    fill(kl, 5000, 2)
  end, read_all },
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

-- Campaign files ------------------------------------------------------------------------------------------------------

local FILES = 50

-- Runs the command in a sandbox and raises if it fails.
local function run(sandbox, folder, words, revision)
  local command = ("env HOME=%s KLAVIYO_CONFIG=%s/none KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_bench KLAVIYO_SANDBOX= "
    .. "KLAVIYO_PROFILE= KLAVIYO_REVISION=%s %s lua/klaviyo/cli/main.lua %s %s >%s/log 2>&1"):format(folder, folder,
      sandbox.url, revision, arg[-1], words, folder, folder)
  local _, _, code = os.execute(command)
  assert(code == 0, command)
end

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

-- Of 50 files: the requests of a plan of new campaigns and of known ones; then an apply of 200 changes with a response
-- time of 100 ms: when the last of the changes to contents came, and the least that the limit of 10 a second allows.
local function campaign_files(spoken)
  local sandbox = assert(sandboxes.start { port = 0 })
  local pipe = assert(io.popen "mktemp -d")
  local folder = pipe:read "*l"
  pipe:close()
  write_files(folder, "one")
  run(sandbox, folder, "plan --json", spoken[2])
  local new = #sandbox:requests()
  run(sandbox, folder, "apply --yes --json", spoken[2])
  sandbox:clear_requests()
  run(sandbox, folder, "plan --json", spoken[2])
  local known = #sandbox:requests()
  write_files(folder, "two")
  sandbox:fail { latency = "100ms", times = 0 }
  sandbox:clear_requests()
  run(sandbox, folder, "apply --yes --json", spoken[2])
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

print "| requests of a job | guide | 2026-07-15.pre | 2026-10-15 |"
print "|---|---:|---:|---:|"
for _, job in ipairs(JOBS) do
  local row = {}
  for i, spoken in ipairs(SPOKEN) do
    row[i] = tostring(count(spoken, job))
  end
  print(("| %s | %s |"):format(job[1], table.concat(row, " | ")))
end
local plans, changes, duration = { {}, {} }, nil, nil
for i, spoken in ipairs(SPOKEN) do
  plans[1][i], plans[2][i], changes, duration = campaign_files(spoken)
end
print(("| `klaviyo plan` of %d files of new campaigns | %s |"):format(FILES, table.concat(plans[1], " | ")))
print(("| `klaviyo plan` of %d files of known campaigns | %s |"):format(FILES, table.concat(plans[2], " | ")))
local quickest = 2 * FILES / 10 - 1
print(("\napply of %d files: %d changes, %d of one operation; the last came %.2f s after the first, of at least %d s: "
  .. "%.2f"):format(FILES, changes, 2 * FILES, duration, quickest, duration / quickest))
local cancellations, seconds = emergency_stop()
local least = math.ceil(cancellations / 10) - 1
print(("\nemergency stop: %d cancellations; the last came %.2f s after the first, of at least %d s: %.2f"):format(
  cancellations, seconds, least, seconds / least))
