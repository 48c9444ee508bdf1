-- SPDX-License-Identifier: MIT
local klaviyo = require "klaviyo"
local json = require "klaviyo.model.json"
local reference = require "klaviyo.model.reference"
local validate = require "klaviyo.model.validate"

describe("a reference by name", function()
  it("is a table with one key, whoever made it", function()
    for _, kind in ipairs(reference.kinds) do
      local made = klaviyo[kind] "VIP customers"
      assert.same({ [kind] = "VIP customers" }, made)
      assert.equal(kind .. ' "VIP customers"', tostring(made))
      assert.same({ kind, "VIP customers" }, { reference.of(made) })
      assert.same({ kind, "VIP customers" }, { reference.of(json.decode(json.encode(made))) })
    end
    for _, other in ipairs { {}, { list = "a", segment = "b" }, { "list" }, { metric = "x" }, "list", json.null } do
      assert.is_nil((reference.of(other)))
    end
    assert.is_nil((reference.of(nil)))
  end)

  it("has a name, or raises at the caller's line", function()
    for _, wrong in ipairs { "", 5, {} } do
      local ok, message = pcall(function() klaviyo.list(wrong) end)
      assert.is_false(ok)
      assert.matches("reference_spec.lua:%d+: list takes the name of a list, found", message)
    end
  end)

  it("is found anywhere in a model, also in one that contains itself", function()
    local loop = { audiences = {} }
    loop.audiences[1] = loop
    assert.is_false(reference.is_in(loop))
    loop.audiences[2] = { included = { { list = "VIP" } } }
    assert.is_true(reference.is_in(loop))
    assert.is_false(reference.is_in "list")
  end)

  it("is valid where the id of its kind goes, and nowhere else", function()
    local syntax
    local function problems(audience, message, dialect)
      audience.messages = { message }
      local found = {}
      for _, problem in ipairs(validate.create("campaign", { name = "x", audiences = { audience } },
        { dialect = dialect or "guide", now = false, syntax = syntax }) or {}) do
        found[#found + 1] = problem.path .. " " .. problem.message
      end
      return found
    end
    local vip, lapsed, summer = klaviyo.list "VIP", klaviyo.segment "Lapsed", klaviyo.template "Summer"
    for _, dialect in ipairs { "guide", "openapi" } do
      assert.same({}, problems({ included = { vip, "ID" }, excluded = { lapsed } },
        { name = "m", channel = "email", template = summer }, dialect))
      assert.same({}, problems({ included = { vip } },
        { name = "m", details = { channel = "email", template_id = summer } }, dialect))
    end
    assert.same({ "audiences[1].included[1] takes a list or a segment, found template \"Summer\"",
      "audiences[1].messages[1].template takes a template, found list \"VIP\"",
    }, problems({ included = { summer } }, { name = "m", channel = "sms", template = vip }))
    assert.same({ "audiences[1].included[1] refers to a list by its name, a string and not empty; found 5",
      "audiences[1].messages[1].template belongs to email, sms or whatsapp, not to push",
    }, problems({ included = { { list = 5 } } }, { name = "m", channel = "push", template = summer }))
    syntax = "json"
    assert.same({ 'audiences[1].included must be a list, found {"list": "VIP"} by itself: write [{"list": "VIP"}]' },
      problems({ included = vip }, { name = "m", channel = "sms" }))
    assert.same({ 'audiences[1].included[2] takes a list or a segment, found {"template": "Summer"}',
      'audiences[1].included[3] must be an id, or a name as {"list": "NAME"}, found a table',
      'audiences[1].messages[1].template is given by its name as {"template": "T"}; its id goes in template_id' },
      problems({ included = { "ID", summer, {} } }, { name = "m", channel = "email", template = "T" }))
    assert.matches('goes in "extra": { ... }', problems({}, { name = "m", channel = "sms", bdoy = "x" })[1], 1, true)
    syntax = nil
    assert.same({ "audiences[1].messages[1].template is given twice: here and as template_id" },
      problems({}, { name = "m", channel = "email", template = summer, template_id = "T" }))
    assert.same({ "audiences[1].messages[1].template is given by its name as template \"T\"; its id goes in "
      .. "template_id" },
      problems({}, { name = "m", channel = "email", template = "T" }))
    assert.same({ 'audiences[1].included must be a list, found list "VIP" by itself: write { list "VIP" }' },
      problems({ included = vip }, { name = "m", channel = "sms" }))
    assert.same({ 'audiences[1].included[1] must be an id, or a name as list "NAME", found a table' },
      problems({ included = { { lists = "VIP" } } }, { name = "m", channel = "sms" }))
    assert.matches("^audiences%[1%].name must be a string",
      problems({ name = vip }, { name = "m", channel = "sms" })[1])
  end)
end)
