-- SPDX-License-Identifier: MIT
-- The pre-flight's findings and pictures, without a service: pure functions of a campaign and a plan.

local checks = require "klaviyo.cli.checks"
local local_time = require "klaviyo.cli.local_time"
local sends = require "klaviyo.cli.sends"

local NOW = 1796083200 -- Tue 2026-12-01 00:00 UTC
local new_york = assert(local_time.zone "America/New_York")

local function message(details, name)
  return { name = name or "M", status = "DRAFT", variations = { { channel = details.channel, details = details } } }
end

local EMAIL = { channel = "email", subject = "S", template_id = "T", from_email = "a@example.com", from_label = "A",
  preview_text = "P" }

local function email(changes)
  local details = {}
  for name, value in pairs(EMAIL) do
    details[name] = value
  end
  for name, value in pairs(changes or {}) do
    details[name] = value ~= false and value or nil
  end
  return message(details)
end

-- The findings about one message in a send that is fine otherwise.
local function findings(what)
  local view = { zone = what.zone or local_time.utc, zones = what.zones or {}, now = NOW }
  local send = what.send or { epoch = NOW + 14 * 3600, strategy = "static" }
  local list = checks.all({ campaign = what.campaign or {}, messages = what.messages or {},
    audiences = what.audiences or {}, send = send, steps = sends.steps(send, view) }, view)
  local lines = {}
  for i, finding in ipairs(list) do
    lines[i] = ("%s %s: %s"):format(finding.kind == "odd" and finding.code or "missing", finding.about, finding.text)
  end
  return table.concat(lines, "\n")
end

describe("checks", function()
  it("find nothing where nothing is wrong", function()
    assert.equal("", findings { messages = { email() } })
  end)

  it("find what an email lacks", function()
    assert.matches("missing M: no subject", findings { messages = { email { subject = "" } } })
    assert.matches("missing M: no template", findings { messages = { email { template_id = false } } })
    assert.matches("missing M: no sender's address", findings { messages = { email { from_email = false } } })
    assert.matches("no%-sender%-name M: no sender's name", findings { messages = { email { from_label = false } } })
    assert.matches("no%-preview%-text M: no preview text", findings { messages = { email { preview_text = false } } })
    assert.matches("long%-subject M: the subject is 80 characters",
      findings { messages = { email { subject = ("x"):rep(80) } } })
    assert.matches("missing M: no content", findings { messages = { { name = "M", variations = {} } } })
  end)

  it("find what is not finished", function()
    assert.matches('unfinished M: subject says "todo"',
      findings { messages = { email { subject = "TODO: a subject" } } })
    assert.matches("open%-tag M: subject has a tag that is not closed",
      findings { messages = { email { subject = "Hi {{ name" } } })
    assert.equal("", findings { messages = { email { subject = "Hi {{ name }} {% if x %}" } } })
    assert.equal("", findings { messages = { email { subject = "Todos los días" } } })
  end)

  it("count text messages as the network does", function()
    local function sms(body, more)
      local details = { channel = "sms", body = body, add_opt_out_language = true }
      for name, value in pairs(more or {}) do
        details[name] = value
      end
      return findings { messages = { message(details) } }
    end
    assert.equal("", sms(("x"):rep(160)))
    assert.matches("sms%-parts M: each recipient gets 2 text messages, which cost as many$", sms(("x"):rep(161)))
    assert.matches("gets 3 text messages", sms(("x"):rep(307)))
    assert.equal("", sms(("é"):rep(160)))                  -- of the GSM alphabet
    assert.matches("gets 2 text messages, which cost as many, because of ê %(U%+00EA%)$", sms(("ê"):rep(71)))
    assert.matches("gets 2 text messages", sms(("€"):rep(81))) -- each counts twice
    assert.matches("missing M: no text", sms "")
    assert.matches("no%-opt%-out M: no way to opt out was found in the text, and nothing shows that the service adds",
      sms("Sale", { add_opt_out_language = false }))
    assert.equal("", sms("Sale. STOP to end", { add_opt_out_language = false }))
  end)

  it("find lists that are in two audiences, excluded again, or missing", function()
    local reported = findings { audiences = { { name = "A", included = { "L1" }, excluded = {} },
      { name = "B", included = { "L1", "L2" }, excluded = { "L2" } }, { name = "C", included = {}, excluded = {} } } }
    assert.matches("same%-list B: list L1 is in A too", reported)
    assert.matches("excluded%-list B: list L2 is included and excluded", reported)
    assert.matches("missing C: no list is included", reported)
  end)

  it("find lists that another audience of the campaign was or will be sent to", function()
    local first = { id = "1", name = "A", included = { "L1" }, messages = { { status = "SENT" } } }
    local second = { id = "2", name = "B", included = { "L1" }, excluded = {}, messages = { { status = "DRAFT" } } }
    local campaign = { audiences = { first, second } }
    assert.matches("same%-list B: list L1 is in A too", findings { campaign = campaign, audiences = { second } })
    first.messages[1].status = "CANCELLED"
    assert.equal("", findings { campaign = campaign, audiences = { second } })
  end)

  it("find a local time at night, which is everybody's", function()
    local send = { epoch = NOW + 3 * 3600, strategy = "local_timezone" }
    assert.equal("night the send: it is 03:00, at night, for every recipient", findings { send = send,
      zones = { new_york } })
    send.epoch = NOW + 12 * 3600
    assert.equal("", findings { send = send, zones = { new_york } })
    -- where the time has passed, "at once" is now
    local late = { epoch = NOW + 12 * 3600, strategy = "local_timezone", past_tomorrow = false }
    local there = assert(local_time.zone "Pacific/Kiritimati") -- UTC+14, where it is 14:00
    assert.equal("passed the send: the time has passed in Kiritimati: they get it at once",
      findings { send = late, zones = { there } })
    local early = { epoch = NOW - 12 * 3600, strategy = "local_timezone", past_tomorrow = false }
    assert.matches("night the send: .*: 00:00 in London, where the time has passed",
      findings { send = early, zones = { assert(local_time.zone "Europe/London") } })
  end)

  it("find sends at night, where recipients are", function()
    local function at(hour, more)
      local what = { send = { epoch = NOW + hour * 3600, strategy = "static" } }
      for name, value in pairs(more or {}) do
        what[name] = value
      end
      return findings(what)
    end
    local rule = "night the send: it is night (21:00 to 06:00) where recipients are: "
    assert.equal("", at(6))
    assert.equal("", at(20.99))
    assert.equal(rule .. "05:59 in UTC", at(5.99))
    assert.equal(rule .. "21:00 in UTC", at(21))
    -- the zones of recipients count, and that of the send does not
    assert.equal("", at(3, { zones = { assert(local_time.zone "Asia/Tokyo") } }))
    assert.equal(rule .. "22:00 in New York", at(3, { zones = { new_york, assert(local_time.zone "Asia/Tokyo") } }))
    -- that of the machine says nothing about them
    assert.equal("", at(3, { zone = local_time.machine() }))
    local slow = { epoch = NOW + 15 * 3600, strategy = "throttled", percentage = 10, unit = "hour" }
    assert.equal(rule .. "from 21:00 in UTC", findings { send = slow })
  end)

  it("find sends that are too soon or far away, and zones whose time has passed", function()
    assert.matches("it goes out in 2 min: too late to revert it",
      findings { send = { epoch = NOW + 120, strategy = "static" } })
    assert.matches("it goes out in 100 days",
      findings { send = { epoch = NOW + 100 * 86400 + 50400, strategy = "static" } })
    local reported = findings { send = { epoch = NOW + 5 * 3600, strategy = "local_timezone", past_tomorrow = true },
      zone = new_york, zones = sends.zones { "Asia/Tokyo", "America/New_York" } }
    assert.matches("the time has passed in Tokyo: they get it a day later", reported)
    assert.matches("the time has passed in zones that are far ahead",
      findings { send = { epoch = NOW + 7 * 3600, strategy = "local_timezone" } })
    assert.matches("missing the campaign: it is archived", findings { campaign = { archived = true } })
  end)
end)
