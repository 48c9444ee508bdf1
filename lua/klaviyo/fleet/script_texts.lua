-- SPDX-License-Identifier: MIT
--- The scripts that Redis runs: the budget's, and the lease's. Each is atomic, on Redis' own clock; bench/fleet runs
--- the same text in virtual time.

local script = {}

-- Keys: log (permits by time to leave), free (of those: given back, not left yet), machines (by when they were last
-- seen), state, operations, present (machines that subscribe to a channel of their own, by when they were last seen). A
-- permit is "number:machine".
--
-- A permit says when its request may leave. It may leave late by a fifth of the burst window, and the next window's
-- worth follows after the window and three tenths of it: so wherever the edges of the service's windows are, and
-- whichever request overtakes another on its way, no window of the service has one too many.
script.permits = [=[
local log, free, machines, state, operations, present = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local machine, operation = ARGV[1], ARGV[2]
local want, urgent, held = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local burst, window, steady, length = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local patience, returned, report, hold = tonumber(ARGV[10]), ARGV[11], ARGV[12], tonumber(ARGV[13])
local fleet, strays = tonumber(ARGV[14]), tonumber(ARGV[15])
local call = redis.call
local slack, moment, pad = 0.3 * window, 0.1 * window, length / 60

local function number(text) return string.format('%.0f', text) end
local function field(name) return tonumber(call('HGET', state, name) or '') end
local function put(name, value) call('HSET', state, name, number(value)) end

-- Redis' clock. If it was set back, time goes on from where it was.
local time = call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local seen, shift = field('seen') or 0, field('shift') or 0
if now + shift < seen - 2000 then
  shift = seen - now
  put('shift', shift)
end
now = now + shift
put('seen', math.max(now, seen))

-- A new account, or a Redis without its data: nothing is known of the service's windows. A Redis that is full may have
-- evicted the log alone.
local base = field('base')
if not base or ((field('ends') or 0) > now - length and call('ZCARD', log) == 0) then
  base = now * 1000
  call('HSET', state, 'base', number(base), 'last', number(base), 'probing', '1')
  call('DEL', free)
end
call('SADD', operations, operation)
call('HSET', state, 'burst', burst, 'window', window, 'steady', steady, 'length', length)

-- What this machine has sent lately without Redis.
local last = field('last') or base
for _ = 1, strays do
  last = last + 1
  call('ZADD', log, number(now), number(last) .. ':' .. machine)
end

-- Permits that come back: one whose time has not come is for the next who asks, the others have left no trace.
for member in string.gmatch(returned, '[^,]+') do
  local leave = tonumber(call('ZSCORE', log, member) or '')
  if leave and leave > now + slack then
    call('ZADD', free, number(leave), member)
  elseif leave then
    call('ZREM', log, member)
  end
end
for _, member in ipairs(call('ZRANGEBYSCORE', free, '-inf', number(now))) do
  call('ZREM', log, member)
  call('ZREM', free, member)
end
call('ZREMRANGEBYSCORE', log, '-inf', number(now - length - 2 * window))
call('ZREMRANGEBYSCORE', machines, '-inf', number(now - length))
call('ZREMRANGEBYSCORE', present, '-inf', number(now - length))

-- Machines that are gone: they subscribed to their channel when they asked, and do so no more. What they would have
-- used later is for others; what they may have used counts. nil: Redis does not tell.
local function subscribers(name)
  local reply = redis.pcall('PUBSUB', 'NUMSUB', 'klaviyo:here:' .. name)
  return not reply.err and tonumber(reply[2]) or nil
end
if now >= (field('looked') or 0) + moment then
  put('looked', now)
  local gone = {}
  for _, name in ipairs(call('ZRANGE', present, 0, -1)) do
    if subscribers(name) == 0 then
      gone[name] = true
      call('ZREM', present, name)
      call('ZREM', machines, name)
    end
  end
  for _, member in ipairs(next(gone) and call('ZRANGEBYSCORE', log, number(now + moment), '+inf') or {}) do
    if gone[string.match(member, '^%d+:(.-)!?$')] then
      call('ZADD', free, call('ZSCORE', log, member), member)
    end
  end
end

-- What the service has reported: limit, remaining, milliseconds to the window's end, how long ago, of which permit.
local edge, others = field('edge') or 0, field('others') or 0
local low = field('low') or 0
if report ~= '' then
  local limit, remaining, reset, age, of = string.match(report, '^(%-?%d+):(%-?%d+):(%-?%d+):(%d+):(%d+)$')
  limit, remaining, reset, of = tonumber(limit), tonumber(remaining), tonumber(reset), tonumber(of)
  if of > base then
    call('HDEL', state, 'probing')
    if remaining >= 0 and reset >= 0 then
      local ends = now - tonumber(age) + reset
      if ends > edge + length / 2 then
        edge, others, low = ends + pad, 0, ends - pad
      elseif ends > edge - length / 2 then
        edge, low = math.min(edge, ends + pad), math.max(low, ends - pad)
      else
        remaining = nil
      end
      if remaining then
        local own = call('ZCOUNT', log, number(edge - length - 2 * pad), number(now))
        others = math.max(others, (limit >= 0 and limit or steady) - remaining - own)
        call('HSET', state, 'edge', number(edge), 'low', number(low), 'others', number(others))
      end
    end
  end
end
if now >= edge then others = 0 end
local blocked = field('blocked') or 0
if hold > 0 and now + hold > blocked then
  blocked = now + hold
  put('blocked', blocked)
end

-- How many machines want some: each gets a share, so that none waits behind all that another one wants.
call('ZADD', machines, number(now), machine)
local active = call('ZCOUNT', machines, number(now - 2 * window), '+inf')
local share = want + held
if active > 1 then
  share = math.max(1, math.min(math.max(10, math.floor(4 * burst / active)), math.floor(2 * steady / active)))
end
local quota = math.max(0, math.min(want, share - held))

-- The permit that is the nth from the end: when it leaves.
local function from_end(n)
  local found = call('ZRANGE', log, -n, -n, 'WITHSCORES')
  return tonumber(found[2] or '')
end

-- When the next permit may leave, for so many in each window.
local function next_leave(in_burst, in_steady)
  local leave = math.max(now, blocked, from_end(1) or 0)
  leave = math.max(leave, (from_end(in_burst) or -1e15) + window + slack)
  local of_window = from_end(in_steady)
  if of_window then
    local over = of_window + length + slack
    if low > 0 and of_window + slack < low - length then -- of a window of the service that is over
      over = 0
    elseif low > 0 and of_window + slack < low then
      over = math.min(over, edge)
    end
    leave = math.max(leave, over)
  end
  if others > 0 and leave < edge then
    local rest = in_steady - others
    local first = rest > 0 and from_end(rest)
    if rest <= 0 or (first and first >= edge - length - 2 * pad) then leave = edge end
  end
  return leave
end

local granted, of_urgent, next_at = {}, {}, nil
local function grant(list, leave)
  last = last + 1
  call('ZADD', log, number(leave), number(last) .. ':' .. machine)
  list[#list + 1] = number(last) .. '@' .. number(leave - now)
end

-- A tenth of the burst and a fiftieth of the window are kept for urgent calls, which so overtake what was promised.
local spare_burst, spare_steady = math.floor(burst / 10), math.floor(steady / 50)
if urgent > 0 then
  local near, in_window = 0, 0
  for _, member in ipairs(call('ZRANGEBYSCORE', log, number(now - length - slack), number(now))) do
    if string.sub(member, -1) == '!' then
      in_window = in_window + 1
      if tonumber(call('ZSCORE', log, member)) > now - window - slack then near = near + 1 end
    end
  end
  local open = others == 0 and now >= blocked and not field('probing')
  for _ = 1, urgent do
    if open and near < spare_burst and in_window < spare_steady then
      near, in_window, last = near + 1, in_window + 1, last + 1
      call('ZADD', log, number(now), number(last) .. ':' .. machine .. '!')
      of_urgent[#of_urgent + 1] = number(last) .. '@0'
    else
      quota = quota + 1
    end
  end
end

-- A Redis without its data: machines that have not come back yet send their share without it.
local open_burst = burst - spare_burst
if fleet > active and now < base / 1000 + 6000 then
  open_burst = math.max(1, math.floor(open_burst * active / fleet))
end

-- Until the service's first report one request at a time shows what is left.
local probing = field('probing')
if probing then
  local probed = field('probed') or 0
  quota = now - probed >= math.max(2 * window, 1000) and math.min(quota, 1) or 0
  if quota > 0 then put('probed', now) end
end

while #granted < quota do
  local given_back = call('ZRANGE', free, 0, 0, 'WITHSCORES')
  local leave = tonumber(given_back[2] or '')
  if leave and leave >= blocked then
    if leave - now > patience then next_at = leave break end
    call('ZREM', free, given_back[1])
    call('ZREM', log, given_back[1])
    grant(granted, leave)
  else
    leave = next_leave(open_burst, steady - spare_steady)
    if leave - now > patience then next_at = leave break end
    grant(granted, leave)
  end
end
put('last', last)
put('ends', from_end(1) or 0)
next_at = next_at or next_leave(open_burst, steady - spare_steady)
local until_when = number(#granted > 0 and math.max(now, from_end(1) or 0) or now)
if #granted > 0 then
  call('ZADD', machines, until_when, machine)
end
if (subscribers(machine) or 0) > 0 then
  call('ZADD', present, until_when, machine)
else
  call('ZREM', present, machine)
end
for _, key in ipairs(KEYS) do
  call('PEXPIRE', key, number(math.max(3 * length, 60000) + math.max(0, (from_end(1) or 0) - now)))
end

-- What is left of the steady window, for machines that have to go on without Redis: what is promised to others they
-- will use.
local ends = edge > now and edge or now + length
local used = call('ZCOUNT', log, number(math.max(now - length, low - length)), number(ends))
return table.concat({ number(base), number(now), number(active), number(share), number(next_at - now),
  probing and '1' or '0', number(math.max(0, steady - others - used)), number(ends - now),
  '[' .. table.concat(granted, ',') .. ']', '[' .. table.concat(of_urgent, ',') .. ']' }, ' ')
]=]

-- What is used of an operation's windows, by machine. Keys: log, free, state.
script.status = [=[
local call = redis.call
local time = call('TIME')
local state = call('HGETALL', KEYS[3])
local s = {}
for i = 1, #state, 2 do s[state[i]] = tonumber(state[i + 1]) end
if not s.base then return '' end
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + (s.shift or 0)
local edge = s.edge or 0
local from = now - s.length
if edge > now then from = math.max(from, (s.low or 0) - s.length) end
local used, near, reserved, by = 0, 0, 0, {}
local list = call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', from), '+inf', 'WITHSCORES')
for i = 1, #list, 2 do
  local machine, leave = string.match(list[i], '^%d+:(.-)!?$'), tonumber(list[i + 1])
  if leave > now then
    reserved = reserved + 1
  else
    used = used + 1
    by[machine] = (by[machine] or 0) + 1
    if leave > now - s.window then near = near + 1 end
  end
end
local parts = {}
for machine, count in pairs(by) do parts[#parts + 1] = machine .. ' ' .. count end
table.sort(parts)
return string.format('%d %d %d %d %d %d %d %d %d %d\n', s.burst, s.window, s.steady, s.length, near, used,
  reserved - call('ZCARD', KEYS[2]), edge > now and (s.others or 0) or 0, math.max(0, edge - now),
  math.max(0, (s.blocked or 0) - now)) .. table.concat(parts, '\n')
]=]

-- The operations of an account that somebody has asked for lately.
script.operations = [=[return table.concat(redis.call('SMEMBERS', KEYS[1]), '\n')]=]

-- A lease: taken if it is free or ours; its holder's token and the milliseconds it has left otherwise.
script.take = [=[
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 'taken'
end
return redis.call('PTTL', KEYS[1]) .. ' ' .. holder
]=]

-- Renewed while it is ours. One that has ended is not taken again: somebody may have held it meanwhile.
script.renew = [=[
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'renewed'
]=]

script.give = [=[
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
]=]

return script
