-- SPDX-License-Identifier: MIT
local builder = require "klaviyo.builder"
local errors = require "klaviyo.model.error"
local json = require "klaviyo.model.json"

local campaign = builder.campaign

local function summer()
  local sale = campaign "Summer Sale 2026":description "Multi-channel":timezone "America/New_York"
  sale:audience("VIP", { included = { "L" } })
    :email { name = "Blast", subject = "Now" }
    :sms { name = "Text", body = "The sale is on" }
    :audience("Rest", { included = { "M" }, excluded = { "L" } })
    :push { name = "Ping", title = "On" }
    :whatsapp { name = "WA", template_id = "T" }
  return sale
end

describe("the builder", function()
  it("makes the plain table of the campaign", function()
    assert.same({
      name = "Summer Sale 2026", description = "Multi-channel", send_settings = { send_timezone = "America/New_York" },
      audiences = {
        { name = "VIP", included = { "L" }, messages = {
          { channel = "email", name = "Blast", subject = "Now" },
          { channel = "sms", name = "Text", body = "The sale is on" } } },
        { name = "Rest", included = { "M" }, excluded = { "L" }, messages = {
          { channel = "push", name = "Ping", title = "On" },
          { channel = "whatsapp", name = "WA", template_id = "T" } } },
      },
    }, summer():model())
  end)

  it("takes every setting", function()
    local sale = campaign "x":color "#4A90D9":builder "canvas":description(json.null)
      :send_settings { send_strategy = "THROTTLED", throttle_percentage = 25 }:timezone "UTC"
      :send_settings { send_strategy = "STATIC" }:tags { "T" }:extra { a = 1 }:extra { b = 2 }
    assert.same({ name = "x", color = "#4A90D9", builder = "canvas", description = json.null,
      send_settings = { send_strategy = "STATIC", throttle_percentage = 25, send_timezone = "UTC" },
      tags = { "T" }, extra = { a = 1, b = 2 }, audiences = {} }, sale:model())
  end)

  it("goes up again", function()
    local sale = campaign "x"
    local audience = sale:audience("A")
    assert.equal(sale, audience:campaign())
    assert.same(sale:model(), audience:model())
    sale:audience { included = { "L" } }
    assert.is_nil(sale:model().audiences[2].name)
    assert.same({ "L" }, sale:model().audiences[2].included)
  end)

  it("takes messages in their other forms", function()
    local sale = campaign "x"
    sale:audience("A"):message { name = "m", variations = {} }:email { name = "n", details = { channel = "email" } }
      :sms { name = "o", variations = { { details = { channel = "sms" } } } }
    local messages = sale:model().audiences[1].messages
    assert.same({ name = "m", variations = {} }, messages[1])
    assert.is_nil(messages[2].channel)
    assert.is_nil(messages[3].channel)
  end)

  it("keeps what it was given apart from what happens to it later", function()
    local included, fields = { "L" }, { name = "m", kv_pairs = json.array { 1 } }
    local sale = campaign "x"
    sale:audience("A", { included = included }):push(fields)
    included[1], fields.name = "changed", "changed"
    local model = sale:model()
    assert.equal("L", model.audiences[1].included[1])
    assert.equal("m", model.audiences[1].messages[1].name)
    assert.is_true(json.is_array(model.audiences[1].messages[1].kv_pairs))
    model.name = "changed"
    assert.equal("x", sale:model().name)
  end)

  it("validates alone, from either end", function()
    assert.is_true(summer():validate())
    assert.is_true(summer():audience("more"):validate { dialect = "openapi" })
    assert.error_matches(function()
      campaign "x".colour = "red"
    end, 'has no "colour" %(did you mean "color"%?%)')
    assert.is_nil((campaign "x":audience("A", { included = { "L" } }):push { name = "P", push_type = "silent" }
      :validate()))
    assert.is_true(campaign "x":audience("A", { included = { "L" } }):push { name = "P", push_type = "silent" }
      :validate { revision = "2026-07-15.pre" })
    assert.error_matches(function()
      campaign "x":validate { dialet = "openapi" }
    end, 'validate has no option "dialet" %(did you mean "dialect"%?%)')
    assert.error_matches(function()
      campaign "x":validate { revision = "yesterday" }
    end, 'no revision "yesterday"')
    local ok, err = campaign "x":validate()
    assert.is_nil(ok)
    assert.is_true(errors.is(err))
    assert.equal("validation", err.kind)
    assert.matches("at least one audience", tostring(err))
    assert.equal("/data/attributes/audiences", err.errors[1].source.pointer)
  end)

  it("raises for names it does not have, with the one that was meant", function()
    local sale = campaign "x"
    assert.error_matches(function()
      sale:descripton "y"
    end, 'campaign builder has no "descripton" %(did you mean "description"%?%)')
    assert.error_matches(function()
      sale:audience("A"):e_mail { subject = "x" }
    end, 'did you mean "email"')
    assert.error_matches(function()
      sale:email { subject = "x" }
    end, 'campaign builder has no "email"')
    assert.error_matches(function()
      sale.description = "y"
    end, "call description%(...%) instead of assigning it")
  end)

  it("raises for arguments of the wrong type, at the caller's line", function()
    local sale = campaign "x"
    for _, misuse in ipairs {
      function() campaign(12) end, function() sale:timezone(1) end, function() sale:description {} end,
      function() sale:send_settings "x" end, function() sale:audience(1) end, function() sale:audience("x", "y") end,
      function() sale:audience("x"):email() end, function() sale:audience("x"):message "y" end,
      function() sale:send_settings(json.null) end, function() sale.timezone("UTC") end,
      function() sale:audience("x"):email { channel = "sms" } end, function() sale:tags "x" end,
      function() sale:extra(nil) end, function() sale.model({}) end,
    } do
      local ok, message = pcall(misuse)
      assert.is_false(ok)
      assert.matches("builder_spec.lua:%d+: ", message)
    end
  end)
end)

describe("builder.model", function()
  it("takes builders and plain tables", function()
    local sale, plain = summer(), { name = "x" }
    assert.same(sale:model(), builder.model(sale))
    local audience = sale:audience "x"
    assert.same(sale:model(), builder.model(audience))
    assert.equal(plain, builder.model(plain))
    assert.is_nil(builder.model "x")
    assert.is_nil(builder.model(nil))
  end)
end)
