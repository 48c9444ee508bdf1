-- SPDX-License-Identifier: MIT
--- Fields of resource objects in either shape.

local bodies = require "spec.support.bodies"
local dialects = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"

local getter, responses = bodies.getter, bodies.responses

describe("reading", function()
  it("finds each field in either shape", function()
    for shape, resources in pairs(responses) do
      local function audience(name)
        return dialects.read("audience", name, getter(resources.audience))
      end
      local function message(name)
        return dialects.read("message", name, getter(resources.message))
      end
      assert.equal("VIP", audience "name", shape)
      assert.equal(2, audience "priority")
      assert.same({ "L" }, audience "included")
      assert.equal("c", audience "created_at")
      assert.equal("u", audience "updated_at")
      assert.equal("Blast", message "name")
      assert.equal("SCHEDULED", message "status")
      assert.is_false(message "is_tracking_opens")
      assert.equal("t", message("scheduling").send_time)
      assert.equal("throttled", message("scheduling").strategy)
      assert.equal("t", message "scheduling.send_time")
      assert.equal("M", message "id")
      assert.is_nil(message "is_add_utm")
    end
    assert.equal("FOR_FLOWS", dialects.read("message", "throttling_type", getter(responses.openapi.message)))
    assert.equal(25, dialects.read("message", "scheduling", getter(responses.guide.message)).throttle_percentage)
    assert.is_true(dialects.read("audience", "has_non_draft_messages", getter(responses.guide.audience)))
    assert.equal(json.null, dialects.read("message", "tracking_params", getter(responses.guide.message)))
  end)

  it("tells absent from null, and prefers a value to a null elsewhere", function()
    local draft = { attributes = { name = "x", status = json.null, scheduling_info = json.null,
      definition = { name = json.null, send_options = { send_time = json.null, send_strategy = json.null } } } }
    assert.equal("x", dialects.read("message", "name", getter(draft)))
    assert.equal(json.null, dialects.read("message", "status", getter(draft)))
    assert.equal(json.null, dialects.read("message", "scheduling", getter(draft)))
    assert.is_nil(dialects.read("message", "scheduling", getter { attributes = {} }))
    assert.is_nil(dialects.read("message", "name", getter { attributes = { definition = json.null } }))
  end)

  it("brings strategies to one spelling, and leaves those it does not know", function()
    local function strategy(value)
      return dialects.read("message", "scheduling.strategy",
        getter { attributes = { definition = { send_options = { send_strategy = value } } } })
    end
    assert.equal("smart_send_time", strategy "send_time_optimization")
    assert.equal("smart_send_time", strategy "personalized_send_time_optimization")
    assert.equal("static", strategy "STATIC")
    assert.equal("ab_send_time_test", strategy "ab_send_time_test")
    local function campaign(value)
      local get = getter { attributes = { definition = { send_settings = { send_strategy = value } } } }
      assert.equal(dialects.read("campaign", "send_settings.send_strategy", get),
        dialects.read("campaign", "send_settings", get).send_strategy)
      return dialects.read("campaign", "send_settings.send_strategy", get)
    end
    assert.equal("THROTTLED", campaign "throttled")
    assert.equal("something_new", campaign "something_new")
  end)

  it("finds fields that this library has never heard of", function()
    local get = getter { attributes = { top = 1, definition = { inner = 2 } } }
    assert.equal(1, dialects.read("campaign", "top", get))
    assert.equal(2, dialects.read("campaign", "inner", get))
    assert.equal(3, dialects.read("something", "x", getter { attributes = { x = 3 } }))
  end)

  it("has a place for every field of the description", function()
    local children = { audiences = true, messages = true, variations = true, tags = true }
    for resource, description in pairs(schema.all()) do
      for _, field in ipairs(resource ~= "schedule" and description.fields or {}) do
        local entry = dialects.fields[resource][field[1]]
        assert.equal(not children[field[1]], entry ~= nil, resource .. "." .. field[1])
      end
    end
  end)
end)
