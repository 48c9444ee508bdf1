-- SPDX-License-Identifier: MIT
--- What revision 2026-10-15 has besides A/B tests: tags of campaigns, recipient estimation, templates of messages, ids
--- of six characters; and the part of it that a client of a .pre revision asks for with 2026-07-15.
local cjson = require "cjson"
local wire = require "spec.support.wire"

describe("sandbox revision 2026-10-15", function()
  local box, client

  before_each(function()
    box, client = wire.start(nil, "later")
  end)

  after_each(function()
    client:close()
    box:stop()
  end)

  describe("tags of a campaign", function()
    it("are included, related and linked", function()
      local made = wire.create(client)
      local tag = box:tag { name = "summer", campaign = made.id }
      for _, path in ipairs { "/api/campaigns", "/api/campaigns/" .. made.id } do
        local json = client:get(path .. "?include=tags&fields[tag]=name").json
        local data = json.data[1] or json.data
        assert.same({ { type = "tag", id = tag } }, data.relationships.tags.data)
        assert.equal(box.url .. "/api/campaigns/" .. made.id .. "/tags/", data.relationships.tags.links.related)
        assert.equal("summer", json.included[1].attributes.name)
      end
      assert.equal("summer", client:get("/api/campaigns/" .. made.id .. "/tags").json.data[1].attributes.name)
      assert.same({ { type = "tag", id = tag } },
        client:get("/api/campaigns/" .. made.id .. "/relationships/tags").json.data)
      assert.equal(404, client:get("/api/campaigns/nope/tags").status)
    end)

    it("are not in revision 2026-07-15.pre", function()
      local made = wire.create(client)
      local before = { revision = "2026-07-15.pre" }
      assert.equal(400, client:get("/api/campaigns?include=tags", nil, before).status)
      assert.equal(400, client:get("/api/campaigns?fields[tag]=name", nil, before).status)
      assert.equal(404, client:get("/api/campaigns/" .. made.id .. "/tags", nil, before).status)
      local data = client:get("/api/campaigns/" .. made.id, nil, before).json.data
      assert.is_nil(data.relationships.tags.links)
    end)

    it("have the lower rate limit", function()
      client:close()
      box:stop()
      box, client = wire.start({ rate_limits = true }, "later")
      local made = wire.create(client)
      local path = "/api/campaigns/" .. made.id .. "/tags"
      assert.equal("60, 3;w=1, 60;w=60", client:get(path).headers["ratelimit-limit"])
      assert.equal("150, 10;w=1, 150;w=60", client:get("/api/campaigns").headers["ratelimit-limit"])
      assert.equal("150", client:get("/api/campaigns", nil, { revision = "2026-07-15.pre" }).headers["ratelimit-limit"])
    end)
  end)

  describe("recipient estimation", function()
    local JOBS, ESTIMATIONS = "/api/campaign-recipient-estimation-jobs", "/api/campaign-recipient-estimations/"

    local function estimate(id, revision)
      local headers = { revision = revision }
      local answer = client:post(JOBS, wire.body("campaign-recipient-estimation-job", id), headers)
      assert.equal(202, answer.status, answer.body)
      local seen = { answer.json.data.attributes.status }
      repeat
        local job = client:get(JOBS .. "/" .. id, nil, headers).json.data
        assert.equal("campaign-recipient-estimation-job", job.type)
        seen[#seen + 1] = job.attributes.status
      until job.attributes.status == "complete" or #seen > 9
      assert.same({ "queued", "processing", "complete" }, seen)
      local answered = client:get(ESTIMATIONS .. id, nil, headers)
      assert.equal(id, answered.json.data.id)
      return answered.json.data.attributes.estimated_recipient_count
    end

    it("counts the consenting people of the lists of all audiences", function()
      box:list { id = "A", size = 5000, consented = 4000, zones = { "Asia/Tokyo", "Europe/Paris" } }
      box:list { id = "B", size = 300 }
      local made = wire.create(client, nil, { audiences = {
        { temporary_id = "aud_1", included = { "A", "B" }, excluded = { "B" } },
        { temporary_id = "aud_2", included = { "B", "undescribed" }, excluded = wire.EMPTY } } })
      assert.equal(4000 + 300 + 1000, estimate(made.id))
      box:list { id = "B", size = 500 }
      assert.equal(5300, client:get(ESTIMATIONS .. made.id).json.data.attributes.estimated_recipient_count)
      assert.equal(5500, estimate(made.id))
    end)

    it("is there for revision 2026-07-15 too, and in no other", function()
      local made = wire.create(client)
      assert.equal(1000, estimate(made.id, "2026-07-15"))
      for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre" } do
        assert.equal(404, client:get(ESTIMATIONS .. made.id, nil, { revision = revision }).status)
      end
      assert.equal(404, client:get("/api/campaigns", nil, { revision = "2026-07-15" }).status)
    end)

    it("is 404 without a campaign, a job, or a job that is complete", function()
      local made = wire.create(client)
      assert.equal(404, client:get(ESTIMATIONS .. made.id).status)
      assert.equal(404, client:get(JOBS .. "/" .. made.id).status)
      assert.equal(404, client:get(JOBS .. "/nope").status)
      local missing = client:post(JOBS, wire.body("campaign-recipient-estimation-job", "nope"))
      assert.equal(404, missing.status)
      assert.same({ "/data/id" }, wire.pointers(missing))
      client:post(JOBS, wire.body("campaign-recipient-estimation-job", made.id))
      local early = client:get(ESTIMATIONS .. made.id)
      assert.equal(404, early.status)
      assert.truthy(early.json.errors[1].detail:find("wait until it is complete", 1, true))
      assert.equal(409, client:post(JOBS, wire.body("campaign", made.id)).status)
      assert.equal(400, client:post(JOBS, wire.body("campaign-recipient-estimation-job")).status)
    end)

    it("survives the end of the sandbox, and a reset removes it", function()
      local made = wire.create(client)
      estimate(made.id)
      box:snapshot()
      box:reset()
      assert.equal(404, client:get(ESTIMATIONS .. made.id).status)
      box:restore()
      assert.equal(200, client:get(ESTIMATIONS .. made.id).status)
    end)
  end)

  describe("templates", function()
    local function assign(message, revision)
      return client:post("/api/campaign-message-assign-template", wire.body("campaign-message", message, nil,
        { template = { "template", "TEMPLT" } }), { revision = revision })
    end

    local function template(id)
      return client:get("/api/campaign-variations/" .. id).json.data.attributes.definition.details.template_id
    end

    it("are cloned, and given to every variation that can have one", function()
      local made = wire.create(client, { { name = "M", variations = {
        { definition = { details = { channel = "email", subject = "Kept" } } },
        { definition = { details = { channel = "push", title = "None" } } },
        { definition = { details = { channel = "sms", body = "B" } } } } } })
      local answer = assign(made.messages[1])
      assert.equal(200, answer.status, answer.body)
      assert.equal("draft", answer.json.data.attributes.definition.status)
      local links = answer.json.data.relationships["campaign-variations"].data
      local clone = template(links[1].id)
      assert.matches("^%w%w%w%w%w%w$", clone)
      assert.is_not.equal("TEMPLT", clone)
      assert.equal(clone, template(links[3].id))
      assert.is_nil(template(links[2].id))
      local details = client:get("/api/campaign-variations/" .. links[1].id).json.data.attributes.definition.details
      assert.equal("Kept", details.subject)
      assert.equal(200, assign(made.messages[1]).status)
      assert.is_not.equal(clone, template(links[1].id))
    end)

    it("answer with a message as it was, in revision 2026-07-15", function()
      local made = wire.create(client)
      local data = assign(made.messages[1], "2026-07-15").json.data
      assert.same({ "Blast", "email", "Hello" },
        { data.attributes.label, data.attributes.channel, data.attributes.content.subject })
      assert.equal(404, assign(made.messages[1], "2026-07-15.pre").status)
    end)

    it("are for drafts that can have them", function()
      local made = wire.create(client, { { name = "Push", details = { channel = "push" } }, { name = "Mail",
        details = { channel = "email" } } })
      assert.equal(400, assign(made.messages[1]).status)
      assert.equal(404, assign("nope").status)
      wire.schedule(client, made.messages[2], { strategy = "static", send_time = "2026-05-01T12:00:00Z" })
      assert.equal(409, assign(made.messages[2]).status)
    end)
  end)

  describe("ids", function()
    it("of messages have six characters when they are asked for, beside those that are there", function()
      client:close()
      box:stop()
      box, client = wire.start({ short_message_ids = true }, "later")
      local made = wire.create(client, { { name = "One", details = { channel = "email" } }, { name = "Two" } })
      assert.equal(26, #made.id)
      for i, name in ipairs { "One", "Two" } do
        assert.matches("^%w%w%w%w%w%w$", made.messages[i])
        local message = client:get("/api/campaign-messages/" .. made.messages[i]).json.data
        assert.equal(name, message.attributes.definition.name)
      end
      local found = client:get(("/api/campaign-messages?filter=any(id,['%s'])"):format(made.messages[2])).json.data
      assert.same({ made.messages[2] }, { found[1].id, found[2] and found[2].id })
      wire.schedule(client, made.messages[1], { strategy = "static", send_time = "2026-05-01T12:00:00Z" })
      assert.equal("SCHEDULED", wire.status(client, made.messages[1]))
      assert.equal("SCHEDULED", box:message(made.messages[1]).status)
      local copy = client:post("/api/campaign-message-clone", wire.body("campaign-message", made.messages[1],
        { id = made.messages[1] }, { ["campaign-audience"] = { "campaign-audience", made.audiences[1] } }))
      assert.equal(6, #copy.json.data.id)
      for _, id in ipairs { "ABCDEF", "abcdef", "UUUUUU", "000000", made.messages[1] .. "0" } do
        assert.equal(404, client:get("/api/campaign-messages/" .. id).status, id)
      end
    end)

    it("and empty strings of old campaigns are as the service was seen to show them", function()
      local made = wire.create(client)
      for channel, details in pairs {
        email = { subject = "", preview_text = "", from_email = "", template_id = cjson.null },
        sms = { body = "", template_id = cjson.null },
        mobile_push = { title = "", body = "", ios_deep_link = "" } } do
        local old = box:single_channel { name = "Old", channel = channel, list = "L" }
        local campaign = client:get("/api/campaigns/" .. old.campaign).json.data
        assert.same({ "Old", "", "" }, { campaign.attributes.definition.name, campaign.attributes.definition.color,
          campaign.attributes.definition.description })
        assert.same({ { type = "campaign-message", id = old.message } },
          campaign.relationships["campaign-messages"].data)
        assert.equal(6, #old.message)
        local variation = client:get("/api/campaign-variations/" .. old.variation).json.data
        for name, value in pairs(details) do
          assert.equal(value, variation.attributes.definition.details[name], channel .. " " .. name)
        end
        local audience = client:get("/api/campaign-audiences/" .. old.audience).json.data
        assert.same({ "L" }, audience.attributes.definition.included)
      end
      assert.equal(4, #client:get("/api/campaign-messages").json.data)
      assert.equal(26, #made.messages[1])
      assert.has_error(function()
        box:single_channel { name = "Old", channel = "push" }
      end)
    end)
  end)
end)
