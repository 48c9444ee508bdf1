-- SPDX-License-Identifier: MIT
--- Requests on their way while the program asks the sandbox for this and that: what its threads share is then in use
--- from both sides, without an answer in between that would put the two in order. For spec/c/test_states.c.

local core = require "klaviyo.core"
local wire = require "spec.support.wire"

local ROUNDS, REQUESTS = 10, 20

---@param sandbox table  the sandbox
return function(sandbox)
  local client = assert(core.client { base_url = sandbox.url, api_key = "pk_storm", timeout = 60 })
  local asks = {
    function() sandbox:advance "1m" end,
    function() sandbox:requests() end,
    function() sandbox:fail { method = "GET", status = 503, latency = 0.001 } end,
    function() sandbox:faults() end,
    function() sandbox:list { id = "L", size = 10 } end,
    function() sandbox:now() end,
    function() sandbox:clear_faults() end,
    function() sandbox:clear_requests() end,
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
