-- SPDX-License-Identifier: MIT
--- Faults of the service behind a response: it executes late, its lists lag, it changes texts, a gateway responds in
--- its place, its Date is wrong, other people write at the same moment. All of it as it shows on the wire.

local process = require "spec.support.process"
local wire = require "spec.support.wire"

local COMPOSED, DECOMPOSED = "Caf\195\169", "Cafe\204\129"

wire.each_dialect(function(dialect)
  describe("a fault of the service, " .. dialect, function()
    local sandbox, client

    before_each(function()
      sandbox, client = wire.start(nil, dialect)
    end)

    after_each(function()
      client:close()
      sandbox:stop()
    end)

    local function create(definition)
      return client:post("/api/campaigns", wire.campaign(dialect, nil, { definition = definition }))
    end

    local function campaigns()
      return client:get("/api/campaigns?page[size]=100").json.data
    end

    -- Who wrote, in order.
    local function writers()
      local list = {}
      for i, effect in ipairs(sandbox:effects()) do
        list[i] = effect.by
      end
      return list
    end

    local function wait_for_effects(count)
      process.wait_for(count .. " effects", function()
        return #sandbox:effects() == count
      end)
    end

    describe("process_after", function()
      it("executes the request after the response", function()
        sandbox:fail { method = "POST", status = 504, process_after = "150ms" }
        assert.equal(504, create().status)
        assert.same({}, sandbox:effects())
        assert.equal(0, #campaigns())
        wait_for_effects(1)
        local list, effect = campaigns(), sandbox:effects()[1]
        assert.equal(1, #list)
        assert.same({ "late", "POST", "/api/campaigns", 201, list[1].id },
          { effect.by, effect.method, effect.path, effect.status, effect.id })
      end)

      it("executes it although the connection was cut", function()
        sandbox:fail { method = "POST", cut = "before", process_after = "100ms" }
        local answer, err = create()
        assert.is_nil(answer)
        assert.equal("closed", err)
        wait_for_effects(1)
        assert.equal(1, #campaigns())
      end)

      it("executes it although the client gave up", function()
        sandbox:fail { method = "POST", cut = "before", late = 60, process_after = "100ms" }
        local impatient = require("spec.support.http").connect(sandbox.url, 0.05)
        impatient:send(require("spec.support.http").bytes { method = "POST", path = "/api/campaigns",
          headers = { Host = "127.0.0.1", Authorization = "Klaviyo-API-Key pk_test", revision = wire.revisions[dialect],
            ["Content-Type"] = "application/vnd.api+json" }, body = wire.campaign(dialect) })
        assert.equal("timeout", select(2, impatient:receive(1)))
        impatient:close()
        wait_for_effects(1)
      end)

      it("executes nothing that was reset, and nothing once the server stops", function()
        sandbox:fail { method = "POST", status = 504, process_after = "50ms" }
        create { name = "Reset" }
        sandbox:reset()
        sandbox:fail { method = "POST", status = 504, process_after = "150ms" }
        create { name = "Kept" }
        wait_for_effects(1) -- the first was to come before the second
        assert.equal("Kept", campaigns()[1].attributes.definition.name)
        sandbox:fail { method = "POST", status = 504, process_after = "1h" }
        create()
      end)

      it("says with what to respond, and not whether it acted", function()
        assert.error_matches(function()
          sandbox:fail { process_after = 1 }
        end, "process_after: Say how to respond")
        assert.error_matches(function()
          sandbox:fail { process_after = 1, status = 500, acted = true }
        end, "acted: process_after says when")
      end)
    end)

    describe("lag", function()
      it("keeps new resources out of lists, related lists, linkage and included, and not from their ids", function()
        local made = wire.create(client)
        local path, message = "/api/campaigns/" .. made.id, "/api/campaign-messages/" .. made.messages[1]
        sandbox:fail { method = "GET", times = 0, lag = "1h" }
        for _, list in ipairs { "/api/campaigns", "/api/campaign-messages", path .. "/campaign-audiences",
          path .. "/campaign-messages", path .. "/relationships/campaign-audiences",
          path .. "/relationships/campaign-messages",
          "/api/campaign-audiences/" .. made.audiences[1] .. "/campaign-messages",
          message .. "/campaign-variations", message .. "/relationships/campaign-variations" } do
          local answer = client:get(list)
          assert.same({ 200, {} }, { answer.status, answer.json.data }, list)
        end
        local answer = client:get(path .. "?include=campaign-messages")
        assert.equal(200, answer.status)
        assert.equal(made.messages[1], answer.json.included[1].id)
      end)

      it("shows old resources without their new children", function()
        local made = wire.create(client)
        sandbox:fail { method = "GET", times = 0, lag = "80ms" }
        process.wait_for("the campaign in the list", function()
          return #campaigns() == 1
        end)
        sandbox:clear_faults()
        local body = wire.body("campaign-audience", nil, dialect == "guide" and { audience_name = "New" }
          or { definition = { name = "New" } }, { campaign = { "campaign", made.id } })
        local new = client:post("/api/campaign-audiences", body)
        assert.equal(201, new.status, new.body)
        sandbox:fail { method = "GET", lag = "80ms", path = "/api/campaigns" }
        local campaign = client:get("/api/campaigns?include=campaign-audiences").json
        assert.equal(1, #campaign.data[1].relationships["campaign-audiences"].data)
        assert.equal(1, #campaign.included)
        assert.equal(2, #client:get("/api/campaigns").json.data[1].relationships["campaign-audiences"].data)
      end)

      it("lags by id as well where that is asked for", function()
        local made = wire.create(client)
        sandbox:fail { method = "GET", times = 2, lag_by_id = "1h" }
        assert.equal(404, client:get("/api/campaigns/" .. made.id).status)
        assert.equal(404, client:get("/api/campaigns/" .. made.id .. "/campaign-messages").status)
        assert.equal(200, client:get("/api/campaigns/" .. made.id).status)
      end)

      it("does not keep writes from what is new", function()
        local made = wire.create(client)
        sandbox:fail { times = 0, lag = "1h", lag_by_id = "1h" }
        local answer = wire.schedule(client, made.messages[1], { send_time = "2026-04-15T14:00:00Z",
          strategy = "static" })
        assert.equal(201, answer.status)
      end)
    end)

    it("broken: a 2xx whose body is of no use, though the request was executed", function()
      local bodies = {
        empty = "^$", cut = '^{"data":{.*[^}]$', html = "^<!DOCTYPE html>", null = "^null$", string = '^"ok"$',
        object = "^{}$", list = '^{"data":%[%]}$', type = '"type":"list"', no_id = '^{"data":{"type":"campaign","attr',
        errors = '^{"errors":%[{',
      }
      local count = 0
      for word, pattern in pairs(bodies) do
        sandbox:fail { method = "POST", broken = word }
        local answer = create()
        count = count + 1
        assert.equal(201, answer.status)
        assert.matches(pattern, answer.body, 1, false, word)
        assert.equal(word == "html" and "text/html" or "application/vnd.api+json", answer.headers["content-type"])
        assert.equal(count, #campaigns())
      end
      sandbox:fail { method = "POST", broken = "null" }
      assert.equal(400, client:post("/api/campaigns", "{}").status)
      local made = wire.create(client)
      wire.schedule(client, made.messages[1], { send_time = "2026-04-15T14:00:00Z", strategy = "static" })
      sandbox:fail { method = "PATCH", broken = "null" }
      local answer = wire.act(client, made.messages[1], "cancel")
      assert.same({ 200, "null" }, { answer.status, answer.body })
      assert.equal("CANCELLED", wire.status(client, made.messages[1]))
    end)

    it("gateway: somebody else responds, before the request is executed or after it", function()
      local types = { html = "text/html", text = "text/plain", json = "application/json" }
      for _, word in ipairs { "html", "empty", "text", "json" } do
        sandbox:fail { method = "POST", gateway = word, status = 404, acted = true }
        local answer = create()
        assert.equal(404, answer.status)
        assert.equal(types[word], answer.headers["content-type"])
        assert.is_nil(answer.headers["x-klaviyo-req-id"])
        assert.is_nil(answer.body:find "errors")
      end
      assert.equal(4, #campaigns())
      sandbox:fail { method = "POST", gateway = "html" }
      assert.equal(502, create().status)
      assert.equal(4, #campaigns())
    end)

    it("date: wrong or absent", function()
      for value, shown in pairs { ["-30s"] = "11:59:30", ["1h"] = "13:00:00" } do
        sandbox:fail { date = value }
        assert.equal(("Tue, 14 Apr 2026 %s GMT"):format(shown), client:get("/api/campaigns").headers.date)
      end
      sandbox:fail { date = -2 }
      assert.equal("Tue, 14 Apr 2026 11:59:58 GMT", client:get("/api/campaigns").headers.date)
      sandbox:fail { date = false, cut = 1000000 }
      sandbox:fail { date = false }
      for _ = 1, 2 do
        assert.is_nil(client:get("/api/campaigns").headers.date)
      end
      assert.error_matches(function()
        sandbox:fail { date = "noon" }
      end, "date: Must be false, or how far it is ahead")
    end)

    it("normalise: texts are trimmed and composed before they are kept", function()
      local function name_of(answer)
        return answer.json.data.attributes.definition.name
      end
      local text = "  \t" .. DECOMPOSED .. " 1 \n"
      sandbox:fail { method = "POST", normalise = "trim" }
      assert.equal(DECOMPOSED .. " 1", name_of(create { name = text }))
      sandbox:fail { method = "POST", normalise = "nfc" }
      assert.equal("  \t" .. COMPOSED .. " 1 \n", name_of(create { name = text }))
      sandbox:fail { method = "POST", normalise = { "trim", "nfc" } }
      assert.equal(COMPOSED .. " 1", name_of(create { name = text }))
      sandbox:fail { method = "POST", normalise = "nfc" } -- two marks on one letter, and what has none
      assert.equal("\225\187\135 \240\159\142\137", name_of(create { name = "e\204\163\204\130 \240\159\142\137" }))
      sandbox:fail { method = "POST", normalise = "trim", status = 504, process_after = "50ms" }
      create { name = " late " }
      wait_for_effects(5)
      assert.equal("late", name_of(client:get("/api/campaigns/" .. sandbox:effects()[5].id)))
      assert.equal(text, name_of(create { name = text }))
      assert.error_matches(function()
        sandbox:fail { normalise = { "trim", "lower" } }
      end, 'normalise: Must be "trim", "nfc"')
    end)

    describe("twin", function()
      it("is the same request of another writer", function()
        sandbox:fail { method = "POST", cut = "before", twin = "same" }
        create { name = "Mine" }
        assert.same({ "twin" }, writers())
        sandbox:fail { method = "POST", cut = "after", twin = "same" }
        create { name = "Mine" }
        assert.same({ "twin", "twin", "request" }, writers())
        local list = campaigns()
        assert.equal(3, #list)
        for _, campaign in ipairs(list) do
          assert.equal("Mine", campaign.attributes.definition.name)
          local children = client:get("/api/campaigns/" .. campaign.id .. "/campaign-audiences").json.data
          assert.same({ "LIST_1" }, (children[1].attributes.definition or children[1].attributes).included)
        end
      end)

      it("has other content under the same name", function()
        local made = wire.create(client)
        local function subject(campaign)
          local message = client:get("/api/campaigns/" .. campaign .. "/campaign-messages").json.data[1].id
          local variation = client:get("/api/campaign-messages/" .. message .. "/campaign-variations").json.data[1]
          return variation.attributes.definition.details.subject
        end
        sandbox:clear_requests()
        sandbox:fail { method = "POST", twin = "other" }
        assert.equal(201, create().status)
        sandbox:fail { method = "POST", twin = "other" }
        assert.equal(201, client:post("/api/campaign-clone", ('{"data":{"type":"campaign","id":%q%s}}'):format(made.id,
          dialect == "openapi" and ',"attributes":{}' or "")).status)
        local effects = sandbox:effects()
        assert.same({ "twin", "request", "twin", "request" }, writers())
        for i, wanted in ipairs { "Another Hello", "Hello", "Another Hello", "Hello" } do
          assert.equal(wanted, subject(effects[i].id))
        end
      end)

      it("decides otherwise about a schedule", function()
        local made = wire.create(client)
        local message = made.messages[1]
        sandbox:fail { method = "POST", cut = "before", twin = "other" }
        wire.schedule(client, message, { send_time = "2026-04-15T14:00:00Z", strategy = "static" })
        assert.equal("2026-04-15T15:00:00.000000+00:00", sandbox:message(message).first)
        sandbox:fail { method = "PATCH", cut = "before", twin = "other" }
        wire.act(client, message, "cancel")
        assert.equal("DRAFT", wire.status(client, message))
        local plan = { send_time = "2026-04-15T14:00:00Z", strategy = "throttled",
          throttled_options = { throttling_percentage = 25 } }
        if dialect == "openapi" then
          plan = { send_date = "2026-04-15", strategy = "smart_send_time" }
        end
        sandbox:fail { method = "POST", cut = "before", twin = "other" }
        wire.schedule(client, message, plan)
        local progress = sandbox:message(message)
        if dialect == "guide" then
          assert.equal(10, #progress.hours) -- 10 % an hour instead of 25
          assert.equal("2026-04-15T14", progress.first:sub(1, 13)) -- and nothing else
        else
          assert.equal("2026-04-16", progress.first:sub(1, 10))
        end
      end)
    end)

    it("crowd: other campaigns are created at that moment", function()
      sandbox:fail { method = "POST", crowd = 12 }
      local mine = create().json.data.id
      local list = campaigns()
      assert.equal(13, #list)
      assert.equal("crowd", writers()[1])
      assert.equal("request", writers()[13])
      assert.equal(mine, sandbox:effects()[13].id)
    end)

    it("effects: what was carried out, whatever the client was given", function()
      assert.equal(400, client:post("/api/campaigns", "{}").status)
      assert.same({}, sandbox:effects())
      local made = wire.create(client)
      wire.schedule(client, made.messages[1], { send_time = "2026-04-15T14:00:00Z", strategy = "static" })
      sandbox:fail { method = "PATCH", cut = "after" }
      wire.act(client, made.messages[1], "cancel")
      sandbox:fail { method = "DELETE", status = 500, acted = true }
      client:delete("/api/campaigns/" .. made.id)
      local found = {}
      for i, effect in ipairs(sandbox:effects()) do
        found[i] = { effect.method, effect.path, effect.id, effect.status, effect.by }
      end
      local schedule = "/api/campaign-message-schedule"
      assert.same({
        { "POST", "/api/campaigns", made.id, 201, "request" },
        { "POST", schedule, made.messages[1], 201, "request" },
        { "PATCH", schedule .. "/" .. made.messages[1], made.messages[1], 204, "request" },
        { "DELETE", "/api/campaigns/" .. made.id, made.id, 204, "request" },
      }, found)
      local answer = client:get "/_sandbox/effects"
      assert.equal(4, #answer.json)
      sandbox:clear_requests()
      assert.same({}, sandbox:effects())
    end)
  end)
end)
