-- SPDX-License-Identifier: MIT
--- Following a message until it has a status: when that ends, and with what.

local core = require "klaviyo.core"
local service = require "spec.support.service"

local MESSAGE = '{"data":{"type":"campaign-message","id":"M","attributes":{"name":"Text","status":%s,'
  .. '"definition":{"name":"Text"}}}}'

-- Runs fn(message) where the message has one status after the other, the last one for ever.
local function with_statuses(statuses, fn)
  local reads = 0
  service.run({ write = function() end, read = function()
    reads = reads + 1
    local status = statuses[math.min(reads, #statuses)]
    return service.answer(200, MESSAGE:format(status and '"' .. status .. '"' or "null"))
  end }, nil, function(kl)
    fn(assert(kl.messages:get "M"))
  end)
end

describe("a wait", function()
  it("ends with the status, and tells each change", function()
    with_statuses({ "DRAFT", "SCHEDULED", "SCHEDULED", "SENDING", "SENT" }, function(message)
      local seen = {}
      local function note(_, now, before)
        seen[#seen + 1] = tostring(before) .. ">" .. now
      end
      assert(message:wait { until_status = { "sent", "CANCELLED" }, interval = 0.001, on_change = note })
      assert.same({ "nil>SCHEDULED", "SCHEDULED>SENDING", "SENDING>SENT" }, seen)
    end)
  end)

  it("ends where the status can no longer come, with what it is", function()
    for _, case in ipairs { { "SENT", "DRAFT" }, { "CANCELLED", "SENT" }, { "SENDING", "DRAFT" } } do
      with_statuses({ case[1] }, function(message)
        local done, err = message:wait { until_status = case[2] }
        assert.is_nil(done)
        assert.equal("status", err.kind)
        assert.matches("is " .. case[1], err.message, 1, true)
      end)
    end
  end)

  it("ends at a final status that nobody has heard of, and goes on at any other", function()
    for _, status in ipairs { "failed", "Cancelled: no recipients", "ERROR", "rejected" } do
      with_statuses({ status }, function(message)
        local done, err = message:wait { until_status = "SENT" }
        assert.is_nil(done)
        assert.equal("status", err.kind)
        assert.matches(status:upper(), err.message, 1, true)
      end)
    end
    with_statuses({ "DRAFT", "Adding recipients", "Queued", "SENT" }, function(message)
      assert(message:wait { until_status = "SENT", interval = 0.001 })
    end)
  end)

  it("ends with its time, and at a failure", function()
    for _, status in ipairs { "DRAFT", false } do
      with_statuses({ status }, function(message)
        local began = core.now()
        local done, err = message:wait { until_status = "SENT", timeout = 0.2, interval = 0.05 }
        assert.is_nil(done)
        assert.equal("timeout", err.kind)
        assert.is_true(err.retryable)
        assert.is_true(core.now() - began < 5)
      end)
    end
    service.run({ write = function() end, read = function(request)
      return request.target:find "/M" and service.answer(200, MESSAGE:format '"DRAFT"')
        or service.refusal(404)
    end }, nil, function(kl)
      local message = assert(kl.messages:get "M")
      rawset(message, "id", "GONE")
      local done, err = message:wait { until_status = "SENT" }
      assert.is_nil(done)
      assert.equal("not_found", err.kind)
    end)
  end)

  it("refuses what it cannot wait for", function()
    with_statuses({ "DRAFT" }, function(message)
      for _, wrong in ipairs { {}, { until_status = "SENDT" }, { until_status = {} }, { until_status = 5 },
        { until_status = "SENT", timeout = -1 }, { until_status = "SENT", intervall = 1 } } do
        assert.has_error(function()
          message:wait(wrong)
        end)
      end
    end)
  end)
end)
