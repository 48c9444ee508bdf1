-- SPDX-License-Identifier: MIT
--- Creating, reading, changing and archiving campaigns, in both dialects.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local null = cjson.null

describe("sandbox campaigns", function()
  local box, client

  local function begin(dialect, options)
    box, client = wire.start(options, dialect)
  end

  after_each(function()
    client:close()
    box:stop()
  end)

  local function update(id, definition)
    return client:patch("/api/campaigns/" .. id, wire.body("campaign", id, { definition = definition }))
  end

  wire.each_dialect(function(dialect)
    describe("in " .. dialect, function()
      before_each(function()
        begin(dialect)
      end)

      it("are created whole, with their children, by one request", function()
        local made = wire.create(client, {
          { name = "Email", details = { channel = "email", subject = "S" } },
          { name = "Text", details = { channel = "sms", body = "B" } },
          { name = "Push", details = { channel = "push", title = "T" }, audience = "aud_2" },
          { name = "WA", details = { channel = "whatsapp", template_id = "X" }, audience = "aud_2" },
        }, { definition = { color = "#4A90D9", description = "d", builder = "canvas",
          send_settings = { send_timezone = "America/New_York" } },
          audiences = { { temporary_id = "aud_1", included = { "L1", "L2" } },
            { temporary_id = "aud_2", included = { "L3" }, excluded = { "L1" } } } })
        assert.equal(2, #made.audiences)
        assert.equal(4, #made.messages)
        local answer = client:get("/api/campaigns/" .. made.id)
        assert.same({ name = "Summer Sale 2026", builder = "canvas", archived = false, color = "#4A90D9",
          description = "d", send_settings = { send_timezone = "America/New_York", send_strategy = "STATIC",
            send_passed_rltz_immediately = false, exit_condition_enabled = false,
            exit_condition_conversion_metric_id = null } }, answer.json.data.attributes.definition)
        assert.equal(wire.NOW, answer.json.data.attributes.created_at)
        assert.equal(wire.NOW, answer.json.data.attributes.updated_at)
        assert.equal(box.url .. "/api/campaigns/" .. made.id .. "/", answer.json.data.links.self)
        local message = client:get("/api/campaign-messages/" .. made.messages[3]).json.data
        assert.equal(made.audiences[2], message.relationships["campaign-audience"].data.id)
        assert.equal(made.id, message.relationships.campaign.data.id)
        local details = client:get("/api/campaign-variations/" .. wire.variation(client, made.messages[3]))
          .json.data.attributes.definition.details
        assert.equal("push", details.channel)
        assert.equal("T", details.title)
        assert.equal("", details.body)
        assert.is_false(details.badge)
      end)

      it("have ids that are ULIDs and ascend", function()
        local last = ""
        for _ = 1, 50 do
          local made = wire.create(client)
          for _, id in ipairs { made.id, made.audiences[1], made.messages[1] } do
            assert.truthy(id:match "^[0-7][0-9A-HJKMNP-TV-Z]+$")
            assert.equal(26, #id)
            assert.is_true(last < id)
            last = id
          end
        end
        box:set_clock "2020-01-01T00:00:00Z"
        assert.is_true(last < wire.create(client).id)
      end)

      it("are not created at all when one child is wrong", function()
        local answer = client:post("/api/campaigns", wire.campaign(dialect, {
          { name = "Email", details = { channel = "email", subject = "S" } },
          { name = "Bad", details = { channel = "sms", subject = "no field of a text" } },
        }))
        assert.equal(400, answer.status)
        assert.equal(0, #client:get("/api/campaigns").json.data)
        assert.equal(0, #client:get("/api/campaign-messages").json.data)
      end)

      it("tell everything that is wrong with a body at once", function()
        local answer = client:post("/api/campaigns", [[{"data":{"type":"campaign","id":"x","attributes":{
          "definition":{"name":7,"builder":"pen","nme":1,"send_settings":{"send_timezone":"Mars/Base","x/y~":1}},
          "audiences":[{"included":[""],"excluded":"L"},3],
          "messages":[{"audience_temporary_id":5,"variations":{}}], "extra":true}}}]])
        assert.equal(400, answer.status)
        local found = {}
        for _, pointer in ipairs(wire.pointers(answer)) do
          found[pointer] = true
        end
        for _, pointer in ipairs { "/data/id", "/data/attributes/definition/name",
          "/data/attributes/definition/builder",
          "/data/attributes/definition/nme", "/data/attributes/definition/send_settings/send_timezone",
          "/data/attributes/definition/send_settings/x~1y~0", "/data/attributes/audiences/0/temporary_id",
          "/data/attributes/audiences/0/included/0", "/data/attributes/audiences/0/excluded",
          "/data/attributes/audiences/1", "/data/attributes/messages/0/audience_temporary_id",
          "/data/attributes/extra" } do
          assert.is_true(found[pointer], pointer .. " in " .. answer.body)
        end
      end)

      it("tell what the fields mean together beside what is wrong with each", function()
        local answer = client:post("/api/campaigns", [[{"data":{"type":"campaign","attributes":{
          "definition":{"name":7},"audiences":[{"temporary_id":"a"},{"temporary_id":"a","included":"L"}],
          "messages":[{"audience_temporary_id":"b"}]}}}]])
        local found = table.concat(wire.pointers(answer), " ")
        for _, pointer in ipairs { "/definition/name", "/audiences/1/temporary_id", "/audiences/1/included",
          "/messages/0/audience_temporary_id" } do
          assert.truthy(found:find("/data/attributes" .. pointer, 1, true), pointer .. " in " .. found)
        end
      end)

      it("have temporary ids that are there once and are found", function()
        local answer = client:post("/api/campaigns", wire.campaign(dialect,
          { { name = "A", audience = "aud_9", details = { channel = "email" } } },
          { audiences = { { temporary_id = "aud_1" }, { temporary_id = "aud_1" } } }))
        assert.equal(400, answer.status)
        assert.same({ "/data/attributes/audiences/1/temporary_id",
          "/data/attributes/messages/0/audience_temporary_id" },
          wire.pointers(answer))
      end)

      it("refuse another type: 409", function()
        local answer = client:post("/api/campaigns", (wire.campaign(dialect):gsub('"campaign"', '"campaigns"')))
        assert.equal(409, answer.status)
        assert.same({ "/data/type" }, wire.pointers(answer))
        local made = wire.create(client)
        answer = client:patch("/api/campaigns/" .. made.id,
          wire.body("campaign", "01JXYZ1234ABCDEFGHIJK56789", { definition = { name = "x" } }))
        assert.equal(409, answer.status)
        assert.same({ "/data/id" }, wire.pointers(answer))
      end)

      it("change by what is given alone, and tell when", function()
        local made = wire.create(client, nil, { definition = { description = "d" } })
        box:advance "90s"
        local answer = update(made.id, { name = "New", send_settings = { send_strategy = "LOCAL_TIMEZONE",
          send_passed_rltz_immediately = true } })
        assert.equal(200, answer.status)
        local attributes = answer.json.data.attributes
        assert.equal("New", attributes.definition.name)
        assert.equal("d", attributes.definition.description)
        assert.equal("LOCAL_TIMEZONE", attributes.definition.send_settings.send_strategy)
        assert.equal("UTC", attributes.definition.send_settings.send_timezone)
        assert.equal(wire.NOW, attributes.created_at)
        assert.equal("2026-04-14T12:01:30.000000+00:00", attributes.updated_at)
        assert.same(answer.json.data, client:get("/api/campaigns/" .. made.id).json.data)
        assert.equal(null, update(made.id, { description = null }).json.data.attributes.definition.description)
      end)

      it("are archived by deleting, with all that is below, once and for all", function()
        local made = wire.create(client)
        wire.schedule(client, made.messages[1], { send_time = "2026-06-01T14:00:00Z", strategy = "static" })
        local answer = client:delete("/api/campaigns/" .. made.id)
        assert.equal(204, answer.status)
        assert.equal("", answer.body)
        assert.equal(204, client:delete("/api/campaigns/" .. made.id).status)
        assert.is_true(client:get("/api/campaigns/" .. made.id).json.data.attributes.definition.archived)
        if dialect == "guide" then
          assert.is_true(client:get("/api/campaign-audiences/" .. made.audiences[1]).json.data.attributes.archived)
        end
        assert.equal("CANCELLED", wire.status(client, made.messages[1]))
        local variation = wire.variation(client, made.messages[1])
        for _, attempt in ipairs {
          { "PATCH", "/api/campaigns/" .. made.id, wire.body("campaign", made.id, { definition = { name = "x" } }) },
          { "PATCH", "/api/campaign-audiences/" .. made.audiences[1],
            wire.body("campaign-audience", made.audiences[1], { priority = dialect == "guide" and 2 or nil,
              definition = dialect == "openapi" and { priority = 2 } or nil }) },
          { "DELETE", "/api/campaign-audiences/" .. made.audiences[1] },
          { "DELETE", "/api/campaign-messages/" .. made.messages[1] },
          { "DELETE", "/api/campaign-variations/" .. variation },
          { "POST", "/api/campaign-audiences", wire.body("campaign-audience", nil,
            dialect == "guide" and { audience_name = "x" } or { definition = { name = "x" } },
            { campaign = { "campaign", made.id } }) },
        } do
          answer = client:request(attempt[1], attempt[2], attempt[3])
          assert.equal(409, answer.status, attempt[1] .. attempt[2] .. answer.body)
        end
      end)

      it("cannot be changed once a message has left the draft", function()
        local made = wire.create(client)
        assert.equal(201, wire.schedule(client, made.messages[1],
          { send_time = "2026-06-01T14:00:00Z", strategy = "static" }).status)
        local answer = update(made.id, { send_settings = { send_timezone = "Europe/Paris" } })
        assert.equal(409, answer.status)
        assert.same({ "/data/attributes/definition/send_settings" }, wire.pointers(answer))
        assert.equal(200, update(made.id, { name = "Still mine" }).status)
        assert.equal(204, wire.act(client, made.messages[1], "revert").status)
        assert.equal(200, update(made.id, { send_settings = { send_timezone = "Europe/Paris" } }).status)
      end)

      it("take any text for a name", function()
        for _, name in ipairs { 'Mother\'s "Day" \\', "Sommer—Schluß 🎉", "<script>alert(1)</script>", "a\nb\tc\127" } do
          local made = wire.create(client, nil, { definition = { name = name } })
          assert.equal(name, client:get("/api/campaigns/" .. made.id).json.data.attributes.definition.name)
        end
        local answer = client:post("/api/campaigns",
          '{"data":{"type":"campaign","attributes":{"definition":{"name":"a\\u0000b"}}}}')
        assert.equal(400, answer.status)
      end)
    end)
  end)

  describe("as the guide has them", function()
    before_each(function()
      begin "guide"
    end)

    it("need a name and an audience", function()
      local answer = client:post("/api/campaigns",
        '{"data":{"type":"campaign","attributes":{"definition":{},"audiences":[]}}}')
      assert.same({ "/data/attributes/audiences", "/data/attributes/definition/name" }, wire.pointers(answer))
      answer = client:post("/api/campaigns", '{"data":{"type":"campaign","attributes":{"definition":{"name":""}}}}')
      assert.same({ "/data/attributes/audiences", "/data/attributes/definition/name" }, wire.pointers(answer))
    end)

    it("have a strategy of three, and smart send time is not one yet", function()
      local function try(settings)
        return client:post("/api/campaigns", wire.campaign("guide", nil, { definition = { send_settings = settings } }))
      end
      for _, strategy in ipairs { "STATIC", "LOCAL_TIMEZONE", "THROTTLED" } do
        assert.equal(201, try({ send_strategy = strategy }).status)
      end
      for _, strategy in ipairs { "SMART_SEND_TIME", "static", "" } do
        assert.same({ "/data/attributes/definition/send_settings/send_strategy" },
          wire.pointers(try { send_strategy = strategy }))
      end
    end)

    it("have a percentage of nine, with the throttled strategy alone", function()
      local at = { "/data/attributes/definition/send_settings/throttle_percentage" }
      local function try(strategy, percentage)
        return client:post("/api/campaigns", wire.campaign("guide", nil,
          { definition = { send_settings = { send_strategy = strategy, throttle_percentage = percentage } } }))
      end
      for _, percentage in ipairs { 10, 11, 13, 14, 17, 20, 25, 33, 50 } do
        local answer = try("THROTTLED", percentage)
        assert.equal(201, answer.status)
        assert.equal(percentage, answer.json.data.attributes.definition.send_settings.throttle_percentage)
      end
      for _, percentage in ipairs { 0, 12, 100, -10, 25.5 } do
        assert.same(at, wire.pointers(try("THROTTLED", percentage)))
      end
      assert.same(at, wire.pointers(try("STATIC", 25)))
      local made = wire.create(client, nil,
        { definition = { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 25 } } })
      assert.same(at, wire.pointers(update(made.id, { send_settings = { send_strategy = "STATIC",
        throttle_percentage = 20 } })))
      local answer = update(made.id, { send_settings = { send_strategy = "STATIC" } })
      assert.is_nil(answer.json.data.attributes.definition.send_settings.throttle_percentage)
    end)

    it("link to their relationships as printed", function()
      local made = wire.create(client)
      local base = box.url .. "/api/campaigns/" .. made.id
      for _, name in ipairs { "campaign-audiences", "campaign-messages", "tags" } do
        assert.same({ self = base .. "/relationships/" .. name .. "/", related = base .. "/" .. name .. "/" },
          made.json.data.relationships[name].links)
      end
      assert.is_nil(made.json.data.relationships.tags.data)
      assert.is_nil(made.json.links)
    end)

    it("cannot have their builder or archived flag changed", function()
      local made = wire.create(client)
      assert.same({ "/data/attributes/definition/archived", "/data/attributes/definition/builder" },
        wire.pointers(update(made.id, { archived = true, builder = "canvas" })))
    end)

    it("have messages of one variation", function()
      local one = { definition = { details = { channel = "email" } } }
      local answer = client:post("/api/campaigns", wire.campaign("guide", { { name = "A", variations = { one,
        one } } }))
      assert.same({ "/data/attributes/messages/0/definition/variations/1" }, wire.pointers(answer))
      local made = wire.create(client, { { name = "A" } })
      local message = client:get("/api/campaign-messages/" .. made.messages[1]).json.data
      assert.equal(0, #message.relationships["campaign-variations"].data)
    end)
  end)

  describe("as the OpenAPI file has them", function()
    before_each(function()
      begin "openapi"
    end)

    it("need neither a name nor children", function()
      local answer = client:post("/api/campaigns",
        '{"data":{"type":"campaign","attributes":{"definition":{"name":null},"audiences":null,"messages":null}}}')
      assert.equal(201, answer.status)
      assert.equal(null, answer.json.data.attributes.definition.name)
      assert.same({ self = box.url .. "/api/campaigns" }, answer.json.links)
      answer = client:post("/api/campaigns", '{"data":{"type":"campaign","attributes":{}}}')
      assert.same({ "/data/attributes/definition" }, wire.pointers(answer))
    end)

    it("have no throttle_percentage, and any strategy", function()
      local function try(settings)
        return client:post("/api/campaigns", wire.campaign("openapi", nil,
          { definition = { send_settings = settings } }))
      end
      assert.equal(201, try({ send_strategy = "whatever" }).status)
      assert.same({ "/data/attributes/definition/send_settings/throttle_percentage" },
        wire.pointers(try { throttle_percentage = 25 }))
    end)

    it("get a default variation where none is given", function()
      local made = wire.create(client, { { name = "A" } })
      local details = client:get("/api/campaign-variations/" .. wire.variation(client, made.messages[1]))
        .json.data.attributes.definition.details
      assert.equal("email", details.channel)
      assert.equal("", details.subject)
    end)

    it("may have several variations in a message", function()
      local made = wire.create(client, { { name = "A", variations = {
        { definition = { name = "A", details = { channel = "email" } } },
        { definition = { name = "B", details = { channel = "email" } } } } } })
      assert.equal(2, #client:get("/api/campaign-messages/" .. made.messages[1] .. "/campaign-variations").json.data)
    end)

    it("can be made with tags that are there", function()
      local tag = box:tag { name = "summer" }
      local function try(id)
        return client:post("/api/campaigns", '{"data":{"type":"campaign","attributes":{"definition":{}},' ..
          '"relationships":{"tags":{"data":[{"type":"tag","id":"' .. id .. '"}]}}}}')
      end
      local answer = try(tag)
      assert.same({ { type = "tag", id = tag } }, answer.json.data.relationships.tags.data)
      answer = try "nope"
      assert.equal(404, answer.status)
      assert.same({ "/data/relationships/tags/data/0/id" }, wire.pointers(answer))
    end)

    it("can be archived and brought back by PATCH, unless they were deleted", function()
      local made = wire.create(client)
      assert.equal(201, wire.schedule(client, made.messages[1], { strategy = "static",
        send_time = "2026-05-01T12:00:00Z" }).status)
      assert.is_true(update(made.id, { archived = true }).json.data.attributes.definition.archived)
      local refused = update(made.id, { name = "New" })
      assert.equal(409, refused.status)
      assert.truthy(refused.json.errors[1].detail:find("archived = false brings it back", 1, true))
      assert.is_false(update(made.id, { archived = false, name = "Back" }).json.data.attributes.definition.archived)
      assert.equal("CANCELLED", wire.status(client, made.messages[1]))
      assert.equal("Back", client:get("/api/campaigns/" .. made.id).json.data.attributes.definition.name)
      assert.equal(1, #client:get("/api/campaigns?filter=equals(archived,false)").json.data)
      assert.equal(204, client:delete("/api/campaigns/" .. made.id).status)
      refused = update(made.id, { archived = false })
      assert.equal(409, refused.status)
      assert.truthy(refused.json.errors[1].detail:find("cannot be undone", 1, true))
      assert.is_true(client:get("/api/campaigns/" .. made.id).json.data.attributes.definition.archived)
    end)

    it("are deleted for good when they were archived before", function()
      local made = wire.create(client)
      update(made.id, { archived = true })
      assert.equal(204, client:delete("/api/campaigns/" .. made.id).status)
      assert.equal(409, update(made.id, { archived = false }).status)
    end)

    it("have their settings reset by null", function()
      local made = wire.create(client, nil, { definition = { send_settings = { send_timezone = "Europe/Paris",
        exit_condition_enabled = true } } })
      local settings = update(made.id, { send_settings = null }).json.data.attributes.definition.send_settings
      assert.equal("UTC", settings.send_timezone)
      assert.is_false(settings.exit_condition_enabled)
    end)
  end)
end)
