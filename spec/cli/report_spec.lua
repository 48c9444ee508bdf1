-- SPDX-License-Identifier: MIT
-- klaviyo report, as a process: its forms, its periods, what it asks the service, and what it says of A/B tests.

local cli = require "spec.support.cli"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

local NOW = "2026-04-14T12:00:00Z"
local MAIL = { channel = "email", subject = "Hello", from_email = "a@example.com", from_label = "A" }

describe("klaviyo report #process", function()
  local sandbox, kl, user, sale, test

  local function send(model)
    local campaign = assert(kl.campaigns:create(model))
    assert(campaign:schedule { at = time.format(time.parse(sandbox:now()) + 1) })
    sandbox:advance "1s"
    return campaign
  end

  setup(function()
    sandbox, kl = support.start { revision = "2026-10-15", sandbox = { clock = NOW } }
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    sandbox:metric { id = "STARTED", name = "Started Checkout" }
    sandbox:account { timezone = "America/New_York", currency = "EUR" }
    local model = klaviyo.campaign "Summer Sale"
    model:audience("All", { included = { "L1" } }):email { name = "Blast", subject = "x", from_email = "a@example.com",
      from_label = "A" }:sms { name = "Text", body = "x" }
    sale = send(model)
    sandbox:list { id = "L2", size = 20000 }
    model = klaviyo.campaign "Subject lines"
    model:audience("All", { included = { "L2" } }):message { name = "Test", variations = {
      { name = "Short", details = MAIL }, { name = "Long", details = MAIL } } }
    test = send(model)
    sandbox:results { variation = test.messages[1].variations[1].id, open_rate = 0.2 }
    sandbox:results { variation = test.messages[1].variations[2].id, open_rate = 0.4 }
    sandbox:advance "5d"
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    user = cli.new(sandbox)
    user.env.KLAVIYO_REVISION = "2026-10-15"
    sandbox:clear_requests()
  end)

  after_each(function()
    user:close()
  end)

  -- What was asked of the reports.
  local function asked()
    local list = {}
    for _, request in ipairs(sandbox:requests()) do
      if request.path:find "values%-reports" then
        list[#list + 1] = json.decode(request.body).data.attributes
      end
    end
    return list
  end

  it("shows what was sent in the last 30 days, by campaign, with the period and when it was read", function()
    local result = user:run "report"
    assert.equal(0, result.code, result.err)
    local lines = {}
    for line in result.out:gmatch "([^\n]*)\n" do
      lines[#lines + 1] = line
    end
    assert.matches("^CAMPAIGN\tRECIPIENTS\tDELIVERED\tOPENED\tCLICKED\tUNSUBSCRIBED\tCONVERTED\tVALUE", lines[1])
    assert.matches("^Summer Sale\t2,000\t", lines[2])
    assert.matches("^Subject lines\t20,000\t98.8 %%\t30.0 %%\t", lines[3])
    assert.matches("^all\t22,000\t", lines[4])
    assert.matches("Sent in the last 30 days (times of the account: America/New_York). Numbers as of Sun 2026-04-19 "
      .. "08:00", result.out, 1, true)
    assert.matches("Conversions: Placed Order, values in EUR.", result.out, 1, true)
    assert.equal(1, #asked())
    assert.same({ key = "last_30_days" }, asked()[1].timeframe)
  end)

  it("says of an A/B test what the numbers say", function()
    local result = user:run "report 'Subject lines'"
    assert.equal(0, result.code, result.err)
    assert.matches("A/B test Subject lines / Test", result.out, 1, true)
    assert.matches("opens: Long 40.0 %% %(395%d of 9880%), Short 20.0 %% %(197%d of 9880%); Long is ahead", result.out)
    assert.matches("conversions: .*", result.out)
    assert.matches("^MESSAGE\t", result.out)
    assert.matches("\nSubject lines / Test\t20,000\t", result.out)
    assert.equal(("equals(campaign_id,\"%s\")"):format(test.id), asked()[1].filter)
    assert.same({ key = "last_365_days" }, asked()[1].timeframe)
  end)

  it("draws bars on a wide terminal", function()
    local result = user:terminal("report", { columns = 130 }):finish()
    assert.equal(0, result.code)
    assert.matches("30.0 % ████████████", result.text, 1, true)
  end)

  it("reads a period in days of the account, the last one included", function()
    local result = user:run "report --since 2026-04-01 --until 2026-04-14 --by channel --metric 'Started Checkout'"
    assert.equal(0, result.code, result.err)
    assert.matches("^CHANNEL\t.*\nemail\t21,000\t.*\nsms\t1,000\t", result.out)
    assert.matches("Sent from 2026-04-01 to 2026-04-14 ", result.out, 1, true)
    assert.matches("Conversions: Started Checkout", result.out, 1, true)
    assert.same({ start = "2026-04-01T00:00:00Z", ["end"] = "2026-04-15T00:00:00Z" }, asked()[1].timeframe)
    assert.equal("STARTED", asked()[1].conversion_metric_id)
    result = user:run "report --since 2026-04-15 --until 2026-04-19"
    assert.equal(0, result.code, result.err)
    assert.equal("Nothing was sent from 2026-04-15 to 2026-04-19 (times of the account: America/New_York).\n",
      result.out)
  end)

  it("gives JSON with all numbers, and no number that is not there", function()
    local value, result = user:json("report 'Summer Sale' --by message --json")
    assert.equal(0, result.code, result.err)
    assert.equal(2, #value.rows)
    assert.equal("Blast", value.rows[1].message_name)
    assert.equal(sale.id, value.rows[1].campaign_id)
    assert.is_number(value.rows[1].open_rate)
    assert.equal("sms", value.rows[2].channel)
    assert.is_nil(value.rows[2].open_rate)
    assert.equal("America/New_York", value.timezone)
    assert.equal("2026-04-19T12:00:02Z", value.read_at)
    assert.equal("Placed Order", value.conversion_metric.name)
    assert.equal(2000, value.total.recipients)
    assert.equal(0, #value.tests)
  end)

  it("gives the fields that are chosen", function()
    local result = user:run "report --fields campaign_name,open_rate"
    assert.equal(0, result.code, result.err)
    assert.matches("Summer Sale\t0%.%d+\n", result.out)
  end)

  it("gives comma-separated values", function()
    local result = user:run "report 'Summer Sale/Text' --csv"
    assert.equal(0, result.code, result.err)
    local head, line, rest = result.out:match "^([^\r]*)\r\n([^\r]*)\r\n(.*)$"
    assert.matches("^campaign_id,campaign_name,message_id,message_name,channel,variation_id,", head)
    assert.matches(("^%s,Summer Sale,%%w+,Text,sms,,,1000,980,"):format(sale.id), line)
    assert.equal("", rest)
  end)

  it("writes a page", function()
    local result = user:run("report --by variation --html " .. user:path "june.html")
    assert.equal(0, result.code, result.err)
    assert.matches("4 rows written to", result.err, 1, true)
    local html = user:read "june.html"
    assert.matches("Subject lines / Test / Long", html, 1, true)
    assert.matches("Summer Sale / Text</div>", html, 1, true)
    assert.matches("Long is ahead", html, 1, true)
    assert.matches("Numbers as of Sun 2026-04-19 08:00", html, 1, true)
  end)

  it("takes campaign files, by their lock files, and several campaigns in one report", function()
    user:write("new.lua", cli.SALE)
    local result = user:run("report " .. user:path "new.lua")
    assert.equal(1, math.min(1, result.code))
    assert.matches("no campaign of this file is known", result.err, 1, true)
    assert.equal(0, #asked())
    local entry = { ids = { campaign = sale.id } }
    user:write("new.lua.lock", json.encode { version = 1, accounts = { default = entry } })
    result = user:run(("report %s 'Subject lines'"):format(user:path "new.lua"))
    assert.equal(0, result.code, result.err)
    assert.matches("\nSummer Sale\t2,000\t", result.out, 1, true)
    assert.equal(1, #asked())
    assert.matches("contains%-any%(campaign_id,%[", asked()[1].filter)
  end)

  it("refuses what it cannot do, before it asks", function()
    for arguments, words in pairs { ["report --csv --json"] = "three forms", ["report --since never"] = "--since",
      ["report Nothing"] = "Nothing", ["report --by day"] = "by" } do
      local result = user:run(arguments)
      assert.is_true(result.code ~= 0)
      assert.matches(words, result.err, 1, true)
    end
    local result = user:run "report --metric 'Placed Odrer'"
    assert.is_true(result.code ~= 0)
    assert.matches('did you mean "Placed Order"', result.err, 1, true)
    assert.equal(0, #asked())
  end)

  it("says which day is wrong, and which value is empty", function()
    for arguments, words in pairs {
      ["--since 2026-04-15 --until 2026-04-01"] = "--since 2026-04-15 is after --until 2026-04-01",
      ["--since 2999-01-01"] = "--since 2999-01-01 is in the future",
      ["--until 2999-01-01"] = "--until 2999-01-01: the 30 days before it are in the future",
      ["--metric ''"] = '--metric is the name of a metric, found ""', ["--html ''"] = '--html is a file, found ""' } do
      local result = user:run("report " .. arguments)
      assert.equal(2, result.code)
      assert.matches("klaviyo: " .. words, result.err, 1, true)
    end
    assert.equal(0, #asked())
  end)

  it("says of which campaign nothing was sent, and of which day", function()
    local draft = klaviyo.campaign "Only a draft"
    draft:audience("VIP", { included = { "VIP" } }):sms { name = "Text", body = "Hi" }
    assert(kl.campaigns:create(draft))
    local result = user:run "report 'Only a draft'"
    assert.equal(0, result.code, result.err)
    assert.equal("Nothing of Only a draft was sent in the last 365 days (times of the account: America/New_York).\n",
      result.out)
    assert.matches("^Nothing was sent on 2026%-04%-18 %(", user:run("report --since 2026-04-18 --until 2026-04-18").out)
  end)

  it("does without the account where the key may not read it, and claims no zone and no currency", function()
    sandbox:fail { path = "/api/accounts", status = 403, times = 10 }
    local result = user:run "report --since 2026-04-01 --until 2026-04-14"
    assert.equal(0, result.code, result.err)
    assert.matches("(the key needs the scope accounts:read)", result.err, 1, true)
    assert.matches("Sent from 2026-04-01 to 2026-04-14 (times of the account). Numbers as of 2026-04-19T12:00:",
      result.out, 1, true)
    assert.matches("Conversions: Placed Order.\n", result.out, 1, true)
    assert.same({ start = "2026-04-01T00:00:00Z", ["end"] = "2026-04-15T00:00:00Z" }, asked()[1].timeframe)
    sandbox:clear_faults()
  end)

  it("does not go over the day's limit that earlier commands have spent", function()
    assert.equal(0, user:run("report").code)
    local cache = io.popen("find " .. user.directory .. " -name reports.json"):read "*l"
    local file = assert(io.open(cache))
    local kept = json.decode(file:read "*a")
    file:close()
    for i = 1, 225 do
      kept.value[i] = os.time() - 3600
    end
    file = assert(io.open(cache, "w"))
    file:write(json.encode(kept))
    file:close()
    sandbox:clear_requests()
    local result = user:run "report"
    assert.is_true(result.code ~= 0)
    assert.matches("has asked for 225 reports within 24 hours, which is what an account may; the next is possible in "
      .. "23 hours.", result.err, 1, true)
    local watched = user:run("watch " .. sale.id)
    assert.equal(0, watched.code)
    assert.matches("No first results: this machine has asked for 225 reports within 24 hours, which is what an account "
      .. "may; the next is possible in 23 hours. Later: klaviyo report " .. sale.id, watched.err, 1, true)
    assert.matches("225 of 225 in 24 hours: the next in 23 hours", user:run("limits --used").out, 1, true)
    local left = user:json("limits --used")[1].day_free_in
    assert.is_true(left > 82000 and left <= 82800, left)
    assert.equal(0, #asked())
  end)

  it("asks no more where the service says that the day's reports are spent, by whoever", function()
    sandbox:fail { path = "/api/campaign-values-reports", status = 429, times = 0,
      headers = { ["Retry-After"] = "4000" } }
    local result = user:run "report"
    assert.equal(6, result.code)
    assert.matches("hint: the account's rate limit is used up; try again in 67 minutes", result.err, 1, true)
    sandbox:clear_faults()
    sandbox:clear_requests()
    local words = "ccount's 225 reports of a day are spent, the service says; the next is possible in 67 minutes."
    assert.matches(words, user:run("report").err, 1, true)
    assert.matches(words, user:run("watch " .. sale.id).err, 1, true)
    assert.matches("0 of 225 in 24 hours by this machine, all by the account: the next in 67 minutes",
      user:run("limits --used").out, 1, true)
    assert.equal(0, #asked())
  end)
end)
