-- SPDX-License-Identifier: MIT
--- Every answer of the openapi dialect, held against the vendor's file (KLAVIYO_OPENAPI names it).
local openapi = require "spec.support.openapi"
local schema = require "spec.support.schema"
local wire = require "spec.support.wire"

local file = openapi.load()

describe("sandbox conformance", function()
  if not file then
    pending "KLAVIYO_OPENAPI names no file"
    return
  end

  local operations = openapi.operations(file)
  local checked, violations = {}, {}
  local box, client

  setup(function()
    local revision = file.info.version
    box = wire.start(revision == "2026-04-15.pre" and { dialect = "openapi" } or nil)
    client = wire.client(box, "openapi")
    client.headers.revision = revision
  end)

  teardown(function()
    client:close()
    box:stop()
  end)

  --- The schema of an operation's answer with this status.
  local function rule_of(operation, status)
    local responses = operation.operation.responses
    local response = responses[tostring(status)] or responses[("%dXX"):format(math.floor(status / 100))]
    assert(response, operation.path .. " " .. status)
    local name = response["$ref"] and response["$ref"]:match "([^/]+)$"
    response = name and file.components.responses[name] or response
    local content = response.content and response.content["application/vnd.api+json"]
    return content and content.schema
  end

  --- Makes a request of an operation and checks the answer's body and status.
  local function call(name, path, body)
    local operation = assert(operations[name], name)
    local answer = client:request(operation.method, path, body)
    local rule = rule_of(operation, answer.status)
    if rule then
      for _, fault in ipairs(schema.check(file, rule, answer.json)) do
        -- the standard's own members of an error that the file does not list
        if answer.status < 400 or not fault:match "/errors/%d+/%w+: is not in the schema$" then
          violations[#violations + 1] = name .. " " .. answer.status .. " " .. fault
        end
      end
    else
      assert.equal("", answer.body)
    end
    checked[name] = (checked[name] or 0) + 1
    return answer
  end

  --- The same with each allowed query parameter.
  local function call_shaped(name, path)
    call(name, path)
    for _, parameter in ipairs(operations[name].operation.parameters) do
      local values = parameter.schema.items and parameter.schema.items.enum or parameter.schema.enum
      if parameter["in"] == "query" and values and (parameter.name == "sort" or parameter.name == "include") then
        for _, value in ipairs(values) do
          assert.equal(200, call(name, path .. "?" .. parameter.name .. "=" .. value).status)
        end
        if parameter.name == "include" then
          assert.equal(200, call(name, path .. "?include=" .. table.concat(values, ",")).status)
        end
      elseif parameter.name:match "^fields" then
        -- sparse answers lack what the schemas require, so that only their acceptance is checked
        assert.equal(200, client:get(path .. "?" .. parameter.name .. "=" .. table.concat(values, ",")).status)
        for _, value in ipairs(values) do
          assert.equal(200, client:get(path .. "?" .. parameter.name .. "=" .. value).status)
        end
      end
    end
  end

  local function each_filter(name, path)
    local samples = { string = "'x'", boolean = "true", ["date-time"] = "2026-01-01T00:00:00Z" }
    for field, rule in pairs(operations[name].operation["x-klaviyo-filters"] or {}) do
      local value = samples[rule.value.format or rule.value.type]
      if field == "builder" then
        value = "'wizard'"
      elseif field == "status" then
        value = "'draft'"
      end
      for arity, list in pairs(rule.operators) do
        for _, operator in ipairs(list) do
          local given = arity == "list" and "[" .. value .. "]" or value
          assert.equal(200, call(name, path .. "?filter=" .. operator .. "(" .. field .. "," .. given .. ")").status)
        end
      end
    end
  end

  local function campaign()
    return wire.create(client, {
      { name = "Email", details = { channel = "email", subject = "S", template_id = "T" } },
      { name = "Text", details = { channel = "sms", body = "B" } },
      { name = "Push", details = { channel = "push", title = "T", static_asset_id = 5 } },
      { name = "WA", details = { channel = "whatsapp" } },
    })
  end

  -- A test of campaigns where the file has them, and otherwise of what lives on beside them.
  local has_campaigns = openapi.has_campaigns(file)
  local function of_campaigns(name, run)
    return has_campaigns and it(name, run)
  end
  local function of_companions(name, run)
    return not has_campaigns and it(name, run)
  end

  of_campaigns("holds for everything that reads", function()
    local made = campaign()
    box:tag { name = "t", campaign = made.id, message = made.messages[1] }
    wire.schedule(client, made.messages[1], { send_time = "2026-06-01T14:00:00Z", strategy = "throttled",
      throttled_options = { throttling_percentage = 25 } })
    wire.schedule(client, made.messages[2], { send_date = "2026-06-01", strategy = "smart_send_time" })
    call_shaped("get_campaigns", "/api/campaigns")
    each_filter("get_campaigns", "/api/campaigns")
    for i = 1, 5 do
      campaign()
      box:advance(i)
    end
    call("get_campaigns", "/api/campaigns?page[size]=2")
    call_shaped("get_campaign", "/api/campaigns/" .. made.id)
    call_shaped("get_campaign_messages", "/api/campaign-messages")
    each_filter("get_campaign_messages", "/api/campaign-messages")
    for i, message in ipairs(made.messages) do
      local variation = wire.variation(client, message)
      if i == 3 then
        box:translation { variation = variation, target_locales = { "de" } }
      end
      local path = "/api/campaign-messages/" .. message
      call_shaped("get_campaign_message", path)
      call_shaped("get_campaign_for_campaign_message", path .. "/campaign")
      call("get_campaign_id_for_campaign_message", path .. "/relationships/campaign")
      call_shaped("get_audience_for_campaign_message", path .. "/campaign-audience")
      call("get_audience_id_for_campaign_message", path .. "/relationships/campaign-audience")
      call_shaped("get_tags_for_campaign_message", path .. "/tags")
      call("get_tag_ids_for_campaign_message", path .. "/relationships/tags")
      call_shaped("get_variations_for_campaign_message", path .. "/campaign-variations")
      call("get_variation_ids_for_campaign_message", path .. "/relationships/campaign-variations")
      path = "/api/campaign-variations/" .. variation
      call_shaped("get_campaign_variation", path)
      call_shaped("get_message_for_campaign_variation", path .. "/campaign-message")
      call("get_message_id_for_campaign_variation", path .. "/relationships/campaign-message")
      call_shaped("get_translation_for_campaign_variation", path .. "/translation")
      call("get_translation_id_for_campaign_variation", path .. "/relationships/translation")
      call_shaped("get_image_for_campaign_variation", path .. "/image")
      call("get_image_id_for_campaign_variation", path .. "/relationships/image")
    end
    local path = "/api/campaigns/" .. made.id
    if operations.get_tags_for_campaign then
      call_shaped("get_tags_for_campaign", path .. "/tags")
      call("get_tag_ids_for_campaign", path .. "/relationships/tags")
    end
    call_shaped("get_messages_for_campaign", path .. "/campaign-messages")
    call("get_message_ids_for_campaign", path .. "/relationships/campaign-messages")
    call_shaped("get_campaign_audiences_for_campaign", path .. "/campaign-audiences")
    call("get_audience_ids_for_campaign", path .. "/relationships/campaign-audiences")
    path = "/api/campaign-audiences/" .. made.audiences[1]
    call_shaped("get_campaign_audience", path)
    call_shaped("get_campaign_for_campaign_audience", path .. "/campaign")
    call("get_campaign_id_for_campaign_audience", path .. "/relationships/campaign")
    call_shaped("get_campaign_messages_for_campaign_audience", path .. "/campaign-messages")
    call("get_message_ids_for_campaign_audience", path .. "/relationships/campaign-messages")
  end)

  of_campaigns("holds for everything that writes", function()
    local links = { campaign = { "campaign" }, ["campaign-audience"] = { "campaign-audience" },
      ["campaign-message"] = { "campaign-message" } }
    local answer = call("create_campaign", "/api/campaigns", wire.campaign "openapi")
    assert.equal(201, answer.status)
    local made = campaign()
    links.campaign[2], links["campaign-audience"][2], links["campaign-message"][2] =
      made.id, made.audiences[1], made.messages[1]
    local function only(...)
      local found = {}
      for _, name in ipairs { ... } do
        found[name] = links[name]
      end
      return found
    end
    local function write(name, kind, path, id, attributes, relationships, status)
      local result = call(name, path, wire.body(kind, id, attributes, relationships))
      assert.equal(status, result.status, result.body)
      return result
    end
    write("update_campaign", "campaign", "/api/campaigns/" .. made.id, made.id, { definition = { name = "x" } }, nil,
      200)
    write("clone_campaign", "campaign", "/api/campaign-clone", made.id, { name = "y" }, nil, 201)
    local audience = write("create_campaign_audience", "campaign-audience", "/api/campaign-audiences", nil,
      { definition = { name = "x" } }, only "campaign", 201).json.data.id
    write("update_campaign_audience", "campaign-audience", "/api/campaign-audiences/" .. audience, audience,
      { definition = { name = "y" } }, nil, 200)
    write("clone_campaign_audience", "campaign-audience-clone", "/api/campaign-audience-clone", audience,
      { id = audience }, nil, 201)
    local message = write("create_campaign_message", "campaign-message", "/api/campaign-messages", nil,
      { definition = { name = "x" } }, only("campaign", "campaign-audience"), 201).json.data.id
    write("update_campaign_message", "campaign-message", "/api/campaign-messages/" .. message, message,
      { definition = { name = "y" } }, nil, 200)
    write("clone_campaign_message", "campaign-message", "/api/campaign-message-clone", message, { id = message },
      only "campaign-audience", 201)
    local variation = write("create_campaign_variation", "campaign-variation", "/api/campaign-variations", nil,
      { definition = { name = "x", details = { channel = "push" } } }, only "campaign-message", 201).json.data.id
    write("update_campaign_variation", "campaign-variation", "/api/campaign-variations/" .. variation, variation,
      { definition = { name = "y" } }, nil, 200)
    write("schedule_campaign_message", "campaign-message-schedule", "/api/campaign-message-schedule", nil,
      { strategy = "throttled", send_time = "2026-08-01T00:00:00Z",
        throttled_options = { throttling_percentage = 50 } },
      only "campaign-message", 201)
    write("update_campaign_message_schedule", "campaign-message-schedule",
      "/api/campaign-message-schedule/" .. made.messages[1], made.messages[1], { action = "revert" }, nil, 204)
    for _, strategy in ipairs { "static", "local_timezone" } do
      write("schedule_campaign_message", "campaign-message-schedule", "/api/campaign-message-schedule", nil,
        { strategy = strategy, send_time = "2026-08-01T00:00:00Z" }, only "campaign-message", 201)
      wire.act(client, made.messages[1], "revert")
    end
    write("schedule_campaign_message", "campaign-message-schedule", "/api/campaign-message-schedule", nil,
      { strategy = "smart_send_time", send_date = "2026-08-01" }, only "campaign-message", 201)
    wire.act(client, made.messages[1], "revert")
    if operations.refresh_campaign_recipient_estimation then
      local job = "campaign-recipient-estimation-job"
      write("refresh_campaign_recipient_estimation", job, "/api/" .. job .. "s", made.id, nil, nil, 202)
      for _ = 1, 2 do
        call("get_campaign_recipient_estimation_job", "/api/" .. job .. "s/" .. made.id)
      end
      call_shaped("get_campaign_recipient_estimation", "/api/campaign-recipient-estimations/" .. made.id)
    end
    if operations.assign_template_to_campaign_message then
      write("assign_template_to_campaign_message", "campaign-message", "/api/campaign-message-assign-template",
        made.messages[1], nil, { template = { "template", "T" } }, 200)
    end
    for _, case in ipairs { { "variation", variation }, { "message", message }, { "audience", audience } } do
      assert.equal(204, call("delete_campaign_" .. case[1], "/api/campaign-" .. case[1] .. "s/" .. case[2]).status)
    end
    assert.equal(204, call("delete_campaign", "/api/campaigns/" .. made.id).status)
  end)

  of_campaigns("holds for errors too", function()
    call("get_campaign", "/api/campaigns/nope")
    call("get_campaigns", "/api/campaigns?sort=x&filter=y")
    call("create_campaign", "/api/campaigns", "{}")
    call("create_campaign", "/api/campaigns", (wire.campaign("openapi"):gsub('"campaign"', '"x"')))
  end)

  -- A call whose body is held against the file as well.
  local function ask(name, path, body)
    local rule = openapi.content(operations[name].operation.requestBody)
    for _, fault in ipairs(schema.check(file, rule, body)) do
      violations[#violations + 1] = name .. " request " .. fault
    end
    return call(name, path, wire.encode(body))
  end

  -- A list beside campaigns, with the queries of the file that are of its own type: sorts, sparse fields, filters.
  local function call_listed(name, path, kind)
    call(name, path)
    for _, parameter in ipairs(operations[name].operation.parameters) do
      local words = parameter.schema.items and parameter.schema.items.enum or parameter.schema.enum or {}
      for _, word in ipairs(parameter.name == "sort" and words or {}) do
        assert.equal(200, call(name, path .. "?sort=" .. word).status, name .. " " .. word)
      end
      if parameter.name == "fields[" .. kind .. "]" then -- a sparse answer lacks what the schemas require
        assert.equal(200, client:get(path .. "?" .. parameter.name .. "=name").status, name)
      end
    end
    each_filter(name, path)
  end

  of_companions("holds for what is read by name", function()
    for i = 1, 12 do
      box:list { id = "L" .. i, name = "List " .. i }
      box:segment { id = "S" .. i, name = "Segment " .. i, is_starred = i == 1 }
      box:template { id = "T" .. i, name = "Template " .. i, html = "<p>{{ name }}</p>", text = i == 1 and "x" or nil }
      box:tag { id = "A" .. i, name = "tag " .. i }
      box:metric { id = "M" .. i, name = "Metric " .. i }
    end
    for _, kind in ipairs { "list", "segment", "template", "tag", "metric" } do
      call_listed("get_" .. kind .. "s", "/api/" .. kind .. "s", kind)
      local one = operations["get_" .. kind]
      for id in (one and "L1 S1 T1" or ""):gmatch "%S+" do
        call("get_" .. kind, "/api/" .. kind .. "s/" .. id) -- one of them is of the kind, the others are errors
      end
    end
    call("get_accounts", "/api/accounts")
  end)

  of_companions("holds for what is done beside campaigns, and for errors", function()
    local later = wire.client(box, "later")
    local made = wire.create(later, { { name = "Email", details = { channel = "email", template_id = "T1" } },
      { name = "Text", details = { channel = "sms", body = "B" } } })
    for i, message in ipairs(made.messages) do
      local at = ("2026-04-14T12:0%d:00Z"):format(i)
      assert.equal(201, wire.schedule(later, message, { strategy = "static", send_time = at }).status)
    end
    local draft = wire.create(later, { { name = "Email", details = { channel = "email" } } })
    later:close()
    box:advance "1d"
    local job = "campaign-recipient-estimation-job"
    assert.equal(202, ask("refresh_campaign_recipient_estimation", "/api/" .. job .. "s",
      { data = { type = job, id = made.id } }).status)
    for _ = 1, 2 do
      call("get_campaign_recipient_estimation_job", "/api/" .. job .. "s/" .. made.id)
    end
    call("get_campaign_recipient_estimation", "/api/campaign-recipient-estimations/" .. made.id)
    ask("assign_template_to_campaign_message", "/api/campaign-message-assign-template", { data = {
      type = "campaign-message", id = draft.messages[1],
      relationships = { template = { data = { type = "template", id = "T1" } } } } })
    local tag = ask("create_tag", "/api/tags", { data = { type = "tag", attributes = { name = "new" } } })
    local members = { data = { { type = "campaign", id = made.id } } }
    local path = "/api/tags/" .. tag.json.data.id .. "/relationships/campaigns"
    assert.equal(204, ask("tag_campaigns", path, members).status)
    assert.equal(204, ask("remove_tag_from_campaigns", path, members).status)
    if operations.render_template then
      assert.equal(201, ask("render_template", "/api/template-render", { data = { type = "template", id = "T1",
        attributes = { context = { name = "Ada" } } } }).status)
    end
    local attributes = { conversion_metric_id = "M1", timeframe = { key = "last_30_days" }, statistics = {} }
    local body = operations.query_campaign_values.operation.requestBody
    local rule = openapi.resolve(file, openapi.resolve(file, openapi.content(body)).properties.data)
    local theirs = openapi.resolve(file, rule).properties.attributes.properties
    for i, name in ipairs(theirs.statistics.items.enum) do
      attributes.statistics[i] = name
    end
    local function report(status)
      local answer = ask("query_campaign_values", "/api/campaign-values-reports", { data = {
        type = "campaign-values-report", attributes = attributes } })
      assert.equal(status or 200, answer.status, answer.body)
      return answer
    end
    assert.equal(2, #report().json.data.attributes.results)
    attributes.group_by = theirs.group_by.items.enum
    report()
    for _, key in ipairs(openapi.resolve(file, theirs.timeframe.oneOf[1]).properties.key.enum) do
      attributes.timeframe = { key = key }
      report()
    end
    attributes.timeframe = { start = "2026-04-14T00:00:00Z", ["end"] = "2026-04-15T00:00:00Z" }
    attributes.filter = ('and(equals(campaign_id,"%s"),contains-any(send_channel,["email","sms"]))'):format(made.id)
    assert.equal(2, #report().json.data.attributes.results)
    attributes.filter = "nonsense"
    report(400)
  end)

  it("was looked at for every operation of the file, without one violation", function()
    local missing, total = {}, 0
    for name in pairs(operations) do
      if not checked[name] then
        missing[#missing + 1] = name
      end
      total = total + (checked[name] or 0)
    end
    table.sort(missing)
    assert.same({}, missing)
    assert.same({}, violations)
    assert.is_true(total > (has_campaigns and 45 or 18))
  end)
end)
