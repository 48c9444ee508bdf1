-- SPDX-License-Identifier: MIT
-- The shop of the sandbox: what sandbox_spec does not see of it.

local shop = require "klaviyo.cli.shop"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

describe("the shop", function()
  it("leaves the sandbox at its present, whose clock runs on", function()
    local sandbox, kl = support.start { revision = "2026-10-15" }
    local now, rates = math.floor(time.parse(sandbox:now())), {}
    local counts = shop.seed(sandbox.url, "pk_test", now, function(endpoint, body)
      local answer = assert(kl:request { method = "POST", path = "/_sandbox/" .. endpoint, body = body })
      rates[#rates + 1] = endpoint == "clock" and body.rate or nil
      assert(answer.status == 200)
    end)
    assert.same({ campaigns = 12, lists = 4, segments = 4, templates = 3 }, counts)
    assert.same({ 0, 1 }, rates)
    assert.near(now, time.parse(sandbox:now()), 5)
    for message in kl.messages:each { page_size = 100 } do
      assert.is_true(time.parse(message.created_at) <= now)
    end
    assert.equal("Placed Order", assert(kl.metrics:find "Placed Order").name)
    for template in kl.templates:each() do
      assert.matches("{% unsubscribe_link %}", template.html, 1, true, template.name)
    end
    assert.equal("TAGNWS", assert(kl.tags:find "newsletter").id)
    kl:close()
    sandbox:stop()
  end)

  it("gives the clock back where it fails in the middle", function()
    local clock = {}
    local ok, problem = pcall(shop.seed, "http://127.0.0.1:1", "pk_test", 1796133600, function(endpoint, body)
      clock[#clock + 1] = endpoint == "clock" and body or nil
    end)
    assert.is_false(ok)
    assert.is_truthy(problem)
    assert.same({ set = time.format(1796133600), rate = 1 }, clock[#clock])
  end)
end)
