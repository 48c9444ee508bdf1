-- SPDX-License-Identifier: MIT
--- The klaviyo command in virtual time: where it would sleep, the frozen clock of the sandbox moves on by as much. So a
--- watch of a day takes a second, and its requests are the same each time:
---
---   lua5.4 spec/support/virtual_command.lua EPOCH COMMAND [ARGUMENT...]

local http = require "spec.support.http"

local now = assert(tonumber(table.remove(arg, 1)))
local sandbox = http.client(assert(os.getenv "KLAVIYO_BASE_URL"))

require("klaviyo.cli.context").now = function()
  return now
end
require("klaviyo.loop.blocking").sleep = function(seconds)
  now = now + seconds
  local answer = sandbox:post("/_sandbox/clock", { set = os.date("!%Y-%m-%dT%H:%M:%SZ", math.floor(now)) })
  assert(answer.status == 200, answer.body)
end
require("klaviyo.cli.fleet").limits = function()
  return false
end
os.exit(require("klaviyo.cli").run(arg), true)
