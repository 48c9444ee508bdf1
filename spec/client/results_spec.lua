-- SPDX-License-Identifier: MIT
--- Results of campaigns: what is asked for, in how many reports, and what the rows are.

local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local script = require "spec.support.script"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

local PATH = "/api/campaign-values-reports"

describe("results", function()
  local sandbox, kl

  setup(function()
    sandbox, kl = support.start { revision = "2026-10-15", sandbox = { clock = "2026-04-14T12:00:00Z" } }
  end)

  before_each(function()
    sandbox:reset()
    sandbox:set_clock "2026-04-14T12:00:00Z"
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    kl._kept = nil
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  local function send(model)
    local campaign = assert(kl.campaigns:create(model or support.sale()))
    assert(campaign:schedule { at = time.format(time.parse(sandbox:now()) + 1) })
    sandbox:advance "1s"
    return campaign
  end

  -- The reports that were asked for.
  local function asked()
    local list = {}
    for _, request in ipairs(sandbox:requests()) do
      if request.path:find(PATH, 1, true) then
        list[#list + 1] = json.decode(request.body).data.attributes
      end
    end
    return list
  end

  it("of a campaign are a row for each message, with counts and rates", function()
    local campaign = send()
    sandbox:advance "2d"
    sandbox:clear_requests()
    local report = assert(campaign:results())
    assert.equal(4, #report)
    assert.equal("Blast", report[1].message_name)
    assert.equal("Summer Sale 2026", report[1].campaign_name)
    assert.equal(campaign.id, report[1].campaign_id)
    local channels = {}
    for i, row in ipairs(report) do
      channels[i] = row.channel
      assert.equal(1000, row.recipients)
    end
    assert.same({ "email", "sms", "push", "whatsapp" }, channels)
    assert.is_nil(report[2].opens_unique) -- an SMS has no opens, and none is not 0
    assert.is_nil(report[2].open_rate)
    assert.near(report[1].opens_unique / report[1].delivered, report[1].open_rate, 1e-9)
    assert.equal("2026-04-16T12:00:01Z", report.read_at)
    assert.same({ timeframe = "last_365_days" }, report.period)
    assert.same({ id = "PLACED", name = "Placed Order" }, report.conversion_metric)
    assert.equal(1, report.requests)
    assert.equal(1, #asked())
    assert.equal(('equals(campaign_id,"%s")'):format(campaign.id), asked()[1].filter)
  end)

  it("are summed up by campaign and by channel, where rates are computed again", function()
    local first, second = send(), send()
    sandbox:advance "2d"
    local by_message = assert(kl:results { campaigns = { first, second.id }, by = "message" })
    local by_campaign = assert(kl:results { campaigns = { first, second.id }, by = "campaign" })
    local by_channel = assert(kl:results { by = "channel" })
    local both = assert(kl:results { by = { "campaign", "channel" } })
    assert.equal(8, #by_message)
    assert.equal(2, #by_campaign)
    assert.equal(4, #by_channel)
    assert.equal(8, #both)
    assert.equal("Summer Sale 2026", by_campaign[1].campaign_name)
    assert.is_nil(by_campaign[2].campaign_name) -- only its id was given
    assert.is_nil(by_channel[1].campaign_id)
    assert.is_nil(by_channel[1].message_id)
    local sum = { delivered = 0, clicks_unique = 0 }
    for i = 1, 4 do
      for name in pairs(sum) do
        sum[name] = sum[name] + by_message[i][name]
      end
    end
    assert.equal(sum.delivered, by_campaign[1].delivered)
    assert.near(sum.clicks_unique / sum.delivered, by_campaign[1].click_rate, 1e-12)
    assert.equal(by_message[1].opens_unique + by_message[5].opens_unique, by_channel[1].opens_unique)
    assert.is_nil(by_channel[2].open_rate)
    assert.equal("sms", by_channel[2].channel)
  end)

  it("of a message by variation tell which of an A/B test did better", function()
    local sale = klaviyo.campaign "Test":timezone "UTC"
    local details = { channel = "email", subject = "Hello", from_email = "a@example.com", from_label = "A" }
    sale:audience("All", { included = { "LIST_1" } }):message { name = "Test", variations = {
      { name = "A", details = details }, { name = "B", details = details } } }
    local campaign = send(sale)
    local message = campaign.audiences[1].messages[1]
    sandbox:results { variation = message.variations[2].id, open_rate = 0.6 }
    sandbox:results { variation = message.variations[1].id, open_rate = 0.2 }
    sandbox:advance "9d"
    local report = assert(message:results { by = "variation", statistics = { "open_rate" } })
    assert.equal(2, #report)
    assert.equal("A", report[1].variation_name)
    assert.equal(message.variations[2].id, report[2].variation_id)
    assert.near(0.2, report[1].open_rate, 0.001)
    assert.near(0.6, report[2].open_rate, 0.001)
    assert.same({ "open_rate", "opens_unique", "delivered" }, report.statistics)
    assert.is_nil(report[1].recipients)
  end)

  it("that are asked for at once look up the metric and the zone once", function()
    local functions = {}
    for i = 1, 5 do
      functions[i] = function()
        return kl:results { campaigns = { "C" .. i }, since = "2026-04-01T00:00:00Z" }
      end
    end
    sandbox:clear_requests()
    assert(klaviyo.all(functions))
    local count = { ["/api/metrics"] = 0, ["/api/accounts"] = 0, [PATH] = 0 }
    for _, request in ipairs(sandbox:requests()) do
      count[request.path] = count[request.path] + 1
    end
    assert.same({ ["/api/metrics"] = 1, ["/api/accounts"] = 1, [PATH] = 5 }, count)
  end)

  it("refuse a metric that is none before anything is sent", function()
    sandbox:clear_requests()
    for option, values in pairs { conversion_metric = { "", 5, {}, klaviyo.list "VIP", true },
      conversion_metric_id = { "", 5, {}, false } } do
      for _, value in ipairs(values) do
        local line = debug.getinfo(1, "l").currentline + 2
        local ok, message = pcall(function()
          return kl:results { [option] = value } and nil
        end)
        assert.is_false(ok)
        assert.matches(("results_spec.lua:%d: option %s is the "):format(line, option), message, 1, true)
      end
    end
    assert.same({}, sandbox:requests())
  end)

  it("of 201 campaigns take three reports", function()
    local ids = {}
    for i = 1, 201 do
      ids[i] = ("C%03d"):format(i)
    end
    sandbox:clear_requests()
    local report = assert(kl:results { campaigns = ids })
    assert.equal(0, #report)
    assert.equal(3, report.requests)
    local filters = asked()
    assert.equal(3, #filters)
    assert.equal(100, select(2, filters[1].filter:gsub('"C%d+"', "")))
    assert.equal('equals(campaign_id,"C201")', filters[3].filter)
  end)

  it("come in pages, which are all read", function()
    for _ = 1, 26 do
      send()
    end
    sandbox:clear_requests()
    local report = assert(kl:results())
    assert.equal(104, #report)
    assert.equal(2, report.requests)
    assert.same({ timeframe = "last_30_days" }, report.period)
    assert.is_nil(asked()[1].filter)
    local seen = support.seen(sandbox)
    assert.truthy(sandbox:requests()[#seen].query:find "page_cursor=")
  end)

  it("ask for the metric and the zone once", function()
    sandbox:account { timezone = "Asia/Tokyo" }
    send()
    sandbox:clear_requests()
    for _ = 1, 2 do
      assert.equal(4, #assert(kl:results { since = "2026-04-14T00:00:00Z", before = "2026-04-15T00:00:00+02:00" }))
    end
    assert.same({ "GET /api/metrics", "GET /api/accounts", "POST " .. PATH, "POST " .. PATH }, support.seen(sandbox))
    assert.same({ start = "2026-04-14T09:00:00Z", ["end"] = "2026-04-15T07:00:00Z" }, asked()[1].timeframe)
  end)

  it("take days and local times of the account as they are", function()
    send()
    local report = assert(kl:results { since = "2026-04-14", before = "2026-04-14T12:00:02" })
    assert.equal(4, #report)
    assert.same({ since = "2026-04-14T00:00:00", before = "2026-04-14T12:00:02" }, report.period)
    assert.equal(0, #assert(kl:results { since = "2026-04-14T12:00:02", before = "2026-04-15" }))
    assert.equal("UTC", assert(kl:results { since = time.parse "2026-04-14T00:00:00Z" }).period.timezone)
    local none, err = kl:results { since = "2026-04-15", before = "2026-04-14" }
    assert.is_nil(none)
    assert.equal("validation", err.kind)
    assert.matches("begins before it ends: since is 2026-04-15T00:00:00, and before is 2026-04-14T00:00:00",
      err.message, 1, true)
    assert.matches("a year long", select(2, kl:results { since = "2024-04-15" }).message)
  end)

  it("count another metric, by its name, object or id", function()
    sandbox:metric { id = "STARTED", name = "Started Checkout" }
    local metric = assert(kl.metrics:find "Started Checkout")
    sandbox:clear_requests()
    for _, options in ipairs { { conversion_metric = "Started Checkout" }, { conversion_metric = metric },
      { conversion_metric_id = "STARTED" } } do
      assert.equal("STARTED", assert(kl:results(options)).conversion_metric.id)
    end
    for _, attributes in ipairs(asked()) do
      assert.equal("STARTED", attributes.conversion_metric_id)
    end
    local none, err = kl:results { conversion_metric = "Placed Odrer" }
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
    assert.matches('did you mean "Placed Order"', err.message, 1, true)
  end)

  it("say which metrics there are where none is named and the usual one is missing", function()
    sandbox:reset()
    sandbox:metric { id = "ORDERED", name = "Ordered" }
    local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false,
      revision = "2026-10-15" }
    local none, err = other:results()
    other:close()
    assert.is_nil(none)
    assert.matches('"Ordered"', err.message)
    assert.matches("conversion_metric", err.message)
  end)

  it("can be read with a client or its options, and with a callback", function()
    send()
    assert.equal(4, #assert(klaviyo.results(kl)))
    local options = { base_url = sandbox.url, api_key = "pk_test", limits = false, revision = "2026-10-15" }
    assert.equal(4, #assert(klaviyo.results(options)))
    local got
    kl:results({ by = "campaign" }, function(report)
      got = report
    end)
    assert.equal(1, #got)
    assert.has_error(function()
      klaviyo.results "kl"
    end, "results takes a client or the options of one, got a string")
  end)

  it("refuse what cannot be asked for, at the caller's line", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    for _, case in ipairs {
      { { statistics = { "open_rat" } }, 'no statistic "open_rat" (did you mean "open_rate"?)' },
      { { statistics = {} }, "option statistics is a list of statistics" },
      { { by = "chanel" }, 'did you mean "channel"' }, { { by = 1 }, "option by is a list" },
      { { timeframe = "last_2_days" }, "no time frame" },
      { { timeframe = "today", since = "2026-01-01" }, "give one" },
      { { before = "2026-01-01" }, "needs since" }, { { since = "yesterday" }, "option since is a time" },
      { { conversion_metric = {} }, "option conversion_metric" },
      { { conversion_metric = "x", conversion_metric_id = "y" }, "give one" },
      { { stats = {} }, 'no option "stats"' }, { { campaigns = {} }, "kl:results has it" },
    } do
      local ok, problem = pcall(campaign.results, campaign, case[1])
      assert.is_false(ok)
      assert.truthy(tostring(problem):find(case[2], 1, true), tostring(problem))
    end
    local ok, problem = pcall(function()
      kl:results { campaigns = { 1 } }
    end)
    assert.is_false(ok)
    assert.matches("results_spec.lua:%d+: option campaigns takes campaigns or their ids", problem)
    assert.is_false(pcall(kl.results, kl, { campaigns = {}, messages = {} }))
  end)

  for _, case in ipairs { { "2026-04-15.pre", "2026-07-15" }, { "2026-07-15.pre", "2026-07-15" },
    { "2026-10-15", "2026-10-15" } } do
    it(("of a client of %s are asked for with %s"):format(case[1], case[2]), function()
      local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", revision = case[1],
        limits = false }
      sandbox:clear_requests()
      assert(other:results())
      other:close()
      for _, request in ipairs(sandbox:requests()) do
        assert.equal(case[2], request.revision)
      end
    end)
  end
end)

describe("results, from a service that is not as described,", function()
  local METRICS = '{"data":[{"type":"metric","id":"M","attributes":{"name":"Placed Order"}}],"links":{"self":"x"}}'

  -- The results that come of these answers to reports.
  local function read(answers, options)
    local count = 0
    local server = script.server { answer = function(request)
      if request.target:find "metrics" then
        return script.answer(200, METRICS)
      end
      count = count + 1
      return script.answer(answers[count].status or 200, answers[count].body or answers[count])
    end }
    return script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false, max_attempts = 1 }
      local report, err = kl:results(options)
      kl:close()
      return report, err, count
    end)
  end

  local function body(results, links)
    return ('{"data":{"type":"campaign-values-report","attributes":{"results":[%s]}},"links":{%s}}'):format(results,
      links or '"self":"x"')
  end

  it("keep what is there, and nothing else", function()
    local report = assert(read { body('{"groupings":{"campaign_id":"C","send_channel":"carrier-pigeon","new":1},'
      .. '"statistics":{"recipients":0,"open_rate":null,"clicks":"3"}}') })
    assert.same({ campaign_id = "C", channel = "carrier-pigeon", recipients = 0 }, report[1])
  end)

  it("are an error where they are no report", function()
    for _, wrong in ipairs { "[]", '{"data":[]}', '{"data":{"type":"report","attributes":{"results":[]}}}',
      '{"data":{"type":"campaign-values-report","attributes":{}}}', body "1", body '{"groupings":{}}',
      body("", '"next":"http://elsewhere.example/"'), body("", '"next":7') } do
      local none, err = read { wrong }
      assert.is_nil(none)
      assert.equal("json", err.kind, wrong)
    end
  end)

  it("end where a link to the next page leads to the same one", function()
    local link = '"next":"http://elsewhere.example/x?page_cursor=a%2Fb"'
    local none, err, count = read { body("", link), body("", link) }
    assert.is_nil(none)
    assert.equal("json", err.kind)
    assert.equal(2, count)
  end)

  it("are refused as the service says, which changed nothing", function()
    local none, err = read { { status = 403, body = '{"errors":[{"title":"Permission denied"}]}' } }
    assert.is_nil(none)
    assert.equal(403, err.status)
    assert.equal("none", err.outcome)
  end)
end)

describe("the limits of reports", function()
  it("are kept: two a minute, without one request too many", function()
    local sandbox, kl = support.start { revision = "2026-10-15", limits = { scale = 0.02 },
      sandbox = { rate_limits = true, rate_scale = 50 } }
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    for _ = 1, 5 do
      assert(kl:results())
    end
    for _, request in ipairs(sandbox:requests()) do
      assert.equal(200, request.status)
    end
    kl:close()
    sandbox:stop()
  end)

  it("end a client's day with an error that says when the next is possible", function()
    local sandbox, kl = support.start { revision = "2026-10-15",
      limits = { query_campaign_values = { burst = 100, steady = 100, daily = 2 } } }
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    assert(kl:results())
    assert(kl:results())
    sandbox:clear_requests()
    local none, err = kl:results()
    assert.is_nil(none)
    assert.equal("rate_limited", err.kind)
    assert.matches("2 such requests a day", err.message)
    assert.is_true(err.retry_after > 86000 and err.retry_after <= 86400)
    assert.equal(0, #sandbox:requests())
    kl:close()
    sandbox:stop()
  end)
end)
