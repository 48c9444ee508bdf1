-- SPDX-License-Identifier: MIT
--- campaign-values-reports: what the sandbox reports of what it has sent, and what it rejects.
local cjson = require "cjson"
local time = require "klaviyo.model.time"
local wire = require "spec.support.wire"

local STABLE = { revision = "2026-07-15" }
local PATH = "/api/campaign-values-reports"
local COUNTS = { "recipients", "delivered", "bounced", "opens", "opens_unique", "clicks", "clicks_unique",
  "unsubscribes", "conversions", "conversion_uniques", "conversion_value" }
local SMS = { channel = "sms", body = "Hello" }
local EMAIL = { channel = "email", subject = "Hello", from_email = "shop@example.com", from_label = "Shop" }

describe("sandbox, reports:", function()
  local box, client

  setup(function()
    box, client = wire.start(nil, "later")
  end)

  before_each(function()
    box:reset()
    box:set_clock "2026-04-14T12:00:00Z"
    box:metric { id = "PLACED", name = "Placed Order" }
    box:list { id = "LIST_1", size = 10000 }
  end)

  teardown(function()
    client:close()
    box:stop()
  end)

  local function body_of(attributes)
    local filled = { statistics = COUNTS, timeframe = { key = "last_30_days" }, conversion_metric_id = "PLACED" }
    for name, value in pairs(attributes or {}) do
      filled[name] = value ~= cjson.null and value or nil
    end
    return { data = { type = "campaign-values-report", attributes = filled } }
  end

  local function ask(attributes, query)
    return client:post(PATH .. (query or ""), body_of(attributes), STABLE)
  end

  local function report(attributes, query)
    local answer = ask(attributes, query)
    assert.equal(200, answer.status, answer.body)
    return answer.json.data.attributes.results, answer.json
  end

  -- A campaign that is sent, a second later.
  local function send(messages, server, by)
    server, by = server or box, by or client
    local made = wire.create(by, messages)
    made.variations = {}
    for i, message in ipairs(made.messages) do
      local links = by:get("/api/campaign-messages/" .. message).json.data.relationships["campaign-variations"].data
      for _, link in ipairs(links) do
        table.insert(made.variations, link.id)
      end
      local at = time.format(time.parse(server:now()) + 1)
      local answer = wire.schedule(by, message, { strategy = "static", send_time = at })
      assert.equal(201, answer.status, i .. answer.body)
    end
    server:advance "1s"
    return made
  end

  it("grow with the clock, each count at its pace, and stay what they are while it stands", function()
    send()
    assert.same(0, report()[1].statistics.opens)
    local before = report()[1].statistics
    assert.equal(10000, before.recipients)
    assert.equal(120, before.bounced)
    assert.equal(9880, before.delivered)
    for _, hours in ipairs { 1, 5, 24, 200 } do
      box:advance(hours .. "h")
      local now = report()[1].statistics
      assert.same(now, report()[1].statistics)
      for _, name in ipairs { "opens", "opens_unique", "clicks", "conversions" } do
        assert.is_true(now[name] > before[name], name .. " after " .. hours)
      end
      assert.is_true(now.opens_unique <= now.opens and now.clicks_unique <= now.clicks)
      assert.equal(before.recipients, now.recipients)
      before = now
    end
    assert.near(62.5, before.conversion_value / before.conversions, 1e-9)
  end)

  it("are the same in another sandbox that did the same", function()
    local seen = {}
    for i = 1, 2 do
      local other, theirs = wire.start(nil, "later")
      other:metric { id = "PLACED", name = "Placed Order" }
      send(nil, other, theirs)
      other:advance "1d"
      seen[i] = theirs:post(PATH, body_of(), STABLE).json.data.attributes.results[1].statistics
      theirs:close()
      other:stop()
    end
    assert.is_true(seen[1].opens > 0)
    assert.same(seen[1], seen[2])
  end)

  it("have a row for each campaign, message and channel, unless they are grouped otherwise", function()
    local made = send { { name = "Mail", details = EMAIL }, { name = "Text", details = SMS },
      { name = "Push", details = { channel = "push", title = "x", body = "y" } } }
    local rows = report()
    assert.equal(3, #rows)
    for i, channel in ipairs { "email", "sms", "push-notification" } do
      assert.same({ campaign_id = made.id, campaign_message_id = made.messages[i], send_channel = channel },
        rows[i].groupings)
    end
    assert.equal(cjson.null, rows[2].statistics.opens)
    box:tag { id = "T1", name = "summer", campaign = made.id }
    box:tag { id = "T2", name = "text", message = made.messages[2] }
    rows = report { group_by = { "campaign_id", "campaign_message_id", "campaign_message_name", "variation_name",
      "tag_name", "text_message_format", "group" } }
    assert.equal(4, #rows) -- the second message has two tags
    assert.same({ campaign_id = made.id, campaign_message_id = made.messages[2], campaign_message_name = "Text",
      variation_name = "Variation", tag_name = "text", text_message_format = "SMS", group = cjson.null },
      rows[3].groupings)
    assert.same(rows[2].statistics, rows[3].statistics)
  end)

  it("name the winner of an A/B test by its numbers", function()
    local made = send({ { name = "Test", ab_test = { winner_metric = "unique-opens", winner_percentage = 20,
      winner_wait_hours = 4 }, variations = { { definition = { name = "A", details = EMAIL } },
      { definition = { name = "B", details = EMAIL } } } } })
    box:results { variation = made.variations[2], open_rate = 0.5 }
    box:results { variation = made.variations[1], open_rate = 0.25 }
    box:advance "3h"
    local by = { group_by = { "campaign_id", "campaign_message_id", "variation", "variation_name" },
      statistics = { "recipients", "open_rate", "click_rate" } }
    local rows = report(by)
    assert.equal(1000, rows[1].statistics.recipients)
    assert.near(0.125, rows[1].statistics.open_rate, 0.01) -- half of them after half the time
    assert.near(0.25, rows[2].statistics.open_rate, 0.01)
    assert.is_true(rows[2].statistics.click_rate > rows[1].statistics.click_rate)
    box:advance "10d"
    rows = report(by)
    assert.equal(1000, rows[1].statistics.recipients)
    assert.equal(9000, rows[2].statistics.recipients)
    assert.equal("B", rows[2].groupings.variation_name)
  end)

  it("have the rates that were seeded, the nearest first", function()
    local made = send()
    box:results { campaign = made.id, open_rate = 0.5, click_rate = 0.1, bounce_rate = 0 }
    box:results { message = made.messages[1], click_rate = 0.2, conversion_rate = 0.1, order_value = 20 }
    box:advance "30d"
    local now = report({ statistics = { "open_rate", "click_rate", "delivery_rate", "average_order_value",
      "revenue_per_recipient", "conversions", "conversion_value" },
      timeframe = { key = "last_90_days" } })[1].statistics
    assert.same({ open_rate = 0.5, click_rate = 0.2, delivery_rate = 1, average_order_value = 20,
      revenue_per_recipient = 2.2, conversions = 1100, conversion_value = 22000 }, now)
    for _, wrong in ipairs { { campaign = made.id }, { open_rate = 0.1 }, { campaign = made.id, open_rate = 1.1 },
      { campaign = made.id, order_value = -1 }, { campaign = "none", open_rate = 0 },
      { campaign = made.id, message = made.messages[1], open_rate = 0 }, { campaign = made.id, rates = { 1 } } } do
      assert.is_false(pcall(box.results, box, wrong))
    end
  end)

  it("cover what was sent in the time frame, in the zone of the account", function()
    box:account { timezone = "America/New_York" } -- 4 hours behind UTC
    local made = send() -- at 08:00 there
    local function rows(timeframe)
      return #report { timeframe = timeframe }
    end
    assert.equal(1, rows { key = "today" })
    assert.equal(0, rows { key = "yesterday" })
    assert.equal(1, rows { start = "2026-04-14T08:00:01Z", ["end"] = "2026-04-14T08:00:02+09:00" })
    assert.equal(0, rows { start = "2026-04-14T08:00:02Z", ["end"] = "2026-04-15T00:00:00Z" })
    assert.equal(0, rows { start = "2026-04-14T00:00:00Z", ["end"] = "2026-04-14T08:00:01Z" })
    box:set_clock "2026-05-01T03:59:00Z" -- still April there
    assert.equal(1, rows { key = "this_month" })
    assert.equal(0, rows { key = "last_month" })
    assert.equal(0, rows { key = "last_7_days" })
    box:set_clock "2026-05-01T04:00:00Z"
    assert.equal(0, rows { key = "this_month" })
    for _, key in ipairs { "last_month", "last_3_months", "last_12_months", "last_30_days", "last_90_days",
      "last_365_days", "this_year" } do
      assert.equal(1, rows { key = key }, key)
    end
    assert.equal(0, rows { key = "last_year" })
    for key, days in pairs { this_week = { 14, 19 }, last_week = { 20, 26 } } do
      for _, day in ipairs(days) do
        box:set_clock(("2026-04-%dT20:00:00Z"):format(day))
        assert.equal(1, rows { key = key }, key .. " on " .. day)
      end
    end
    assert.equal(made.id, report()[1].groupings.campaign_id)
  end)

  it("filter by scalars and lists", function()
    local first = send { { name = "Mail", details = EMAIL }, { name = "Text", details = SMS } }
    local second = send()
    box:tag { id = "T1", name = "summer", campaign = first.id }
    box:tag { id = "T2", name = "vip", message = first.messages[1] }
    for filter, count in pairs {
      ['equals(campaign_id,"' .. second.id .. '")'] = 1,
      ['contains-any(campaign_id,["' .. second.id .. '","' .. first.id .. '"])'] = 3,
      ['and(equals(campaign_id,"' .. first.id .. '"),equals(send_channel,"sms"))'] = 1,
      ['contains-any(send_channel,["sms","push-notification"])'] = 1,
      ['equals(campaign_message_name,"Blast")'] = 1,
      ['equals(variation,"' .. first.variations[2] .. '")'] = 1,
      ['contains-any(tag_id,["T2","T9"])'] = 1,
      ['contains-all(tag_name,["summer","vip"])'] = 1,
      ['contains-any(tag_name,["summer"])'] = 2,
      ['equals(text_message_format,"SMS")'] = 1,
      ['equals(campaign_id,"none")'] = 0,
    } do
      assert.equal(count, #report { filter = filter }, filter)
    end
  end)

  it("come in pages, which a cursor of the query chooses", function()
    local messages = {}
    for i = 1, 40 do
      messages[i] = { name = "M" .. i, details = EMAIL }
    end
    for _ = 1, 3 do
      send(messages)
    end
    local first, whole = report()
    assert.equal(100, #first)
    local query = whole.links.next:match "(%?.*)$"
    assert.truthy(query:find "page_cursor=")
    local second, last = report(nil, query)
    assert.equal(20, #second)
    assert.is_nil(last.links.next)
    local seen = {}
    for _, rows in ipairs { first, second } do
      for _, row in ipairs(rows) do
        seen[row.groupings.campaign_message_id] = true
      end
    end
    local count = 0
    for _ in pairs(seen) do
      count = count + 1
    end
    assert.equal(120, count)
    assert.equal("page_cursor", ask(nil, "?page_cursor=x").json.errors[1].source.parameter)
    assert.equal(400, ask(nil, "?page[cursor]=x").status)
    assert.is_nil(select(2, report(nil, "?fields[campaign-values-report]=id")).data.attributes.results)
  end)

  it("reject what the published specs do not allow", function()
    local at = "/data/attributes/"
    for _, case in ipairs {
      { { statistics = { "open" } }, "statistics/0" }, { { statistics = wire.EMPTY }, "statistics" },
      { { statistics = cjson.null }, "statistics" }, { { timeframe = cjson.null }, "timeframe" },
      { { timeframe = { key = "last_2_days" } }, "timeframe/key" },
      { { timeframe = { start = "2026-01-01T00:00:00Z" } }, "timeframe" },
      { { timeframe = { key = "today", start = "2026-01-01T00:00:00Z" } }, "timeframe" },
      { { timeframe = { start = "2026-01-02T00:00:00Z", ["end"] = "2026-01-01T00:00:00Z" } }, "timeframe" },
      { { timeframe = { start = "2024-01-02T00:00:00Z", ["end"] = "2026-01-01T00:00:00Z" } }, "timeframe" },
      { { timeframe = { start = "2026-01-02", ["end"] = "2026-02-01T00:00:00Z" } }, "timeframe/start" },
      { { conversion_metric_id = "Placed Order" }, "conversion_metric_id" },
      { { conversion_metric_id = cjson.null }, "conversion_metric_id" },
      { { group_by = { "campaign_id" } }, "group_by" },
      { { group_by = { "campaign_id", "campaign_message_id", "x" } }, "group_by/2" },
      { { filter = "equals(name,\"x\")" }, "filter" }, { { filter = "equals(campaign_id" }, "filter" },
      { { filter = 'contains(campaign_id,"x")' }, "filter" }, { { filter = 'equals(tag_id,"x")' }, "filter" },
      { { filter = 'equals(send_channel,"push")' }, "filter" },
      { { filter = 'equals(campaign_id,"x"),equals(campaign_id,"y")' }, "filter" },
      { { filter = "contains-any(campaign_id,[" .. ('"x",'):rep(100) .. '"x"])' }, "filter" },
      { { by = "campaign" }, "by" },
    } do
      local answer = ask(case[1])
      assert.equal(400, answer.status, case[2])
      assert.equal(at .. case[2], answer.json.errors[1].source.pointer)
    end
    assert.equal(409, client:post(PATH, { data = { type = "report", attributes = body_of().data.attributes } },
      STABLE).status)
    assert.equal(404, client:post(PATH, body_of(), { revision = "2026-07-15.pre" }).status)
    assert.equal(200, client:post(PATH, body_of()).status)
  end)

  it("show what went out before a message was cancelled", function()
    local made = wire.create(client)
    wire.schedule(client, made.messages[1], { strategy = "throttled", send_time = "2026-04-14T12:00:01Z",
      throttled_options = { throttling_percentage = 10 } })
    box:advance "150m"
    wire.act(client, made.messages[1], "cancel")
    box:advance "10d"
    assert.equal(3000, report()[1].statistics.recipients)
  end)

  it("change nothing, so that they are no effect", function()
    send()
    local before = #box:effects()
    report()
    box:template { id = "T", name = "Summer", html = "x" }
    local rendered = client:post("/api/template-render", { data = { type = "template", id = "T",
      attributes = { context = { name = "Ada" } } } }, STABLE)
    assert.equal(201, rendered.status, rendered.body)
    assert.equal(before, #box:effects())
  end)
end)

describe("sandbox, the limits of reports,", function()
  local body = { data = { type = "campaign-values-report", attributes = { statistics = { "opens" },
    timeframe = { key = "today" }, conversion_metric_id = "PLACED" } } }
  local box, client

  local function start(scale)
    box, client = wire.start({ rate_limits = true, rate_scale = scale }, "later")
    box:metric { id = "PLACED", name = "Placed Order" }
  end

  after_each(function()
    client:close()
    box:stop()
  end)

  it("are one a second and two a minute", function()
    start(1)
    local first = client:post(PATH, body, STABLE)
    assert.equal(200, first.status)
    assert.equal("2", first.headers["ratelimit-limit"])
    assert.equal("1", first.headers["ratelimit-remaining"])
    local second = client:post(PATH, body, STABLE)
    assert.equal(429, second.status)
    assert.equal("1", second.headers["retry-after"])
  end)

  it("are 225 a day", function()
    start(20000) -- a day has 4.32 seconds, a minute 3 milliseconds
    local passed, answer = 0
    repeat
      answer = client:post(PATH, body, STABLE)
      passed = passed + (answer.status == 200 and 1 or 0)
    until answer.status == 429 and tonumber(answer.headers["retry-after"]) > 0.0031
    assert.equal(225, passed)
    assert.is_true(tonumber(answer.headers["retry-after"]) < 4.32)
  end)
end)
