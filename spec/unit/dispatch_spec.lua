-- SPDX-License-Identifier: MIT
local dispatches = require "klaviyo.wire.dispatch"
local operations = require "klaviyo.wire.operations"

describe("dispatch.path", function()
  it("puts an id in as one segment", function()
    local by_id = operations.by_id
    assert.equal("/api/campaigns/a%2Fb%3Fc/tags", dispatches.path(by_id.get_tags_for_campaign, "a/b?c"))
    assert.equal("/api/campaigns", dispatches.path(by_id.get_campaigns))
    assert.equal("/api/campaigns/%0D%0AX%3A%201", dispatches.path(by_id.get_campaign, "\r\nX: 1"))
  end)

  it("raises for an id that would lead elsewhere", function()
    for _, id in ipairs { "", ".", "..", 1, {}, false } do
      assert.error_matches(function()
        dispatches.path(operations.by_id.get_campaign, id)
      end, "the id is a string")
    end
    assert.has_error(function()
      dispatches.path(operations.by_id.get_campaign)
    end)
  end)
end)
