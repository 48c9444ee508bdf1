-- SPDX-License-Identifier: MIT
--- busted's helper (see .busted). Watches what every spec file leaves behind, and puts the collector under pressure:
---
---   KLAVIYO_PRESSURE=1              a collection follows the other without a pause
---   KLAVIYO_PRESSURE=generational   the generational collector (Lua 5.4)

local busted = require "busted"
local descriptors = require "spec.support.descriptors"

local pressure = os.getenv "KLAVIYO_PRESSURE"
if pressure == "generational" and _VERSION == "Lua 5.4" then
  collectgarbage "generational"
elseif pressure and pressure ~= "" and pressure ~= "0" then
  collectgarbage("setpause", 0)
  collectgarbage("setstepmul", 400)
end

local before

busted.subscribe({ "file", "start" }, function()
  before = descriptors.sockets()
  return nil, true
end)

busted.subscribe({ "file", "end" }, function(file)
  local left = descriptors.sockets() - before
  if left > 0 then
    busted.publish({ "failure" }, { descriptor = "file", name = file.name, trace = false }, nil,
      ("%d sockets are left open: something was not closed, or cannot be collected"):format(left), {})
  end
  return nil, true
end)
