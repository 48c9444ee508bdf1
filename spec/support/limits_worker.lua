-- SPDX-License-Identifier: MIT
-- A process that makes calls on an account that others use as well.
-- Usage: lua spec/support/limits_worker.lua URL SCALE CALLS     prints "done N failed N"
-- With KLAVIYO_BUDGET they share it through that Redis.

local klaviyo = require "klaviyo"

local url, scale, calls = arg[1], tonumber(arg[2]), tonumber(arg[3])
local limits = { scale = 1 / scale, shared = os.getenv "KLAVIYO_BUDGET" }
local kl = klaviyo.client { base_url = url, api_key = "pk_shared", limits = limits, timeout = 600 }
local functions = {}
for i = 1, calls do
  functions[i] = function()
    return kl:request { path = "/api/campaigns" }
  end
end
functions.all, functions.limit = true, 32
local done, failed = 0, 0
for _, result in ipairs(klaviyo.all(functions)) do
  if result[1] then
    done = done + 1
  else
    failed = failed + 1
    io.stderr:write(tostring(result[2]), "\n")
  end
end
kl:close()
print(("done %d failed %d"):format(done, failed))
