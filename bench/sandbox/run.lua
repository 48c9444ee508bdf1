-- SPDX-License-Identifier: MIT
-- How fast the sandbox is, and how much it takes. From the top of the tree, with the modules on LUA_PATH and LUA_CPATH
-- and bench/sandbox/{bare,load}.c compiled into a directory (-lmicrohttpd; -lm):
--
--   taskset -c 0 lua5.4 bench/sandbox/run.lua --tools DIR [--rounds N] [--campaigns N] [--core N]
--
-- The sandbox runs in this process, in memory, on this process's core; the load comes from `core` (1), over
-- connections that stay open. Figures are medians of `rounds` (3), and those of two servers are taken in turn. What is
-- compared is the CPU time of a request, whose inverse is the rate when the server is what limits: it depends less on
-- what else the machine does than the rates do. Memory is that of the whole process, its log of 10,000 requests in it.

local cjson = require "cjson"
local guide = require "spec.support.guide"
local http = require "spec.support.http"
local process = require "spec.support.process"

local settings = { rounds = 3, campaigns = 100000, core = 1 }
for i = 1, #arg, 2 do
  settings[assert(arg[i]:match "^%-%-(%w+)$", arg[i])] = tonumber(arg[i + 1]) or arg[i + 1]
end
assert(settings.tools, "say where the tools are: --tools DIR")

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
  local command = ("taskset -c %d %s/load %d %d %d %s %s %s"):format(settings.core, settings.tools, port, connections,
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

local short = 0

local function tell(what, figure, target, good)
  short = short + (good and 0 or 1)
  print(("%-66s %18s   %-22s %s"):format(what, figure, target, good and "" or "SHORT"))
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
  local bare = process.start(settings.tools .. "/bare", directory .. "/bare")
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
  local ratio = median(theirs) / median(ours)
  tell("GET a campaign by id", ("%.1f us"):format(median(ours)), "", true)
  tell("  a bare libmicrohttpd hello", ("%.1f us"):format(median(theirs)), "", true)
  tell("  so its rate beside the bare server's is", ("%.2f"):format(ratio), ">= 0.50", ratio >= 0.5)
end

local function rate_of_creates()
  local file, rates = body_file(campaign("Summer Sale", 2, 4)), {}
  for round = 1, settings.rounds do
    local sandbox = assert(start { port = 0 })
    rates[round] = load(sandbox.port, 4, 5000, "POST", "/api/campaigns", file)
    sandbox:stop()
  end
  tell("create a campaign of 2 audiences and 4 messages", ("%.0f/s"):format(median(rates)), ">= 1000/s",
    median(rates) >= 1000)
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
local function page_times(sandbox, query, campaigns)
  local client, times = http.client(sandbox.url), {}
  for name, depth in pairs { first = 0, middle = 0.5, last = 1 } do
    local path, values, rates = page_path(client, query, campaigns / 100, depth), {}, {}
    for round = 1, settings.rounds do
      values[round], rates[round] = cost(own_pid(), sandbox.port, path, 1, 300)
    end
    times[name] = { micros = median(values), rate = median(rates) }
  end
  client:close()
  return times
end

local function fill(sandbox, campaigns, audiences, messages)
  load(sandbox.port, 4, campaigns, "POST", "/api/campaigns", body_file(campaign("Summer Sale", audiences, messages)))
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
  local rate = short_list[""].first.rate
  tell("a page of 100 campaigns, one connection", ("%.0f/s"):format(rate), ">= 300/s", rate >= 300)

  local before = resident()
  local large = assert(start { port = 0 })
  fill(large, settings.campaigns, 2, 4)
  local used = resident() - before
  tell(("%d campaigns of 2 audiences and 4 messages, in memory"):format(settings.campaigns), ("%.0f MB"):format(used),
    "< 200 MB", used < 200)
  for _, query in ipairs(QUERIES) do
    local times = page_times(large, query, settings.campaigns)
    for _, depth in ipairs { "first", "middle", "last" } do
      local base, here = short_list[query].first.micros, times[depth].micros
      tell(("%s page of %d%s"):format(depth, settings.campaigns, query == "" and "" or ", " .. query),
        ("%.0f us"):format(here), ("<= 2 x %.0f us"):format(base), here <= 2 * base)
    end
  end
  large:stop()
end

local ok, problem = pcall(function()
  cost_by_id()
  rate_of_creates()
  lists()
end)
process.remove(directory)
assert(ok, problem)
os.exit(short == 0 and 0 or 1)
