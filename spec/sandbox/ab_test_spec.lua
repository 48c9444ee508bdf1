-- SPDX-License-Identifier: MIT
--- A/B tests of revision 2026-10-15: what is stored and shown, and how they are sent.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local AB_TEST = { winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 4 }
local SEND = "2026-05-01T12:00:00Z"

describe("sandbox A/B tests", function()
  local box, client

  before_each(function()
    box, client = wire.start(nil, "later")
    box:list { id = "LIST_1", size = 1000 }
  end)

  after_each(function()
    client:close()
    box:stop()
  end)

  local function variation(name)
    return { definition = { name = name, details = { channel = "email", subject = "Subject " .. name } } }
  end

  -- A message with two variations, inline in its campaign.
  local function make(test, variations)
    local made = wire.create(client, { { name = "Test", ab_test = test or AB_TEST,
      variations = variations or { variation "One", variation "Two" } } })
    local links = client:get("/api/campaign-messages/" .. made.messages[1]).json.data.relationships
    made.variations = {}
    for i, link in ipairs(links["campaign-variations"].data) do
      made.variations[i] = link.id
    end
    return made, made.messages[1]
  end

  local function definition(message, revision)
    local answer = client:get("/api/campaign-messages/" .. message, nil, { revision = revision })
    return answer.json.data.attributes.definition
  end

  local function update(message, fields)
    return client:patch("/api/campaign-messages/" .. message,
      wire.body("campaign-message", message, { definition = fields }))
  end

  local function schedule(message, more)
    local attributes = { strategy = "static", send_time = SEND }
    for name, value in pairs(more or {}) do
      attributes[name] = value
    end
    local answer = wire.schedule(client, message, attributes)
    assert.equal(201, answer.status, answer.body)
  end

  -- The recipients of each variation, and the index of the winner.
  local function split(message)
    local counts, winner = {}, nil
    for i, each in ipairs(assert(box:message(message)).variations) do
      counts[i] = each.sent
      winner = each.winner and i or winner
    end
    return counts, winner
  end

  describe("as data", function()
    it("are set inline, and by a message of their own; in the later revision alone they are shown", function()
      local made, message = make()
      assert.same(AB_TEST, definition(message).ab_test)
      for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre" } do
        assert.is_nil(definition(message, revision).ab_test)
      end
      local answer = client:post("/api/campaign-messages", wire.body("campaign-message", nil,
        { definition = { ab_test = AB_TEST }, variations = { variation "One", variation "Two" } },
        { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } }))
      assert.equal(201, answer.status, answer.body)
      assert.same(AB_TEST, answer.json.data.attributes.definition.ab_test)
      assert.equal(2, #answer.json.data.relationships["campaign-variations"].data)
    end)

    it("are null without one", function()
      local made = wire.create(client)
      assert.equal(cjson.null, definition(made.messages[1]).ab_test)
      assert.equal(cjson.null, definition(made.messages[1]).tracking_options.tracking_params)
    end)

    it("are changed field by field, and removed by null", function()
      local _, message = make()
      assert.equal(200, update(message, { ab_test = { winner_wait_hours = 6 } }).status)
      assert.same({ winner_metric = "unique-opens", winner_percentage = 20, winner_wait_hours = 6 },
        definition(message).ab_test)
      update(message, { name = "Renamed" })
      assert.equal(6, definition(message).ab_test.winner_wait_hours)
      update(message, { ab_test = cjson.null })
      assert.equal(cjson.null, definition(message).ab_test)
    end)

    it("are checked for types, not for values, which are not published", function()
      local _, message = make()
      for name, wrong in pairs { winner_metric = 1, winner_percentage = "20", winner_wait_hours = true } do
        local answer = update(message, { ab_test = { [name] = wrong } })
        assert.equal(400, answer.status)
        assert.same({ "/data/attributes/definition/ab_test/" .. name }, wire.pointers(answer))
      end
      assert.equal(400, update(message, { ab_test = { metric = "x" } }).status)
      assert.equal(400, update(message, { ab_test = "x" }).status)
      for _, test in ipairs { { winner_metric = "no-such-metric" }, { winner_percentage = 12.5 },
        { winner_percentage = -1, winner_wait_hours = 1e9 } } do
        assert.equal(200, update(message, { ab_test = test }).status)
      end
    end)

    it("are unknown to the revisions before", function()
      local _, message = make()
      for _, fields in ipairs { { ab_test = AB_TEST }, { tracking_options = { tracking_params = wire.list() } } } do
        local answer = client:patch("/api/campaign-messages/" .. message,
          wire.body("campaign-message", message, { definition = fields }), { revision = "2026-07-15.pre" })
        assert.equal(400, answer.status)
      end
      local answer = client:post("/api/campaigns", wire.campaign("openapi", { { ab_test = AB_TEST } }),
        { revision = "2026-07-15.pre" })
      assert.same({ "/data/attributes/messages/0/ab_test" }, wire.pointers(answer))
    end)

    it("can be asked for as sparse fields", function()
      local _, message = make()
      local function attributes(fields, revision)
        return client:get("/api/campaign-messages/" .. message .. "?fields[campaign-message]=" .. fields, nil,
          { revision = revision })
      end
      assert.same({ definition = { ab_test = { winner_metric = "unique-opens" } } },
        attributes("definition.ab_test.winner_metric").json.data.attributes)
      assert.same({ definition = { tracking_options = { tracking_params = cjson.null } } },
        attributes("definition.tracking_options.tracking_params").json.data.attributes)
      assert.equal(400, attributes("definition.ab_test", "2026-07-15.pre").status)
    end)
  end)

  it("keep tracking parameters: inline, by PATCH, and by type alone", function()
    local params = { { name = "utm_source", type = "dynamic", value = "campaign_name" } }
    local made = wire.create(client, { { name = "M", tracking_params = params } })
    local message = made.messages[1]
    assert.same(params, definition(message).tracking_options.tracking_params)
    params[2] = { anything = { "that", "is", "an object" } }
    local answer = update(message, { tracking_options = { tracking_params = params } })
    assert.same(params, answer.json.data.attributes.definition.tracking_options.tracking_params)
    assert.is_true(definition(message).tracking_options.is_tracking_opens)
    for _, wrong in ipairs { "x", { name = "x" }, { "x" } } do
      assert.equal(400, update(message, { tracking_options = { tracking_params = wrong } }).status)
    end
  end)

  it("take variations later too", function()
    local made, message = make(nil, { variation "One" })
    local answer = client:post("/api/campaign-variations", wire.body("campaign-variation", nil,
      variation "Two", { ["campaign-message"] = { "campaign-message", made.messages[1] } }))
    assert.equal(201, answer.status, answer.body)
    schedule(message)
    box:set_clock(SEND)
    assert.same({ 100, 100 }, (split(message)))
  end)

  describe("when sent", function()
    it("share a part, wait, and send the rest of the second variation when it won", function()
      local _, message = make()
      schedule(message)
      assert.same({ 0, 0 }, (split(message)))
      box:results { message = message, rates = { 0.1, 0.3 } }
      box:set_clock "2026-05-01T15:59:59Z"
      local counts, winner = split(message)
      assert.same({ 100, 100 }, counts)
      assert.is_nil(winner)
      local progress = box:message(message)
      assert.same({ "SENDING", 200, 1000, "2026-05-01T16:00:00.000000+00:00" },
        { progress.status, progress.sent, progress.recipients, progress.next })
      assert.same({ metric = "unique-opens", recipients = 200, decided = "2026-05-01T16:00:00.000000+00:00" },
        progress.test)
      assert.equal("SENDING", wire.status(client, message))
      box:set_clock "2026-05-01T16:00:00Z"
      counts, winner = split(message)
      assert.same({ 100, 900 }, counts)
      assert.equal(2, winner)
      assert.equal("SENT", wire.status(client, message))
      assert.has_error(function()
        box:results { message = message, rates = { 1, 0 } }
      end)
    end)

    it("send the rest of the first variation on a tie", function()
      local _, message = make(nil, { variation "One", variation "Two", variation "Three" })
      box:results { message = message, rates = { 0.1, 0.3, 0.3 } }
      schedule(message)
      box:set_clock "2026-05-02T00:00:00Z"
      local counts, winner = split(message)
      assert.same({ 66, 867, 67 }, counts)
      assert.equal(2, winner)
      local _, other = make()
      box:results { message = other, rates = { 0.2, 0.2 } }
      schedule(other, { send_time = "2026-05-03T12:00:00Z" })
      box:set_clock "2026-05-04T00:00:00Z"
      counts, winner = split(other)
      assert.same({ 900, 100 }, counts)
      assert.equal(1, winner)
    end)

    it("stop when they are cancelled during the wait: no winner, and the rest gets nothing", function()
      local _, message = make()
      schedule(message)
      box:set_clock "2026-05-01T13:00:00Z"
      assert.equal(204, wire.act(client, message, "cancel").status)
      box:set_clock "2026-06-01T00:00:00Z"
      local counts, winner = split(message)
      assert.same({ 100, 100 }, counts)
      assert.is_nil(winner)
      local progress = box:message(message)
      assert.same({ "CANCELLED", 200 }, { progress.status, progress.sent })
    end)

    it("choose a winner without seeds: the same one in every sandbox", function()
      local function winner_of()
        local winners = {}
        for i = 1, 12 do
          local _, message = make()
          schedule(message)
          winners[i] = message
        end
        box:set_clock "2026-05-02T00:00:00Z"
        for i, message in ipairs(winners) do
          winners[i] = assert(select(2, split(message)))
        end
        return table.concat(winners)
      end
      local first = winner_of()
      client:close()
      box:stop()
      box, client = wire.start(nil, "later")
      assert.equal(first, winner_of())
      assert.truthy(first:find "1" and first:find "2", first)
    end)

    it("follow the strategy, and the rest keeps its pace", function()
      local _, message = make { winner_percentage = 50, winner_wait_hours = 10 }
      schedule(message, { strategy = "throttled", throttled_options = { throttling_percentage = 50 } })
      box:results { message = message, rates = { 0, 1 } }
      local hours = {}
      for i, hour in ipairs(box:message(message).hours) do
        hours[i] = hour.hour:sub(9, 13) .. " " .. hour.planned
      end
      assert.same({ "01T12 250", "01T13 250", "01T23 250", "02T00 250" }, hours)
      box:set_clock "2026-05-01T23:30:00Z"
      assert.same({ 250, 500 }, (split(message)))
    end)

    it("do not run with one variation, without a percentage, or when everybody is tested", function()
      local cases = {
        { AB_TEST, { variation "One" }, { 1000 } },
        { { winner_metric = "unique-opens" }, nil, { 500, 500 } },
        { { winner_percentage = 100, winner_wait_hours = 4 }, nil, { 500, 500 } },
        { { winner_percentage = 900 }, nil, { 500, 500 } },
      }
      for i, case in ipairs(cases) do
        local _, message = make(case[1], case[2])
        schedule(message)
        assert.is_nil(box:message(message).test)
        cases[i][4] = message
      end
      box:set_clock(SEND)
      for _, case in ipairs(cases) do
        assert.same(case[3], (split(case[4])))
        assert.equal("SENT", wire.status(client, case[4]))
      end
    end)

    it("wait for everybody with a percentage of 0, and for nobody with a wait of 0", function()
      local _, late = make { winner_percentage = 0, winner_wait_hours = 4 }
      local _, early = make { winner_percentage = 20, winner_wait_hours = 0 }
      schedule(late)
      schedule(early)
      box:results { message = early, rates = { 0, 1 } }
      box:set_clock(SEND)
      assert.equal(0, box:message(late).sent)
      assert.same({ 100, 900 }, (split(early)))
      box:set_clock "2026-05-01T16:00:00Z"
      assert.equal(1000, box:message(late).sent)
    end)

    it("can be reverted, and run anew", function()
      local _, message = make()
      schedule(message)
      assert.equal(204, wire.act(client, message, "revert").status)
      update(message, { ab_test = { winner_percentage = 40 } })
      schedule(message)
      box:set_clock(SEND)
      assert.same({ 200, 200 }, (split(message)))
    end)
  end)

  describe("in a clone", function()
    local function clone(kind, id, relationships)
      local type = kind == "campaign-audience" and "campaign-audience-clone" or kind
      local attributes = kind == "campaign" and { name = "Copy" } or { id = id, name = "Copy" }
      local answer = client:post("/api/" .. kind .. "-clone", wire.body(type, id, attributes, relationships))
      assert.equal(201, answer.status, answer.body)
      return answer.json.data
    end

    local function messages_of(path)
      return client:get("/api/" .. path .. "/relationships/campaign-messages").json.data
    end

    local function assert_copy(message)
      assert.same(AB_TEST, definition(message).ab_test)
      assert.same({ { name = "a", value = "b" } }, definition(message).tracking_options.tracking_params)
      local variations = client:get("/api/campaign-messages/" .. message .. "/campaign-variations").json.data
      assert.same({ "One", "Two" },
        { variations[1].attributes.definition.name, variations[2].attributes.definition.name })
      assert.equal("DRAFT", wire.status(client, message))
      assert.is_nil(select(2, split(message)))
    end

    it("of the campaign, the audience and the message are kept, without results", function()
      local made, message = make()
      update(message, { tracking_options = { tracking_params = { { name = "a", value = "b" } } } })
      box:results { message = message, rates = { 0, 1 } }
      schedule(message)
      box:set_clock "2026-05-02T00:00:00Z"
      assert.equal(2, select(2, split(message)))
      local campaign = clone("campaign", made.id)
      assert_copy(messages_of("campaigns/" .. campaign.id)[1].id)
      local audience = clone("campaign-audience", made.audiences[1], { campaign = { "campaign", campaign.id } })
      assert_copy(messages_of("campaign-audiences/" .. audience.id)[1].id)
      assert_copy(clone("campaign-message", message,
        { ["campaign-audience"] = { "campaign-audience", audience.id } }).id)
    end)
  end)

  it("have results that are a number for each variation", function()
    local _, message = make()
    for _, rates in ipairs { { 0.1 }, { 0.1, 0.2, 0.3 }, { 0.1, "x" }, "x" } do
      local ok, err = pcall(box.results, box, { message = message, rates = rates })
      assert.is_false(ok)
      assert.truthy(err:find("2 numbers: one for each variation", 1, true), err)
    end
    assert.has_error(function()
      box:results { message = "none", rates = { 1, 2 } }
    end)
  end)
end)
