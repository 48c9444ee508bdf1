-- SPDX-License-Identifier: MIT
--- Pairwise test sets: every level of every factor together with every level of every other at least once, in far
--- fewer cases than the whole product has. Greedy, and the same for the same seed on every Lua.

local pairwise = {}

---A generator of pseudo-random integers (Park and Miller), which no Lua version changes.
---@param seed integer
---@return fun(n: integer): integer  1 to n
function pairwise.random(seed)
  local state = seed % 2147483646 + 1
  return function(n)
    state = state * 16807 % 2147483647
    return state % n + 1
  end
end

-- The pairs of levels that no case has yet. covered[i][j]: a set of level_i * SPAN + level_j, for i < j.
local SPAN = 1000

local function open_pairs(factors, allowed)
  local open, left = {}, 0
  for i = 1, #factors do
    open[i] = {}
    for j = i + 1, #factors do
      open[i][j] = {}
      for a = 1, #factors[i].levels do
        for b = 1, #factors[j].levels do
          if allowed({ [i] = a, [j] = b }) then
            open[i][j][a * SPAN + b] = true
            left = left + 1
          end
        end
      end
    end
  end
  return open, left
end

local function is_open(open, i, a, j, b)
  if i > j then
    i, a, j, b = j, b, i, a
  end
  return open[i][j][a * SPAN + b]
end

-- How many open pairs a level makes with what the case has already.
local function gain(open, case, i, a, count)
  local n = 0
  for j = 1, count do
    if case[j] and is_open(open, j, case[j], i, a) then
      n = n + 1
    end
  end
  return n
end

-- The open pair that a case begins with: that with the smallest key behind a random place, so that none starves.
local function begin(open, factors, random)
  local chosen, best
  for i = 1, #factors do
    for j = i + 1, #factors do
      local keys = {}
      for key in pairs(open[i][j]) do
        keys[#keys + 1] = key
      end
      if #keys > 0 and (not best or #keys > best) then
        table.sort(keys)
        local key = keys[random(#keys)]
        chosen, best = { i, math.floor(key / SPAN), j, key % SPAN }, #keys
      end
    end
  end
  return { [chosen[1]] = chosen[2], [chosen[3]] = chosen[4] }
end

local function choose(open, case, i, levels, factors, allowed, random)
  local best, choices = -1, {}
  for a = 1, levels do
    case[i] = a
    if allowed(case) then
      case[i] = nil
      local n = gain(open, case, i, a, #factors)
      if n > best then
        best, choices = n, {}
      end
      if n == best then
        choices[#choices + 1] = a
      end
    end
  end
  case[i] = choices[random(#choices)]
end

local function close_pairs(open, case, count)
  local closed = 0
  for i = 1, count do
    for j = i + 1, count do
      local key = case[i] * SPAN + case[j]
      if open[i][j][key] then
        open[i][j][key], closed = nil, closed + 1
      end
    end
  end
  return closed
end

---@param factors { name: string, levels: any[] }[]
---@param seed integer
---@param allowed? fun(level: fun(name: string): any): boolean  asked about cases of which not all is decided yet: level
---                                                             gives nil for what is not
---@return table[] cases  by the names of the factors
function pairwise.cases(factors, seed, allowed)
  local random, place = pairwise.random(seed), {}
  for i, factor in ipairs(factors) do
    place[factor.name] = i
  end
  local function fits(case)
    return not allowed or allowed(function(name)
      local i = place[name]
      return case[i] and factors[i].levels[case[i]]
    end)
  end
  local open, left = open_pairs(factors, fits)
  local cases = {}
  while left > 0 do
    local case = begin(open, factors, random)
    for i, factor in ipairs(factors) do
      if not case[i] then
        choose(open, case, i, #factor.levels, factors, fits, random)
      end
    end
    left = left - close_pairs(open, case, #factors)
    local named = {}
    for i, factor in ipairs(factors) do
      named[factor.name] = factor.levels[case[i]]
    end
    cases[#cases + 1] = named
  end
  return cases
end

return pairwise
