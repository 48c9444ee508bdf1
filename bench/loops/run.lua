-- SPDX-License-Identifier: MIT
-- The loops side by side: what the hosts' loops add to the blocking one, how long a page stalls them, and what waiting
-- costs. `make bench-loops` runs it; from the top of the tree, with the modules for LuaJIT on the paths:
--
--   luajit bench/loops/run.lua [BUILD] [ROUNDS] [JSON]
--
-- Every round runs all loops, one after the other, against the same servers (bench/server.c); shown are medians of the
-- rounds. Two controls tell the machine's share from ours: the 2,000 GETs by bare libcurl (bench/peers/bare.c, with the
-- start of its process), and the ticks of a host at rest. Hosts that are not installed are named and left out.

local nginx = require "spec.support.nginx"
local process = require "spec.support.process"
local socket = require "socket"

local build, rounds, json = arg[1] or "build", tonumber(arg[2] or 5), arg[3]
local quote = process.quote

-- The servers ---------------------------------------------------------------------------------------------------------

local directory = process.directory()
local servers, urls = {}, { directory = process.root() .. "/bench/loops" }

local function start_server(name, latency)
  local log = directory .. "/" .. name
  -- the server ends with its input: a pipe of ours
  servers[#servers + 1] = assert(io.popen(("%s/server --latency %d >%s"):format(quote(directory), latency, quote(log)),
    "w"))
  local port = process.wait_for("the port of a server", function()
    return process.read(log):match "port (%d+)"
  end)
  urls[name] = "http://127.0.0.1:" .. port
end

local output, code = process.run("cc -std=c11 -D_GNU_SOURCE -O2 bench/server.c bench/answers.c -lz -o "
  .. quote(directory .. "/server"))
assert(code == 0, output)
output, code = process.run("cc -std=c11 -D_GNU_SOURCE -O2 bench/peers/bare.c -lcurl -o " .. quote(directory .. "/bare"))
assert(code == 0, output)
start_server("fast", 0)
start_server("latent", 20)
start_server("slow", 3000)

local environment = ("BENCH_FAST=%s BENCH_LATENT=%s BENCH_SLOW=%s BENCH_DIRECTORY=%s "):format(urls.fast, urls.latent,
  urls.slow, quote(urls.directory))

-- The hosts -----------------------------------------------------------------------------------------------------------

local function command(text)
  return function()
    return process.run(environment .. text, 300)
  end
end

local in_nginx
local function start_nginx()
  in_nginx = nginx.start { server = ([[
    location / {
      content_by_lua_block {
        local urls = { BENCH_FAST = "%s", BENCH_LATENT = "%s", BENCH_SLOW = "%s", BENCH_DIRECTORY = "%s" }
        ngx.print(dofile(urls.BENCH_DIRECTORY .. "/hosts.lua").run_in_nginx(function(name) return urls[name] end))
      }
    }
  ]]):format(urls.fast, urls.latent, urls.slow, urls.directory) }
end

local function run_bare()
  local began = socket.gettime()
  local printed, failed = process.run(("BENCH_URL=%s %s/bare together 2000 32"):format(urls.latent, quote(directory)))
  assert(failed == 0, printed)
  return ("throughput %.9f\nfloor 1.26\n"):format(socket.gettime() - began)
end

local loops = {
  { name = "bare libcurl, C", run = run_bare },
  { name = "blocking", run = command "luajit bench/loops/hosts.lua blocking" },
}

local function add(name, found, run)
  if found then
    loops[#loops + 1] = { name = name, run = run }
  else
    print("skipped: " .. name .. " (not installed)")
  end
end

add("uv (luv)", (pcall(require, "luv")), command "luajit bench/loops/hosts.lua uv")
add("uv (Neovim)", process.find "nvim",
  command "nvim --headless -u NONE -i NONE -n -c 'luafile bench/loops/hosts.lua' 2>&1")
add("nginx", nginx.available(), function()
  return (in_nginx:get "/")
end)

-- The runs ------------------------------------------------------------------------------------------------------------

local function median(list)
  table.sort(list)
  return list[math.ceil(#list / 2)]
end

local figures = {}
if nginx.available() then
  start_nginx()
end
for round = 1, rounds do
  local blocking
  for _, loop in ipairs(loops) do
    local text, found = loop.run(), {}
    for name, value in text:gmatch "(%a[%w_]*) (%-?[%d.]+)\n" do
      found[name] = tonumber(value)
    end
    assert(found.throughput, loop.name .. ": " .. text)
    blocking = blocking or found.latency
    found.added = blocking and found.latency - blocking
    figures[loop.name] = figures[loop.name] or {}
    for name, value in pairs(found) do
      local list = figures[loop.name][name] or {}
      figures[loop.name][name] = list
      list[#list + 1] = value
    end
  end
  io.stderr:write(("round %d of %d\n"):format(round, rounds))
end
for _, server in ipairs(servers) do
  server:close()
end
if in_nginx then
  in_nginx:stop()
end
process.remove(directory)

-- The tables ----------------------------------------------------------------------------------------------------------

local COLUMNS = {
  { "a GET", "latency", 1e6, "%.0f us" },
  { "added", "added", 1e6, "%+.0f us" },
  { "2,000 GETs at 20 ms", "throughput", 1, "%.3f s" },
  { "over the floor", "over", 100, "%.1f %%" },
  { "CPU while waiting", "waiting", 100, "%.2f %%" },
  { "ticks late by, at rest, 99.9 %", "idle999", 1e3, "%.2f ms" },
  { "with pages, median", "stall50", 1e3, "%.2f ms" },
  { "99.9 %", "stall999", 1e3, "%.2f ms" },
  { "CPU between ticks, median", "work50", 1e3, "%.2f ms" },
  { "99.9 %", "work999", 1e3, "%.2f ms" },
  { "most", "work_most", 1e3, "%.2f ms" },
}

local head, rule, lines, objects = { "loop" }, { "---" }, {}, {}
for i, column in ipairs(COLUMNS) do
  head[i + 1], rule[i + 1] = column[1], "---:"
end
for _, loop in ipairs(loops) do
  local row, values = { loop.name }, {}
  for name, list in pairs(figures[loop.name]) do
    values[name] = median(list)
  end
  values.over = values.throughput / values.floor - 1
  for i, column in ipairs(COLUMNS) do
    local value = values[column[2]]
    row[i + 1] = value and column[4]:format(value * column[3]) or "-"
  end
  lines[#lines + 1] = "| " .. table.concat(row, " | ") .. " |"
  local fields = {}
  for name, value in pairs(values) do
    fields[#fields + 1] = ("%q: %.9g"):format(name, value)
  end
  table.sort(fields)
  objects[#objects + 1] = ("  %q: { %s }"):format(loop.name, table.concat(fields, ", "))
end
print("| " .. table.concat(head, " | ") .. " |")
print("|" .. table.concat(rule, "|") .. "|")
print(table.concat(lines, "\n"))
if json then
  process.write(json, "{\n" .. table.concat(objects, ",\n") .. "\n}\n")
end
print(("\nmedians of %d rounds; modules of %s"):format(rounds, build))
