-- SPDX-License-Identifier: MIT
--- A loop that a program brings: checks it, and fills in what it leaves out (see klaviyo.loop).

local blame = require "klaviyo.model.blame"
local common = require "klaviyo.loop.common"
local suggest = require "klaviyo.model.suggest"

local NEEDED = { "await", "sleep", "spawn", "waiter" }
local OPTIONAL = { "all", "caller", "check", "closed", "gone", "permit", "refuse_limits", "report", "submitted" }

local LONGEST = 3600 -- seconds in one wait; a caller that wakes too early waits again

local function nothing() end

local function pack(...)
  return { n = select("#", ...), ... }
end

-- `all` by what every loop has. The caller's own coroutine works too.
local function all_of(loop)
  return function(functions, limit)
    local results, taken, running, over = {}, 0, 0, loop.waiter()
    local function work()
      while taken < #functions do
        taken = taken + 1
        local index = taken
        results[index] = pack(pcall(functions[index]))
      end
    end
    local function ended()
      running = running - 1
      over:wake()
    end
    for _ = 1, math.min(limit, #functions) - 1 do
      running = running + 1
      loop.spawn(work, ended)
    end
    work()
    while running > 0 do
      over:wait(LONGEST)
    end
    return results
  end
end

local function submitted(core)
  core:tick()
end

local function check(given)
  for _, name in ipairs(NEEDED) do
    if type(given[name]) ~= "function" then
      local near = {}
      for key in pairs(given) do
        near[#near + 1] = type(key) == "string" and not suggest.contains(NEEDED, key) and key or nil
      end
      local close = given[name] == nil and suggest.nearest(name, near)
      blame(("option loop is a table with a function %q, found %s%s; a loop has the functions %s"):format(name,
        given[name] == nil and "none" or "a " .. type(given[name]),
        close and (" (is %q meant to be it?)"):format(close) or "", table.concat(NEEDED, ", ")))
    end
  end
  for _, name in ipairs(OPTIONAL) do
    if given[name] ~= nil and type(given[name]) ~= "function" then
      blame(("option loop: %q is a function, found a %s"):format(name, type(given[name])))
    end
  end
  if given.name ~= nil and type(given.name) ~= "string" then
    blame(("option loop: name is a string, found a %s"):format(type(given.name)))
  elseif (given.caller == nil) ~= (given.gone == nil) then
    blame "option loop: caller and gone belong together; give both or none"
  end
end

---@param given table
---@return table  with all functions of a loop
return function(given)
  check(given)
  local loop = { name = "custom", all = all_of(given), caller = common.caller, check = nothing, closed = nothing,
    gone = common.gone, report = common.report, submitted = submitted }
  for key, value in pairs(given) do
    loop[key] = value
  end
  return loop
end
