-- SPDX-License-Identifier: MIT
--- Measures how an account's budget is used, against a sandbox that keeps the service's limits in shorter windows.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local process = require "spec.support.process"

local limits = {}

---The least time in which so many calls can be made: 10 in each burst window, 150 in each steady one.
---@return number seconds
function limits.least(calls, scale)
  return (math.floor((calls - 1) / 150) * 60 + math.floor((calls - 1) % 150 / 10)) / scale
end

function limits.sandbox(scale)
  return assert(require("klaviyo.sandbox").start { port = 0, rate_limits = true, rate_scale = scale })
end

function limits.refused(box)
  local count, all = 0, box:requests()
  for _, request in ipairs(all) do
    count = count + (request.status == 429 and 1 or 0)
  end
  return count, #all
end

---So many calls from this process, all at once.
---@return { seconds: number, least: number, refused: integer, failed: integer }
function limits.alone(calls, scale)
  local box = limits.sandbox(scale)
  local kl = klaviyo.client { base_url = box.url, api_key = "pk_alone", limits = { scale = 1 / scale }, timeout = 600 }
  local functions = { all = true, limit = 32, loop = "blocking" }
  for i = 1, calls do
    functions[i] = function()
      return kl:request { path = "/api/campaigns" }
    end
  end
  local began, failed = core.now(), 0
  for _, result in ipairs(klaviyo.all(functions)) do
    failed = failed + (result[1] and 0 or 1)
  end
  local seconds = core.now() - began
  local refused = limits.refused(box)
  kl:close()
  box:stop()
  return { seconds = seconds, least = limits.least(calls, scale), refused = refused, failed = failed }
end

---Several processes on one account, so many calls each.
---@return { done: integer, failed: integer, refused: integer, requests: integer, output: string }
function limits.together(processes, calls, scale)
  local box = limits.sandbox(scale)
  local program = process.quote(os.getenv "KLAVIYO_LUA" or "lua5.4")
  local worker = ("%s spec/support/limits_worker.lua %s %g %d"):format(program, box.url, scale, calls)
  local commands = {}
  for i = 1, processes do
    commands[i] = worker .. " &"
  end
  local output = process.run(table.concat(commands, " ") .. " wait", 600)
  local done, failed = 0, 0
  for d, f in output:gmatch "done (%d+) failed (%d+)" do
    done, failed = done + tonumber(d), failed + tonumber(f)
  end
  local refused, requests = limits.refused(box)
  box:stop()
  return { done = done, failed = failed, refused = refused, requests = requests, output = output }
end

return limits
