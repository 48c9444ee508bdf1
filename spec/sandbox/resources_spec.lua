-- SPDX-License-Identifier: MIT
--- Audiences, messages and variations by themselves, in both dialects.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local null = cjson.null
local AT = { send_time = "2026-06-01T14:00:00Z", strategy = "static" }

describe("sandbox", function()
  local box, client, dialect

  local function begin(speaks)
    dialect = speaks
    box, client = wire.start(nil, dialect)
  end

  after_each(function()
    client:close()
    box:stop()
  end)

  local function post(kind, attributes, relationships)
    return client:post("/api/" .. kind .. "s", wire.body(kind, nil, attributes, relationships))
  end

  local function patch(kind, id, attributes)
    return client:patch("/api/" .. kind .. "s/" .. id, wire.body(kind, id, attributes))
  end

  local function get(kind, id)
    return client:get("/api/" .. kind .. "s/" .. id)
  end

  local function delete(kind, id)
    return client:delete("/api/" .. kind .. "s/" .. id)
  end

  --- An audience's attributes as the dialect writes them.
  local function audience(fields)
    if dialect == "openapi" then
      return { definition = fields }
    end
    local flat = {}
    for name, value in pairs(fields) do
      flat[name == "name" and "audience_name" or name] = value
    end
    return flat
  end

  --- ... and as it shows them.
  local function shown(attributes)
    local from = dialect == "openapi" and attributes.definition or attributes
    return { name = from.name or from.audience_name, priority = from.priority, included = from.included,
      excluded = from.excluded }
  end

  wire.each_dialect(function(speaks)
    describe("audiences in " .. speaks, function()
      before_each(function()
        begin(speaks)
      end)

      it("are added to a campaign, named and numbered in turn", function()
        local made = wire.create(client)
        local answer = post("campaign-audience", audience { included = { "L2" }, excluded = wire.EMPTY },
          { campaign = { "campaign", made.id } })
        assert.equal(201, answer.status)
        assert.same({ name = "Audience 2", priority = 1, included = { "L2" }, excluded = {} },
          shown(answer.json.data.attributes))
        assert.same({ type = "campaign", id = made.id }, answer.json.data.relationships.campaign.data)
        assert.same({}, answer.json.data.relationships["campaign-messages"].data)
        assert.same(answer.json.data, get("campaign-audience", answer.json.data.id).json.data)
        answer = post("campaign-audience", audience { name = "VIP", priority = 7 }, { campaign = { "campaign",
          made.id } })
        assert.same({ name = "VIP", priority = 7, included = {}, excluded = {} }, shown(answer.json.data.attributes))
        assert.equal(3, #get("campaign", made.id).json.data.relationships["campaign-audiences"].data)
      end)

      it("need a campaign that is there", function()
        local answer = post("campaign-audience", audience {}, { campaign = { "campaign", "nope" } })
        assert.equal(404, answer.status)
        assert.same({ "/data/relationships/campaign/data/id" }, wire.pointers(answer))
        answer = client:post("/api/campaign-audiences", '{"data":{"type":"campaign-audience","attributes":{}}}')
        assert.equal(400, answer.status)
        assert.is_true(answer.body:find("/data/relationships", 1, true) ~= nil)
      end)

      it("change by what is given", function()
        local made = wire.create(client)
        box:advance(60)
        local answer = patch("campaign-audience", made.audiences[1],
          audience { name = "VIP", included = { "A", "B" }, excluded = { "C" }, priority = 3 })
        assert.equal(200, answer.status)
        assert.same({ name = "VIP", priority = 3, included = { "A", "B" }, excluded = { "C" } },
          shown(answer.json.data.attributes))
        answer = patch("campaign-audience", made.audiences[1], audience { priority = 0 })
        assert.same({ name = "VIP", priority = 0, included = { "A", "B" }, excluded = { "C" } },
          shown(answer.json.data.attributes))
        local attributes = answer.json.data.attributes
        assert.equal(wire.NOW, attributes.created or attributes.created_at)
        assert.equal("2026-04-14T12:01:00.000000+00:00", attributes.updated or attributes.updated_at)
      end)

      it("with messages that are no drafts are neither updated nor deleted", function()
        local made = wire.create(client)
        post("campaign-audience", audience {}, { campaign = { "campaign", made.id } })
        assert.equal(201, wire.schedule(client, made.messages[1], AT).status)
        assert.equal(409, patch("campaign-audience", made.audiences[1], audience { priority = 1 }).status)
        assert.equal(409, delete("campaign-audience", made.audiences[1]).status)
        if dialect == "guide" then
          assert.is_true(get("campaign-audience", made.audiences[1]).json.data.attributes.has_non_draft_messages)
        end
        assert.equal(204, wire.act(client, made.messages[1], "cancel").status)
        if dialect == "guide" then
          assert.is_false(get("campaign-audience", made.audiences[1]).json.data.attributes.has_non_draft_messages)
        end
        assert.equal(200, patch("campaign-audience", made.audiences[1], audience { priority = 1 }).status)
        local variation = wire.variation(client, made.messages[1])
        assert.equal(204, delete("campaign-audience", made.audiences[1]).status)
        assert.equal(404, get("campaign-audience", made.audiences[1]).status)
        assert.equal(404, get("campaign-message", made.messages[1]).status)
        assert.equal(404, get("campaign-variation", variation).status)
      end)
    end)

    describe("messages in " .. speaks, function()
      local made

      before_each(function()
        begin(speaks)
        made = wire.create(client)
      end)

      local function links(campaign, id)
        return { campaign = { "campaign", campaign or made.id },
          ["campaign-audience"] = { "campaign-audience", id or made.audiences[1] } }
      end

      it("are added to an audience, as drafts", function()
        local answer = post("campaign-message", { definition = { name = "Follow-up SMS" } }, links())
        assert.equal(201, answer.status)
        local data = answer.json.data
        assert.equal("Follow-up SMS", data.attributes.definition.name)
        assert.equal("DRAFT", wire.status(client, data.id))
        assert.equal(made.id, data.relationships.campaign.data.id)
        assert.equal(made.audiences[1], data.relationships["campaign-audience"].data.id)
        assert.same({}, data.relationships["campaign-variations"].data)
        assert.equal(wire.NOW, data.attributes.created)
      end)

      it("need a campaign and an audience of that campaign", function()
        local other = wire.create(client)
        local answer = post("campaign-message", { definition = { name = "x" } }, links(other.id))
        assert.equal(400, answer.status)
        assert.same({ "/data/relationships/campaign-audience/data/id" }, wire.pointers(answer))
        answer = post("campaign-message", { definition = { name = "x" } }, links("nope", "nope"))
        assert.equal(404, answer.status)
        assert.same({ "/data/relationships/campaign-audience/data/id", "/data/relationships/campaign/data/id" },
          wire.pointers(answer))
        answer = post("campaign-message", { definition = { name = "x" } },
          { campaign = { "campaigns", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } })
        assert.equal(409, answer.status)
      end)

      it("are updated while they are drafts", function()
        box:advance(60)
        local answer = patch("campaign-message", made.messages[1], { definition = { name = "New" } })
        assert.equal(200, answer.status)
        assert.equal("New", answer.json.data.attributes.definition.name)
        assert.equal("2026-04-14T12:01:00.000000+00:00", answer.json.data.attributes.updated)
        for _, step in ipairs { "SCHEDULED", "CANCELLED" } do
          if step == "SCHEDULED" then
            wire.schedule(client, made.messages[1], AT)
          else
            wire.act(client, made.messages[1], "cancel")
          end
          assert.equal(step, wire.status(client, made.messages[1]))
          assert.equal(409, patch("campaign-message", made.messages[1], { definition = { name = "x" } }).status)
        end
      end)

      it("are deleted with their variations, unless they are under way", function()
        local variation = wire.variation(client, made.messages[1])
        wire.schedule(client, made.messages[1], AT)
        assert.equal(409, delete("campaign-message", made.messages[1]).status)
        wire.act(client, made.messages[1], "revert")
        assert.equal(204, delete("campaign-message", made.messages[1]).status)
        assert.equal(404, get("campaign-message", made.messages[1]).status)
        assert.equal(404, get("campaign-variation", variation).status)
        local again = wire.create(client)
        wire.act(client, again.messages[1], "cancel")
        assert.equal(204, delete("campaign-message", again.messages[1]).status)
        again = wire.create(client)
        wire.schedule(client, again.messages[1], AT)
        box:set_clock "2026-06-02T00:00:00Z"
        assert.equal(409, delete("campaign-message", again.messages[1]).status)
      end)
    end)

    describe("variations in " .. speaks, function()
      local made, variation

      before_each(function()
        begin(speaks)
        made = wire.create(client, { { name = "A" },
          { name = "B", details = { channel = "email", subject = "S", from_email = "a@example.com" } } })
        variation = wire.variation(client, made.messages[2])
      end)

      local function details(answer)
        return answer.json.data.attributes.definition.details
      end

      it("are added to a message", function()
        local message = post("campaign-message", { definition = { name = "x" } },
          { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } })
          .json.data.id
        local answer = post("campaign-variation", { definition = { name = "V", details = { channel = "sms",
          body = "B" } } },
          { ["campaign-message"] = { "campaign-message", message } })
        assert.equal(201, answer.status)
        assert.equal("B", details(answer).body)
        assert.equal(null, details(answer).shorten_links)
        assert.equal(message, answer.json.data.relationships["campaign-message"].data.id)
        answer = post("campaign-variation", { definition = {} }, { ["campaign-message"] = { "campaign-message",
          message } })
        assert.equal(dialect == "guide" and 400 or 201, answer.status)
      end)

      it("change field by field; another channel makes them new", function()
        local answer = patch("campaign-variation", variation,
          { definition = { details = { channel = "email", subject = "New", template_id = "T" } } })
        assert.equal(200, answer.status)
        assert.equal("New", details(answer).subject)
        assert.equal("a@example.com", details(answer).from_email)
        assert.equal("T", details(answer).template_id)
        answer = patch("campaign-variation", variation, { definition = { details = { channel = "email",
          template_id = null } } })
        assert.equal(null, details(answer).template_id)
        assert.equal("Variation", answer.json.data.attributes.definition.name)
        answer = patch("campaign-variation", variation, { definition = { name = null, details = { channel = "push",
          title = "T" } } })
        assert.equal("push", details(answer).channel)
        assert.equal("T", details(answer).title)
        assert.is_nil(details(answer).from_email)
        assert.equal(null, answer.json.data.attributes.definition.name)
        answer = patch("campaign-variation", variation, { definition = { details = null } })
        assert.equal(null, details(answer))
      end)

      it("need a channel to say what they hold, and hold only that", function()
        local at = "/data/attributes/definition/details/"
        local function try(fields)
          return wire.pointers(patch("campaign-variation", variation, { definition = { details = fields } }))
        end
        assert.same({ at .. "channel" }, try { subject = "S" })
        assert.same({ at .. "channel" }, try { channel = "fax" })
        assert.same({ at .. "channel" }, try { channel = 1 })
        assert.same({ at .. "body" }, try { channel = "email", body = "B" })
        assert.same({ at .. "subject" }, try { channel = "email", subject = 5 })
        assert.same({ at .. "subject" }, try { channel = "email", subject = null })
        assert.same({ at .. "sound" }, try { channel = "push", sound = "on" })
        assert.same({ at .. "static_asset_id" }, try { channel = "push", static_asset_id = 1.5 })
        assert.same({ at .. "shorten_links" }, try { channel = "whatsapp", shorten_links = null })
      end)

      it("stay as they are once the message is no draft", function()
        wire.schedule(client, made.messages[2], AT)
        assert.equal(409, patch("campaign-variation", variation, { definition = { name = "x" } }).status)
        assert.equal(409, delete("campaign-variation", variation).status)
        assert.equal(409, post("campaign-variation", { definition = {} },
          { ["campaign-message"] = { "campaign-message", made.messages[2] } }).status)
      end)

      it("are deleted alone", function()
        assert.equal(204, delete("campaign-variation", variation).status)
        assert.equal(404, get("campaign-variation", variation).status)
        assert.equal(200, get("campaign-message", made.messages[2]).status)
      end)
    end)
  end)

  describe("messages as the guide has them", function()
    local made

    before_each(function()
      begin "guide"
      made = wire.create(client)
    end)

    it("have every attribute that is printed", function()
      assert.same({ name = "Blast", status = "DRAFT", created = wire.NOW, updated = wire.NOW,
        definition = { name = "Blast", is_tracking_opens = true, is_tracking_clicks = true },
        scheduling_info = null, tracking_params = null },
        get("campaign-message", made.messages[1]).json.data.attributes)
    end)

    it("have tracking switches, on by default", function()
      local answer = patch("campaign-message", made.messages[1],
        { definition = { is_tracking_opens = false, is_tracking_clicks = false } })
      assert.is_false(answer.json.data.attributes.definition.is_tracking_opens)
      assert.is_false(answer.json.data.attributes.definition.is_tracking_clicks)
      answer = client:post("/api/campaign-messages", wire.body("campaign-message", nil,
        { definition = { name = "x", is_tracking_clicks = false } },
        { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } }))
      assert.is_true(answer.json.data.attributes.definition.is_tracking_opens)
      assert.is_false(answer.json.data.attributes.definition.is_tracking_clicks)
    end)

    it("show UTM parameters once they are configured, and do not let them be set", function()
      box:tracking_params { message = made.messages[1], params = { { name = "utm_source", value = "klaviyo" },
        { name = "utm_campaign", type = "dynamic", value = "campaign_name" } } }
      assert.same({ { name = "utm_source", value = "klaviyo" },
        { name = "utm_campaign", type = "dynamic", value = "campaign_name" } },
        get("campaign-message", made.messages[1]).json.data.attributes.tracking_params)
      assert.same({ "/data/attributes/tracking_params" }, wire.pointers(patch("campaign-message", made.messages[1],
        { definition = { name = "x" }, tracking_params = { { name = "a", value = "b" } } })))
      box:tracking_params { params = { { name = "utm_medium", value = "campaign" } } }
      local other = wire.create(client)
      assert.equal("utm_medium", get("campaign-message",
        other.messages[1]).json.data.attributes.tracking_params[1].name)
    end)

    it("do not let status, name or times be set directly", function()
      assert.same({ "/data/attributes/name", "/data/attributes/scheduling_info", "/data/attributes/status" },
        wire.pointers(patch("campaign-message", made.messages[1], { name = "x", status = "SENT",
          scheduling_info = {} })))
    end)

    it("are made without variations inline", function()
      assert.same({ "/data/attributes/variations" }, wire.pointers(post("campaign-message",
        { definition = { name = "x" }, variations = wire.EMPTY },
        { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } })))
    end)

    it("leave a campaign its last audience", function()
      local answer = delete("campaign-audience", made.audiences[1])
      assert.equal(409, answer.status)
      assert.truthy(answer.body:find("at least one audience", 1, true))
    end)
  end)

  describe("messages as the OpenAPI file has them", function()
    local made

    before_each(function()
      begin "openapi"
      made = wire.create(client)
    end)

    it("have every attribute of the file", function()
      assert.same({ created = wire.NOW, updated = wire.NOW, definition = { name = "Blast", status = "draft",
        tracking_options = { is_add_utm = null, is_tracking_clicks = true, is_tracking_opens = true },
        send_options = { send_time = null, send_times = null, send_strategy = null, recipient_percentage = null,
          throttling_type = null, throttle_unit = null, is_ignoring_unsubscribes = null } } },
        get("campaign-message", made.messages[1]).json.data.attributes)
    end)

    it("spell the throttling type differently inline and alone", function()
      local answer = client:post("/api/campaigns", [[{"data":{"type":"campaign","attributes":{"definition":{},
        "audiences":[{"temporary_id":"a"}],"messages":[{"audience_temporary_id":"a","is_add_utm":true,
        "throttling_type":"FOR_CAMPAIGNS_AND_FLOWS"}]}}}]])
      local id = answer.json.data.relationships["campaign-messages"].data[1].id
      local definition = get("campaign-message", id).json.data.attributes.definition
      assert.equal("throttle-for-campaigns-and-flows", definition.send_options.throttling_type)
      assert.is_true(definition.tracking_options.is_add_utm)
      answer = patch("campaign-message", id, { definition = { send_options = { throttling_type = "none",
        recipient_percentage = 40, is_ignoring_unsubscribes = true } } })
      assert.equal("none", answer.json.data.attributes.definition.send_options.throttling_type)
      assert.equal(40, answer.json.data.attributes.definition.send_options.recipient_percentage)
      local at = "/data/attributes/definition/send_options/"
      assert.same({ at .. "throttling_type" }, wire.pointers(patch("campaign-message", id,
        { definition = { send_options = { throttling_type = "FOR_FLOWS" } } })))
      assert.same({ at .. "recipient_percentage" }, wire.pointers(patch("campaign-message", id,
        { definition = { send_options = { recipient_percentage = 101 } } })))
    end)

    it("have a status and times that look writable and are not", function()
      local answer = patch("campaign-message", made.messages[1], { definition = { status = "sent",
        send_options = { send_time = "2026-06-01T14:00:00Z", send_strategy = "static", throttle_unit = "hour" } } })
      assert.same({ "/data/attributes/definition/send_options/send_strategy",
        "/data/attributes/definition/send_options/send_time", "/data/attributes/definition/send_options/throttle_unit",
        "/data/attributes/definition/status" }, wire.pointers(answer))
      assert.equal(200, patch("campaign-message", made.messages[1], { definition = null }).status)
    end)

    it("can be made with their variations", function()
      local answer = post("campaign-message", { definition = { name = "x" }, variations = {
        { definition = { details = { channel = "sms", body = "B", text_message_type = "MMS" } } } } },
        { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } })
      assert.equal(201, answer.status)
      assert.equal(1, #answer.json.data.relationships["campaign-variations"].data)
    end)

    it("refuse cost when a variation is made", function()
      local links = { ["campaign-message"] = { "campaign-message", made.messages[1] } }
      local fields = { definition = { details = { channel = "sms", cost = 1.5 } } }
      assert.same({ "/data/attributes/definition/details/cost" }, wire.pointers(post("campaign-variation", fields,
        links)))
      local variation = post("campaign-variation", { definition = { details = { channel = "sms" } } },
        links).json.data.id
      assert.equal(1.5, patch("campaign-variation", variation, fields).json.data.attributes.definition.details.cost)
    end)

    it("know the fields of a push that the guide does not", function()
      local fields = { channel = "push", badge_config = "set-count", badge_value = "3", push_type = "silent",
        open_action = 2,
        kv_pairs = { a = "b" }, action_buttons = { { label = "Go", action_type = "open_url",
          url = "https://x.example" } } }
      local answer = post("campaign-variation", { definition = { details = fields } },
        { ["campaign-message"] = { "campaign-message", made.messages[1] } })
      assert.equal(201, answer.status, answer.body)
      local details = answer.json.data.attributes.definition.details
      for name, value in pairs(fields) do
        assert.same(value, details[name])
      end
      assert.equal("", details.sound_file_name)
      fields.action_buttons = { { label = "Go", action_type = "jump" } }
      assert.same({ "/data/attributes/definition/details/action_buttons/0/action_type" },
        wire.pointers(post("campaign-variation",
        { definition = { details = fields } }, { ["campaign-message"] = { "campaign-message", made.messages[1] } })))
      fields.action_buttons = null
      client.headers.revision = "2026-04-15.pre"
      assert.is_nil(get("campaign-variation", answer.json.data.id).json.data.attributes.definition.details.push_type)
    end)
  end)
end)
