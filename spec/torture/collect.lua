-- SPDX-License-Identifier: MIT
--- Sessions with the collector at its hardest, for valgrind to watch (`make valgrind`):
---
---   valgrind lua spec/torture/collect.lua generational | steps | none

local session = require "spec.torture.session"

local how = arg[1]
if how == "generational" then
  collectgarbage "generational"
elseif how == "steps" then
  collectgarbage "incremental"
  collectgarbage("setpause", 0)
  -- and a collection goes on all the time
  debug.sethook(function()
    collectgarbage("step", 0)
  end, "", 200)
end

local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
for i = 1, how == "steps" and 1 or 3 do
  assert(session.run(sandbox.url, "Session " .. i))
end
sandbox:stop()
