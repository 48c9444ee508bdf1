-- SPDX-License-Identifier: MIT
--- Choosing a dialect, and telling them apart.

local bodies = require "spec.support.bodies"
local core = require "klaviyo.core"
local dialects = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"

describe("dialect.get", function()
  it("raises for a dialect that is none", function()
    assert.error_matches(function()
      dialects.get "auto"
    end, 'no dialect "auto"')
  end)
end)

describe("differs_at", function()
  it("is true where one dialect has something and the other has not", function()
    for _, case in ipairs {
      { "/data/attributes/messages/0/definition", "campaign" },
      { "/data/attributes/messages/3/variations", "campaign" },
      { "/data/attributes/audiences/0/name", "campaign" },
      { "/data/attributes/definition/send_settings/throttle_percentage", "campaign" },
      { "/data/attributes/definition", "audience" }, { "/data/attributes/audience_name", "audience" },
      { "/data/attributes/included", "audience" }, { "/data/attributes/definition/tracking_options", "message" },
      { "/data/attributes/definition/is_tracking_opens", "message" }, { "/data/attributes/variations", "message" },
      { "/data/attributes/definition/details/add_org_prefix", "variation" },
      { "/data/attributes", "campaign" }, -- of a clone
    } do
      assert.is_true(dialects.differs_at(case[1], case[2]), case[1])
      assert.is_true(dialects.differs_at(case[1]), case[1])
    end
  end)

  it("is false where both have the field, and further in than a server of the other dialect would come", function()
    for _, case in ipairs {
      { "/data/attributes/definition/name", "campaign" }, { "/data/attributes/audiences/0/included", "campaign" },
      { "/data/attributes/audiences/0/temporary_id", "campaign" }, { "/data/attributes/audiences", "campaign" },
      { "/data/attributes/messages/0/definition/variations/0/definition/details/subject", "campaign" },
      { "/data/attributes/messages/0/audience_temporary_id", "campaign" },
      { "/data/attributes/definition", "campaign" },
      { "/data/attributes/definition/name", "message" }, { "/data/attributes/definition/details/body", "variation" },
      { "/data/attributes/definition/details", "variation" }, { "/data/attributes/send_time", "schedule" },
      { "/data/id", "campaign" }, { "", "campaign" }, { "/data/attributes", "audience" }, { "x", "campaign" },
    } do
      assert.is_false(dialects.differs_at(case[1], case[2]), case[1])
    end
  end)

  it("has its like for query parameters", function()
    assert.is_true(dialects.parameter_differs("get_campaign_messages", "filter"))
    assert.is_true(dialects.parameter_differs("get_campaign_messages", "sort"))
    assert.is_true(dialects.parameter_differs("get_campaigns", "include"))
    assert.is_true(dialects.parameter_differs("get_campaign_audience", "fields[campaign-audience]"))
    assert.is_false(dialects.parameter_differs("get_campaigns", "sort"))
    assert.is_false(dialects.parameter_differs("get_campaigns", "page[size]"))
  end)
end)

describe("detect", function()
  local function detect(resource)
    return dialects.detect(assert(core.document(json.encode(resource))), 0)
  end

  it("knows the shape by what one dialect alone has", function()
    for shape, resources in pairs(bodies.responses) do
      for _, answer in pairs(resources) do
        assert.equal(shape, detect(answer))
      end
    end
    assert.equal("openapi", detect({ type = "campaign-variation",
      attributes = { definition = { details = { channel = "sms", add_org_prefix = json.null } } } }))
    assert.equal("guide", detect({ type = "campaign",
      attributes = { definition = { send_settings = { throttle_percentage = json.null } } } }))
    assert.equal("guide", detect({ type = "campaign-message", attributes = { status = "DRAFT" } }))
    assert.equal("openapi", detect({ type = "campaign-audience", attributes = { created = "c" } }))
  end)

  it("says nothing where they look alike", function()
    assert.is_nil(detect({ type = "campaign", attributes = { definition = { name = "x" } } }))
    assert.is_nil(detect({ type = "campaign-message", attributes = { created = "c" } }))
    assert.is_nil(detect({ type = "campaign-message", attributes = { definition = { name = "x" } } }))
    assert.is_nil(detect({ type = "list", attributes = {} }))
    assert.is_nil(detect({}))
  end)
end)
