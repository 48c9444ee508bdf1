-- SPDX-License-Identifier: MIT
--- busted's helper (see .busted). Watches what every spec file leaves behind, lets go of the file's functions, and puts
--- the collector under pressure:
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

-- Modules of others, for ever: when a later file loads luv, that uses a loop that ends with its first table.
local kept = {} -- luacheck: ignore 241

local function keep_modules()
  for name, module in pairs(package.loaded) do
    if not name:find "^klaviyo" and not name:find "^spec%." then
      kept[module] = true
    end
  end
end

-- busted keeps the functions of every file until the end, and with them all modules that the file has loaded: another
-- client for each file, which every collection goes through again. Names and places stay, for what is reported.
local function forget(element)
  for _, child in ipairs(busted.children(element)) do
    forget(child)
    child.run, child.env = nil, nil
  end
end

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
  keep_modules()
  forget(file)
  return nil, true
end)
