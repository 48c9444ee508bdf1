-- SPDX-License-Identifier: MIT
--- A campaign as the text of a campaign file, which reads as the same campaign.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local json = require "klaviyo.model.json"
local support = require "spec.support.sandbox"
local write_file = require "klaviyo.cli.plan.write_file"

describe("write_file.text", function()
  local sandbox, kl

  setup(function()
    sandbox, kl = support.start()
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  it("is a builder with the ids of all parts", function()
    local campaign = assert(kl.campaigns:create(support.sale 'A "quoted" \226\130\172 name'))
    assert(campaign:update { description = "line one\nline two" })
    campaign = assert(kl.campaigns:tree(campaign.id))
    local text = write_file.text(campaign)
    assert.matches('local sale = campaign "A \\"quoted\\" \226\130\172 name"', text, 1, true)
    assert.matches('description "line one\\nline two"', text, 1, true)
    assert.matches("\nreturn sale\n$", text)
    for _, part in ipairs { campaign.audiences[1], campaign.messages[1] } do
      assert.matches(('id = "%s"'):format(part.id), text, 1, true)
    end
  end)

  it("escapes what a terminal or an editor would obey", function()
    local text = write_file.text { name = "a\27[2Jb", description = json.null, audiences = {},
      send_settings = json.null }
    assert.is_nil(text:find("\27", 1, true))
    assert.matches('campaign "a\\027[2Jb"', text, 1, true)
  end)

  it("has the send of what is scheduled, as far as the service shows all of it", function()
    local function send(info, status, zone)
      local message = { id = "M", name = "M", status = status or "SCHEDULED", scheduling = info, variations = {} }
      return write_file.text { id = "C", name = "C", send_settings = { send_timezone = zone or "America/New_York" },
        audiences = { { id = "A", name = "A", included = {}, excluded = {}, messages = { message } } } }
        :match "    (send = [^\n]*),\n"
    end
    assert.equal('send = { at = "2026-11-27T09:00" }', send { send_time = "2026-11-27T14:00:00Z", strategy = "static" })
    assert.equal('send = { at = "2026-11-01T06:30:00Z" }', send { send_time = "2026-11-01T06:30:00Z" }) -- 01:30 twice
    assert.equal('send = { at = "2026-11-27T14:00:30Z" }', send { send_time = "2026-11-27T14:00:30Z" })
    assert.equal('send = { at = "2026-11-27T14:00:00Z" }', send({ send_time = "2026-11-27T14:00:00Z" }, nil, "No/Zone"))
    assert.equal('send = { at = "2026-11-27T09:00", strategy = "throttled", percentage = 10, unit = "minute" }',
      send { send_time = "2026-11-27T14:00:00Z", strategy = "throttled", throttle_percentage = 10,
        throttle_unit = "minute" })
    assert.equal('send = { at = "2026-11-27T09:00", strategy = "local_timezone", past_timezones = "immediately" }',
      send { send_time = "2026-11-27T14:00:00Z", strategy = "local_timezone", past_timezones_tomorrow = false })
    assert.equal('send = { date = "2026-11-27", strategy = "smart_send_time" }',
      send { send_date = "2026-11-27", strategy = "smart_send_time" })
    assert.is_nil(send { send_time = "2026-11-27T14:00:00Z", strategy = "throttled", throttle_percentage = json.null })
    assert.is_nil(send({ send_time = "2026-11-27T14:00:00Z", strategy = "static" }, "SENT"))
    assert.is_nil(send(json.null, "DRAFT"))
  end)

  it("reads as the same campaign", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local read = campaign_file.parse(write_file.text(campaign), "copy.lua").model
    assert.equal(campaign.name, read.name)
    assert.equal(#campaign.audiences, #read.audiences)
    for i, audience in ipairs(campaign.audiences) do
      assert.equal(audience.name, read.audiences[i].name)
      assert.equal(table.concat(audience.included, ","), table.concat(read.audiences[i].included, ","))
      assert.equal(#audience.messages, #read.audiences[i].messages)
      for j, message in ipairs(audience.messages) do
        assert.equal(message.name, read.audiences[i].messages[j].name)
      end
    end
  end)
end)
