-- SPDX-License-Identifier: MIT
--- Whether what is there equals what was sent.

local compare = require "klaviyo.calls.compare"
local dialect = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"

local null = json.null

local function model()
  return { name = "Sale", description = "d", timezone = "UTC", extra = { moon = "full" }, audiences = {
    { name = "A", included = { "L1", "L2" }, messages = {
      { name = "M1", channel = "sms", body = "text" },
      { name = "M2", details = { channel = "email", subject = "s", template_id = "T" } } } },
    { name = "B", included = { "L3" }, messages = {} } } }
end

local function sent(name, given)
  return compare.sent("campaign", dialect.get(name).create("campaign", given or model()))
end

local function same(name, value, found)
  return compare.same_value(name, value, found)
end

describe("values", function()
  it("are equal but for white space, empty ones alike, and lists of ids in any order", function()
    assert.is_true(same("description", "a  b\n", " a b"))
    assert.is_false(same("description", "a b", "ab"))
    assert.is_false(same("description", "a", "A"))
    for _, empty in ipairs { null, "", " ", {} } do
      assert.is_true(same("description", empty, nil))
      assert.is_true(same("description", empty, null))
      assert.is_true(same("description", empty, ""))
      assert.is_false(same("description", empty, "text"))
    end
    assert.is_true(same("included", { "a", "b" }, { "b", "a" }))
    assert.is_false(same("included", { "a", "b" }, { "a", "b", "c" }))
    assert.is_false(same("included", { "a" }, null))
    assert.is_true(same("x", 25, 25.0))
    assert.is_false(same("x", 25, "25"))
    assert.is_false(same("x", false, nil))
    assert.is_true(same("x", nil, "whatever was not sent"))
  end)

  it("are empty where all their parts are", function()
    local nothing = { winner_metric = null, winner_percentage = null }
    assert.is_true(same("ab_test", null, nothing))
    assert.is_true(same("ab_test", nothing, null))
    assert.is_true(same("ab_test", { winner_percentage = 20 }, { winner_percentage = 20, winner_metric = "" }))
    assert.is_false(same("ab_test", { winner_percentage = 20 }, nothing))
    assert.is_false(same("ab_test", null, { winner_percentage = 20 }))
    local sent_message = { fields = { name = "M" }, variations = {} }
    assert.is_nil(compare.difference("message", sent_message, { fields = { name = "M", ab_test = nothing },
      variations = {} }))
    assert.equal("ab_test", compare.difference("message", sent_message,
      { fields = { name = "M", ab_test = { winner_percentage = 20 } }, variations = {} }))
  end)

  it("are compared part by part: what was not sent may be there", function()
    assert.is_true(same("send_settings", { a = 1, deep = { b = 2 } }, { a = 1, deep = { b = 2, c = 3 }, d = 4 }))
    assert.is_false(same("send_settings", { a = 1, deep = { b = 2 } }, { a = 1, deep = { b = 3 } }))
    assert.is_false(same("send_settings", { a = 1 }, null))
    assert.is_true(same("buttons", { { l = 1 }, { l = 2 } }, { { l = 1 }, { l = 2 } }))
    assert.is_false(same("buttons", { { l = 1 }, { l = 2 } }, { { l = 2 }, { l = 1 } }))
    assert.is_false(same("buttons", { 1 }, { 1, 2 }))
    assert.is_false(same("buttons", json.array(), { 1 }))
  end)

  it("that the service rewrites are compared by whether they are there", function()
    assert.is_true(same("template_id", "T", "COPY"))
    assert.is_false(same("template_id", "T", null))
    assert.is_false(same("template_id", null, "T"))
  end)

  it("are no name where null was sent: the service makes one", function()
    assert.is_true(same("name", null, "Untitled"))
    assert.is_false(same("name", "Sale", "Untitled"))
  end)
end)

for _, name in ipairs { "guide", "openapi" } do
  describe("what was sent in the " .. name .. " dialect", function()
    it("is read from the body, with all that is in it", function()
      local content = sent(name)
      assert.equal("Sale", content.fields.name)
      assert.equal("full", content.fields.moon)
      assert.equal("UTC", content.fields.send_settings.send_timezone)
      assert.equal(2, #content.audiences)
      assert.same({ "L1", "L2" }, content.audiences[1].fields.included)
      assert.equal(name == "openapi" and "A" or nil, content.audiences[1].fields.name) -- the guide has no place for it
      assert.equal("M1", content.audiences[1].messages[1].fields.name)
      assert.equal("text", content.audiences[1].messages[1].variations[1].fields.details.body)
      assert.equal("s", content.audiences[1].messages[2].variations[1].fields.details.subject)
      assert.same({}, content.audiences[2].messages)
    end)

    it("equals itself in any order of its lists, and nothing that has more, less, or another part", function()
      local function difference(change)
        local other = model()
        change(other, other.audiences[1], other.audiences[1].messages)
        return compare.difference("campaign", sent(name), sent(name, other))
      end
      assert.is_nil(difference(function() end))
      assert.is_nil(difference(function(all)
        all.audiences[1], all.audiences[2] = all.audiences[2], all.audiences[1]
      end))
      assert.is_nil(difference(function(_, _, messages)
        messages[1], messages[2] = messages[2], messages[1]
      end))
      assert.equal("moon", difference(function(all)
        all.extra.moon = "new"
      end))
      for _, change in ipairs {
        function(all) all.audiences[3] = { included = { "L4" } } end,
        function(all) all.audiences[2] = nil end,
        function(_, one) one.included[3] = "L3" end,
        function(_, one) one.excluded = { "L9" } end,
        function(_, _, messages) messages[2] = nil end,
        function(_, _, messages) messages[2].name = "M3" end,
        function(_, _, messages) messages[2].details.subject = "t" end,
        function(_, _, messages) messages[2].details.preview_text = "somebody's" end,
        function(all) all.audiences[2].messages[1] = { name = "M1", channel = "sms", body = "text" } end,
      } do
        assert.equal("audiences", difference(change))
      end
    end)
  end)
end

describe("audiences that are alike", function()
  it("are paired as a whole: a partner that another one needs is given up", function()
    local function audience(name, ...)
      return { fields = { name = name, included = { "L" } }, messages = {}, ... }
    end
    -- the first of those sent has no name and would do for both; the second does for one alone
    local wanted = { fields = {}, audiences = { audience(nil), audience "B" } }
    assert.is_nil(compare.difference("campaign", wanted, { fields = {}, audiences = { audience "B", audience "A" } }))
    assert.equal("audiences", compare.difference("campaign", wanted,
      { fields = {}, audiences = { audience "C", audience "A" } }))
  end)
end)

describe("tags", function()
  local function wanted(tags)
    return compare.sent("campaign", dialect.get("openapi").create("campaign", { name = "C", tags = tags }))
  end

  local function found(tags)
    return { fields = { name = "C" }, audiences = {}, tags = tags }
  end

  it("are those that were sent, in any order, and none besides", function()
    assert.is_nil(compare.difference("campaign", wanted { "A", "B" }, found { "B", "A" }))
    assert.is_nil(compare.difference("campaign", wanted(), found {}))
    assert.is_nil(compare.difference("campaign", wanted(), found(nil))) -- the guide does not show them
    for _, there in ipairs { { "A" }, { "A", "B", "C" }, {}, false } do
      assert.equal("tags", compare.difference("campaign", wanted { "A", "B" }, found(there or nil)))
    end
    assert.equal("tags", compare.difference("campaign", wanted(), found { "A" }))
  end)
end)

describe("a message without variations", function()
  it("may have been given one", function()
    local content = compare.sent("message", dialect.get("openapi").create("message", { name = "M" },
      { campaign = "C", audience = "A" }))
    assert.is_nil(content.variations)
    local function found(count)
      local one = { fields = { name = "M" }, variations = {} }
      for i = 1, count do
        one.variations[i] = { fields = { details = { channel = "sms" } } }
      end
      return one
    end
    assert.is_nil(compare.difference("message", content, found(0)))
    assert.is_nil(compare.difference("message", content, found(1)))
    assert.equal("variations", compare.difference("message", content, found(2)))
  end)

  it("was not given one with a content", function()
    local function found(fields)
      return { fields = { name = "M" }, variations = { { fields = fields } } }
    end
    local plain = { fields = { name = "M" } }
    for name, text in pairs { body = "It starts", subject = "It starts", title = "It starts", template_id = "T",
      static_asset_id = 7, android_deep_link = "app://x" } do
      assert.equal("variations", compare.difference("message", plain,
        found { details = { channel = "x", [name] = text } }))
    end
    assert.is_nil(compare.difference("message", plain, found { details = { channel = "email", subject = "",
      from_email = "account@example.com", template_id = require("klaviyo.model.json").null } }))
    assert.is_nil(compare.difference("message", plain, found {}))
  end)
end)
