-- SPDX-License-Identifier: MIT
--- `make fleet`: machines that share one account through Redis, each a process in a network namespace of its own,
--- against a sandbox that enforces the service's limits. bench/fleet/start makes the namespaces and runs this.
--
--   run.lua BUILD [--short] [--only NAME]
--
-- The operations allow 75 calls a second and 750 a minute (templates), or 10 and 150 (campaigns); the windows are SCALE
-- times shorter. The sandbox counts the 429s; `later`: those after the first minute. `use` is the least possible time
-- for the calls that it accepted, over the time that they took. `trips`: how often Redis was asked for permits, as
-- it counts that itself, for each accepted call; a process that connects makes two round trips more. `wait`: how long a
-- call waited until it was first sent, the mean of all calls; `longest`: the longest of all, and `/mean`, that over the
-- mean. Since a window that is used up has everybody wait for the next one, `ideal` says what that would be in a single
-- queue that loses no time. `machine`: the mean wait of the machine that waited most, over the mean of the machines'.
-- `load`: of this computer in the last minute.

local core = require "klaviyo.core"
local process = require "spec.support.process"

io.stdout:setvbuf "line" -- who writes it to a file wants to see it as well

local SCALE = 2
local CONCURRENCY = 8 -- calls under way in each machine
local TEMPLATES = { path = "/api/templates", burst = 75, steady = 750 }
local CAMPAIGNS = { path = "/api/campaigns", burst = 10, steady = 150 }
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

-- How often clients have asked this Redis for permits since it started.
local function times_asked()
  local pipe = assert(io.popen("redis-cli -h " .. ADDRESS .. " info commandstats"))
  local text, count = pipe:read "*a", 0
  pipe:close()
  for calls in text:gmatch "cmdstat_eval%l*:calls=(%d+)" do -- eval and evalsha
    count = count + tonumber(calls)
  end
  return count
end

local function stop_redis(redis)
  redis.trips = redis.trips + times_asked()
  redis.server:stop()
end

---@return table worker  with the pipe of its output
local function start_worker(name, redis, calls, concurrency, preload)
  local log = ("%s/%s.log"):format(directory, name)
  local command = ("%s%s ip netns exec %s sh -c 'echo $$ > %s/%s.pid; exec lua5.4 bench/fleet/worker.lua %s %s %g %d "
    .. "%d %s 2>>%s'"):format(tree, preload and " LD_PRELOAD=" .. preload or "", name, directory, name,
    redis.sandbox.url, redis.url == "" and "\"\"" or redis.url, SCALE, calls, concurrency, redis.rate.path, log)
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
  local failed, waits = text:match "done %d+ failed (%d+) waits (%S*)"
  local list = {}
  for wait in (waits or ""):gmatch "[%d.]+" do
    list[#list + 1] = tonumber(wait)
  end
  return { failed = tonumber(failed or 0), waits = list }
end

-- Measuring ----------------------------------------------------------------------------------------------------------

-- When the nth call can be accepted at the earliest.
local function earliest(rate, n)
  return (math.floor((n - 1) / rate.steady) * 60 + math.floor((n - 1) % rate.steady / rate.burst)) / SCALE
end

local function mean_and_most(list)
  local sum, most = 0, 0
  for _, value in ipairs(list) do
    sum, most = sum + value, math.max(most, value)
  end
  return sum / math.max(1, #list), most
end

-- What calls wait in one queue, if so many are under way at any time: each for the one that was so many before it.
local function ideal_waits(rate, calls, under_way)
  local waits = {}
  for n = 1, calls do
    waits[n] = earliest(rate, n) - (n > under_way and earliest(rate, n - under_way) or 0)
  end
  return waits
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

local function load()
  return process.read "/proc/loadavg":match "%S+"
end

local function report(name, options, redis, results)
  local was, rate = seen(redis.sandbox), redis.rate
  local failed, all, means = 0, {}, {}
  for _, result in ipairs(results) do
    failed = failed + result.failed
    for _, wait in ipairs(result.waits) do
      all[#all + 1] = wait
    end
    means[#means + 1] = #result.waits > 0 and mean_and_most(result.waits) or nil
  end
  local mean, longest = mean_and_most(all)
  local ideal_mean, ideal_longest = mean_and_most(ideal_waits(rate, was.accepted, options.machines * CONCURRENCY))
  local of_machines, slowest = mean_and_most(means)
  print(("%-30s %6d %5d %5d %7.1f %6.1f%% %6.3f %7.2f %7.2f %6.2f %6.2f %7.2f %6s"):format(name, was.accepted,
    was.refused, was.late, was.seconds, 100 * earliest(rate, was.accepted) / was.seconds, redis.trips / was.accepted,
    mean, longest, longest / mean, ideal_longest / ideal_mean, slowest / of_machines, load()))
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
  local redis = { sandbox = sandbox, rate = options.rate or TEMPLATES, trips = 0, server = start_redis(),
    url = options.alone and "" or ("redis://%s:6379/0"):format(ADDRESS) }
  local workers, results = {}, {}
  for i = 1, options.machines do
    workers[i] = start_worker(machine(), redis, options.calls, CONCURRENCY,
      options.jump and i == 1 and directory .. "/clock.so" or nil)
  end
  if options.during then
    options.during(workers, redis, results)
  end
  for _, worker in ipairs(workers) do
    results[#results + 1] = finish(worker)
  end
  stop_redis(redis)
  report(name, options, redis, results)
  sandbox:stop()
end

-- Kills a machine every second, and starts another one in its place.
local function kill_one_a_second(workers, redis, results)
  local began, next_one = core.now(), 1
  while core.now() - began < (short and 15 or 50) do
    os.execute "sleep 1"
    kill(workers[next_one])
    results[#results + 1] = finish(workers[next_one])
    workers[next_one] = start_worker(workers[next_one].name, redis, 60, CONCURRENCY)
    next_one = next_one % #workers + 1
  end
end

local function take_redis_away(_, redis)
  os.execute("sleep " .. 50 / SCALE) -- it is gone as a minute begins
  stop_redis(redis)
  os.execute "sleep 10"
  redis.server = start_redis()
end

local windows = short and 1 or 2
local total = windows * TEMPLATES.steady + 150

print(("windows of %g s and %g s; %d calls in all, least possible %.1f s"):format(1 / SCALE, 60 / SCALE, total,
  earliest(TEMPLATES, total)))
print(("%-30s %6s %5s %5s %7s %7s %6s %7s %7s %6s %6s %7s %6s"):format("machines", "calls", "429", "later", "seconds",
  "use", "trips", "wait", "longest", "/mean", "ideal", "machine", "load"))

local function machines_with(count, calls, more)
  local options = { machines = count, calls = math.ceil(calls / count) }
  for name, value in pairs(more or {}) do
    options[name] = value
  end
  return options
end

for _, count in ipairs { 2, 8, 32 } do
  scenario(tostring(count), machines_with(count, total))
end
scenario("32, 10 a second", machines_with(32, (windows + 1) * CAMPAIGNS.steady + 60, { rate = CAMPAIGNS }))
scenario("8, without a shared budget", machines_with(8, total, { alone = true }))
scenario("8, one killed every second", machines_with(8, total, { during = kill_one_a_second }))
scenario("8, Redis gone 10 s, then empty", machines_with(8, total, { during = take_redis_away }))
scenario("8, a clock that jumps", machines_with(8, total, { jump = true }))
