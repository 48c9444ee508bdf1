-- SPDX-License-Identifier: MIT
-- The pre-flight's findings and pictures, without a service: pure functions of a campaign and a plan.

local checks = require "klaviyo.cli.checks"
local format_time = require "klaviyo.cli.format_time"
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
    lines[i] = ("%s %s: %s"):format(finding.kind, finding.about, finding.text)
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
    assert.matches("odd M: no sender's name", findings { messages = { email { from_label = false } } })
    assert.matches("odd M: no preview text", findings { messages = { email { preview_text = false } } })
    assert.matches("odd M: the subject is 80 characters", findings { messages = { email { subject = ("x"):rep(80) } } })
    assert.matches("missing M: no content", findings { messages = { { name = "M", variations = {} } } })
  end)

  it("find what is not finished", function()
    assert.matches('odd M: subject says "todo"', findings { messages = { email { subject = "TODO: a subject" } } })
    assert.matches("odd M: subject has a tag that is not closed",
      findings { messages = { email { subject = "Hi {{ name" } } })
    assert.equal("", findings { messages = { email { subject = "Hi {{ name }} {% if x %}" } } })
    assert.equal("", findings { messages = { email { subject = "Todos los días" } } })
  end)

  it("count text messages as the network does", function()
    local function sms(body)
      return findings { messages = { message { channel = "sms", body = body } } }
    end
    assert.equal("", sms(("x"):rep(160)))
    assert.matches("161 characters are 2 text messages", sms(("x"):rep(161)))
    assert.matches("307 characters are 3 text messages", sms(("x"):rep(307)))
    assert.equal("", sms(("é"):rep(160)))                  -- of the GSM alphabet
    assert.matches("71 characters are 2", sms(("ê"):rep(71))) -- not of it
    assert.matches("missing M: no text", sms "")
  end)

  it("find lists that are in two audiences, excluded again, or missing", function()
    local told = findings { audiences = { { name = "A", included = { "L1" }, excluded = {} },
      { name = "B", included = { "L1", "L2" }, excluded = { "L2" } }, { name = "C", included = {}, excluded = {} } } }
    assert.matches("odd B: list L1 is in A too", told)
    assert.matches("odd B: list L2 is included and excluded", told)
    assert.matches("missing C: no list is included", told)
  end)

  it("find lists that another audience of the campaign was or will be sent to", function()
    local first = { id = "1", name = "A", included = { "L1" }, messages = { { status = "SENT" } } }
    local second = { id = "2", name = "B", included = { "L1" }, excluded = {}, messages = { { status = "DRAFT" } } }
    local campaign = { audiences = { first, second } }
    assert.matches("odd B: list L1 is in A too", findings { campaign = campaign, audiences = { second } })
    first.messages[1].status = "CANCELLED"
    assert.equal("", findings { campaign = campaign, audiences = { second } })
  end)

  it("find a local time at night, which is everybody's", function()
    local send = { epoch = NOW + 3 * 3600, strategy = "local_timezone" }
    assert.equal("odd the send: it is 03:00 at night for every recipient", findings { send = send })
    send.epoch = NOW + 12 * 3600
    assert.equal("", findings { send = send, zones = { new_york } })
  end)

  it("find sends at night, for the sender and for recipients", function()
    local send = { epoch = NOW + 3 * 3600, strategy = "static" }
    assert.matches("it is 03:00 at night for the sender %(UTC%)", findings { send = send })
    assert.matches("at night for recipients where it is 22:00 New York", findings { send = send, zones = { new_york } })
    local slow = { epoch = NOW + 15 * 3600, strategy = "throttled", percentage = 10, unit = "hour" }
    assert.matches("the last of it goes out at 00:00", findings { send = slow })
  end)

  it("find sends that are too soon or far away, and zones whose time has passed", function()
    assert.matches("it goes out in 2 min: too late to take it back",
      findings { send = { epoch = NOW + 120, strategy = "static" } })
    assert.matches("it goes out in 100 days",
      findings { send = { epoch = NOW + 100 * 86400 + 50400, strategy = "static" } })
    local told = findings { send = { epoch = NOW + 5 * 3600, strategy = "local_timezone", past_tomorrow = true },
      zone = new_york, zones = sends.zones { "Asia/Tokyo", "America/New_York" } }
    assert.matches("the time has passed in Tokyo: they get it a day later", told)
    assert.matches("missing the campaign: it is archived", findings { campaign = { archived = true } })
  end)
end)

describe("sends.steps", function()
  it("spread a throttled send by its percentage, to the last recipient", function()
    for _, percentage in ipairs(require("klaviyo.model.schema").percentages) do
      local steps = sends.steps({ epoch = NOW, strategy = "throttled", percentage = percentage, unit = "hour" }, {})
      local total = 0
      for i, step in ipairs(steps) do
        assert.equal(NOW + (i - 1) * 3600, step.epoch)
        assert.is_true(step.share <= percentage)
        total = total + step.share
      end
      assert.equal(100, total)
      assert.equal(math.ceil(100 / percentage), #steps)
    end
    assert.equal(60, sends.steps({ epoch = 0, strategy = "throttled", percentage = 50, unit = "minute" }, {})[2].epoch)
  end)

  it("give each zone its own instant", function()
    local zones = sends.zones { "Europe/London", "America/New_York", "Asia/Tokyo" }
    local view = { zone = new_york, zones = zones, now = NOW }
    local steps = sends.steps({ epoch = NOW + 14 * 3600, strategy = "local_timezone" }, view) -- 09:00 in New York
    local told = {}
    for i, step in ipairs(steps) do
      told[i] = step.zone.name .. " " .. format_time.short(step.epoch, local_time.utc)
      assert.equal("09:00", format_time.clock(step.epoch, step.zone))
    end
    assert.same({ "Asia/Tokyo 2026-12-01 00:00", "Europe/London 2026-12-01 09:00",
      "America/New_York 2026-12-01 14:00" }, told)
  end)

  it("draw a picture that ends at everybody", function()
    local view = { zone = local_time.utc, glyphs = { full = "#", empty = ".", dot = "." } }
    local steps = sends.steps({ epoch = NOW, strategy = "throttled", percentage = 50, unit = "hour" }, view)
    local lines = sends.draw(steps, view)
    assert.same({ "2026-12-01 00:00  ###############...............   50 %",
      "2026-12-01 01:00  ##############################  100 %" }, lines)
  end)
end)
