-- SPDX-License-Identifier: MIT
-- The benchmark of lua-klaviyo and its peers. `make bench` builds and installs what it needs and runs it; from the top
-- of the tree:
--
--   lua5.4 bench/run.lua [--build DIR] [--rounds N] [--scale X] [--only W1,W2,memory] [--core N] [--json FILE]
--
-- Each workload runs ours and the peers one after the other, and that `rounds` times (5 by default), so that what else
-- the machine does falls on all alike; what is shown is the median. Client and server are pinned to one core.
--
--   CPU      user and system time of the client's process, its start included, divided by pages or requests
--   wall     of the whole process
--   memory   its largest resident set
--   / bare   CPU, as a multiple of bare libcurl's in C: the limit, since that does nothing with what it receives
--   / 5.4    CPU, as a multiple of the best peer that runs on Lua 5.4
--   / JIT    CPU, as a multiple of the best peer that runs on LuaJIT
--
-- Behind the workloads come, by the name that --only knows them by:
--
--   memory         by the number of pages
--   size           the cost by the size of a page
--   pause          the longest one that a page makes in a host's loop
--   events         what an on_event adds to a GET
--   instructions   of user code, which a busy machine does not change
--   calls          system calls
--   requests       of jobs, and when the last of them is out (bench/requests.lua)
--   growth         of jobs, by the number of campaigns (bench/growth.lua)
--   sandbox        its rates and its memory (bench/sandbox/run.lua)
--
-- What is not installed is named and left out. All figures are written to the file that --json names, and those with a
-- target are in its `verdicts`, from which bench/document.lua makes the table of doc/performance.md.

package.path = "bench/?.lua;" .. package.path

local json = require "cjson"
local options = require "settings"
local report = require "report"
local verdicts = require "verdicts"

local settings = options.parse(arg, { build = "build", rounds = 5, scale = 1, core = 1, json = false, only = false })
local tools = settings.build .. "/bench/"
local peers, order = require "peers" (settings.build)
local workloads = require "workloads" (settings.scale)
local results = { settings = settings, peers = {}, workloads = {} }

local function wanted(id)
  return not settings.only or ("," .. settings.only .. ","):find("," .. id .. ",", 1, true) ~= nil
end

local function output_of(command)
  local pipe = assert(io.popen(command .. " 2>/dev/null"))
  local text = pipe:read "*a"
  local ok = pipe:close()
  return ok and text:match "^%s*(.-)%s*$" or nil
end

local function find_peers()
  for _, id in ipairs(order) do
    local peer = peers[id]
    local version = output_of(peer.version)
    peer.found = version ~= nil and version ~= ""
    results.peers[id] = { name = peer.name, version = peer.found and version:match "[^\n]+" or nil }
    if not peer.found then
      print(("skipped: %s (not installed)"):format(peer.name))
    end
  end
end

-- One run -------------------------------------------------------------------------------------------------------------

---@return table|nil  cpu, wall, server (seconds), rss (KB), requests, connections, total, and what else it reported
---@return string|nil what went wrong
local function measure(server, client, core)
  local command = ("%smeasure %d 120 %sserver %s -- %s"):format(tools, core or settings.core, tools, server, client)
  local pipe = assert(io.popen(command .. " 2>&1"))
  local text = pipe:read "*a"
  pipe:close()
  local run = {}
  for name, value in (text:match "measured (.*)$" or ""):gmatch "(%a+) (%S+)" do
    run[name] = tonumber(value)
  end
  if run.status ~= 0 then
    return nil, text
  end
  run.cpu = run.user + run.system
  run.total = text:match "result%s+%S+%s+(%d+)"
  run.heap = tonumber(text:match "heap%s+(%S+)")
  run.pause = tonumber(text:match "pause%s+(%S+)")
  return run
end

local function client_of(peer, arguments)
  return ("%s %s %s"):format(peer.command, arguments, peer.suffix or "")
end

local function median(list)
  table.sort(list)
  local middle = (#list + 1) / 2
  return (list[math.floor(middle)] + list[math.ceil(middle)]) / 2
end

local MEASURES = { "cpu", "wall", "rss", "server", "requests", "connections", "heap" }

local function summary(runs)
  local out = { runs = #runs, total = runs[1].total, cpus = {} }
  for _, name in ipairs(MEASURES) do
    local values = {}
    for _, run in ipairs(runs) do
      values[#values + 1] = run[name]
    end
    out[name] = #values > 0 and median(values) or nil
  end
  for i, run in ipairs(runs) do
    out.cpus[i] = run.cpu
  end
  return out
end

-- Workloads -----------------------------------------------------------------------------------------------------------

local function run_workload(workload)
  local runs, failed = {}, {}
  for _ = 1, settings.rounds * (workload.repeats or 1) do
    for _, id in ipairs(order) do
      local peer = peers[id]
      local able = peer.found and not failed[id] and not (peer.cannot and peer.cannot[workload.id])
      if able then
        local run, text = measure(workload.server, client_of(peer, workload.client))
        if run then
          runs[id] = runs[id] or {}
          table.insert(runs[id], run)
        else
          failed[id] = text
          io.stderr:write(("bench: %s failed at %s:\n%s\n"):format(peer.name, workload.id, text))
        end
      end
    end
  end
  local result = { id = workload.id, title = workload.title, units = workload.units, rows = {} }
  for id, list in pairs(runs) do
    result.rows[id] = not failed[id] and summary(list) or nil
  end
  return result
end

-- Beside the workloads ------------------------------------------------------------------------------------------------

local function median_of(server, client, name, core)
  local values = {}
  for i = 1, settings.rounds do
    local run, text = measure(server, client, core)
    if not run then
      error(text, 0)
    end
    values[i] = run[name]
  end
  return median(values)
end

local CURVE_PEERS = { "bare", "ours" }

local function memory_by_pages()
  local rows = {}
  for _, full in ipairs { 100, 1000, 10000 } do
    local pages = math.max(10, math.floor(full * settings.scale))
    local row = { pages = pages }
    for _, id in ipairs(CURVE_PEERS) do
      row[id] = median_of("--pages " .. pages, client_of(peers[id], "walk names"), "rss")
    end
    rows[#rows + 1] = row
  end
  return rows
end

-- Enough pages of a size for its cost to stand out from that of starting, which is measured and taken off.
local function cost_by_size()
  local rows = {}
  for power = 10, 24, 2 do
    local bytes = 2 ^ power
    local pages = math.max(4, math.min(4000, math.floor(2 ^ 28 * settings.scale / bytes)))
    local row = { bytes = bytes, pages = pages }
    for _, id in ipairs(CURVE_PEERS) do
      local function cpu(count)
        return median_of(("--bytes %d --pages %d"):format(bytes, count), client_of(peers[id], "walk names"), "cpu")
      end
      row[id] = (cpu(pages + 1) - cpu(1)) / pages
    end
    rows[#rows + 1] = row
  end
  return rows
end

local function longest_pause()
  local pages = math.max(50, math.floor(1000 * settings.scale))
  local client = peers.ours.command:gsub("bench/peers/klaviyo.lua", "bench/pause.lua")
  return { bytes = 141000, seconds = median_of("--pages " .. pages, client, "pause", -1) }
end

-- CPU and duration that an on_event adds to a GET: the runs with and without are made in turn.
local function cost_of_events()
  local gets = math.max(100, math.floor(5000 * settings.scale))
  local rows = {}
  for _, id in ipairs { "ours", "ours_jit" } do
    if peers[id].found then
      local added = { cpu = {}, wall = {} }
      for i = 1, settings.rounds do
        local without = assert(measure("", client_of(peers[id], "get " .. gets)))
        local with = assert(measure("", client_of(peers[id], "get " .. gets .. " events")))
        for name, values in pairs(added) do
          values[i] = (with[name] - without[name]) / gets
        end
      end
      rows[#rows + 1] = { id = id, cpu = median(added.cpu), wall = median(added.wall) }
    end
  end
  return rows
end

-- By kind of unit: arguments of the server and of the client for so many.
local KINDS = {
  page = function(count) return "--pages " .. count, "walk names" end,
  GET = function(count) return "", "get " .. count end,
  events = function(count) return "", ("get %d events"):format(count) end,
  create = function(count) return "", "create " .. count end,
}

-- What a tool counts of a client for so many units: it runs the client, and writes to a file that `read` reads.
local function count_with(tool, read, peer, kind, units)
  local file = os.tmpname()
  local server, work = KINDS[kind](units)
  local run = measure(server, tool:format(file) .. " " .. client_of(peer, work))
  local counted = run and read(file)
  os.remove(file)
  return counted
end

local function read_strace(file)
  local calls = {}
  for line in io.lines(file) do
    local number, name = line:match "^%s*(%d+)%s+([%w_]+)$"
    if number and name ~= "total" then
      calls[name] = tonumber(number)
    end
  end
  return calls
end

local function read_callgrind(file)
  for line in io.lines(file) do
    local number = line:match "^summary: (%d+)" or line:match "^totals: (%d+)"
    if number then
      return tonumber(number)
    end
  end
end

-- System calls for each of `more` units beyond the first few.
local function system_calls(peer, kind, more)
  local tool = "strace -f -c -U calls,name -o %s"
  local few = count_with(tool, read_strace, peer, kind, 10)
  local many = count_with(tool, read_strace, peer, kind, 10 + more)
  if not few or not many then
    return nil
  end
  local each = {}
  for name, number in pairs(many) do
    local difference = (number - (few[name] or 0)) / more
    each[name] = difference >= 0.005 and difference or nil
  end
  return each
end

local function all_system_calls()
  local rows = {}
  for _, kind in ipairs { "page", "GET" } do
    for _, id in ipairs { "bare", "multi", "ours" } do
      rows[#rows + 1] = { kind = kind, id = id, calls = system_calls(peers[id], kind, 200) or nil }
    end
  end
  return rows
end

local CALLGRIND = "valgrind -q --trace-children=yes --tool=callgrind --callgrind-out-file=%s"

-- Instructions of user code for each of `more` units beyond the first few.
local function instructions(peer, kind, few, more)
  local less = count_with(CALLGRIND, read_callgrind, peer, kind, few)
  local all = less and count_with(CALLGRIND, read_callgrind, peer, kind, few + more)
  return all and (all - less) / more
end

local function all_instructions()
  local rows = {}
  for _, id in ipairs { "bare", "ours", "ours_jit", "luasocket", "lua_curl_51", "lua_curl_jit" } do
    if peers[id].found then
      rows[#rows + 1] = { id = id, page = instructions(peers[id], "page", 30, 30),
        GET = instructions(peers[id], "GET", 100, 200), create = instructions(peers[id], "create", 50, 50),
        events = id:find "^ours" and instructions(peers[id], "events", 100, 200) or nil,
        first = count_with(CALLGRIND, read_callgrind, peers[id], "GET", 1) }
    end
  end
  return rows
end

local SCRIPTS = { requests = "lua5.4 bench/requests.lua", growth = "lua5.4 bench/growth.lua",
  sandbox = "taskset -c 0 lua5.4 bench/sandbox/run.lua" }

-- Runs a script that measures by itself: it prints its tables, and writes its figures and verdicts to a file.
local function run_script(name)
  local path = os.tmpname()
  local command = ("env 'LUA_PATH=./?.lua;bench/?.lua;lua/?.lua;lua/?/init.lua;;' 'LUA_CPATH=%s/5.4/?.so;;' "
    .. "KLAVIYO_API_KEY= %s --build %s --rounds %d --scale %s --core %d --json %s"):format(settings.build,
    SCRIPTS[name], settings.build, settings.rounds, settings.scale, settings.core, path)
  io.stdout:flush()
  local ok = os.execute(command)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  os.remove(path)
  if not ok then
    error(SCRIPTS[name] .. " failed", 0)
  end
  local figures = json.decode(text)
  for _, verdict in ipairs(figures.verdicts) do
    table.insert(verdicts.all, verdict)
  end
  return figures
end

local function has(tool, what)
  local found = output_of("command -v " .. tool)
  if not found then
    print(("\nskipped: %s (%s is not installed)"):format(what, tool))
  end
  return found
end

-- -----------------------------------------------------------------------------------------------------------------

results.machine = { date = os.date "!%Y-%m-%d", kernel = output_of "uname -sr", cores = tonumber(output_of "nproc"),
  cpu = output_of "sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1" }
find_peers()
report.head(results, order)

local failed = {}

-- Measures a part, if it is wanted, and saves what there is. One that fails does not take the others with it.
local function part(name, measure_it, report_it)
  if not wanted(name) then
    return
  end
  local began = os.time()
  local ok, result = pcall(measure_it)
  if ok then
    results[name] = result
    ok, result = pcall(report_it or function() end, result, peers)
  end
  if not ok then
    failed[#failed + 1] = name
    io.stderr:write(("bench: %s: %s\n"):format(name, tostring(result)))
  end
  print(("\n(%s took %d s)"):format(name, os.time() - began))
  results.verdicts = verdicts.all
  options.save(settings.json, results)
end

for _, workload in ipairs(workloads) do
  part(workload.id, function()
    local result = run_workload(workload)
    table.insert(results.workloads, result)
    return result
  end, function(result)
    report.workload(workload, result, peers, order)
  end)
end
part("memory", memory_by_pages, report.memory)
part("size", cost_by_size, report.size)
part("pause", longest_pause, report.pause)
part("events", cost_of_events, report.events)
if wanted "instructions" and has("valgrind", "instructions") then
  part("instructions", all_instructions, report.instructions)
end
if wanted "calls" and has("strace", "system calls") then
  part("calls", all_system_calls, report.calls)
end
for _, name in ipairs { "requests", "growth", "sandbox" } do
  part(name, function()
    return run_script(name)
  end)
end
print("\n### Figures to reach\n\n" .. verdicts.markdown(verdicts.all))
if settings.json then
  print("\nall figures: " .. settings.json)
end
if #failed > 0 then
  io.stderr:write("bench: not measured: " .. table.concat(failed, ", ") .. "\n")
  os.exit(1)
end
