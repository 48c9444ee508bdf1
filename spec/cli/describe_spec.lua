-- SPDX-License-Identifier: MIT
--- Campaigns and messages in few words.

local names = require "klaviyo.cli.names"
local describe_ = require "klaviyo.cli.describe"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"

local function message(details, more)
  local made = { name = "m", variations = { { channel = details.channel, details = details } } }
  for name, value in pairs(more or {}) do
    made[name] = value
  end
  return made
end

describe("the content of a message", function()
  it("is what a recipient sees first, or its template", function()
    local content = describe_.content
    assert.equal("Now", content { channel = "email", subject = "Now", template_id = "T" })
    assert.equal("template T", content { channel = "email", subject = "", template_id = "T" })
    assert.equal("Hi", content { channel = "sms", body = "Hi" })
    assert.equal("Title: Body", content { channel = "push", title = "Title", body = "Body" })
    assert.is_nil(content { channel = "whatsapp" })
    assert.is_nil(content { channel = "sms", body = json.null })
  end)

  it("is empty where there is no variation", function()
    assert.same({}, describe_.contents { variations = {} })
    assert.is_nil(describe_.channel { variations = {} })
    assert.equal("sms", describe_.channel(message { channel = "sms" }))
  end)

  it("is that of all its variations", function()
    local several = { variations = { { name = "A", details = { channel = "email", subject = "One" } },
      { name = json.null, details = { channel = "email", subject = "Two" } },
      { name = "C", details = { channel = "sms", body = "Two" } }, { name = "D", details = json.null } } }
    local titles = {}
    for i, content in ipairs(describe_.contents(several)) do
      titles[i] = content.title
    end
    assert.same({ "A", "variation 2", "C", "D" }, titles)
    assert.is_nil(describe_.contents(message({ channel = "sms" }))[1].title)
    assert.equal("email, sms", describe_.channel(several))
    assert.equal("One | Two", describe_.each(several, describe_.content))
  end)

  it("says how many parts a text has, and what makes them", function()
    local function parts(body, more)
      local details = { channel = "sms", body = body }
      for name, value in pairs(more or {}) do
        details[name] = value
      end
      return describe_.parts(details)
    end
    assert.equal("1 part, GSM-7, 4 of 160", parts "Sale")
    assert.equal("2 parts, UCS-2, 80 of 134 in parts of 67, because of ’ (U+2019)", parts("’" .. ("x"):rep(79)))
    assert.equal("1 part, GSM-7, 4 of 160, without what the service adds: add_org_prefix",
      parts("Sale", { add_org_prefix = true }))
    assert.equal("1 part, GSM-7, 24 of 160, with tags as they stand", parts "Hi {{ first_name }}!")
    assert.matches("because of 一 %(U%+4E00%), 二 %(U%+4E8C%), 三 %(U%+4E09%), %.%.%.$", parts "一二三四五")
    assert.is_nil(parts "")
    assert.is_nil(parts("Sale", { channel = "push" }))
  end)

  it("is tested as its A/B test says", function()
    assert.is_nil(describe_.test {})
    assert.is_nil(describe_.test { ab_test = json.null })
    assert.equal("A/B test with 20 % for 4 h by opens", describe_.test { ab_test = { winner_metric = "opens",
      winner_percentage = 20, winner_wait_hours = 4 } })
    assert.equal("A/B test", describe_.test { ab_test = { winner_metric = json.null } })
  end)
end)

describe("the send of a message", function()
  it("is known once it is scheduled", function()
    assert.is_nil(describe_.send { scheduling = json.null })
    local send = describe_.send { scheduling = { send_time = "2026-12-01T14:00:00Z", strategy = "throttled",
      throttle_percentage = 25 } }
    assert.equal(1796133600, send.epoch)
    assert.equal("25 % an hour", describe_.how(send))
    assert.matches("14:00", describe_.when(send, assert(local_time.zone "UTC")))
    send.unit = "minute"
    assert.equal("25 % a minute", describe_.how(send))
    assert.equal("all at once", describe_.how { strategy = "static" })
    assert.equal("2026-12-01", describe_.when({ date = "2026-12-01" }))
  end)
end)

describe("statuses", function()
  it("are counted, and said in words", function()
    local messages = { { status = "DRAFT" }, { status = "SENT" }, { status = "DRAFT" } }
    assert.same({ DRAFT = 2, SENT = 1 }, describe_.statuses(messages))
    assert.equal("2 DRAFT, 1 SENT", describe_.status_line(messages))
    assert.equal("SENT", describe_.status_line { { status = "SENT" } })
    assert.equal("no messages", describe_.status_line {})
    assert.equal("1 SENT, 1 Cancelled: No Recipients",
      describe_.status_line { { status = "Cancelled: No Recipients" }, { status = "SENT" } })
  end)

  it("are those that a call leads to, where they could not be read back", function()
    assert.equal("CANCELLED", describe_.status_after({ status = "SCHEDULED" }, "SCHEDULED", "CANCELLED"))
    assert.equal("SENT", describe_.status_after({ status = "SENT" }, "SCHEDULED", "CANCELLED"))
  end)
end)

describe("names and lists", function()
  it("steer no terminal, and are never empty", function()
    assert.equal("(no name)", describe_.name "")
    assert.is_nil(describe_.name("a\27[2J"):find("\27", 1, true))
    assert.equal("A, B", names.none:labels { "A", "B" })
    assert.equal("", names.none:labels(json.null))
  end)
end)
