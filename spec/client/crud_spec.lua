-- SPDX-License-Identifier: MIT
--- Reading a resource.

local service = require "spec.support.service"

local function shows(campaigns)
  return function()
    return campaigns
  end
end

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
