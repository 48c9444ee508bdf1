-- SPDX-License-Identifier: MIT
--- Operations that live on beside the campaigns of several messages: the revision that they are asked with.

local companion = require "klaviyo.calls.companion"
local klaviyo = require "klaviyo"
local operations = require "klaviyo.wire.operations"
local script = require "spec.support.script"

describe("an operation beside the new ones", function()
  local function ask(revision, answer, options)
    local server = script.server { answer = function()
      return answer
    end }
    return script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, revision = revision, reconcile = 0,
        max_attempts = 1 }
      local received, err = companion.call(kl, "assign_template_to_campaign_message", { options = options,
        body = function()
          return { data = { type = "campaign-message", id = "M" } }
        end })
      kl:close()
      return received, err, server.requests
    end)
  end

  it("goes out with the stable revision of a preview, and with any other as it is", function()
    for revision, asked in pairs { ["2026-04-15.pre"] = "2026-07-15", ["2026-07-15.pre"] = "2026-07-15",
      ["2026-10-15"] = "2026-10-15", ["2027-01-15"] = "2027-01-15" } do
      local received, _, requests = ask(revision, script.answer(200, '{"data":{"type":"campaign-message","id":"M"}}'))
      assert.is_truthy(received)
      assert.equal(asked, requests[1].headers.revision)
      received, _, requests = ask("2026-10-15", script.answer(200, '{"data":{"type":"campaign-message","id":"M"}}'),
        { revision = revision })
      assert.is_truthy(received)
      assert.equal(asked, requests[1].headers.revision)
    end
  end)

  it("goes out once, whatever the dialect: a 400 is no reason to try another one", function()
    local received, err, requests = ask("2026-04-15.pre", script.answer(400,
      '{"errors":[{"code":"invalid","detail":"No.","source":{"pointer":"/data/attributes/definition"}}]}'))
    assert.is_nil(received)
    assert.equal("bad_request", err.kind)
    assert.equal(1, #requests)
  end)

  it("is no part of a preview revision", function()
    local count = 0
    for _, operation in ipairs(operations.list) do
      if operation.beside then
        count = count + 1
        assert.is_false(operations.available(operation, "openapi", "2026-07-15.pre"))
        assert.is_true(operations.available(operation, "openapi", "2026-10-15"))
        assert.is_false(operations.available(operation, "guide", "2026-04-15.pre"))
      end
    end
    assert.equal(18, count)
  end)

  it("changes tags for a client of a preview revision", function()
    local support = require "spec.support.sandbox"
    local sandbox, kl = support.start { revision = "2026-07-15.pre" }
    local campaign = assert(kl.campaigns:create(support.sale()))
    sandbox:clear_requests()
    local tag = assert(kl.tags:create { name = "summer" })
    assert(tag:attach(campaign))
    assert(tag:detach(campaign))
    for _, request in ipairs(sandbox:requests()) do
      assert.equal("2026-07-15", request.revision)
    end
    kl:close()
    sandbox:stop()
  end)
end)
