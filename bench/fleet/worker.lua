-- SPDX-License-Identifier: MIT
--- One machine of the fleet of run.lua: a whole client in a process of its own, which calls as fast as it is let.
--
--   worker.lua URL REDIS SCALE CALLS CONCURRENCY      REDIS "": no shared budget
--
-- Prints "done N failed N waits S,S,..." when CALLS calls have ended: the seconds until each was first sent.

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"

local url, redis, scale, calls, concurrency = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5])
local path = arg[6]
local waits = {}

local kl = klaviyo.client {
  base_url = url, api_key = "pk_fleet", insecure = true, timeout = 3600, max_pending = 100000,
  limits = { scale = 1 / scale, shared = redis ~= "" and redis or nil, get_templates = { 75, 750 } },
  on_event = function(event)
    if event.type == "attempt" and event.attempt == 1 then
      waits[#waits + 1] = ("%.3f"):format(event.elapsed)
    elseif event.type == "budget" then
      io.stderr:write(("%.2f %s %s\n"):format(core.now(), event.state, event.why or ""))
    end
  end,
}

local functions, done, failed = { limit = concurrency, all = true }, 0, 0
for i = 1, calls do
  functions[i] = function()
    local response, err = kl:request { path = path, revision = "2026-10-15" }
    done, failed = done + (response and 1 or 0), failed + (response and 0 or 1)
    if err then
      io.stderr:write(tostring(err), "\n")
    end
  end
end
klaviyo.all(functions)
kl:close()
print(("done %d failed %d waits %s"):format(done, failed, table.concat(waits, ",")))
