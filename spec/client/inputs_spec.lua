-- SPDX-License-Identifier: MIT
--- What scripts give and get: sends of several messages, local times, null and absent and unknown, what is refused and
--- how, and the escape hatch; in both dialects.

local cjson = require "cjson"
local core = require "klaviyo.core"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local objects = require "klaviyo.objects.object"
local support = require "spec.support.sandbox"
local verbs = require "klaviyo.calls.crud"

for _, dialect in ipairs { "guide", "openapi" } do
  describe("a script (" .. dialect .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start { revision = support.revisions[dialect], dialect = dialect }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
      sandbox:clear_requests()
    end)

    local function bodies()
      local list = {}
      for _, request in ipairs(sandbox:requests()) do
        list[#list + 1] = request.method ~= "GET" and request.body or nil
      end
      return list
    end

    -- Several messages --------------------------------------------------------------------------

    it("leaves what was scheduled before alone", function()
      assert(campaign.messages[1]:schedule { at = support.tomorrow(10) })
      assert.equal(3, #assert(campaign:schedule { at = support.tomorrow(12) }))
      assert(campaign.messages[1]:refresh())
      assert.matches("T10:00", campaign.messages[1].scheduling.send_time)
    end)

    it("hears which are scheduled when one fails, and has them taken back with undo", function()
      sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", status = 400, after = 2 }
      local none, err = campaign:schedule { at = support.tomorrow() }
      assert.is_nil(none)
      assert.equal(2, #err.scheduled)
      assert.equal(campaign.messages[3], err.failed)
      sandbox:clear_faults()
      for _, message in ipairs(err.scheduled) do
        assert(message:revert())
      end
      sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", status = 400, after = 1 }
      none, err = campaign.audiences[1]:schedule { at = support.tomorrow(), undo = true }
      assert.is_nil(none)
      assert.equal(0, #err.scheduled)
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal("DRAFT", message.status)
      end
    end)

    it("schedules none if the plan is wrong", function()
      local none, err = campaign:schedule { at = "2020-01-01T00:00:00Z" }
      assert.is_nil(none)
      assert.equal("validation", err.kind)
      assert.same({}, sandbox:requests())
    end)

    it("hears both candidates of a local time that the clocks skip or show twice", function()
      for at, candidates in pairs {
        ["2027-03-14T02:30:00"] = { "2027-03-14T01:30:00-05:00", "2027-03-14T03:30:00-04:00" },
        ["2027-11-07T01:30:00"] = { "2027-11-07T01:30:00-04:00", "2027-11-07T01:30:00-05:00" },
      } do
        local none, err = campaign:schedule { at = at, timezone = "America/New_York" }
        assert.is_nil(none)
        assert.equal("at", err.errors[1].path)
        for _, candidate in ipairs(candidates) do
          assert.matches(candidate, err.message, 1, true)
        end
      end
      assert.same({}, sandbox:requests())
    end)

    it("gives a zone with a local time: there is no silent one", function()
      local none, err = campaign.messages[1]:schedule { at = "2027-06-01T10:00:00" }
      assert.is_nil(none)
      assert.matches("has no offset", err.message)
    end)

    -- null, absent, unknown --------------------------------------------------------------------------

    it("hears of a variable that is not set in a list, and of options that are none", function()
      assert(kl.campaigns:create { name = "x", audiences = { { included = klaviyo.array {} } } })
      for _, case in ipairs { { { nil }, "included is empty, as { nil } is too (is a variable not set?)" },
        { { nil, "L2" }, "included must be a list without gaps: one of its items is nil" } } do
        local made, err = kl.campaigns:create { name = "x", audiences = { { included = case[1] } } }
        assert.is_nil(made)
        assert.equal("validation", err.kind)
        assert.truthy(err.message:find("audiences[1]." .. case[2], 1, true), err.message)
      end
      for _, mistake in ipairs {
        function() kl.campaigns:related("1", "messages", 5) end,
        function() kl.messages:related("1", "campaign", "x") end,
        function() campaign:related("messages", 5) end,
        function() campaign:schedule(5) end,
        function() campaign.messages[1]:schedule(5) end,
        function() campaign:clone(5) end,
        function() campaign.messages[1]:clone(5) end,
      } do
        local ok, message = pcall(mistake)
        assert.is_false(ok)
        assert.matches("inputs_spec.lua:%d+: the options are a table, got a %a+$", message)
      end
    end)

    it("keeps empty lists lists", function()
      local audience = assert(kl.audiences:create { name = "Empty", campaign = campaign, included = { "L" },
        excluded = {} })
      assert.same({}, audience.excluded)
      assert(audience:update { included = {} })
      for _, body in ipairs(bodies()) do
        assert.is_nil(body:find('"[inex]+cluded":{'))
      end
      assert.same({}, audience.included)
    end)

    it("clears, and tells cleared from absent", function()
      assert(campaign:update { description = "D", color = "ff5733" })
      assert(campaign:update { description = klaviyo.null })
      local read = assert(kl.campaigns:get(campaign.id))
      assert.equal(klaviyo.null, read.description)
      assert.equal("ff5733", read.color)
      assert.is_nil(read.never_heard_of)
    end)

    it("writes fields this library has never heard of", function()
      objects.set(campaign, "moon_phase", "full")
      local none, err = campaign:save()
      assert.is_nil(none)
      assert.equal("bad_request", err.kind) -- this service has not heard of it either, and it was asked
      assert.matches('"moon_phase":"full"', bodies()[1], 1, true)
      none, err = kl.campaigns:update(campaign.id, { extra = { moon_phase = "new" } })
      assert.is_nil(none)
      assert.equal("bad_request", err.kind)
      assert.matches('"moon_phase":"new"', bodies()[2], 1, true)
    end)

    it("has a change checked against what is known of the object", function()
      if dialect == "guide" then
        local none, err = campaign:update { send_settings = { throttle_percentage = 25 } }
        assert.is_nil(none)
        assert.equal("validation", err.kind)
        assert.equal("send_settings.throttle_percentage", err.errors[1].path)
        assert.same({}, sandbox:requests())
        assert(campaign:update { send_settings = { send_strategy = "THROTTLED" } })
        assert(campaign:update { send_settings = { throttle_percentage = 25 } })
        assert.equal(25, campaign.send_settings.throttle_percentage)
      else
        assert(campaign:update { send_settings = { send_strategy = "anything goes" } })
      end
    end)

    it("sets what one dialect alone lets it set", function()
      if dialect == "guide" then
        assert.error_matches(function()
          campaign.archived = true
        end, "cannot be set")
      else
        campaign.archived = true
        assert(campaign:save())
        assert.is_true(campaign.archived)
      end
    end)

    -- What is refused --------------------------------------------------------------------------

    it("hears of all problems together, with path and pointer", function()
      local none, err = kl.campaigns:create { name = "X", audiences = { { included = { "L" }, messages = {
        { channel = "email", name = "E", subjetc = "S" }, { channel = "sms", name = "T", body = 42 } } } } }
      assert.is_nil(none)
      assert.equal("validation", err.kind)
      assert.equal("none", err.outcome)
      assert.equal(2, #err.errors)
      assert.equal("audiences[1].messages[1].subjetc", err.errors[1].path)
      assert.matches('did you mean "subject"', err.errors[1].detail, 1, true)
      assert.equal("audiences[1].messages[2].body", err.errors[2].path)
      assert.matches("^/data/attributes/messages/1/.*/details/body$", err.errors[2].source.pointer)
      assert.same({}, sandbox:requests())
    end)

    it("can leave the checking to the service, by call and by client", function()
      local wrong = { name = 42 }
      local none, err = kl.campaigns:update(campaign.id, wrong, { validate = false })
      assert.is_nil(none)
      assert.equal(400, err.status)
      assert.equal("name", err.errors[1].path)
      local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_other", limits = false, validate = false,
        revision = support.revisions[dialect], dialect = dialect }
      none, err = other.campaigns:update(campaign.id, wrong)
      assert.is_nil(none)
      assert.equal(400, err.status)
      none, err = other.campaigns:update(campaign.id, wrong, { validate = true })
      assert.is_nil(none)
      assert.equal("validation", err.kind)
      other:close()
    end)

    it("can check a builder by itself", function()
      assert.is_true(support.sale():validate { dialect = dialect })
      local draft = klaviyo.campaign "X"
      draft:audience("A", { included = { "L" } }):email { name = "E", subject = 1 }
      local none, err = draft:validate { dialect = dialect }
      assert.is_nil(none)
      assert.equal("audiences[1].messages[1].subject", err.errors[1].path)
    end)

    it("gives a copy the name it wants", function()
      local copy = assert(campaign:clone { name = "Mine" })
      assert.equal("Mine", copy.name)
      assert.equal("Mine", assert(kl.campaigns:get(copy.id)).name)
      assert.equal(4, #copy.messages)
    end)

    -- Lists and the escape hatch --------------------------------------------------------------------------

    it("walks as far as it likes, in pages as it likes", function()
      for i = 1, 6 do
        assert(kl.campaigns:create { name = "C" .. i, audiences = { { included = { "L" } } } })
      end
      for _, options in ipairs { { limit = 5, page_size = 2 }, { limit = 5, page_size = 2, prefetch = false } } do
        sandbox:clear_requests()
        local count = 0
        for _ in kl.campaigns:each(options) do
          count = count + 1
        end
        assert.equal(5, count)
        assert.is_true(#sandbox:requests() <= 4)
      end
      assert.is_nil(kl.campaigns:each { limit = 0 } ())
    end)

    it("asks for anything else, page by page, with errors of the same kind", function()
      local first = assert(kl:request { path = "/api/campaign-messages", query = { ["page[size]"] = 3 } })
      assert.equal(200, first.status)
      assert.equal(3, #first.body.data)
      local second = assert(kl:request { path = first.body.links.next })
      assert.equal(1, #second.body.data)
      local none, err = kl:request { path = "/api/campaigns/nobody" }
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
      assert.equal(404, err.status)
      none, err = kl:request { path = "http://127.0.0.1:9/elsewhere" }
      assert.is_nil(none)
      assert.equal("none", err.outcome)
    end)
  end)
end

describe("what live data may hold", function()
  local kl

  setup(function()
    kl = klaviyo.client { base_url = "http://127.0.0.1:9", api_key = "pk_test" }
  end)

  teardown(function()
    kl:close()
  end)

  local function read(text)
    return verbs.primary(kl, assert(core.document(text)))
  end

  it("nulls where none should be, and reading goes on", function()
    for _, text in ipairs {
      '{"data":{"type":"campaign","id":"C","attributes":null,"relationships":null,"links":null},"included":null}',
      '{"data":{"type":"campaign","id":"C","attributes":{"definition":null,"created_at":null},'
        .. '"relationships":{"campaign-audiences":null,"campaign-messages":{"data":null},"tags":{"data":[null]}}}}',
      '{"data":{"type":"campaign","id":"C"}}',
    } do
      local campaign = assert(read(text))
      assert.equal("C", campaign.id)
      for _, name in ipairs { "name", "send_settings", "created_at", "never_heard_of" } do
        local value = campaign[name]
        assert.is_true(value == nil or value == klaviyo.null, name)
      end
      for _, name in ipairs { "audiences", "messages", "tags" } do
        local named = text:find(('"%s":{'):format(name == "tags" and name or "campaign-" .. name), 1, true)
        local ok, count = pcall(function()
          return #campaign[name]
        end)
        assert.equal(named ~= nil, ok, name)
        assert.is_true(ok and count == 0 or not ok and count:find("is not loaded", 1, true) ~= nil)
      end
      assert.is_nil(campaign:changes())
      assert.is_string(tostring(campaign))
    end
    local message = read('{"data":{"type":"campaign-message","id":"M","attributes":{"definition":{"send_options":null,'
      .. '"status":null,"tracking_options":null}},"relationships":{"campaign":{"data":null}}}}')
    assert.equal("M", message.id)
    assert.is_true(message.status == nil or message.status == klaviyo.null)
    assert.is_true(message.scheduling == nil or message.scheduling == klaviyo.null)
    assert.is_nil(message.campaign)
  end)

  it("fields that this library has never heard of: they are read, and written as they were", function()
    local campaign = read('{"data":{"type":"campaign","id":"C","attributes":{"definition":{"name":"N",'
      .. '"moon":{"phase":"full","days":[1,2],"none":[]}},"sun":true}}}')
    assert.equal("full", campaign.moon.phase)
    assert.is_true(campaign.sun)
    campaign.moon.phase = "new"
    assert.same({ phase = "new", days = { 1, 2 }, none = {} }, campaign:changes().moon) -- whole: it may be replaced
    campaign.moon.days[3] = 3
    assert.same({ 1, 2, 3 }, campaign:changes().moon.days)
    assert.matches('"none":[]', json.encode(campaign.raw), 1, true)
  end)

  for name, answer in pairs { ["nothing"] = "", ["null"] = '{"data":null}', ["a list"] = '{"data":[]}',
    ["another document"] = "[1]" } do
    it(name .. " where a resource belongs: an error, and whether it may have happened", function()
      local box, one = support.start { max_attempts = 1, reconcile = 0.1 }
      local campaign = assert(one.campaigns:create(support.sale()))
      local function check(outcome, result, err)
        assert.is_nil(result)
        assert.equal("json", err.kind)
        assert.equal(outcome, err.outcome)
        assert.matches("^the response to the request to %a+ a campaign", err.message)
      end
      box:fail { status = 200, body = answer, times = 0 }
      check("none", one.campaigns:get(campaign.id))
      check("none", campaign:refresh())
      check("none", campaign:tree())
      check("happened", one.campaigns:update(campaign.id, { description = "d" }, { reconcile = 0.1 }))
      campaign.description = "kept"
      check("happened", campaign:save { reconcile = 0.1 })
      assert.equal("kept", campaign.description)
      local related, err = campaign.messages[1]:related "campaign"
      assert.is_nil(related)
      assert.equal(name == "null" and "nil" or "json", tostring(err and err.kind))
      one:close()
      box:stop()
    end)
  end

  it("arrays of other JSON libraries, empty ones too", function()
    for _, empty in ipairs { json.array(), cjson.empty_array, setmetatable({}, cjson.empty_array_mt or json.array_mt),
      setmetatable({}, cjson.array_mt) } do
      local text = json.encode { list = empty }
      assert.is_true(text == '{"list":[]}' or next(getmetatable(empty) or {}) == nil and text == '{"list":{}}', text)
    end
    local d = require("klaviyo.wire.dialect").get "guide"
    for _, excluded in ipairs { {}, json.array() } do
      assert.matches('"excluded":[]', json.encode(d.update("audience", "A", { excluded = excluded })), 1, true)
    end
  end)
end)
