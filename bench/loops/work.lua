-- SPDX-License-Identifier: MIT
-- What is measured in each loop; runs unchanged in all hosts. Gives { name = number }.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"

local ID = "01JXYZ1234ABCDEFGHIJKLMNPQ"
local KEY = "pk_0123456789abcdef0123456789abcdef01"

local GETS, IN_FLIGHT, LATENCY = 2000, 32, 0.020

-- Long enough for thousands of ticks: the 99.9th percentile of a few hundred would be their worst.
local AT_REST, BATCHES = 3, 1000

local function percentile(list, share)
  table.sort(list)
  return list[math.max(1, math.ceil(#list * share))]
end

local function client(loop, url)
  return klaviyo.client { base_url = url, api_key = KEY, limits = false, loop = loop, dialect = "guide" }
end

-- One call after the other to a server that answers at once: what the loop adds shows in the median.
local function latency(loop, urls)
  local kl, times = client(loop, urls.fast), {}
  for i = 1, 1020 do
    local began = core.now()
    assert(kl.campaigns:get(ID))
    times[i] = core.now() - began
  end
  kl:close()
  for _ = 1, 20 do
    table.remove(times, 1)
  end
  return percentile(times, 0.5)
end

local function many(count, fn)
  local functions = { limit = IN_FLIGHT }
  for i = 1, count do
    functions[i] = fn
  end
  return functions
end

-- GETs at 20 ms, 32 in flight.
local function throughput(loop, urls)
  local kl = client(loop, urls.latent)
  local functions = many(GETS, function()
    return assert(kl.campaigns:get(ID))
  end)
  functions.loop = loop
  local began = core.now()
  assert(klaviyo.all(functions))
  local elapsed = core.now() - began
  kl:close()
  return elapsed
end

-- Pages of 141 KB, 32 at once, while a timer of the host ticks every millisecond: how late the ticks come, and how much
-- CPU this process has had between two of them. On a machine that does nothing else the two say the same.
local function lateness(ticker, load)
  local late, work, last, cpu_last = {}, {}, nil, nil
  local stop = ticker(function()
    local now, cpu = core.now(), os.clock()
    if last then
      late[#late + 1] = math.max(0, now - last - 0.001)
      work[#work + 1] = cpu - cpu_last
    end
    last, cpu_last = now, cpu
  end)
  load()
  stop()
  return late, work
end

local function stall(loop, urls, ticker)
  local kl = client(loop, urls.fast)
  local letters = 0
  local functions = many(IN_FLIGHT, function()
    for _, campaign in ipairs(assert(kl.campaigns:list()).data) do
      letters = letters + #campaign.name
    end
  end)
  functions.loop = loop
  local idle = lateness(ticker, function()
    kl.loop.sleep(AT_REST)
  end)
  local busy, work = lateness(ticker, function()
    for _ = 1, BATCHES do
      assert(klaviyo.all(functions))
    end
  end)
  kl:close()
  return { idle999 = percentile(idle, 0.999), stall50 = percentile(busy, 0.5), stall999 = percentile(busy, 0.999),
    work50 = percentile(work, 0.5), work999 = percentile(work, 0.999), work_most = work[#work], ticks = #busy }
end

-- The share of a core that waiting for one answer takes.
local function waiting(loop, urls)
  local kl = client(loop, urls.slow)
  local cpu, began = os.clock(), core.now()
  assert(kl.campaigns:get(ID))
  local share = (os.clock() - cpu) / (core.now() - began)
  kl:close()
  return share
end

---@param loop string
---@param urls { fast: string, latent: string, slow: string }
---@param ticker? fun(tick: fun()): fun()  calls it every millisecond from the host's loop, until what it gives is
---                                        called
---@return table<string, number>
return function(loop, urls, ticker)
  local figures = { latency = latency(loop, urls), throughput = throughput(loop, urls), waiting = waiting(loop, urls) }
  figures.floor = math.ceil(GETS / IN_FLIGHT) * LATENCY
  if ticker then
    for name, value in pairs(stall(loop, urls, ticker)) do
      figures[name] = value
    end
  end
  return figures
end
