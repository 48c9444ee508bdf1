-- SPDX-License-Identifier: MIT
-- The guide of revision 2026-04-15.pre against the sandbox: each thing it says that must, cannot, can only, is the
-- default or the maximum, in our words, beside the test that holds the sandbox to it; and each request it shows.

local guide = require "spec.support.guide"

local api

-- The table: section of the guide, what it says there, the test.
local function says(section, sentence, test)
  it(section .. ": " .. sentence, test)
end

local function numbered(n, make)
  local list = {}
  for i = 1, n do
    list[i] = make(i)
  end
  return list
end

local function count(list)
  return #list
end

describe("the guide says", function()
  setup(function()
    api = guide.start()
  end)

  teardown(function()
    api:stop()
  end)

  before_each(function()
    api:reset()
  end)

  -- Before you begin, use cases

  says("revision", "every endpoint requires the revision header", function()
    for _, revision in ipairs { false, "2026-04-15", "nonsense" } do
      local answer = assert(api.http:request("GET", "/api/campaigns", nil, { revision = revision }))
      assert.equal(400, answer.status)
      assert.matches("2026%-04%-15%.pre", answer.json.errors[1].detail)
    end
    assert.equal(200, assert(api.http:request("GET", "/api/campaigns")).status)
  end)

  says("use cases", "profiles without consent are not sent to", function()
    api.sandbox:list { id = "LIST", size = 100, consented = 0.6 }
    local _, _, messages = api:create()
    api:schedule(messages[1])
    api.sandbox:set_clock "2026-06-02T00:00:00Z"
    local progress = api.sandbox:message(messages[1])
    assert.equal("SENT", progress.status)
    assert.equal(60, progress.sent)
    assert.equal(40, progress.unconsented)
  end)

  -- Hierarchy and data model

  says("hierarchy", "a campaign must have at least one audience", function()
    local definition = '{"name":"None","builder":"wizard"}'
    for _, audiences in ipairs { "", ',"audiences":[]' } do
      local body = ('{"data":{"type":"campaign","attributes":{"definition":%s%s}}}'):format(definition, audiences)
      assert.same({ "/data/attributes/audiences" }, guide.sources(api:call(400, "POST", "campaigns", body)))
    end
    local _, audiences = api:create()
    api:call(409, "DELETE", "campaign-audiences/" .. audiences[1]) -- the only one there is
  end)

  says("hierarchy", "a message overrides the campaign's defaults", function()
    local _, _, messages = api:create { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 25 } }
    api:schedule(messages[1], { strategy = "static" })
    local info = api:call(200, "GET", "campaign-messages/" .. messages[1]).data.attributes.scheduling_info
    assert.equal("static", info.strategy)
    assert.equal(info.send_time, api.sandbox:message(messages[1]).last)
  end)

  says("hierarchy", "an audience can have several messages, a campaign messages on different channels", function()
    local messages = {}
    for i, channel in ipairs { "email", "sms", "push", "whatsapp" } do
      messages[i] = guide.inline_message(channel, "a")
    end
    local campaign, audiences = api:create { messages = messages }
    assert.equal(4, count(api:list("campaigns/" .. campaign.id .. "/campaign-messages")))
    assert.equal(4, count(api:list("campaign-audiences/" .. audiences[1] .. "/campaign-messages")))
  end)

  says("hierarchy", "a message targets exactly one channel, by one variation", function()
    local message = guide.inline_message("email", "a")
    message.definition.variations[2] = { definition = { details = { channel = "sms" } } }
    local json = api:call(400, "POST", "campaigns", guide.campaign { messages = { message } })
    assert.same({ "/data/attributes/messages/0/definition/variations/1" }, guide.sources(json))
  end)

  says("variation", "a message has at most one variation per channel", function()
    local _, _, messages = api:create()
    for _, channel in ipairs { "email", "sms" } do
      api:call(400, "POST", "campaign-variations", guide.child("campaign-variation",
        { definition = { details = { channel = channel } } }, { ["campaign-message"] = messages[1] }))
    end
    assert.equal(1, count(api:list("campaign-messages/" .. messages[1] .. "/campaign-variations")))
  end)

  says("campaign", "the id is a ULID of 26 characters and the type always campaign", function()
    local campaign = api:create()
    assert.equal("campaign", campaign.type)
    assert.matches("^[0-7][0-9A-HJKMNP-TV-Z]+$", campaign.id)
    assert.equal(26, #campaign.id)
    local refused = guide.campaign()
    refused.data.type = "campaigns"
    assert.same({ "/data/type" }, guide.sources(api:call(409, "POST", "campaigns", refused)))
  end)

  says("data model", "the type of each resource is always the same, and no other is taken", function()
    local campaign, audiences, messages = api:create()
    local variation = api:list("campaign-messages/" .. messages[1] .. "/campaign-variations")[1]
    local resources = {
      { "campaign", campaign.id, { definition = { name = "x" } } },
      { "campaign-audience", audiences[1], { audience_name = "x" } },
      { "campaign-message", messages[1], { definition = { name = "x" } } },
      { "campaign-variation", variation, { definition = { name = "x" } } },
    }
    for i, resource in ipairs(resources) do
      local kind, id, attributes = resource[1], resource[2], resource[3]
      local path = kind .. "s/" .. id
      assert.equal(kind, api:call(200, "GET", path).data.type)
      local other = resources[i % #resources + 1][1]
      assert.same({ "/data/type" }, guide.sources(api:call(409, "PATCH", path, guide.patch(other, id, attributes))))
      assert.equal(kind, api:call(200, "PATCH", path, guide.patch(kind, id, attributes)).data.type)
    end
  end)

  says("campaign", "the builder is wizard or canvas", function()
    assert.equal("canvas", api:create { definition = { builder = "canvas" } }.attributes.definition.builder)
    local json = api:call(400, "POST", "campaigns", guide.campaign { definition = { builder = "hand" } })
    assert.same({ "/data/attributes/definition/builder" }, guide.sources(json))
  end)

  says("campaign", "color and description are optional, archived is returned", function()
    local definition = api:create().attributes.definition
    assert.equal(guide.null, definition.color)
    assert.equal(guide.null, definition.description)
    assert.is_false(definition.archived)
  end)

  says("campaign", "the timezone is an IANA one", function()
    local json = api:call(400, "POST", "campaigns", guide.campaign { send_settings = { send_timezone = "Mars/Base" } })
    assert.same({ "/data/attributes/definition/send_settings/send_timezone" }, guide.sources(json))
  end)

  says("campaign", "the send strategy is STATIC, LOCAL_TIMEZONE or THROTTLED", function()
    for _, strategy in ipairs { "STATIC", "LOCAL_TIMEZONE", "THROTTLED" } do
      local campaign = api:create { send_settings = { send_strategy = strategy } }
      assert.equal(strategy, campaign.attributes.definition.send_settings.send_strategy)
    end
    local json = api:call(400, "POST", "campaigns", guide.campaign { send_settings = { send_strategy = "static" } })
    assert.same({ "/data/attributes/definition/send_settings/send_strategy" }, guide.sources(json))
  end)

  says("campaign", "the throttle percentage is one of nine", function()
    local valid = {}
    for _, percentage in ipairs { 10, 11, 13, 14, 17, 20, 25, 33, 50 } do
      valid[percentage] = true
    end
    for percentage = 0, 101 do
      local body = guide.campaign { send_settings = { send_strategy = "THROTTLED", throttle_percentage = percentage } }
      local json = api:call(valid[percentage] and 201 or 400, "POST", "campaigns", body)
      if not valid[percentage] then
        assert.same({ "/data/attributes/definition/send_settings/throttle_percentage" }, guide.sources(json))
      end
    end
    for _, percentage in ipairs { "25", 25.5 } do
      api:call(400, "POST", "campaigns", guide.campaign {
        send_settings = { send_strategy = "THROTTLED", throttle_percentage = percentage } })
    end
  end)

  says("campaign", "the throttle percentage does not apply to other strategies", function()
    for _, strategy in ipairs { "STATIC", "LOCAL_TIMEZONE" } do
      local json = api:call(400, "POST", "campaigns", guide.campaign {
        send_settings = { send_strategy = strategy, throttle_percentage = 25 } })
      assert.same({ "/data/attributes/definition/send_settings/throttle_percentage" }, guide.sources(json))
    end
  end)

  says("campaign", "the exit condition's metric can be null", function()
    local settings = { exit_condition_enabled = true, exit_condition_conversion_metric_id = "METRIC" }
    local campaign = api:create { send_settings = settings }
    api:call(200, "PATCH", "campaigns/" .. campaign.id, guide.patch("campaign", campaign.id,
      { definition = { send_settings = { exit_condition_conversion_metric_id = guide.null } } }))
    local read = api:call(200, "GET", "campaigns/" .. campaign.id).data.attributes.definition.send_settings
    assert.is_true(read.exit_condition_enabled)
    assert.equal(guide.null, read.exit_condition_conversion_metric_id)
  end)

  says("audience", "has_non_draft_messages tells whether it can still be changed", function()
    local _, audiences, messages = api:create()
    local path = "campaign-audiences/" .. audiences[1]
    assert.is_false(api:call(200, "GET", path).data.attributes.has_non_draft_messages)
    api:schedule(messages[1])
    assert.is_true(api:call(200, "GET", path).data.attributes.has_non_draft_messages)
  end)

  for _, way in ipairs { "cancel", "revert" } do
    says("audience", "one with non-draft messages cannot be updated or deleted until one takes the way of " .. way,
      function()
        local _, audiences, messages = api:create {
          audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "B" } } } }
        local path = "campaign-audiences/" .. audiences[1]
        local body = guide.patch("campaign-audience", audiences[1], { audience_name = "Other" })
        api:schedule(messages[1])
        api:call(409, "PATCH", path, body)
        api:call(409, "DELETE", path)
        api:act(messages[1], way)
        api:call(200, "PATCH", path, body)
        api:call(204, "DELETE", path)
      end)
  end

  says("audience", "the priority begins at 0", function()
    local _, audiences = api:create {
      audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "B" } } } }
    local function priority(id)
      return api:call(200, "GET", "campaign-audiences/" .. id).data.attributes.priority
    end
    assert.equal(0, priority(audiences[1]))
    assert.equal(1, priority(audiences[2]))
    api:call(400, "PATCH", "campaign-audiences/" .. audiences[1],
      guide.patch("campaign-audience", audiences[1], { priority = -1 }))
  end)

  says("audience", "the priority does not decide who gets a message that two audiences have", function()
    local _, _, messages = api:create {
      audiences = { { temporary_id = "a", included = { "LIST" } }, { temporary_id = "b", included = { "LIST" } } },
      messages = { guide.inline_message("email", "a"), guide.inline_message("email", "b") } }
    for _, message in ipairs(messages) do
      api:schedule(message)
    end
    api.sandbox:set_clock "2026-06-02T00:00:00Z"
    assert.equal(1000, api.sandbox:message(messages[1]).sent)
    assert.equal(1000, api.sandbox:message(messages[2]).sent)
  end)

  says("variation", "the channel in the details says which one it is for, and is one of four", function()
    local cases = { { "email", "subject", "body" }, { "sms", "body", "title" }, { "push", "title", "subject" },
      { "whatsapp", "template_id", "body" } }
    for _, case in ipairs(cases) do
      local channel, own, foreign = case[1], case[2], case[3]
      local details = { channel = channel, [own] = "x" }
      local message = guide.inline_message(channel, "a", { variations = { { definition = { details = details } } } })
      local _, _, messages = api:create { messages = { message } }
      local path = "campaign-messages/" .. messages[1] .. "/campaign-variations"
      local read = api:call(200, "GET", path).data[1].attributes.definition.details
      assert.equal(channel, read.channel)
      assert.equal("x", read[own])
      details[foreign] = "x"
      local json = api:call(400, "POST", "campaigns", guide.campaign { messages = { message } })
      assert.same({ "/data/attributes/messages/0/definition/variations/0/definition/details/" .. foreign },
        guide.sources(json))
    end
    for _, details in ipairs { { channel = "pigeon" }, { subject = "x" } } do
      local message = guide.inline_message("email", "a", { variations = { { definition = { details = details } } } })
      local json = api:call(400, "POST", "campaigns", guide.campaign { messages = { message } })
      assert.same({ "/data/attributes/messages/0/definition/variations/0/definition/details/channel" },
        guide.sources(json))
    end
  end)

  says("message", "it begins as a draft", function()
    local _, _, messages = api:create()
    assert.equal("DRAFT", api:status(messages[1]))
  end)

  says("message", "scheduling_info is null for a draft", function()
    local _, _, messages = api:create()
    local path = "campaign-messages/" .. messages[1]
    assert.equal(guide.null, api:call(200, "GET", path).data.attributes.scheduling_info)
    api:schedule(messages[1])
    local info = api:call(200, "GET", path).data.attributes.scheduling_info
    assert.equal("2026-06-01T14:00:00.000000+00:00", info.send_time)
    assert.equal("static", info.strategy)
    api:act(messages[1], "revert")
    assert.equal(guide.null, api:call(200, "GET", path).data.attributes.scheduling_info)
  end)

  says("message", "only a draft can be edited", function()
    local _, _, messages = api:create()
    local path = "campaign-messages/" .. messages[1]
    local variation = api:list(path .. "/campaign-variations")[1]
    local body = guide.patch("campaign-message", messages[1], { definition = { name = "Other" } })
    local content = guide.patch("campaign-variation", variation,
      { definition = { details = { channel = "email", subject = "Other" } } })
    api:call(200, "PATCH", path, body)
    api:call(200, "PATCH", "campaign-variations/" .. variation, content)
    api:schedule(messages[1])
    api:call(409, "PATCH", path, body)
    api:call(409, "PATCH", "campaign-variations/" .. variation, content)
  end)

  says("message", "it goes from scheduled through sending to sent", function()
    local _, _, messages = api:create { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 50 } }
    api:schedule(messages[1], { strategy = "throttled" })
    assert.equal("SCHEDULED", api:status(messages[1]))
    api.sandbox:set_clock "2026-06-01T14:30:00Z"
    assert.equal("SENDING", api:status(messages[1]))
    api.sandbox:set_clock "2026-06-01T15:00:00Z"
    assert.equal("SENT", api:status(messages[1]))
  end)

  says("message", "DRAFT, SCHEDULED and SENDING can be cancelled, and nothing else", function()
    local throttled = { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 50 } }
    local _, _, draft = api:create(throttled)
    local _, _, scheduled = api:create(throttled)
    local _, _, sending = api:create(throttled)
    local _, _, sent = api:create(throttled)
    api:schedule(sending[1], { strategy = "throttled", send_time = "2026-06-01T12:00:00Z" })
    api:schedule(sent[1], { strategy = "throttled", send_time = "2026-05-01T12:00:00Z" })
    api:schedule(scheduled[1], { strategy = "throttled", send_time = "2026-07-01T12:00:00Z" })
    api.sandbox:set_clock "2026-06-01T12:30:00Z"
    assert.equal("SENDING", api:status(sending[1]))
    for _, message in ipairs { draft, scheduled, sending } do
      api:act(message[1], "cancel")
      assert.equal("CANCELLED", api:status(message[1]))
    end
    api:act(sent[1], "cancel", 409)
    api:act(draft[1], "cancel", 409)
    api.sandbox:set_clock "2026-08-01T00:00:00Z"
    assert.equal(500, api.sandbox:message(sending[1]).sent) -- half was out, the rest never goes
    assert.equal(0, api.sandbox:message(scheduled[1]).sent)
  end)

  -- Create

  says("create", "an audience must have a temporary id", function()
    local json = api:call(400, "POST", "campaigns",
      guide.campaign { audiences = { { included = { "A" } } }, messages = false })
    assert.same({ "/data/attributes/audiences/0/temporary_id" }, guide.sources(json))
  end)

  says("create", "a message refers to an audience that is there", function()
    local json = api:call(400, "POST", "campaigns",
      guide.campaign { messages = { guide.inline_message("email", "z") } })
    assert.same({ "/data/attributes/messages/0/audience_temporary_id" }, guide.sources(json))
    local _, audiences, messages = api:create {
      audiences = { { temporary_id = "x", included = { "A" } }, { temporary_id = "y", included = { "B" } } },
      messages = { guide.inline_message("email", "y") } }
    local linked = api:call(200, "GET", "campaign-messages/" .. messages[1]).data.relationships["campaign-audience"]
    assert.equal(audiences[2], linked.data.id)
  end)

  says("create", "if any child is invalid nothing at all is kept", function()
    local wrong = {
      { audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "a", included = { "B" } } } },
      { audiences = { { temporary_id = "a", included = "A" } } },
      { messages = { guide.inline_message("email", "a"), guide.inline_message("email", "a", { name = 5 }) } },
      { messages = { guide.inline_message("email", "a"), guide.inline_message("pigeon", "a") } },
      { messages = { guide.inline_message("email", "a", { variations = { { definition = { details = {
        channel = "email", subject = 1 } } } } }) } },
    }
    for _, changes in ipairs(wrong) do
      api:call(400, "POST", "campaigns", guide.campaign(changes))
    end
    for _, list in ipairs { "campaigns", "campaign-audiences", "campaign-messages", "campaign-variations" } do
      assert.same({}, api:list(list))
    end
  end)

  -- Update and delete

  says("update", "fields that are not in the body stay", function()
    local campaign = api:create { definition = { description = "Before", color = "#4A90D9" } }
    api:call(200, "PATCH", "campaigns/" .. campaign.id,
      guide.patch("campaign", campaign.id, { definition = { name = "After" } }))
    local definition = api:call(200, "GET", "campaigns/" .. campaign.id).data.attributes.definition
    assert.equal("After", definition.name)
    assert.equal("Before", definition.description)
    assert.equal("#4A90D9", definition.color)
    assert.same(campaign.attributes.definition.send_settings, definition.send_settings)
  end)

  says("delete", "a campaign is archived, with all below it, and that cannot be undone", function()
    local campaign, audiences, messages = api:create()
    api:call(204, "DELETE", "campaigns/" .. campaign.id)
    assert.is_true(api:call(200, "GET", "campaigns/" .. campaign.id).data.attributes.definition.archived)
    assert.is_true(api:call(200, "GET", "campaign-audiences/" .. audiences[1]).data.attributes.archived)
    api:schedule(messages[1], nil, 409)
    api:call(400, "PATCH", "campaigns/" .. campaign.id,
      guide.patch("campaign", campaign.id, { definition = { archived = false } }))
    assert.same({ campaign.id }, api:list "campaigns?filter=equals(archived,true)")
    assert.same({}, api:list "campaigns?filter=equals(archived,false)")
  end)

  says("delete", "an audience goes with its messages and their variations", function()
    local campaign, audiences, messages = api:create {
      audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "B" } } },
      messages = { guide.inline_message("email", "a"), guide.inline_message("email", "b") } }
    local variation = api:list("campaign-messages/" .. messages[1] .. "/campaign-variations")[1]
    api:call(204, "DELETE", "campaign-audiences/" .. audiences[1])
    api:call(404, "GET", "campaign-audiences/" .. audiences[1])
    api:call(404, "GET", "campaign-messages/" .. messages[1])
    api:call(404, "GET", "campaign-variations/" .. variation)
    assert.same({ messages[2] }, api:list("campaigns/" .. campaign.id .. "/campaign-messages"))
  end)

  says("delete", "a message goes with its variations, a variation alone", function()
    local _, _, messages = api:create {
      messages = { guide.inline_message("email", "a"), guide.inline_message("sms", "a") } }
    local first = api:list("campaign-messages/" .. messages[1] .. "/campaign-variations")[1]
    local second = api:list("campaign-messages/" .. messages[2] .. "/campaign-variations")[1]
    api:call(204, "DELETE", "campaign-messages/" .. messages[1])
    api:call(404, "GET", "campaign-variations/" .. first)
    api:call(204, "DELETE", "campaign-variations/" .. second)
    api:call(200, "GET", "campaign-messages/" .. messages[2])
    api:call(404, "GET", "campaign-variations/" .. second)
  end)

  -- Clone

  says("clone", "a copy is complete, new and a draft", function()
    local campaign, _, messages = api:create {
      definition = { description = "About", color = "#4A90D9" },
      messages = { guide.inline_message("email", "a"), guide.inline_message("sms", "a") } }
    api:schedule(messages[1])
    local copy = api:call(201, "POST", "campaign-clone", { data = { type = "campaign", id = campaign.id } }).data
    assert.not_equal(campaign.id, copy.id)
    assert.equal("About", copy.attributes.definition.description)
    assert.same(campaign.attributes.definition.send_settings, copy.attributes.definition.send_settings)
    local copies = api:list("campaigns/" .. copy.id .. "/campaign-messages")
    assert.equal(2, #copies)
    for i, message in ipairs(copies) do
      assert.equal("DRAFT", api:status(message))
      assert.not_equal(messages[i], message)
      assert.equal(1, count(api:list("campaign-messages/" .. message .. "/campaign-variations")))
    end
    assert.equal("SCHEDULED", api:status(messages[1]))
  end)

  says("clone", "an audience is copied to a different campaign", function()
    local from, audiences = api:create()
    local to = api:create { definition = { name = "Other" } }
    local body = guide.child("campaign-audience-clone", { id = audiences[1] }, { campaign = to.id })
    body.data.id = audiences[1]
    local copy = api:call(201, "POST", "campaign-audience-clone", body).data
    assert.equal(to.id, copy.relationships.campaign.data.id)
    assert.equal(1, count(api:list("campaign-audiences/" .. copy.id .. "/campaign-messages")))
    assert.equal(1, count(api:list("campaigns/" .. from.id .. "/campaign-audiences")))
  end)

  says("clone", "a message is copied to a different audience", function()
    local _, audiences, messages = api:create {
      audiences = { { temporary_id = "a", included = { "A" } }, { temporary_id = "b", included = { "B" } } } }
    local body = guide.child("campaign-message", { id = messages[1] }, { ["campaign-audience"] = audiences[2] })
    body.data.id = messages[1]
    local copy = api:call(201, "POST", "campaign-message-clone", body).data
    assert.equal(audiences[2], copy.relationships["campaign-audience"].data.id)
    assert.equal("DRAFT", copy.attributes.status)
  end)

  -- Schedule

  says("cancel or revert", "the only actions are cancel and revert", function()
    local _, _, messages = api:create()
    api:schedule(messages[1])
    assert.same({ "/data/attributes/action" }, guide.sources(api:act(messages[1], "pause", 400)))
  end)

  says("cancel or revert", "revert makes a draft again, of a scheduled message only", function()
    local _, _, messages = api:create()
    api:act(messages[1], "revert", 409)
    api:schedule(messages[1])
    api:act(messages[1], "revert")
    assert.equal("DRAFT", api:status(messages[1]))
    api:schedule(messages[1])
    api:act(messages[1], "cancel")
    api:act(messages[1], "revert", 409)
  end)

  says("cancel or revert", "revert fails too close to the send time", function()
    local _, _, messages = api:create()
    api:schedule(messages[1])
    api.sandbox:set_clock "2026-06-01T13:55:01Z"
    api:act(messages[1], "revert", 409)
    assert.equal("SCHEDULED", api:status(messages[1]))
    api.sandbox:set_clock "2026-06-01T13:54:00Z"
    api:act(messages[1], "revert")
  end)

  -- Strategies

  local zones = { "America/New_York", "America/Los_Angeles", "Asia/Tokyo" }

  -- 10:00 in New York on a summer's day, scheduled for recipients of three zones at 09:00 UTC of it.
  local function by_zones(strategy, immediately)
    api.sandbox:set_clock "2026-06-01T09:00:00Z"
    api.sandbox:list { id = "LIST", size = 300, zones = zones }
    local settings = { send_strategy = strategy:upper(), send_passed_rltz_immediately = immediately }
    local _, _, messages = api:create { send_settings = settings }
    api:schedule(messages[1], { strategy = strategy })
    api.sandbox:set_clock "2026-06-03T00:00:00Z"
    local progress = api.sandbox:message(messages[1])
    local hours = {}
    for _, hour in ipairs(progress.hours) do
      hours[hour.hour:sub(9, 13)] = hour.sent
    end
    return hours, progress
  end

  says("static", "everybody is sent to at the same instant", function()
    local hours, progress = by_zones("static", false)
    assert.same({ ["01T14"] = 300 }, hours)
    assert.equal(progress.first, progress.last)
  end)

  says("local timezone", "everybody is sent to at the same local time; who missed it is skipped", function()
    local hours, progress = by_zones("local_timezone", false)
    assert.same({ ["01T14"] = 100, ["01T17"] = 100 }, hours)
    assert.equal(100, progress.skipped)
  end)

  says("local timezone", "who missed it is sent to at once if the campaign says so", function()
    local hours, progress = by_zones("local_timezone", true)
    assert.same({ ["01T09"] = 100, ["01T14"] = 100, ["01T17"] = 100 }, hours)
    assert.equal(0, progress.skipped)
  end)

  says("throttled", "the percentage goes out each hour", function()
    local _, _, messages = api:create { send_settings = { send_strategy = "THROTTLED", throttle_percentage = 25 } }
    api:schedule(messages[1], { strategy = "throttled" })
    for hour, sent in ipairs { 250, 500, 750, 1000 } do
      api.sandbox:set_clock(("2026-06-01T%02d:00:01Z"):format(13 + hour))
      assert.equal(sent, api.sandbox:message(messages[1]).sent)
    end
    assert.equal("SENT", api:status(messages[1]))
  end)

  says("smart send time", "it is not available in this revision", function()
    local json = api:call(400, "POST", "campaigns",
      guide.campaign { send_settings = { send_strategy = "SMART_SEND_TIME" } })
    assert.same({ "/data/attributes/definition/send_settings/send_strategy" }, guide.sources(json))
    local _, _, messages = api:create()
    json = api:schedule(messages[1], { strategy = "smart_send_time" }, 400)
    assert.same({ "/data/attributes/strategy" }, guide.sources(json))
  end)

  -- Tracking

  says("tracking", "tracking parameters are there to read and cannot be set", function()
    local campaign, audiences, messages = api:create()
    local path = "campaign-messages/" .. messages[1]
    local params = {
      { name = "utm_source", value = "klaviyo" },
      { name = "utm_campaign", type = "dynamic", value = "campaign_name" },
    }
    assert.equal(guide.null, api:call(200, "GET", path).data.attributes.tracking_params)
    api.sandbox:tracking_params { params = params }
    assert.same(params, api:call(200, "GET", path).data.attributes.tracking_params)
    local json = api:call(400, "PATCH", path,
      guide.patch("campaign-message", messages[1], { tracking_params = params }))
    assert.same({ "/data/attributes/tracking_params" }, guide.sources(json))
    json = api:call(400, "POST", "campaign-messages", guide.child("campaign-message",
      { definition = { name = "x" }, tracking_params = params },
      { campaign = campaign.id, ["campaign-audience"] = audiences[1] }))
    assert.same({ "/data/attributes/tracking_params" }, guide.sources(json))
  end)

  says("tracking", "opens and clicks are tracked by default, and can be set per message", function()
    local _, _, messages = api:create { messages = {
      guide.inline_message("email", "a"),
      guide.inline_message("email", "a", { is_tracking_opens = false, is_tracking_clicks = false }),
    } }
    local function tracking(id)
      local definition = api:call(200, "GET", "campaign-messages/" .. id).data.attributes.definition
      return { definition.is_tracking_opens, definition.is_tracking_clicks }
    end
    assert.same({ true, true }, tracking(messages[1]))
    assert.same({ false, false }, tracking(messages[2]))
    api:call(200, "PATCH", "campaign-messages/" .. messages[1],
      guide.patch("campaign-message", messages[1], { definition = { is_tracking_clicks = false } }))
    assert.same({ true, false }, tracking(messages[1]))
  end)

  -- Get

  says("get all", "a channel filter is not required", function()
    local messages = { guide.inline_message("email", "a"), guide.inline_message("sms", "a") }
    api:create { messages = messages }
    api:create { messages = { messages[2] } }
    assert.equal(2, count(api:list "campaigns"))
  end)

  says("get sub-resources", "audiences are filtered by campaign.id, variations by campaign-message.id", function()
    local campaign, audiences, messages = api:create()
    api:create()
    assert.equal(2, count(api:list "campaign-audiences"))
    assert.same(audiences, api:list(("campaign-audiences?filter=equals(campaign.id,'%s')"):format(campaign.id)))
    assert.same(api:list("campaign-messages/" .. messages[1] .. "/campaign-variations"),
      api:list(("campaign-variations?filter=equals(campaign-message.id,'%s')"):format(messages[1])))
  end)

  -- Three campaigns, a minute apart; the first is changed last.
  local function three()
    local names, ids = { "Summer sale", "Winter sale", "Autumn news" }, {}
    for i, name in ipairs(names) do
      api.sandbox:set_clock(("2026-04-14T12:%02d:00Z"):format(i))
      ids[i] = api:create { definition = { name = name, builder = i == 3 and "canvas" or "wizard" } }.id
    end
    api.sandbox:set_clock "2026-04-14T12:30:00Z"
    api:call(200, "PATCH", "campaigns/" .. ids[1],
      guide.patch("campaign", ids[1], { definition = { description = "changed" } }))
    return ids
  end

  says("query", "campaigns are filtered by id, name, archived, builder, created_at and updated_at", function()
    local a, b, c = (table.unpack or unpack)(three())
    local function found(filter)
      return api:list("campaigns?sort=created_at&filter=" .. filter)
    end
    assert.same({ b }, found(("equals(id,'%s')"):format(b)))
    assert.same({ a, b }, found "contains(name,'sale')")
    assert.same({ a, b, c }, found "equals(archived,false)")
    assert.same({ c }, found "equals(builder,'canvas')")
    assert.same({ c }, found "greater-than(created_at,2026-04-14T12:02:00Z)")
    assert.same({ b, c }, found "greater-or-equal(created_at,2026-04-14T12:02:00Z)")
    assert.same({ b }, found "less-than(updated_at,2026-04-14T12:03:00Z)")
    assert.same({ b, c }, found "less-or-equal(updated_at,2026-04-14T12:03:00Z)")
    assert.same({ b }, found "and(equals(builder,'wizard'),greater-than(created_at,2026-04-14T12:01:00Z))")
    assert.same({ "filter" }, guide.sources(api:call(400, "GET", "campaigns?filter=equals(color,'x')")))
    assert.same({ "filter" }, guide.sources(api:call(400, "GET", "campaigns?filter=equals(name,'x')")))
  end)

  says("query", "campaigns are sorted by id, name, created_at and updated_at, by default -updated_at", function()
    local a, b, c = (table.unpack or unpack)(three())
    assert.same({ a, c, b }, api:list "campaigns")
    assert.same({ a, c, b }, api:list "campaigns?sort=-updated_at")
    assert.same({ b, c, a }, api:list "campaigns?sort=updated_at")
    assert.same({ a, b, c }, api:list "campaigns?sort=id")
    assert.same({ c, b, a }, api:list "campaigns?sort=-created_at")
    assert.same({ c, a, b }, api:list "campaigns?sort=name")
    assert.same({ "sort" }, guide.sources(api:call(400, "GET", "campaigns?sort=builder")))
  end)

  says("query", "only the fields asked for are given", function()
    local campaign = api:create()
    local data = api:call(200, "GET", "campaigns?fields[campaign]=definition.name,created_at").data[1]
    assert.same({ definition = { name = "Summer Sale 2026" }, created_at = campaign.attributes.created_at },
      data.attributes)
    assert.equal(campaign.id, data.id)
  end)

  says("query", "audiences, messages, variations and tags can be included", function()
    local campaign = api:create()
    api.sandbox:tag { name = "summer", campaign = campaign.id }
    local json = api:call(200, "GET",
      "campaigns?include=campaign-audiences,campaign-messages,campaign-variations,tags")
    local types = {}
    for _, resource in ipairs(json.included) do
      types[resource.type] = (types[resource.type] or 0) + 1
    end
    assert.same({ ["campaign-audience"] = 1, ["campaign-message"] = 1, ["campaign-variation"] = 1, tag = 1 }, types)
    assert.same({ "include" }, guide.sources(api:call(400, "GET", "campaigns?include=campaign")))
  end)

  says("query", "a page of campaigns has 100 by default and at most", function()
    for _ = 1, 101 do
      api:create { messages = false }
    end
    local json = api:call(200, "GET", "campaigns")
    assert.equal(100, #json.data)
    assert.is_string(json.links.next)
    assert.equal(1, #api:call(200, "GET", json.links.next:match "/api/(.*)$").data)
    assert.equal(50, #api:call(200, "GET", "campaigns?page[size]=50").data)
    for _, size in ipairs { "0", "101", "x" } do
      assert.same({ "page[size]" }, guide.sources(api:call(400, "GET", "campaigns?page[size]=" .. size)))
    end
  end)

  says("query", "a page of messages has 20 by default and 100 at most", function()
    api:create { messages = numbered(101, function()
      return guide.inline_message("sms", "a")
    end) }
    assert.equal(20, #api:call(200, "GET", "campaign-messages").data)
    assert.equal(50, #api:call(200, "GET", "campaign-messages?page[size]=50").data)
    assert.equal(100, #api:call(200, "GET", "campaign-messages?page[size]=100").data)
    assert.same({ "page[size]" }, guide.sources(api:call(400, "GET", "campaign-messages?page[size]=101")))
  end)

  says("query", "the next page is where links.next says", function()
    local all = numbered(7, function()
      return api:create { messages = false }.id
    end)
    local seen, path = {}, "campaigns?sort=id&page[size]=3"
    while path do
      local json = api:call(200, "GET", path)
      for _, resource in ipairs(json.data) do
        seen[#seen + 1] = resource.id
      end
      path = json.links.next ~= guide.null and json.links.next and json.links.next:match "/api/(.*)$"
    end
    assert.same(all, seen)
    assert.same({ "page[cursor]" }, guide.sources(api:call(400, "GET", "campaigns?page[cursor]=eyJhZnRlciI6")))
  end)

  says("query", "messages are filtered by campaign.id, id, name, status, created and updated", function()
    local campaign, _, messages = api:create {
      messages = { guide.inline_message("email", "a"), guide.inline_message("sms", "a") } }
    api.sandbox:set_clock "2026-04-14T13:00:00Z"
    local _, _, others = api:create()
    api:schedule(others[1])
    local function found(filter)
      return api:list("campaign-messages?sort=id&filter=" .. filter)
    end
    assert.same(messages, found(("equals(campaign.id,'%s')"):format(campaign.id)))
    assert.same({ messages[2] }, found(("equals(id,'%s')"):format(messages[2])))
    assert.same({ messages[2] }, found "contains(name,'sms')")
    assert.same({ others[1] }, found "equals(status,'SCHEDULED')")
    assert.same(messages, found "equals(status,'DRAFT')")
    assert.same({ others[1] }, found "greater-than(created,2026-04-14T12:30:00Z)")
    assert.same(messages, found "less-than(updated,2026-04-14T12:30:00Z)")
    assert.same({ "filter" }, guide.sources(api:call(400, "GET", "campaign-messages?filter=equals(status,'draft')")))
  end)

  says("query", "messages are sorted by id, name, created and updated, by default -updated", function()
    local _, _, messages = api:create {
      messages = { guide.inline_message("sms", "a"), guide.inline_message("email", "a") } }
    local sms, email = messages[1], messages[2]
    api.sandbox:set_clock "2026-04-14T13:00:00Z"
    api:call(200, "PATCH", "campaign-messages/" .. sms,
      guide.patch("campaign-message", sms, { definition = { is_tracking_clicks = false } }))
    assert.same({ sms, email }, api:list "campaign-messages")
    assert.same({ email, sms }, api:list "campaign-messages?sort=updated")
    assert.same({ sms, email }, api:list "campaign-messages?sort=id")
    assert.same({ email, sms }, api:list "campaign-messages?sort=name")
    assert.same({ email, sms }, api:list "campaign-messages?sort=-created")
    assert.same({ "sort" }, guide.sources(api:call(400, "GET", "campaign-messages?sort=status")))
  end)
end)
