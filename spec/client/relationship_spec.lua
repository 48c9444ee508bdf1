-- SPDX-License-Identifier: MIT
--- What a relationship of a resource leads to.

local support = require "spec.support.sandbox"

describe("a relationship that is read", function()
  local sandbox, kl, campaign
  setup(function()
    sandbox, kl = support.start()
    campaign = assert(kl.campaigns:create(support.sale()))
  end)
  teardown(function()
    kl:close()
    sandbox:stop()
  end)
  before_each(function()
    sandbox:clear_requests()
  end)

  it("gives an object, or its id alone, in one request", function()
    local message = campaign.messages[1]
    assert.equal(campaign.id, assert(kl.messages:related(message.id, "campaign")).id)
    assert.equal(campaign.id, kl.messages:related(message.id, "campaign", { ids = true }))
    assert.equal(campaign, message:related "campaign")
    local paths = {}
    for i, request in ipairs(sandbox:requests()) do
      paths[i] = request.path:match "[^/]+/[^/]+$"
    end
    assert.same({ message.id .. "/campaign", "relationships/campaign", message.id .. "/campaign" }, paths)
  end)

  it("gives a list, or the ids alone", function()
    local messages, ids = assert(campaign:related "messages"), assert(campaign:related("messages", { ids = true }))
    assert.equal(#campaign.messages, #messages)
    for i, message in ipairs(messages) do
      assert.equal(message.id, ids[i])
    end
    assert.equal(2, #sandbox:requests())
  end)

  it("has a name that the resource knows", function()
    assert.error_matches(function()
      kl.campaigns:related("C", "mesages")
    end, 'no relationship "mesages" that can be read %(did you mean "messages"%?%); there are "audiences"')
    assert.equal(0, #sandbox:requests())
  end)
end)
