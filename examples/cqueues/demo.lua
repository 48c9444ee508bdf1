-- SPDX-License-Identifier: MIT
--- Calls beside the program's own work in a cqueues controller, against a sandbox of its own:
---   lua examples/cqueues/demo.lua

package.path = arg[0]:gsub("demo%.lua$", "") .. "?.lua;" .. package.path

local cqueues = require "cqueues"
local klaviyo = require "klaviyo"

local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_sandbox", loop = require "loop" }
local controller, ended, ticks = cqueues.new(), false, 0

controller:wrap(function()
  sandbox:fail { latency = "200ms", times = 3 }
  local function list()
    return kl.campaigns:list { page_size = 10 }
  end
  local pages = assert(klaviyo.all { loop = kl.loop, list, list, list })
  print(#pages .. " pages, and the program ticked meanwhile: " .. tostring(ticks > 5))
  ended = true
end)

controller:wrap(function()
  while not ended do
    cqueues.sleep(0.01)
    ticks = ticks + 1
  end
end)

assert(controller:loop())
kl:close()
sandbox:stop()
