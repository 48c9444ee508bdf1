-- SPDX-License-Identifier: MIT
--- Changing, deleting and reading a resource whose responses get lost, or are none.

local service = require "spec.support.service"

local function shows(campaigns)
  return function()
    return campaigns
  end
end

describe("a change and a deletion", function()
  local function run(how, options, fn)
    service.run(how, options, fn)
  end

  it("are repeated, and read back where the answers do not say", function()
    local shown = service.campaign "C"
    run({ campaigns = shows { shown }, write = function(_, _, n)
      if n == 2 then
        shown.data.attributes.definition.name = "New"
      end
      return n == 1 and service.refusal(500) or nil
    end }, { max_attempts = 2 }, function(kl, server)
      assert.equal("New", assert(kl.campaigns:update("C", { name = "New" })).name)
      assert.equal(2, service.writes(server))
    end)
    run({ campaigns = shows { shown }, write = function()
      return nil
    end }, { max_attempts = 2, reconcile = 0.05 }, function(kl)
      local done, err = kl.campaigns:update("C", { name = "Newer" })
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
    end)
  end)

  it("are done where a repeated deletion finds nothing any more, and only then", function()
    local all = { service.campaign "C" }
    run({ campaigns = shows(all), write = function(_, _, n)
      all[1] = nil
      return n == 2 and service.refusal(404) or nil
    end }, nil, function(kl, server)
      assert.is_true(assert(kl.campaigns:delete "C"))
      assert.equal(2, service.writes(server))
    end)
    run({ campaigns = shows {}, write = function()
      return service.refusal(404)
    end }, nil, function(kl)
      local done, err = kl.campaigns:delete "C"
      assert.is_nil(done)
      assert.equal("not_found", err.kind)
      assert.equal("none", err.outcome)
    end)
    run({ read = function()
      return service.gateway(404)
    end, write = function()
      return nil
    end }, { max_attempts = 2, reconcile = 0.05 }, function(kl)
      local done, err = kl.campaigns:delete "C"
      assert.is_nil(done)
      assert.equal("unknown", err.outcome)
    end)
  end)
end)

describe("a resource that is read", function()
  local function read(body)
    local campaign, err
    service.run({ write = function() end, read = function()
      return service.answer(200, body)
    end }, nil, function(kl)
      campaign, err = kl.campaigns:get "C"
    end)
    return campaign, err
  end

  it("is the one that was asked for, or an error", function()
    assert.equal("C", assert(read '{"data":{"type":"campaign","id":"C"}}').id)
    for _, body in ipairs { "", "null", "{}", "[]", '"x"', '{"data":null}', '{"data":[]}', '{"errors":[]}',
      '{"data":{"type":"campaign","id":"D"}}', '{"data":{"type":"campaign-message","id":"C"}}',
      '{"data":{"type":"campaign"}}', '{"data":{"type":"campaign","id":5}}',
      '{"data":{"type":"campaign","id":"C"},"errors":[]}' } do
      local campaign, err = read(body)
      assert.is_nil(campaign, body)
      assert.equal("json", err.kind, body)
      assert.equal("none", err.outcome)
      assert.equal(200, err.status)
    end
  end)
end)

describe("an object that was read", function()
  it("leaves nothing of its request behind: the memory is free before the collector comes", function()
    service.run({ campaigns = shows { service.campaign "C" } }, nil, function(kl)
      local call, requests = kl._dispatch.call, {}
      function kl._dispatch.call(...)
        local received, err = call(...)
        requests[#requests + 1] = received and received.request
        return received, err
      end
      assert.equal("C", assert(kl.campaigns:get "C").id)
      assert.equal(1, #requests)
      assert.equal("klaviyo.request (closed)", tostring(requests[1]))
    end)
  end)
end)
