-- SPDX-License-Identifier: MIT
--- `make fleet`: machines that share one account through Redis, each a process in a network namespace of its own,
--- against a sandbox that enforces the service's limits. bench/fleet/start makes the namespaces and runs this.
--
--   run.lua BUILD [--short] [--only NAME]
--
-- The operation allows 75 calls a second and 750 a minute; the windows are SCALE times shorter. The sandbox counts the
-- 429s; `later`: those after the first minute. `use` is the least possible time for the calls that it accepted, over
-- the time that they took. `trips`: requests to Redis for each call. `wait`: how long a call waited until it was first
-- sent, the mean of all machines; `longest`: the mean of the machines' longest waits, and beside it the longest of all
-- over that; last, the mean wait of the machine that waited most over the mean of all.

local core = require "klaviyo.core"
local process = require "spec.support.process"

local SCALE, BURST, STEADY = 2, 75, 750
local ADDRESS = "10.77.0.1"

local build, short, only = arg[1], false, nil
for i = 2, #arg do
  short = short or arg[i] == "--short"
  only = arg[i] == "--only" and arg[i + 1] or only
end

local directory = build .. "/fleet"
local tree = 'LUA_PATH="./?.lua;lua/?.lua;lua/?/init.lua;;" LUA_CPATH="' .. build .. '/5.4/?.so;;" KLAVIYO_API_KEY='

local function run(command)
  assert(os.execute(command), command)
end

-- Machines -----------------------------------------------------------------------------------------------------------

local machines = 0

-- A network namespace on the bridge.
local function machine()
  machines = machines + 1
  local name = "m" .. machines
  local steps = { "ip netns add NAME", "ip link add vNAME type veth peer name eth0 netns NAME",
    "ip link set vNAME master fleet up", "ip -n NAME addr add ADDRESS/16 dev eth0", "ip -n NAME link set eth0 up",
    "ip -n NAME link set lo up" }
  local address = ("10.77.%d.%d"):format(machines // 200 + 1, machines % 200 + 1)
  run((table.concat(steps, " && "):gsub("NAME", name):gsub("ADDRESS", address)))
  return name
end

local function start_redis()
  os.remove(directory .. "/redis.log")
  local command = ("exec redis-server --bind %s --protected-mode no --port 6379 --save '' --appendonly no --dir %s")
    :format(ADDRESS, directory)
  local redis = process.start(command, directory .. "/redis.log")
  process.wait_for("redis-server", function()
    return process.read(directory .. "/redis.log"):find "[Rr]eady to accept"
  end)
  return redis
end

---@return table worker  with the pipe of its output
local function start_worker(name, redis, calls, concurrency, preload)
  local log = ("%s/%s.log"):format(directory, name)
  local command = ("%s%s ip netns exec %s sh -c 'echo $$ > %s/%s.pid; exec lua5.4 bench/fleet/worker.lua %s %s %g %d "
    .. "%d 2>>%s'"):format(tree, preload and " LD_PRELOAD=" .. preload or "", name, directory, name, redis.sandbox.url,
    redis.url == "" and "\"\"" or redis.url, SCALE, calls, concurrency, log)
  return { name = name, pipe = assert(io.popen(command)), log = log }
end

local function kill(worker)
  local pid = process.read(("%s/%s.pid"):format(directory, worker.name)):match "%d+"
  if pid then
    os.execute("kill -9 " .. pid .. " 2>/dev/null")
  end
end

-- What a worker printed; of one that was killed, nothing.
local function finish(worker)
  local text = worker.pipe:read "*a"
  worker.pipe:close()
  local done, failed, asked, waits = text:match "done (%d+) failed (%d+) asked (%d+) waits (%S*)"
  local list, sum, longest = {}, 0, 0
  for wait in (waits or ""):gmatch "[%d.]+" do
    list[#list + 1] = tonumber(wait)
    sum, longest = sum + list[#list], math.max(longest, list[#list])
  end
  return { done = tonumber(done or 0), failed = tonumber(failed or 0), asked = tonumber(asked or 0), calls = #list,
    mean = sum / math.max(1, #list), longest = longest, ended = done ~= nil }
end

-- Measuring ----------------------------------------------------------------------------------------------------------

-- The least time in which so many calls are accepted.
local function least(calls)
  return (math.floor((calls - 1) / STEADY) * 60 + math.floor((calls - 1) % STEADY / BURST)) / SCALE
end

local function seconds_of(at)
  local day, hour, minute, second = at:match "%-(%d+)T(%d+):(%d+):([%d.]+)"
  return ((tonumber(day) * 24 + tonumber(hour)) * 60 + tonumber(minute)) * 60 + tonumber(second)
end

-- What the sandbox saw: accepted, refused, refused after the first window, the time between the first and the last.
local function seen(sandbox)
  local all, accepted, refused, late, first, last = sandbox:requests(), 0, 0, 0, nil, nil
  for _, request in ipairs(all) do
    local at = seconds_of(request.at)
    first = first or at
    if request.status == 429 then
      refused, late = refused + 1, late + (at - first > 60 / SCALE and 1 or 0)
    else
      accepted, last = accepted + 1, at
    end
  end
  return { accepted = accepted, refused = refused, late = late, seconds = last - first }
end

local function mean_and_most(results, field)
  local sum, count, most = 0, 0, 0
  for _, result in ipairs(results) do
    if result.ended and result.calls > 0 then
      sum, count, most = sum + result[field], count + 1, math.max(most, result[field])
    end
  end
  return sum / math.max(1, count), most
end

local function report(name, sandbox, results)
  local was = seen(sandbox)
  local done, failed, asked = 0, 0, 0
  for _, result in ipairs(results) do
    done, failed, asked = done + result.done, failed + result.failed, asked + result.asked
  end
  local longest, worst = mean_and_most(results, "longest")
  local mean, slowest = mean_and_most(results, "mean")
  print(("%-30s %6d %5d %5d %7.1f %6.1f%% %7.3f %8.2f %8.2f %6.2f %6.2f"):format(name, was.accepted, was.refused,
    was.late, was.seconds, 100 * least(was.accepted) / was.seconds, done > 0 and asked / done or 0, mean, longest,
    worst / longest, slowest / mean))
  if failed > 0 then
    print(("  %d calls failed; see %s"):format(failed, directory))
  end
end

local function scenario(name, options)
  if only and not name:find(only, 1, true) then
    return
  end
  os.execute("rm -f " .. directory .. "/m*.log " .. directory .. "/m*.pid")
  local sandbox = assert(require("klaviyo.sandbox").start { port = 0, host = ADDRESS, rate_limits = true,
    rate_scale = SCALE })
  local redis = { sandbox = sandbox, url = options.alone and "" or ("redis://%s:6379/0"):format(ADDRESS),
    server = start_redis() }
  local workers, results = {}, {}
  for i = 1, options.machines do
    workers[i] = start_worker(machine(), redis, options.calls, options.concurrency or 8,
      options.jump and i == 1 and directory .. "/clock.so" or nil)
  end
  if options.during then
    options.during(workers, redis, results)
  end
  for _, worker in ipairs(workers) do
    results[#results + 1] = finish(worker)
  end
  report(name, sandbox, results)
  redis.server:stop()
  sandbox:stop()
end

-- Kills a machine every second, and starts another one in its place.
local function kill_one_a_second(workers, redis, results)
  local began, next_one = core.now(), 1
  while core.now() - began < (short and 15 or 50) do
    os.execute "sleep 1"
    kill(workers[next_one])
    results[#results + 1] = finish(workers[next_one])
    workers[next_one] = start_worker(workers[next_one].name, redis, 60, 8)
    next_one = next_one % #workers + 1
  end
end

local function stop_redis(_, redis)
  os.execute "sleep 12"
  redis.server:stop()
  os.execute "sleep 10"
  redis.server = start_redis()
end

local windows = short and 1 or 2
local total = windows * STEADY + 150

print(("75 calls in %g s, 750 in %g s; %d calls in all, least possible %.1f s"):format(1 / SCALE, 60 / SCALE, total,
  least(total)))
print(("%-30s %6s %5s %5s %7s %7s %7s %8s %8s %6s %6s"):format("machines", "calls", "429", "later", "seconds", "use",
  "trips", "wait", "longest", "/mean", "/mean"))
for _, count in ipairs { 2, 8, 32 } do
  scenario(("%d"):format(count), { machines = count, calls = math.ceil(total / count), concurrency = 8 })
end
scenario("8, without a shared budget", { machines = 8, calls = math.ceil(total / 8), alone = true })
scenario("8, one killed every second", { machines = 8, calls = math.ceil(total / 8), during = kill_one_a_second })
scenario("8, Redis gone 10 s, then empty", { machines = 8, calls = math.ceil(total / 8), during = stop_redis })
scenario("8, a clock that jumps", { machines = 8, calls = math.ceil(total / 8), jump = true })
