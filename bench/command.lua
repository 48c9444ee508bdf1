-- SPDX-License-Identifier: MIT
-- The klaviyo command without the account's rate limits, which decide how long a job takes and not what it costs:
--
--   lua5.4 bench/command.lua COMMAND [ARGUMENT...]

require("klaviyo.cli.fleet").limits = function()
  return false
end
require("klaviyo.terminal").catch_signals()
local code = require("klaviyo.cli").run(arg)
require "bench.cost"()
os.exit(code, true)
