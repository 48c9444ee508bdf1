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
--
-- Behind the workloads come: memory by the number of pages, cost by the size of a page, the longest pause that a page
-- makes in a host's loop, instructions (which a busy machine does not change) and system calls; they are named memory,
-- size, pause, instructions and calls to --only. What is not installed is named and left out.

package.path = "bench/?.lua;" .. package.path

local report = require "report"

local settings = { build = "build", rounds = 5, scale = 1, core = 1, json = nil, only = nil }
for i = 1, #arg, 2 do
  local name = arg[i]:match "^%-%-(%w+)$"
  if not name or arg[i + 1] == nil then
    io.stderr:write("bench: cannot understand ", arg[i], "; see the top of bench/run.lua\n")
    os.exit(2)
  end
  settings[name] = tonumber(arg[i + 1]) or arg[i + 1]
end

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
  for _ = 1, settings.rounds do
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

-- By kind of unit: arguments of the server and of the client for so many.
local KINDS = {
  page = function(count) return "--pages " .. count, "walk names" end,
  GET = function(count) return "", "get " .. count end,
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

-- Instructions of user code for each of `more` units beyond the first few; for a process, of the whole of it.
local function instructions(peer, kind, few, more)
  local tool = "valgrind -q --trace-children=yes --tool=callgrind --callgrind-out-file=%s"
  local less = count_with(tool, read_callgrind, peer, kind, few)
  local all = less and count_with(tool, read_callgrind, peer, kind, few + more)
  return all and (all - less) / more
end

local function all_instructions()
  local rows = {}
  for _, id in ipairs { "bare", "ours", "ours_jit", "luasocket", "lua_curl_51", "lua_curl_jit" } do
    if peers[id].found then
      rows[#rows + 1] = { id = id, page = instructions(peers[id], "page", 30, 30),
        GET = instructions(peers[id], "GET", 100, 200), create = instructions(peers[id], "create", 50, 50) }
    end
  end
  return rows
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
for _, workload in ipairs(workloads) do
  if wanted(workload.id) then
    local result = run_workload(workload)
    table.insert(results.workloads, result)
    report.workload(workload, result, peers, order)
  end
end
if wanted "memory" then
  results.memory = memory_by_pages()
  report.memory(results.memory)
end
if wanted "size" then
  results.size = cost_by_size()
  report.size(results.size)
end
if wanted "pause" then
  results.pause = longest_pause()
  report.pause(results.pause)
end
if wanted "instructions" and has("valgrind", "instructions") then
  results.instructions = all_instructions()
  report.instructions(results.instructions, peers)
end
if wanted "calls" and has("strace", "system calls") then
  results.calls = all_system_calls()
  report.calls(results.calls, peers)
end
report.verdicts()
if settings.json then
  local file = assert(io.open(settings.json, "w"))
  file:write(require("cjson").encode(results), "\n")
  file:close()
  print("\nall figures: " .. settings.json)
end
