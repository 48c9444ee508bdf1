-- SPDX-License-Identifier: MIT
local core = require "klaviyo.core"
local dialects = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local models = require "spec.support.models"
local random = require "spec.support.random"
local schema = require "klaviyo.model.schema"
local validate = require "klaviyo.model.validate"

local guide, later = dialects.get "guide", dialects.get "openapi"
local BOTH = { guide, later }

-- The body as the service gets it.
local function sent(body)
  return assert(json.decode(assert(json.encode(body))))
end

-- A getter as objects have one, over a plain table.
local function getter(resource)
  return function(path)
    local value = resource
    for name in path:gmatch "[^.]+" do
      if type(value) ~= "table" then
        return nil
      end
      value = value[name]
    end
    return value
  end
end

local function summer()
  return {
    name = "Summer", timezone = "America/New_York", color = json.null, send_settings = { send_strategy = "STATIC" },
    audiences = {
      { name = "VIP", included = { "L1" }, excluded = {}, messages = {
        { name = "Blast", channel = "email", subject = "Now", from_email = "a@b.example", is_tracking_opens = false },
        { name = "Text", variations = { { name = "V", details = { channel = "sms", body = "Hi" } } } },
      } },
      { included = { "L2" }, messages = {
        { name = "Ping", details = { channel = "push", title = "T", badge = true } },
      } },
    },
  }
end

describe("dialect.get", function()
  it("raises for a dialect that is none", function()
    assert.error_matches(function()
      dialects.get "auto"
    end, 'no dialect "auto"')
  end)
end)

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
    } } }, sent(guide.create("campaign", summer())))
  end)

  it("writes a campaign as the OpenAPI file has it", function()
    local model = summer()
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

describe("pointers", function()
  it("lead to the field in the body, and back", function()
    local expected = {
      { "name", "/data/attributes/definition/name" },
      { "timezone", "/data/attributes/definition/send_settings/send_timezone" },
      { "send_settings.send_strategy", "/data/attributes/definition/send_settings/send_strategy" },
      { "audiences", "/data/attributes/audiences" },
      { "audiences[2].included[1]", "/data/attributes/audiences/1/included/0" },
      { "audiences[1].messages[1].subject",
        "/data/attributes/messages/0/definition/variations/0/definition/details/subject",
        "/data/attributes/messages/0/variations/0/definition/details/subject" },
      { "audiences[1].messages[2].variations[1].details.body",
        "/data/attributes/messages/1/definition/variations/0/definition/details/body",
        "/data/attributes/messages/1/variations/0/definition/details/body" },
      { "audiences[1].messages[2].variations[1].name",
        "/data/attributes/messages/1/definition/variations/0/definition/name",
        "/data/attributes/messages/1/variations/0/definition/name" },
      { "audiences[2].messages[1].details.title",
        "/data/attributes/messages/2/definition/variations/0/definition/details/title",
        "/data/attributes/messages/2/variations/0/definition/details/title" },
      { "audiences[2].messages[1].name", "/data/attributes/messages/2/definition/name",
        "/data/attributes/messages/2/name" },
      { "audiences[2].messages[1]", "/data/attributes/messages/2" },
    }
    for _, row in ipairs(expected) do
      assert.equal(row[2], guide.pointer("campaign", row[1], summer()))
      assert.equal(row[1], guide.path("campaign", row[2], summer()))
      assert.equal(row[3] or row[2], later.pointer("campaign", row[1], summer()))
      assert.equal(row[1], later.path("campaign", row[3] or row[2], summer()))
    end
  end)

  it("lead to children and parents", function()
    assert.equal("/data/attributes/audience_name", guide.pointer("audience", "name"))
    assert.equal("/data/attributes/definition/name", later.pointer("audience", "name"))
    assert.equal("name", guide.path("audience", "/data/attributes/audience_name"))
    assert.equal("is_tracking_opens",
      later.path("message", "/data/attributes/definition/tracking_options/is_tracking_opens"))
    assert.equal("/data/attributes/definition/details/subject", later.pointer("variation", "details.subject"))
    assert.equal("details.subject", later.path("variation", "/data/attributes/definition/details/subject"))
    assert.equal("subject", later.path("variation", "/data/attributes/definition/details/subject",
      { channel = "email", subject = "" }))
    assert.equal("/data/relationships/campaign-audience/data/id", guide.pointer("message", "audience"))
    assert.equal("audience", guide.path("message", "/data/relationships/campaign-audience/data/id"))
    assert.equal("/data/attributes/throttled_options/throttling_percentage", guide.pointer("schedule", "percentage"))
    assert.equal("percentage", guide.path("schedule", "/data/attributes/throttled_options/throttling_percentage"))
    assert.equal("at", later.path("schedule", "/data/attributes/send_time"))
    assert.equal("tags[2]", later.path("campaign", "/data/relationships/tags/data/1/id"))
  end)

  it("lead to nothing where they mean nothing", function()
    for _, pointer in ipairs { "", "/", "/data", "/data/attributes", "/meta/x", "no pointer", "/data/type" } do
      assert.is_nil((guide.path("campaign", pointer, summer())))
    end
    assert.is_nil((guide.path("audience", "/data/relationships/unknown")))
  end)

  it("of a problem are where the value stands in the body", function()
    local r = random.new(21)
    for _, d in ipairs(BOTH) do
      for _ = 1, 200 do
        local model = models.campaign(r, d.name)
        local i = r.int(1, #model.audiences)
        local messages = model.audiences[i].messages
        local where, value = ("audiences[%d].priority"):format(i), {}
        if #messages > 0 then
          local j = r.int(1, #messages)
          where = ("audiences[%d].messages[%d].name"):format(i, j)
          messages[j].name = value
        else
          model.audiences[i].priority = value
        end
        value[1] = "marker"
        local found = d.create("campaign", model)
        local pointer = d.pointer("campaign", where, model)
        for key in pointer:gmatch "[^/]+" do
          found = found[tonumber(key) and tonumber(key) + 1 or key]
        end
        assert.same({ "marker" }, found, where .. " " .. pointer)
        assert.equal(where, d.path("campaign", pointer, model))
      end
    end
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

-- What a server answers with: every field at its place in one shape.
local ANSWERS = {
  guide = {
    audience = { type = "campaign-audience", id = "A", attributes = { audience_name = "VIP", priority = 2,
      included = { "L" }, excluded = {}, archived = false, has_non_draft_messages = true, created_at = "c",
      updated_at = "u" } },
    message = { type = "campaign-message", id = "M", attributes = { name = "Blast", status = "SCHEDULED",
      created = "c", updated = "u", definition = { is_tracking_opens = false }, tracking_params = json.null,
      scheduling_info = { send_time = "t", strategy = "throttled",
        throttled_options = { throttling_percentage = 25 } } } },
  },
  openapi = {
    audience = { type = "campaign-audience", id = "A", attributes = { created = "c", updated = "u",
      definition = { name = "VIP", priority = 2, included = { "L" }, excluded = {} } } },
    message = { type = "campaign-message", id = "M", attributes = { created = "c", updated = "u",
      definition = { name = "Blast", status = "scheduled", tracking_options = { is_tracking_opens = false },
        send_options = { send_time = "t", send_strategy = "throttled", throttling_type = "throttle-for-flows",
          throttle_unit = "hour" } } } },
  },
}

describe("reading", function()
  it("finds each field in either shape", function()
    for shape, answers in pairs(ANSWERS) do
      local function audience(name)
        return dialects.read("audience", name, getter(answers.audience))
      end
      local function message(name)
        return dialects.read("message", name, getter(answers.message))
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
    assert.equal("FOR_FLOWS", dialects.read("message", "throttling_type", getter(ANSWERS.openapi.message)))
    assert.equal(25, dialects.read("message", "scheduling", getter(ANSWERS.guide.message)).throttle_percentage)
    assert.is_true(dialects.read("audience", "has_non_draft_messages", getter(ANSWERS.guide.audience)))
    assert.equal(json.null, dialects.read("message", "tracking_params", getter(ANSWERS.guide.message)))
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
    for resource, description in pairs(schema.resources) do
      for _, field in ipairs(resource ~= "schedule" and description.fields or {}) do
        local entry = dialects.fields[resource][field[1]]
        assert.equal(not children[field[1]], entry ~= nil, resource .. "." .. field[1])
      end
    end
  end)
end)

describe("detect", function()
  local function detect(resource)
    return dialects.detect(assert(core.document(json.encode(resource))), 0)
  end

  it("knows the shape by what one dialect alone has", function()
    for shape, answers in pairs(ANSWERS) do
      for _, answer in pairs(answers) do
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

-- What a server that keeps what it gets answers with: a sent message or audience in its own shape.
local function answer_to(d, kind, attributes)
  if d == guide and kind == "message" then
    return { type = "campaign-message", attributes = { name = attributes.definition.name,
      definition = attributes.definition } }
  elseif kind == "message" then
    return { type = "campaign-message", attributes = { definition = {
      name = attributes.name, tracking_options = { is_add_utm = attributes.is_add_utm },
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
