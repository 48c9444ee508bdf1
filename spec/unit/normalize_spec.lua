-- SPDX-License-Identifier: MIT
--- The forms in which scripts write a new campaign, brought to one.

local json = require "klaviyo.model.json"
local normalize = require "klaviyo.model.normalize"
local schema = require "klaviyo.model.schema"

describe("normalize.campaign", function()
  it("lists messages with their path and their audience, wherever they stand", function()
    local form = normalize.campaign {
      audiences = { { messages = { { name = "a" } } }, { temporary_id = "vip", messages = { { name = "b" } } } },
      messages = { { name = "c", audience_temporary_id = "vip" } },
    }
    assert.equal(3, #form.messages)
    assert.same({ "audiences", 1, "messages", 1 }, form.messages[1].path)
    assert.equal(form.audiences[1].temporary_id, form.messages[1].audience)
    assert.equal("vip", form.messages[2].audience)
    assert.same({ "messages", 1 }, form.messages[3].path)
    assert.equal("vip", form.messages[3].audience)
  end)

  it("gives audiences temporary ids that the script does not use", function()
    local form = normalize.campaign { audiences = { {}, { temporary_id = "audience-1" }, {} } }
    assert.equal("audience-2", form.audiences[1].temporary_id)
    assert.equal("audience-1", form.audiences[2].temporary_id)
    assert.equal("audience-3", form.audiences[3].temporary_id)
  end)

  it("takes anything that is no table for an empty one, and keeps it for the validator", function()
    local form = normalize.campaign { audiences = { 1, { messages = { "x" } } } }
    assert.equal(1, form.audiences[1].given)
    assert.same({}, form.audiences[1].source)
    assert.equal("x", form.messages[1].given)
    assert.is_nil(normalize.campaign({ audiences = 1 }).audiences)
    assert.is_nil(normalize.campaign({}).messages)
  end)
end)

describe("normalize.message", function()
  it("finds the details where the script wrote them", function()
    for form, source in pairs {
      flat = { name = "m", channel = "sms", body = "Hi" },
      details = { name = "m", details = { channel = "sms", body = "Hi" } },
      variations = { name = "m", variations = { { details = { channel = "sms", body = "Hi" } } } },
    } do
      local message = normalize.message(source, { "messages", 1 })
      assert.equal(1, #message.variations, form)
      local variation = message.variations[1]
      assert.same({ channel = "sms", body = "Hi" }, variation.details, form)
      assert.equal(form == "flat", variation.flat, form)
      assert.equal(form ~= "variations", message.short, form)
      assert.same(({
        flat = { "messages", 1 },
        details = { "messages", 1, "details" },
        variations = { "messages", 1, "variations", 1, "details" },
      })[form], variation.details_path)
    end
  end)

  it("has no variations where the script gave none", function()
    assert.is_nil(normalize.message({ name = "m" }, {}).variations)
  end)
end)

describe("normalize.copy", function()
  it("marks lists, merges extra fields, and changes nothing of the original", function()
    local settings = { send_strategy = "STATIC", extra = { new = { 1 } } }
    local field = schema.find(schema.resources.campaign.fields, "send_settings")
    local copy = normalize.copy(settings, field)
    assert.same({ send_strategy = "STATIC", new = { 1 } }, copy)
    assert.same({ new = { 1 } }, settings.extra)
    assert.is_true(json.is_array(normalize.copy({}, { "included", "array", of = { "", "string" } })))
  end)

  it("leaves a table that contains itself", function()
    local circle = {}
    circle.inner = circle
    assert.equal(circle, normalize.copy(circle).inner)
  end)
end)

describe("normalize.is_list", function()
  it("is true for places 1 to n alone", function()
    assert.is_true(normalize.is_list {})
    assert.is_true(normalize.is_list { "a", "b" })
    assert.is_false(normalize.is_list { "a", n = 1 })
    assert.is_false(normalize.is_list { [2] = "b" })
  end)
end)
