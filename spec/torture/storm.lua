-- SPDX-License-Identifier: MIT
--- Requests on their way while the program asks the sandbox for this and that: what its threads share is then in use
--- from both sides, without an answer in between that would put the two in order. For spec/c/test_states.c.

local core = require "klaviyo.core"
local wire = require "spec.support.wire"

local ROUNDS, REQUESTS = 10, 20

---@param box table  the sandbox
return function(box)
  local client = assert(core.client { base_url = box.url, api_key = "pk_storm", timeout = 60 })
  local asks = {
    function() box:advance "1m" end,
    function() box:requests() end,
    function() box:fail { method = "GET", status = 503, latency = 0.001 } end,
    function() box:faults() end,
    function() box:list { id = "L", size = 10 } end,
    function() box:now() end,
    function() box:clear_faults() end,
    function() box:clear_requests() end,
  }
  for round = 1, ROUNDS do
    for i = 1, REQUESTS do
      local creates = i % 2 == 0
      assert(client:submit { method = creates and "POST" or "GET", target = "/api/campaigns", max_attempts = 1,
        body = creates and wire.campaign "guide" or nil })
    end
    local turn = round
    repeat
      asks[turn % #asks + 1]()
      turn = turn + 1
      core.wait(0, client)
      local request = client:collect()
      while request do
        request:close()
        request = client:collect()
      end
    until client:pending() == 0
  end
  client:close()
end
