-- SPDX-License-Identifier: MIT
-- The klaviyo command without the account's rate limits, which decide how long a job takes and not what it costs:
--
--   lua5.4 bench/command.lua COMMAND [ARGUMENT...]
--
-- With BENCH_COST in the environment, the file of that name is given what the process has cost: its CPU time in seconds
-- and its largest resident set in KB.

require("klaviyo.cli.fleet").limits = function()
  return false
end
require("klaviyo.terminal").catch_signals()

local code = require("klaviyo.cli").run(arg)
local cost = os.getenv "BENCH_COST"
if cost then
  local status = assert(io.open "/proc/self/status")
  local largest = status:read("*a"):match "VmHWM:%s*(%d+)"
  status:close()
  local file = assert(io.open(cost, "w"))
  file:write(("%.4f %s\n"):format(os.clock(), largest))
  file:close()
end
os.exit(code, true)
