-- SPDX-License-Identifier: MIT
--- Several messages stopped one after the other.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("stopping messages #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    campaign = cli.summer_sale(kl)
    assert(campaign:schedule { at = when })
  end)

  local function statuses()
    return cli.statuses(kl, campaign)
  end


  it("goes on with the others when one cannot be cancelled", function()
    sandbox:fail { method = "PATCH", path = "/api/campaign-message-schedule/*", status = 400, times = 1 }
    local result = user:run "cancel 'Summer Sale' --yes"
    assert.equal(6, result.code)
    assert.matches("1 of 3 could not be cancelled", result.err)
    local list = statuses()
    assert.equal("SCHEDULED", list.Blast)
    assert.equal("CANCELLED", list.Push)
  end)

  it("cancels all at once and reads them in one list", function()
    sandbox:clear_requests()
    assert.equal(0, user:run("cancel 'Summer Sale' --yes").code)
    local methods = {}
    for _, request in ipairs(sandbox:requests()) do
      if #methods > 0 or request.method == "PATCH" then
        methods[#methods + 1] = request.method
      end
    end
    assert.same({ "PATCH", "PATCH", "PATCH", "GET" }, methods)
  end)

  it("ends as unknown when one of several is, and tells how to look again", function()
    sandbox:fail { method = "PATCH", status = 400, times = 1 }
    sandbox:fail { method = "PATCH", status = 503, gateway = "html", after = 1, times = 0 }
    local result = user:run "cancel 'Summer Sale' --yes --call-timeout 1"
    sandbox:clear_faults()
    assert.equal(8, result.code)
    assert.matches("2 of 3 could not be cancelled", result.err)
    assert.matches("klaviyo recheck klaviyo1", result.err)
    assert.not_matches("err:recheck", result.err, nil, true)
  end)

  it("ends as unknown when nobody knows whether there are more messages", function()
    sandbox:fail { method = "GET", path = "/api/campaign-messages", status = 503, times = 0 }
    local result = user:run "cancel 'Summer Sale' --yes --call-timeout 1"
    sandbox:clear_faults()
    assert.equal(8, result.code)
    assert.matches("beside the 3 that were cancelled could not be read", result.err)
    assert.same({ Blast = "CANCELLED", Text = "CANCELLED", Push = "CANCELLED" }, statuses())
  end)

  it("tells a script what was done and what may have been", function()
    sandbox:fail { method = "PATCH", status = 503, gateway = "html", after = 1, times = 0 }
    local result = user:run "cancel 'Summer Sale' --yes --json --call-timeout 1"
    sandbox:clear_faults()
    local failed = require("cjson").decode(result.err).error
    assert.equal(8, failed.code)
    assert.equal(1, #failed.done)
    assert.equal(2, #failed.uncertain)
    assert.matches("was cancelled", failed.done[1])
    assert.matches("may have been cancelled", failed.uncertain[1])
  end)
end)
