-- SPDX-License-Identifier: MIT
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"

local TYPES = { string = true, boolean = true, integer = true, number = true, datetime = true, date = true,
  object = true, array = true, any = true }
local DIALECTS = { guide = true, openapi = true }
local KEYS = { [1] = true, [2] = true, doc = true, source = true, enum = true, enum_in = true, default = true,
  dialect = true, fields = true, of = true, format = true, range = true, required = true, nullable = true,
  not_empty = true, read_only = true, not_in = true, since = true, rewritten = true, unverified = true,
  reference = true, additional = true, as_read = true }
local FORMS = { inline = true, create = true, update = true }

local function check_said(said, where)
  assert.is_true(said == nil or said == true or DIALECTS[said] == true, where)
end

local function walk(fields, where, seen)
  for _, field in ipairs(fields) do
    local name = where .. "." .. field[1]
    assert.is_true(TYPES[field[2]], name)
    assert.is_string(field.doc, name)
    assert.is_string(field.source, name)
    assert.is_truthy(field.source:find "guide: " or field.source:find "openapi: " or field.unverified, name)
    for key in pairs(field) do
      assert.is_true(KEYS[key], name .. " says " .. tostring(key))
    end
    for _, key in ipairs { "required", "nullable", "not_empty", "read_only" } do
      check_said(field[key], name)
    end
    for form, said in pairs(field.not_in or {}) do
      assert.is_true(FORMS[form], name)
      check_said(said, name)
    end
    for dialect in pairs(DIALECTS) do
      local since = schema.since(field, dialect)
      assert.is_true(since == nil or revisions.find(since) ~= nil, name)
    end
    assert.is_true(field.rewritten == nil or field.rewritten == true, name)
    assert.is_true(field.dialect == nil or DIALECTS[field.dialect] == true, name)
    assert.is_true(field[2] == "array" == (field.of ~= nil), name)
    seen[#seen + 1] = name
    walk(field.fields or {}, name, seen)
    if field.of and field.of.fields then
      walk(field.of.fields, name .. "[]", seen)
    end
  end
  return seen
end

describe("schema", function()
  it("says the same things of every field, and all of them", function()
    for name, resource in pairs(schema.all()) do
      assert.equal(name, resource.name)
      assert.is_string(resource.doc)
      walk(resource.fields, name, {})
      walk(resource.inline or {}, name, {})
      walk(resource.response or {}, name, {})
    end
    for channel, fields in pairs(schema.details) do
      walk(fields, channel, {})
    end
  end)

  it("names each field of a list once", function()
    local lists = { schema.details.email, schema.details.sms, schema.details.push, schema.details.whatsapp }
    for _, resource in pairs(schema.all()) do
      lists[#lists + 1] = resource.fields
    end
    for _, fields in ipairs(lists) do
      local seen = {}
      for _, field in ipairs(fields) do
        assert.is_nil(seen[field[1]], field[1])
        seen[field[1]] = true
        assert.equal(field, schema.find(fields, field[1]))
      end
    end
  end)

  it("gives no detail the name of a message's own field, so that flat messages are clear", function()
    for _, fields in pairs(schema.details) do
      for _, field in ipairs(fields) do
        assert.is_nil(schema.find(schema.resources.message.fields, field[1]), field[1])
        assert.is_true(field[1] == "channel" or not schema.find(schema.resources.variation.fields, field[1]), field[1])
      end
    end
  end)

  it("answers by dialect", function()
    local push, settings = schema.details.push, schema.find(schema.resources.campaign.fields, "send_settings").fields
    assert.is_false(schema.has(schema.find(push, "push_type"), "guide"))
    assert.is_true(schema.has(schema.find(push, "push_type"), "openapi"))
    assert.is_true(schema.has(schema.find(settings, "throttle_percentage"), "guide"))
    assert.is_false(schema.has(schema.find(settings, "throttle_percentage"), "openapi"))
    assert.is_true(schema.holds(true, "guide"))
    assert.is_true(schema.holds("guide", "guide"))
    assert.is_false(schema.holds("openapi", "guide"))
    assert.is_false(schema.holds(nil, "guide"))
  end)

  it("knows which channels have a detail", function()
    assert.same({ "sms", "push" }, schema.channels_with "body")
    assert.same({ "email" }, schema.channels_with "subject")
    assert.same({}, schema.channels_with "nothing")
  end)
end)

describe("schema.is_final", function()
  it("knows the last statuses, and words of others that say so", function()
    for _, status in ipairs { "SENT", "CANCELLED", "Cancelled: No Recipients", "failed", "Skipped", "EXPIRED" } do
      assert.is_true(schema.is_final(status), status)
    end
    for _, status in ipairs { "DRAFT", "SCHEDULED", "SENDING", "Queued without Recipients", "", 5 } do
      assert.is_false(schema.is_final(status), tostring(status))
    end
    assert.is_false(schema.is_final(nil))
  end)
end)
