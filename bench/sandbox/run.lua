-- SPDX-License-Identifier: MIT
-- How fast the sandbox is, and how much it takes. `make bench` runs it; alone: make bench BENCH="--only sandbox"
--
--   taskset -c 0 lua5.4 bench/sandbox/run.lua [--build DIR] [--rounds N] [--scale X] [--core N] [--json FILE]
--
-- The sandbox runs in this process, in memory, on its core; the load comes from `core` (1), over connections that stay
-- open. The large account has 100,000 campaigns, times `scale`. Figures are medians of `rounds` (3), and those of two
-- servers are taken in turn. What is compared is the CPU time of a request, whose inverse is the rate when the server
-- is what limits: it depends less on what else the machine does than the rates do. Memory is that of the whole process,
-- its log of 10,000 requests in it.

local cjson = require "cjson"
local guide = require "spec.support.guide"
local http = require "spec.support.http"
local options = require "settings"
local process = require "spec.support.process"
local verdicts = require "verdicts"

local settings = options.parse(arg, { build = "build", rounds = 3, scale = 1, core = 1, json = false })
local tools = settings.build .. "/bench/"
local campaigns = math.max(1000, math.floor(100000 * settings.scale))
local start = require("klaviyo.sandbox").start
local directory = process.directory()
local bodies = 0

local function median(values)
  table.sort(values)
  return values[math.ceil(#values / 2)]
end

-- A file with a body, for load.
local function body_file(body)
  bodies = bodies + 1
  local path = ("%s/body%d"):format(directory, bodies)
  process.write(path, cjson.encode(body))
  return path
end

-- One run of load: requests a second.
local function load(port, connections, requests, method, path, file)
  local command = ("taskset -c %d %sload %d %d %d %s %s %s"):format(settings.core, tools, port, connections,
    requests, method, process.quote(path), file or "")
  local output, code = process.run(command, 600)
  assert(code == 0, output)
  return tonumber(output:match "rate (%S+)")
end

-- Nanoseconds that the threads of a process have run.
local function cpu_of(pid)
  local pipe, sum = assert(io.popen(("cat /proc/%d/task/*/schedstat"):format(pid))), 0
  for line in pipe:lines() do
    sum = sum + tonumber(line:match "^%d+")
  end
  pipe:close()
  return sum
end

-- Microseconds of CPU that a process needs for a request; and the rate.
local function cost(pid, port, path, connections, requests)
  local before = cpu_of(pid)
  local rate = load(port, connections, requests, "GET", path)
  return (cpu_of(pid) - before) / requests / 1000, rate
end

local function own_pid()
  return process.read("/proc/self/stat"):match "^%d+"
end

local function resident()
  return tonumber(process.read("/proc/self/status"):match "VmRSS:%s*(%d+)") / 1024
end

local function row(...)
  print(("| %s | %s | %s |"):format(...))
end

local function campaign(name, audiences, messages)
  local changes = { definition = { name = name }, audiences = {}, messages = messages > 0 and {} }
  for i = 1, audiences do
    changes.audiences[i] = { temporary_id = "a" .. i, included = { "LIST_" .. i } }
  end
  for i = 1, messages do
    local channel = ({ "email", "sms", "push", "whatsapp" })[i % 4 + 1]
    changes.messages[i] = guide.inline_message(channel, "a" .. (i - 1) % audiences + 1)
  end
  return guide.campaign(changes)
end

local function cost_by_id()
  local bare = process.start(tools .. "minimal", directory .. "/bare")
  local port, pid = process.wait_for("the bare server", function()
    return process.read(directory .. "/bare"):match "port (%d+) pid %d+\n"
  end), process.read(directory .. "/bare"):match "pid (%d+)"
  local sandbox = assert(start { port = 0 })
  local client = http.client(sandbox.url)
  local id = assert(client:post("/api/campaigns", campaign("One", 1, 1))).json.data.id
  local ours, theirs = {}, {}
  for round = 1, settings.rounds do
    theirs[round] = cost(pid, port, "/", 8, 20000)
    ours[round] = cost(own_pid(), sandbox.port, "/api/campaigns/" .. id, 8, 20000)
  end
  bare:stop()
  client:close()
  sandbox:stop()
  row("GET a campaign by id", ("%.1f us"):format(median(ours)), "")
  row("GET from a minimal libmicrohttpd server", ("%.1f us"):format(median(theirs)), "")
  verdicts.at_least("sandbox, GETs by id, of the minimal server's rate", median(theirs) / median(ours), 0.5)
end

local function rate_of_creates()
  local file, rates = body_file(campaign("Summer Sale", 2, 4)), {}
  for round = 1, settings.rounds do
    local sandbox = assert(start { port = 0 })
    rates[round] = load(sandbox.port, 4, 5000, "POST", "/api/campaigns", file)
    sandbox:stop()
  end
  verdicts.at_least("sandbox, creations of 2 audiences and 4 messages a second", median(rates), 1000, "%.0f")
end

-- The path of a page that far into a list, 0 to 1.
local function page_path(client, query, pages, depth)
  local path = "/api/campaigns" .. query
  for _ = 1, math.floor((pages - 1) * depth) do
    path = assert(client:get(path)).json.links.next:match "^http://[^/]+(.*)$"
  end
  return path
end

-- Times of pages of 100 by depth: "first", "middle", "last".
local function page_times(sandbox, query, size)
  local client, times = http.client(sandbox.url), {}
  for name, depth in pairs { first = 0, middle = 0.5, last = 1 } do
    local path, values, rates = page_path(client, query, size / 100, depth), {}, {}
    for round = 1, settings.rounds do
      values[round], rates[round] = cost(own_pid(), sandbox.port, path, 1, 300)
    end
    times[name] = { micros = median(values), rate = median(rates) }
  end
  client:close()
  return times
end

local function fill(sandbox, size, audiences, messages)
  load(sandbox.port, 4, size, "POST", "/api/campaigns", body_file(campaign("Summer Sale", audiences, messages)))
end

local QUERIES = { "", "?sort=name", "?filter=equals(archived,false)&sort=-created_at" }

local function lists()
  local small = assert(start { port = 0 })
  fill(small, 1000, 2, 4)
  local short_list = {}
  for _, query in ipairs(QUERIES) do
    short_list[query] = page_times(small, query, 1000)
  end
  small:stop()
  verdicts.at_least("sandbox, pages of 100 campaigns a second, one connection", short_list[""].first.rate, 300, "%.0f")

  local before = resident()
  local large = assert(start { port = 0 })
  fill(large, campaigns, 2, 4)
  verdicts.at_most(("sandbox, %d campaigns of 2 audiences and 4 messages, MB"):format(campaigns), resident() - before,
    200 * settings.scale, "%.0f")
  local most = 0
  for _, query in ipairs(QUERIES) do
    local times = page_times(large, query, campaigns)
    for _, depth in ipairs { "first", "middle", "last" } do
      local base, here = short_list[query].first.micros, times[depth].micros
      row(("%s page of %d%s"):format(depth, campaigns, query == "" and "" or ", `" .. query .. "`"),
        ("%.0f us"):format(here), ("%.0f us"):format(base))
      most = math.max(most, here / base)
    end
  end
  verdicts.at_most(("sandbox, a page of %d campaigns, of one of 1,000"):format(campaigns), most, 2)
  large:stop()
end

print "\n### The sandbox\n\n| figure | CPU | with 1,000 campaigns |\n|---|---:|---:|"
local ok, problem = pcall(function()
  cost_by_id()
  rate_of_creates()
  lists()
end)
process.remove(directory)
assert(ok, problem)
options.save(settings.json, { verdicts = verdicts.all })
