-- SPDX-License-Identifier: MIT
--- Estimating the recipients of a campaign: the job that is started and read, and what may go wrong on the way.

local script = require "spec.support.script"
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, case in ipairs { { "2026-04-15.pre", "2026-07-15" }, { "2026-07-15.pre", "2026-07-15" },
  { "2026-10-15", "2026-10-15" } } do
  describe("an estimation of recipients (" .. case[1] .. ")", function()
    it("gives the number that the service counts, and names revision " .. case[2], function()
      local sandbox, kl = support.start { revision = case[1] }
      sandbox:list { id = "LIST_1", size = 300 }
      sandbox:list { id = "LIST_2", size = 44 }
      local campaign = assert(kl.campaigns:create(support.sale()))
      sandbox:clear_requests()
      assert.equal(344, campaign:estimate { interval = 0.001 })
      for _, request in ipairs(sandbox:requests()) do
        assert.equal(case[2], request.revision)
        assert.matches("^/api/campaign%-recipient%-estimation", request.path)
      end
      assert.equal("POST", sandbox:requests()[1].method)
      assert.equal("GET /api/campaign-recipient-estimations/" .. campaign.id,
        support.seen(sandbox)[#sandbox:requests()])
      kl:close()
      sandbox:stop()
    end)
  end)
end

describe("an estimation of recipients", function()
  local CAMPAIGN = '{"data":{"type":"campaign","id":"C","attributes":{"definition":{"name":"Sale"}}}}'
  local JOB = '{"data":{"type":"campaign-recipient-estimation-job","id":"C","attributes":{"status":"%s"}}}'
  local RESULT = '{"data":{"type":"campaign-recipient-estimation","id":"C","attributes":'
    .. '{"estimated_recipient_count":%s}}}'
  local MISSING = '{"errors":[{"status":"404","code":"not_found","title":"Not found","detail":"Not found."}]}'

  -- Estimates beside a server that gives these answers one after the other, the last one for ever. Each is { status,
  -- body }, or false for a connection that ends without one.
  local function estimate(answers, options)
    local count = 0
    local server = script.server { answer = function(request)
      if request.target:find("^/api/campaigns/") then
        return script.answer(200, CAMPAIGN)
      end
      count = count + 1
      local answer = answers[math.min(count, #answers)]
      return answer and script.answer(answer[1], answer[2])
    end }
    return script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false,
        revision = options and options.client_revision }
      local campaign = assert(kl.campaigns:get "C")
      local number, err = campaign:estimate { interval = options and options.interval or 0.001,
        timeout = options and options.timeout, start = options and options.start }
      kl:close()
      return number, err, count, server.requests
    end)
  end

  local STARTED = { 202, JOB:format "queued" }

  it("waits for the job, and for what is shown late", function()
    local number, _, count = estimate { STARTED, { 404, MISSING }, { 200, JOB:format "queued" },
      { 200, JOB:format "anything new" }, { 200, JOB:format "complete" }, { 404, MISSING },
      { 200, JOB:format "complete" }, { 200, RESULT:format "7" } }
    assert.equal(7, number)
    assert.equal(8, count)
  end)

  it("starts the job again where the answer was lost: it changes nothing", function()
    local number, _, _, requests = estimate { false, STARTED, { 200, JOB:format "complete" },
      { 200, RESULT:format "0" } }
    assert.equal(0, number)
    assert.equal("POST", requests[2].method)
    assert.equal("POST", requests[3].method)
  end)

  it("ends with an outcome that is known whatever happened", function()
    local number, err = estimate({ false }, { timeout = 1 })
    assert.is_nil(number)
    assert.equal("none", err.outcome)
    assert.is_nil(err:token())
  end)

  it("ends where the job does, and with its time", function()
    local number, err = estimate { STARTED, { 200, JOB:format "cancelled" } }
    assert.is_nil(number)
    assert.equal("status", err.kind)
    assert.matches('klaviyo.campaign C "Sale"', err.message, 1, true)
    number, err = estimate({ STARTED, { 200, JOB:format "processing" } }, { timeout = 0.3, interval = 0.1 })
    assert.is_nil(number)
    assert.equal("timeout", err.kind)
    assert.is_true(err.retryable)
    assert.matches("the job is processing", err.message, 1, true)
  end)

  it("reads the job once more before its time is over", function()
    local number, err, count = estimate({ STARTED, { 200, JOB:format "processing" } }, { timeout = 2.5, interval = 5 })
    assert.is_nil(number)
    assert.equal("timeout", err.kind)
    assert.equal(3, count) -- the start, and reads at once and after 1.5 seconds
  end)

  it("waits for a job that was started before, and starts none", function()
    local number, _, count, requests = estimate({ { 200, JOB:format "processing" }, { 200, JOB:format "complete" },
      { 200, RESULT:format "7" } }, { start = false })
    assert.same({ 7, 3 }, { number, count })
    for _, request in ipairs(requests) do
      assert.equal("GET", request.method)
    end
    local none, err = estimate({ { 404, MISSING } }, { start = false })
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
  end)

  it("takes nothing for a number that is none", function()
    for _, value in ipairs { "null", '"7"', "-1", "1.5", "[]" } do
      local number, err = estimate { STARTED, { 200, JOB:format "complete" }, { 200, RESULT:format(value) } }
      assert.is_nil(number, value)
      assert.equal("json", err.kind)
    end
  end)

  it("says of a 404 that another revision was asked, where it was", function()
    local number, err = estimate { { 404, MISSING } }
    assert.is_nil(number)
    assert.equal("not_found", err.kind)
    assert.matches("went out with revision 2026-07-15, whose endpoints may not know what revision 2026-04-15.pre has",
      err.message, 1, true)
    assert.matches("--revision 2026-10-15", err.message, 1, true)
    number, err = estimate({ STARTED, { 404, MISSING } }, { client_revision = "2026-10-15" })
    assert.is_nil(number)
    assert.equal("not_found", err.kind)
    assert.is_nil(err.message:find("went out with", 1, true))
  end)

  it("refuses an option that it does not have", function()
    local kl = klaviyo.client { api_key = "pk_test", base_url = "http://127.0.0.1:1" }
    local campaign = { _client = kl, id = "C" }
    for _, options in ipairs { { intervall = 1 }, { interval = "x" }, { include = { "tags" } } } do
      assert.has_error(function()
        require("klaviyo.calls.estimate").estimate(campaign, options)
      end)
    end
    kl:close()
  end)
end)
