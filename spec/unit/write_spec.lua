-- SPDX-License-Identifier: MIT
--- Request bodies in either dialect.

local bodies = require "spec.support.bodies"
local dialects = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local models = require "spec.support.models"
local random = require "spec.support.random"
local schema = require "klaviyo.model.schema"
local validate = require "klaviyo.model.validate"

local guide, later = dialects.get "guide", dialects.get "openapi"
local BOTH = { guide, later }
local getter, sent = bodies.getter, bodies.sent

describe("create", function()
  it("writes a campaign as the guide has it", function()
    assert.same({ data = { type = "campaign", attributes = {
      definition = { name = "Summer", color = json.null,
        send_settings = { send_strategy = "STATIC", send_timezone = "America/New_York" } },
      audiences = {
        { temporary_id = "audience-1", included = { "L1" }, excluded = {} },
        { temporary_id = "audience-2", included = { "L2" } },
      },
      messages = {
        { audience_temporary_id = "audience-1", definition = { name = "Blast", is_tracking_opens = false,
          variations = { { definition = { details = { channel = "email", subject = "Now",
            from_email = "a@b.example" } } } } } },
        { audience_temporary_id = "audience-1", definition = { name = "Text",
          variations = { { definition = { name = "V", details = { channel = "sms", body = "Hi" } } } } } },
        { audience_temporary_id = "audience-2", definition = { name = "Ping",
          variations = { { definition = { details = { channel = "push", title = "T", badge = true } } } } } },
      },
    } } }, sent(guide.create("campaign", bodies.summer())))
  end)

  it("writes a campaign as the OpenAPI file has it", function()
    local model = bodies.summer()
    model.audiences[1].messages[1].is_tracking_opens = nil
    model.audiences[1].messages[1].throttling_type = "FOR_FLOWS"
    model.tags = { "tag-1" }
    assert.same({ data = { type = "campaign", attributes = {
      definition = { name = "Summer", color = json.null,
        send_settings = { send_strategy = "STATIC", send_timezone = "America/New_York" } },
      audiences = {
        { temporary_id = "audience-1", name = "VIP", included = { "L1" }, excluded = {} },
        { temporary_id = "audience-2", included = { "L2" } },
      },
      messages = {
        { audience_temporary_id = "audience-1", name = "Blast", throttling_type = "FOR_FLOWS",
          variations = { { definition = { details = { channel = "email", subject = "Now",
            from_email = "a@b.example" } } } } },
        { audience_temporary_id = "audience-1", name = "Text",
          variations = { { definition = { name = "V", details = { channel = "sms", body = "Hi" } } } } },
        { audience_temporary_id = "audience-2", name = "Ping",
          variations = { { definition = { details = { channel = "push", title = "T", badge = true } } } } },
      },
    }, relationships = { tags = { data = { { type = "tag", id = "tag-1" } } } } } },
      sent(later.create("campaign", model)))
  end)

  it("writes lists as arrays, empty ones too", function()
    for _, d in ipairs(BOTH) do
      local text = json.encode(d.create("campaign", { name = "x", audiences = { { included = {}, excluded = {} } },
        messages = {} }))
      assert.is_truthy(text:find('"included":[]', 1, true))
      assert.is_truthy(text:find('"messages":[]', 1, true))
    end
    local text = json.encode(later.create("variation", { details = { channel = "push", kv_pairs = {},
      action_buttons = {} } }, { message = "M" }))
    assert.is_truthy(text:find('"kv_pairs":{}', 1, true))
    assert.is_truthy(text:find('"action_buttons":[]', 1, true))
  end)

  it("leaves the model as it was", function()
    local r = random.new(8)
    for _, d in ipairs(BOTH) do
      local model = models.campaign(r, d.name)
      local before = json.encode(model)
      d.create("campaign", model)
      assert.same(json.decode(before), json.decode(json.encode(model)))
    end
  end)

  it("makes temporary ids that are not taken, and keeps those that are given", function()
    local body = guide.create("campaign", { name = "x",
      audiences = { {}, { temporary_id = "audience-1" }, { temporary_id = "audience-2" }, {} },
      messages = { { name = "m", audience_temporary_id = "audience-2" } } })
    local ids = {}
    for i, audience in ipairs(body.data.attributes.audiences) do
      ids[i] = audience.temporary_id
    end
    assert.same({ "audience-3", "audience-1", "audience-2", "audience-4" }, ids)
    assert.equal("audience-2", body.data.attributes.messages[1].audience_temporary_id)
  end)

  it("writes null where the script says null", function()
    local body = sent(later.create("campaign", { name = json.null, audiences = json.null, messages = json.null }))
    assert.same({ definition = { name = json.null }, audiences = json.null, messages = json.null },
      body.data.attributes)
    body = sent(later.create("campaign", { audiences = { { messages = { { variations = json.null } } } } }))
    assert.equal(json.null, body.data.attributes.messages[1].variations)
  end)

  it("writes what this library has never heard of", function()
    local model = { name = "x", extra = { new_field = { 1 } }, send_settings = { extra = { new_setting = "y" } },
      audiences = { { extra = { new_audience = true }, messages = {
        { name = "m", channel = "email", extra = { new_message = json.array() } },
        { name = "n", details = { channel = "sms", extra = { new_detail = {} } } } } } } }
    local attributes = guide.create("campaign", model).data.attributes
    assert.same({ 1 }, attributes.definition.new_field)
    assert.equal("y", attributes.definition.send_settings.new_setting)
    assert.is_true(attributes.audiences[1].new_audience)
    assert.is_true(json.is_array(attributes.messages[1].definition.new_message))
    assert.same({ channel = "sms", new_detail = {} },
      attributes.messages[2].definition.variations[1].definition.details)
    attributes = later.create("campaign", model).data.attributes
    assert.is_true(json.is_array(attributes.messages[1].new_message))
    assert.is_nil(attributes.messages[1].extra)
    assert.is_true(attributes.audiences[1].new_audience)
    assert.same({ 1 }, sent(later.update("audience", "A", { extra = { x = { 1 } } })).data.attributes.definition.x)
  end)

  it("leaves a table that contains itself to the writer of JSON", function()
    local pairs_of = { a = {} }
    pairs_of.a.b, pairs_of.a.c = pairs_of, pairs_of
    local model = require("klaviyo.builder").campaign "x"
    model:audience("A"):push { name = "m", kv_pairs = pairs_of }
    local text, message = json.encode(later.create("campaign", model:model()))
    assert.is_nil(text)
    assert.matches("^data%.attributes%.messages%[1%]", message)
  end)

  it("writes children under their parents", function()
    local function linkage(type, id)
      return { data = { type = type, id = id } }
    end
    for _, d in ipairs(BOTH) do
      local body = d.create("audience", { name = "A", included = { "L" } }, { campaign = "C" })
      assert.same({ campaign = linkage("campaign", "C") }, body.data.relationships)
      assert.same(d == guide and { audience_name = "A", included = { "L" } }
        or { definition = { name = "A", included = { "L" } } }, sent(body).data.attributes)
      body = d.create("message", { name = "M", is_tracking_clicks = false }, { campaign = "C", audience = "A" })
      assert.same({ campaign = linkage("campaign", "C"), ["campaign-audience"] = linkage("campaign-audience", "A") },
        body.data.relationships)
      assert.same(d == guide and { definition = { name = "M", is_tracking_clicks = false } }
        or { definition = { name = "M", tracking_options = { is_tracking_clicks = false } } }, body.data.attributes)
      body = d.create("variation", { name = "V", channel = "sms", body = "Hi" }, { message = "M" })
      assert.same({ ["campaign-message"] = linkage("campaign-message", "M") }, body.data.relationships)
      assert.same({ definition = { name = "V", details = { channel = "sms", body = "Hi" } } }, body.data.attributes)
    end
    local body = later.create("message", { channel = "sms", throttling_type = "NONE" },
      { campaign = "C", audience = "A" })
    assert.same({ definition = { send_options = { throttling_type = "none" } },
      variations = { { definition = { details = { channel = "sms" } } } } }, sent(body).data.attributes)
  end)
end)

describe("update", function()
  it("writes the changed leaves alone", function()
    local changes = { name = "N", send_settings = { send_timezone = json.null } }
    for _, d in ipairs(BOTH) do
      assert.same({ data = { type = "campaign", id = "C", attributes = { definition = changes } } },
        sent(d.update("campaign", "C", changes)))
      assert.same({ details = { channel = "email", subject = "S" } },
        d.update("variation", "V", { details = { channel = "email", subject = "S" } }).data.attributes.definition)
      assert.same({ details = json.null },
        d.update("variation", "V", { details = json.null }).data.attributes.definition)
      assert.same({ definition = {} }, d.update("campaign", "C", {}).data.attributes)
    end
  end)

  it("puts each change where the dialect has it", function()
    assert.same({ audience_name = "A", priority = 0, excluded = {} },
      guide.update("audience", "A", { name = "A", priority = 0, excluded = {} }).data.attributes)
    assert.same({ definition = { name = "A", priority = 0, excluded = {} } },
      later.update("audience", "A", { name = "A", priority = 0, excluded = {} }).data.attributes)
    local changes = { name = "M", is_tracking_opens = true, is_add_utm = json.null, recipient_percentage = 50,
      throttling_type = "FOR_CAMPAIGNS_AND_FLOWS" }
    assert.same({ definition = { name = "M",
      tracking_options = { is_tracking_opens = true, is_add_utm = json.null },
      send_options = { recipient_percentage = 50, throttling_type = "throttle-for-campaigns-and-flows" } } },
      later.update("message", "M", changes).data.attributes)
    assert.same({ definition = { name = "M", is_tracking_opens = true } },
      guide.update("message", "M", { name = "M", is_tracking_opens = true }).data.attributes)
  end)
end)

describe("schedules and clones", function()
  it("are written as both documents have them", function()
    for _, d in ipairs(BOTH) do
      assert.same({ data = { type = "campaign-message-schedule",
        attributes = { send_time = "2026-12-01T14:00:00+00:00", strategy = "throttled",
          throttled_options = { throttling_percentage = 25 } },
        relationships = { ["campaign-message"] = { data = { type = "campaign-message", id = "M" } } } } },
        d.schedule("M", { strategy = "throttled", send_time = "2026-12-01T14:00:00+00:00", percentage = 25,
          epoch = 1796133600 }))
      assert.same({ data = { type = "campaign-message-schedule", id = "M", attributes = { action = "revert" } } },
        d.schedule_action("M", "revert"))
      assert.same({ data = { type = "campaign-recipient-estimation-job", id = "C" } }, d.estimation_job "C")
      assert.same({ data = { type = "campaign-message", id = "M",
        relationships = { template = { data = { type = "template", id = "T" } } } } }, d.assign_template("M", "T"))
      assert.same({ data = { type = "campaign-audience-clone", id = "A", attributes = { id = "A", name = "N" },
        relationships = { campaign = { data = { type = "campaign", id = "C" } } } } },
        d.clone_audience("A", { name = "N" }, "C"))
      assert.is_nil(d.clone_audience("A").data.relationships)
      assert.same({ data = { type = "campaign-message", id = "M", attributes = { id = "M" },
        relationships = { ["campaign-audience"] = { data = { type = "campaign-audience", id = "A" } } } } },
        d.clone_message("M", nil, "A"))
    end
    assert.same({ data = { type = "campaign", id = "C" } }, (guide.clone_campaign "C"))
    assert.is_false(select(2, guide.clone_campaign "C"))
    assert.same({ data = { type = "campaign", id = "C" } }, (guide.clone_campaign("C", { name = "N" })))
    assert.is_true(select(2, guide.clone_campaign("C", { name = "N" })))
    assert.same({ data = { type = "campaign", id = "C", attributes = { name = "N" } } },
      (later.clone_campaign("C", { name = "N" })))
    assert.is_false(select(2, later.clone_campaign("C", { name = "N" })))
    assert.same({ data = { type = "campaign", id = "C", attributes = {} } }, (later.clone_campaign "C"))
    local plan = { strategy = "local_timezone", send_time = "t", past_timezones_tomorrow = false }
    assert.is_false(later.schedule("M", plan).data.attributes.timezone_options.send_past_timezones_tomorrow)
    plan = { strategy = "throttled", send_time = "t", percentage = 10, unit = "minute" }
    assert.equal("minute", later.schedule("M", plan).data.attributes.throttled_options.throttle_unit)
  end)
end)

-- What a server that keeps what it gets resources with: a sent message or audience in its own shape.
local function answer_to(d, kind, attributes)
  if d == guide and kind == "message" then
    return { type = "campaign-message", attributes = { name = attributes.definition.name,
      definition = attributes.definition } }
  elseif kind == "message" then
    return { type = "campaign-message", attributes = { definition = {
      name = attributes.name, ab_test = attributes.ab_test,
      tracking_options = { is_add_utm = attributes.is_add_utm, tracking_params = attributes.tracking_params },
      send_options = { throttling_type = attributes.throttling_type } } } }
  end
  return { type = "campaign-audience", attributes = d == guide and attributes or { definition = attributes } }
end

describe("round trips", function()
  local function check(resource, model, answer, skip)
    for name, value in pairs(model) do
      if not (skip and skip[name]) then
        assert.same(json.decode(json.encode { value }), json.decode(json.encode {
          dialects.read(resource, name, getter(answer)) }), name)
      end
    end
  end

  it("give back what went out, in both dialects", function()
    local r = random.new(20260715)
    for _, d in ipairs(BOTH) do
      for _ = 1, 300 do
        local model = models.campaign(r, d.name)
        assert.is_nil(validate.create("campaign", model, { dialect = d.name }))
        local attributes = sent(d.create("campaign", model)).data.attributes
        check("campaign", model, { attributes = attributes }, { audiences = true, send_settings = true })
        local flat = 0
        for i, audience in ipairs(model.audiences) do
          check("audience", audience, answer_to(d, "audience", attributes.audiences[i]),
            { messages = true, name = d == guide })
          for j, message in ipairs(audience.messages) do
            flat = flat + 1
            local their = attributes.messages[flat]
            assert.equal(attributes.audiences[i].temporary_id, their.audience_temporary_id)
            local skip = { variations = true, details = true }
            for channel in pairs(schema.details) do
              for _, field in ipairs(schema.details[channel]) do
                skip[field[1]] = true
              end
            end
            check("message", message, answer_to(d, "message", their), skip)
            assert.equal(("audiences[%d].messages[%d]"):format(i, j),
              d.path("campaign", "/data/attributes/messages/" .. flat - 1, model))
          end
        end
      end
    end
  end)
end)
