-- SPDX-License-Identifier: MIT
--- Scheduling, the life cycle and the sends over time, in both dialects.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local null = cjson.null

describe("sandbox", function()
  local box, client, made

  local function begin(dialect, more, options)
    box, client = wire.start(options, dialect)
    made = wire.create(client, nil, more)
  end

  after_each(function()
    client:close()
    box:stop()
  end)

  local function schedule(attributes, message)
    return wire.schedule(client, message or made.messages[1], attributes)
  end

  local function status()
    return wire.status(client, made.messages[1])
  end

  local function progress()
    return assert(box:message(made.messages[1]))
  end

  --- The hours of a message as "MM-DDTHH" = planned.
  local function hours()
    local found = {}
    for _, hour in ipairs(progress().hours) do
      found[hour.hour:sub(6, 13)] = hour.planned
    end
    return found
  end

  wire.each_dialect(function(dialect)
    describe("scheduling in " .. dialect, function()
      before_each(function()
        begin(dialect)
      end)

      it("answers with the message's id and the time in UTC", function()
        local answer = schedule { send_time = "2026-06-01T10:00:00-04:00", strategy = "static" }
        assert.equal(201, answer.status)
        local data = answer.json.data
        assert.equal("campaign-message-schedule", data.type)
        assert.equal(made.messages[1], data.id)
        assert.equal("2026-06-01T14:00:00.000000+00:00", data.attributes.send_time)
        assert.equal("static", data.attributes.strategy)
        assert.same({ type = "campaign-message", id = made.messages[1] }, data.relationships["campaign-message"].data)
        assert.equal(box.url .. "/api/campaign-message-schedule/" .. made.messages[1] .. "/", data.links.self)
        assert.equal("SCHEDULED", status())
      end)

      it("wants a time in the future, with its offset", function()
        local at = { "/data/attributes/send_time" }
        for _, time in ipairs { "2026-04-14T12:00:00Z", "2020-01-01T00:00:00Z", "2026-06-01T10:00:00", "2026-06-01",
          "tomorrow", 5, "2026-02-30T00:00:00Z" } do
          local answer = schedule { send_time = time, strategy = "static" }
          assert.equal(400, answer.status)
          assert.same(at, wire.pointers(answer))
        end
        assert.same(at, wire.pointers(schedule { strategy = "static" }))
        assert.equal("DRAFT", status())
      end)

      it("wants a strategy that is known, and its options alone", function()
        local time = "2026-06-01T14:00:00Z"
        assert.same({ "/data/attributes/strategy" }, wire.pointers(schedule { send_time = time }))
        assert.same({ "/data/attributes/strategy" }, wire.pointers(schedule { send_time = time, strategy = "STATIC" }))
        assert.same({ "/data/attributes/throttled_options" }, wire.pointers(schedule { send_time = time,
          strategy = "static", throttled_options = { throttling_percentage = 25 } }))
        assert.same({ "/data/attributes/timezone_options" }, wire.pointers(schedule { send_time = time,
          strategy = "static", timezone_options = { send_past_timezones_tomorrow = true } }))
        assert.same({ "/data/attributes/throttled_options" },
          wire.pointers(schedule { send_time = time, strategy = "throttled" }))
        assert.same({ "/data/attributes/throttled_options/throttling_percentage" }, wire.pointers(schedule {
          send_time = time, strategy = "throttled", throttled_options = { throttling_percentage = 12 } }))
        assert.equal(201, schedule({ send_time = time, strategy = "static", throttled_options = null,
          timezone_options = null }).status)
      end)

      it("tells everything that is wrong at once", function()
        local answer = schedule { send_time = "2020-01-01T00:00:00Z", strategy = "static", x = 1,
          throttled_options = { throttling_percentage = 12 } }
        assert.same({ "/data/attributes/send_time", "/data/attributes/throttled_options",
          "/data/attributes/throttled_options/throttling_percentage", "/data/attributes/x" }, wire.pointers(answer))
      end)

      it("wants a message that is there, a draft, and has something to send", function()
        local attributes = { send_time = "2026-06-01T14:00:00Z", strategy = "static" }
        local answer = schedule(attributes, "nope")
        assert.equal(404, answer.status)
        assert.same({ "/data/relationships/campaign-message/data/id" }, wire.pointers(answer))
        assert.equal(201, schedule(attributes).status)
        assert.equal(409, schedule(attributes).status)
        local empty = client:post("/api/campaign-messages", wire.body("campaign-message", nil,
          { definition = { name = "x" } },
          { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } }))
        answer = schedule(attributes, empty.json.data.id)
        assert.equal(400, answer.status)
        assert.same({ "/data/relationships/campaign-message/data/id" }, wire.pointers(answer))
      end)

      it("can be taken back until five minutes before, and only from SCHEDULED", function()
        assert.equal(409, wire.act(client, made.messages[1], "revert").status)
        schedule { send_time = "2026-04-14T13:00:00Z", strategy = "static" }
        box:set_clock "2026-04-14T12:55:00.000001Z"
        assert.equal(409, wire.act(client, made.messages[1], "revert").status)
        assert.equal("SCHEDULED", status())
        box:set_clock "2026-04-14T12:55:00Z"
        local answer = wire.act(client, made.messages[1], "revert")
        assert.equal(204, answer.status)
        assert.equal("DRAFT", status())
        box:set_clock "2026-04-14T14:00:00Z"
        assert.equal("DRAFT", status())
        local attributes = client:get("/api/campaign-messages/" .. made.messages[1]).json.data.attributes
        assert.equal(null, attributes.scheduling_info or attributes.definition.send_options.send_time)
        assert.equal("2026-04-14T12:55:00.000000+00:00", attributes.updated)
      end)

      it("can be cancelled before, between and during", function()
        assert.equal(204, wire.act(client, made.messages[1], "cancel").status)
        assert.equal("CANCELLED", status())
        assert.equal(409, wire.act(client, made.messages[1], "cancel").status)
        assert.equal(409, wire.act(client, made.messages[1], "revert").status)
        made = wire.create(client)
        schedule { send_time = "2026-04-14T13:00:00Z", strategy = "throttled",
          throttled_options = { throttling_percentage = 25 } }
        box:set_clock "2026-04-14T14:30:00Z"
        assert.equal("SENDING", status())
        assert.equal(409, wire.act(client, made.messages[1], "revert").status)
        assert.equal(204, wire.act(client, made.messages[1], "cancel").status)
        box:set_clock "2026-04-16T00:00:00Z"
        assert.equal("CANCELLED", status())
        assert.equal(500, progress().sent)
        made = wire.create(client)
        schedule { send_time = "2026-04-17T13:00:00Z", strategy = "static" }
        box:set_clock "2026-04-18T13:00:00Z"
        assert.equal("SENT", status())
        assert.equal(409, wire.act(client, made.messages[1], "cancel").status)
      end)

      it("knows two actions", function()
        schedule { send_time = "2026-06-01T14:00:00Z", strategy = "static" }
        assert.same({ "/data/attributes/action" }, wire.pointers(wire.act(client, made.messages[1], "stop")))
        assert.equal(404, wire.act(client, "nope", "cancel").status)
        local answer = client:patch("/api/campaign-message-schedule/" .. made.messages[1],
          wire.body("campaign-message-schedule", "other", { action = "cancel" }))
        assert.equal(409, answer.status)
      end)
    end)

    describe("sending in " .. dialect, function()
      it("happens at its instant when static", function()
        begin(dialect)
        schedule { send_time = "2026-06-01T14:00:00Z", strategy = "static" }
        box:set_clock "2026-06-01T13:59:59.999999Z"
        assert.equal("SCHEDULED", status())
        assert.equal(0, progress().sent)
        box:advance(0.000001)
        assert.equal("SENT", status())
        assert.equal(1000, progress().sent)
        assert.equal("2026-06-01T14:00:00.000000+00:00",
          client:get("/api/campaign-messages/" .. made.messages[1]).json.data.attributes.updated)
      end)

      it("goes out by its percentage each hour when throttled", function()
        begin(dialect)
        schedule { send_time = "2026-04-14T13:00:00Z", strategy = "throttled",
          throttled_options = { throttling_percentage = 33 } }
        local seen = {}
        for i, time in ipairs { "12:59:59", "13:00:00", "13:59:59", "14:00:00", "15:00:00", "15:59:59", "16:00:00" } do
          box:set_clock("2026-04-14T" .. time .. "Z")
          seen[i] = status() .. " " .. progress().sent
        end
        assert.same({ "SCHEDULED 0", "SENDING 330", "SENDING 330", "SENDING 660", "SENDING 990", "SENDING 990",
          "SENT 1000" }, seen)
        assert.same({ ["04-14T13"] = 330, ["04-14T14"] = 330, ["04-14T15"] = 330, ["04-14T16"] = 10 }, hours())
      end)

      it("goes zone by zone when local", function()
        begin(dialect, { definition = { send_settings = { send_timezone = "America/New_York" } } })
        box:list { id = "LIST_1", size = 100, zones = { ["America/New_York"] = 50, ["Europe/Paris"] = 30,
          ["Asia/Tokyo"] = 20 } }
        -- 10:00 in New York on the 1st of June is 14:00 UTC; in Paris it is 08:00 UTC, in Tokyo 01:00 UTC
        schedule { send_time = "2026-06-01T10:00:00-04:00", strategy = "local_timezone" }
        assert.same({ ["06-01T01"] = 20, ["06-01T08"] = 30, ["06-01T14"] = 50 }, hours())
        box:set_clock "2026-06-01T01:00:00Z"
        assert.equal("SENDING", status())
        assert.equal(20, progress().sent)
        box:set_clock "2026-06-01T13:00:00Z"
        assert.equal(50, progress().sent)
        box:set_clock "2026-06-01T14:00:00Z"
        assert.equal("SENT", status())
      end)

      it("reaches the lists that are included and not excluded, each once, and those who consented", function()
        begin(dialect, { audiences = { { temporary_id = "aud_1", included = { "A", "B", "A", "C" },
          excluded = { "C" } } } })
        box:list { id = "A", size = 200, consented = 150 }
        box:list { id = "B", size = 10, consented = 0.5 }
        schedule { send_time = "2026-04-14T13:00:00Z", strategy = "static" }
        assert.equal(155, progress().recipients)
        assert.equal(55, progress().unconsented)
        box:advance "2h"
        assert.equal(155, progress().sent)
        assert.equal("SENT", status())
      end)

      it("to nobody is over at once", function()
        begin(dialect, { audiences = { { temporary_id = "aud_1" } } })
        schedule { send_time = "2026-04-14T13:00:00Z", strategy = "throttled",
          throttled_options = { throttling_percentage = 10 } }
        box:advance "1h"
        assert.equal("SENT", status())
        assert.equal(0, progress().sent)
      end)

      it("moves by itself when the clock runs", function()
        begin(dialect, nil, { clock = { at = "2026-04-14T12:00:00Z", rate = 1000000 } })
        schedule { send_time = "2026-04-15T13:00:00Z", strategy = "static" }
        local socket = require "socket"
        local before = socket.gettime()
        while status() ~= "SENT" and socket.gettime() - before < 30 do
          socket.select(nil, nil, 0.01)
        end
        assert.equal("SENT", status())
      end)

      it("survives many changes of the clock in one step", function()
        begin(dialect)
        for _ = 1, 20 do
          local other = wire.create(client)
          assert.equal(201, schedule({ send_time = "2026-04-15T00:00:00Z", strategy = "throttled",
            throttled_options = { throttling_percentage = 10 } }, other.messages[1]).status)
        end
        box:advance "30d"
        local filter = dialect == "guide" and "equals(status,'SENT')" or "equals(status,'sent')"
        assert.equal(20, #client:get("/api/campaign-messages?page[size]=100&filter=" .. filter).json.data)
      end)
    end)
  end)

  describe("zones whose time has passed", function()
    local zones = { ["Asia/Tokyo"] = 20, ["America/New_York"] = 80 }
    local at = { send_time = "2026-04-14T10:00:00-04:00", strategy = "local_timezone" }

    local function times(dialect, settings, options)
      begin(dialect, { definition = { send_settings = settings } })
      box:list { id = "LIST_1", size = 100, zones = zones }
      local attributes = { send_time = at.send_time, strategy = at.strategy, timezone_options = options }
      -- at 12:00 UTC it is 21:00 in Tokyo, so that 10:00 there is over
      assert.equal(201, schedule(attributes).status)
      return hours(), progress().skipped
    end

    it("are sent at once or not at all, as the campaign says", function()
      for _, dialect in ipairs { "guide", "openapi" } do
        local settings = { send_timezone = "America/New_York", send_passed_rltz_immediately = true }
        local found, skipped = times(dialect, settings)
        assert.same({ ["04-14T12"] = 20, ["04-14T14"] = 80 }, found)
        assert.equal(0, skipped)
        local zone = settings.send_timezone
        for _, default in ipairs { { send_timezone = zone, send_passed_rltz_immediately = false },
          { send_timezone = zone } } do
          found, skipped = times(dialect, default)
          assert.same({ ["04-14T14"] = 80 }, found)
          assert.equal(20, skipped)
        end
      end
    end)

    it("are sent at once or the next day, as the options say", function()
      local settings = { send_timezone = "America/New_York" }
      assert.same({ ["04-14T12"] = 20, ["04-14T14"] = 80 },
        (times("openapi", settings, { send_past_timezones_tomorrow = false })))
      assert.same({ ["04-14T14"] = 80, ["04-15T01"] = 20 },
        (times("openapi", settings, { send_past_timezones_tomorrow = true })))
      assert.same({ ["04-14T14"] = 80, ["04-15T01"] = 20 },
        (times("guide", settings, { send_past_timezones_tomorrow = true })))
    end)
  end)

  it("shows the schedule of a message as the guide prints it", function()
    begin "guide"
    local function info()
      return client:get("/api/campaign-messages/" .. made.messages[1]).json.data.attributes.scheduling_info
    end
    assert.equal(null, info())
    schedule { send_time = "2026-06-01T14:00:00Z", strategy = "throttled",
      throttled_options = { throttling_percentage = 25 } }
    assert.same({ send_time = "2026-06-01T14:00:00.000000+00:00", strategy = "throttled",
      throttled_options = { throttling_percentage = 25 } }, info())
  end)

  it("throttles as the campaign says in the guide", function()
    begin("guide", { definition = { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 50 } } })
    assert.equal(201, schedule({ send_time = "2026-04-14T13:00:00Z", strategy = "throttled" }).status)
    box:advance "1h"
    assert.equal(500, progress().sent)
  end)

  it("refuses smart send time in the guide", function()
    begin "guide"
    assert.same({ "/data/attributes/strategy" },
      wire.pointers(schedule { send_time = "2026-06-01T14:00:00Z", strategy = "smart_send_time" }))
    assert.same({ "/data/attributes/send_date", "/data/attributes/send_time" },
      wire.pointers(schedule { send_date = "2026-06-01", strategy = "static" }))
  end)

  it("can take a minute for its unit in openapi", function()
    begin "openapi"
    local answer = schedule { send_time = "2026-04-14T13:00:00Z", strategy = "throttled",
      throttled_options = { throttling_percentage = 50, throttle_unit = "minute" } }
    assert.equal("minute", answer.json.data.attributes.throttle_unit)
    assert.equal(50, answer.json.data.attributes.throttling_percentage)
    box:set_clock "2026-04-14T13:00:30Z"
    assert.equal("SENDING", status())
    box:set_clock "2026-04-14T13:01:00Z"
    assert.equal("SENT", status())
    local data = client:get("/api/campaign-messages/" .. made.messages[1]).json.data
    local options = data.attributes.definition.send_options
    assert.equal("throttled", options.send_strategy)
    assert.equal("minute", options.throttle_unit)
    made = wire.create(client)
    assert.same({ "/data/attributes/throttled_options/throttle_unit" }, wire.pointers(schedule {
      send_time = "2026-04-15T13:00:00Z", strategy = "throttled",
      throttled_options = { throttling_percentage = 50, throttle_unit = "day" } }))
  end)

  it("spreads smart send time over a day in openapi", function()
    begin "openapi"
    assert.same({ "/data/attributes/send_date" }, wire.pointers(schedule { strategy = "smart_send_time" }))
    assert.same({ "/data/attributes/send_date" },
      wire.pointers(schedule { strategy = "smart_send_time", send_date = "2026-04-13" }))
    assert.same({ "/data/attributes/send_time" }, wire.pointers(schedule { strategy = "smart_send_time",
      send_date = "2026-04-15", send_time = "2026-04-15T00:00:00Z" }))
    local answer = schedule { strategy = "smart_send_time", send_date = "2026-04-15" }
    assert.equal(201, answer.status)
    assert.equal(null, answer.json.data.attributes.send_time)
    assert.equal("2026-04-15", answer.json.data.attributes.send_date)
    local found, count = hours(), 0
    for hour, planned in pairs(found) do
      assert.truthy(hour:match "^04%-15T")
      count = count + planned
    end
    assert.equal(1000, count)
    local data = client:get("/api/campaign-messages/" .. made.messages[1]).json.data
    local options = data.attributes.definition.send_options
    assert.equal("send_time_optimization", options.send_strategy)
    assert.equal("2026-04-15T00:00:00.000000+00:00", options.send_times[wire.variation(client, made.messages[1])])
    box:set_clock "2026-04-15T12:30:00Z"
    assert.equal("SENDING", status())
    box:set_clock "2026-04-16T00:00:00Z"
    assert.equal("SENT", status())
  end)

  it("sends to a share of the recipients in openapi", function()
    begin "openapi"
    client:patch("/api/campaign-messages/" .. made.messages[1], wire.body("campaign-message", made.messages[1],
      { definition = { send_options = { recipient_percentage = 30 } } }))
    schedule { send_time = "2026-04-14T13:00:00Z", strategy = "static" }
    assert.equal(300, progress().recipients)
  end)

  it("refuses lists that are not known when it is strict", function()
    box, client = wire.start { strict_lists = true }
    local answer = client:post("/api/campaigns", wire.campaign("guide", nil,
      { audiences = { { temporary_id = "aud_1", included = { "A", "B" }, excluded = { "C" } } } }))
    assert.same({ "/data/attributes/audiences/0/excluded/0", "/data/attributes/audiences/0/included/0",
      "/data/attributes/audiences/0/included/1" }, wire.pointers(answer))
    box:list { id = "A" }
    box:list { id = "B" }
    made = wire.create(client, nil, { audiences = { { temporary_id = "aud_1", included = { "A", "B" } } } })
    answer = client:patch("/api/campaign-audiences/" .. made.audiences[1],
      wire.body("campaign-audience", made.audiences[1], { included = { "A", "X" } }))
    assert.same({ "/data/attributes/included/1" }, wire.pointers(answer))
  end)

  it("lets the margin of a revert be set", function()
    begin("guide", nil, { revert_margin = 0 })
    schedule { send_time = "2026-04-14T13:00:00Z", strategy = "static" }
    box:set_clock "2026-04-14T12:59:59Z"
    assert.equal(204, wire.act(client, made.messages[1], "revert").status)
  end)

  it("tells nothing of a message that is not there", function()
    begin "guide"
    local found, err = box:message "nope"
    assert.is_nil(found)
    assert.equal("not_found", err.kind)
    assert.equal("DRAFT", progress().status)
    assert.same({}, progress().hours)
  end)
end)
