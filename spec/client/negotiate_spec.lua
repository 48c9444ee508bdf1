-- SPDX-License-Identifier: MIT
--- The dialect that a client finds out about: where two documents claim one revision, it learns from the service.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

local f = klaviyo.filter
local OPENAPI = { dialect = "openapi" } -- a service that speaks it at revision 2026-04-15.pre too

describe("the dialect", function()
  local sandbox, kl, events, speaks

  -- A service of a dialect with one campaign in it, and a client that knows nothing yet.
  local function start(settings, options)
    local given = { sandbox = settings }
    speaks = settings == OPENAPI and "openapi" or "guide"
    for name, value in pairs(options or {}) do
      given[name] = value
    end
    events = {}
    given.on_event = function(event)
      if event.type == "dialect" then
        events[#events + 1] = event
      end
    end
    sandbox, kl = support.start(given)
  end

  -- The id of a campaign that somebody else made.
  local function campaign_of_another()
    local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_other", limits = false,
      dialect = speaks }
    local campaign = assert(other.campaigns:create(support.sale()))
    local ids = { campaign = campaign.id, message = campaign.messages[1].id, audience = campaign.audiences[1].id }
    other:close()
    sandbox:clear_requests()
    return ids
  end

  local function learned()
    return (kl._dispatch:dialect(kl.options.revision))
  end

  after_each(function()
    kl:close()
    sandbox:stop()
  end)

  it("is learned within the attempts of the call, and by one more attempt at most", function()
    start(OPENAPI, { max_attempts = 2 })
    local campaign = campaign_of_another().campaign
    sandbox:fail { status = 429, headers = { ["Retry-After"] = "0" }, method = "POST" }
    assert(kl.audiences:create { campaign = campaign, name = "A", included = { "L" } })
    assert.equal(3, #sandbox:requests()) -- 429, the 400 of the other dialect, and one more
    sandbox:stop()
    kl:close()
    start(OPENAPI, { max_attempts = 3 })
    campaign = campaign_of_another().campaign
    sandbox:fail { status = 400, method = "POST",
      body = '{"errors":[{"code":"invalid","detail":"no","source":{"pointer":"/data/attributes/audience_name"}}]}' }
    sandbox:fail { status = 429, headers = { ["Retry-After"] = "0" }, method = "POST", times = 0 }
    local made, err = kl.audiences:create { campaign = campaign, name = "A", included = { "L" } }
    assert.is_nil(made)
    assert.equal("rate_limited", err.kind)
    assert.equal(3, err.attempts)
    assert.equal(3, #sandbox:requests())
  end)

  it("does not make a call none that an attempt in the other dialect may have made", function()
    start(OPENAPI)
    local audience = campaign_of_another().audience
    local function refuse(status, pointer)
      sandbox:fail { status = status, method = "PATCH",
        body = ('{"errors":[{"code":"invalid","detail":"no","source":{"pointer":"%s"}}]}'):format(pointer) }
    end
    sandbox:fail { status = 503, gateway = "html", method = "PATCH" }
    refuse(400, "/data/attributes/audience_name")
    refuse(403, "/data")
    local updated, err = kl.audiences:update(audience, { name = "B" }, { max_attempts = 3, reconcile = 0 })
    assert.is_nil(updated)
    assert.equal("forbidden", err.kind)
    assert.equal("unknown", err.outcome)
  end)

  it("begins as the guide, and stays open while nothing tells", function()
    start()
    assert.same({ "guide", true }, { kl._dispatch:dialect "2026-04-15.pre" })
    assert(kl.campaigns:list())
    assert.same({ "guide", true }, { kl._dispatch:dialect "2026-04-15.pre" })
    assert.equal(0, #events)
  end)

  for name, settings in pairs { guide = {}, openapi = OPENAPI } do
    it("is learned from the shape of an answer: " .. name, function()
      start(settings)
      local ids = campaign_of_another()
      assert(kl.messages:get(ids.message))
      assert.equal(1, #events)
      assert.equal(name, events[1].dialect)
      assert.equal("2026-04-15.pre", events[1].revision)
      assert.matches("shape", events[1].why)
      assert.equal(name, learned())
      assert(kl.messages:get(ids.message))
      assert(kl.audiences:get(ids.audience))
      assert.equal(1, #events)
    end)

    it("is learned from the shape of a list, walked or by page: " .. name, function()
      start(settings)
      campaign_of_another()
      assert.is_truthy((kl.messages:each { limit = 1 }) ())
      assert.equal(name, learned())
      assert.equal(1, #events)
    end)

    it("does not matter to what a script does: " .. name, function()
      start(settings)
      local campaign = assert(kl.campaigns:create(support.sale()))
      assert.equal("DRAFT", campaign.messages[1].status)
      assert(campaign.messages[1]:update { is_tracking_opens = false })
      assert.is_false(campaign.messages[1].is_tracking_opens)
      assert(campaign.audiences[1]:update { name = "Renamed" })
      assert.equal("Renamed", campaign.audiences[1].name)
      assert(campaign.messages[1]:schedule { at = support.tomorrow() })
      assert.equal("SCHEDULED", campaign.messages[1].status)
      assert.equal(name, learned())
      assert.equal(1, #events)
    end)
  end

  it("is learned from a 400 that points where the two differ; the call goes out once more", function()
    start(OPENAPI)
    assert(kl.campaigns:create(support.sale()))
    local seen = sandbox:requests()
    assert.equal("POST", seen[1].method)
    assert.equal(400, seen[1].status)
    assert.equal("POST", seen[2].method)
    assert.equal(201, seen[2].status)
    for i = 3, #seen do
      assert.equal("GET", seen[i].method)
      assert.equal(200, seen[i].status)
    end
    assert.equal(1, #events)
    assert.equal("openapi", events[1].dialect)
    assert.matches("error", events[1].why)
  end)

  it("is no help to an include that the other has not: the refusal says so, and a tree is read in steps", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local campaign, err = kl.campaigns:get(ids.campaign, { include = { "audiences", "messages", "variations" } })
    assert.is_nil(campaign)
    assert.equal("bad_request", err.kind)
    assert.matches("in the openapi dialect", err.message, 1, true)
    assert.matches("variations", err.message, 1, true)
    local whole = assert(kl.campaigns:tree(ids.campaign))
    assert.equal("email", whole.messages[1].variations[1].channel)
  end)

  it("is learned from a refused filter", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local page = assert(kl.messages:list { filter = f.equals("campaign_id", ids.campaign) })
    assert.equal(4, #page.data)
    assert.equal("openapi", learned())
    assert.equal(1, #events)
    local seen = sandbox:requests()
    assert.same({ 400, 200 }, { seen[1].status, seen[2].status })
    sandbox:clear_requests()
    local count = 0
    for _ in kl.messages:each { filter = f.equals("campaign_id", ids.campaign) } do
      count = count + 1
    end
    assert.equal(4, count)
    assert.equal(200, sandbox:requests()[1].status)
  end)

  it("is learned from a refused filter of a walk", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local count = 0
    for _ in kl.messages:each { filter = f.equals("campaign_id", ids.campaign), page_size = 2 } do
      count = count + 1
    end
    assert.equal(4, count)
    assert.equal("openapi", learned())
  end)

  it("is that which has the field, where one alone has it", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local message = assert(kl.messages:update(ids.message, { is_add_utm = true }))
    assert.is_true(message.is_add_utm)
    assert.equal("openapi", learned())
    assert.equal(1, #sandbox:requests())
  end)

  it("is learned from what an answer includes", function()
    start(OPENAPI)
    campaign_of_another()
    for campaign in kl.campaigns:each { include = { "messages" } } do
      assert.equal("DRAFT", campaign.messages[1].status)
    end
    assert.equal("openapi", learned())
    assert.equal(1, #events)
  end)

  it("is that which has a place for the input, where one alone has it", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local two = { { name = "A", details = { channel = "sms", body = "a" } },
      { name = "B", details = { channel = "sms", body = "b" } } }
    local message = assert(kl.messages:create { name = "M", campaign = ids.campaign, audience = ids.audience,
      variations = two })
    assert.equal(1, #sandbox:requests())
    assert.equal(2, #assert(message:variations()))
    assert.equal("openapi", learned())
  end)

  it("is that which has the strategy, where one alone has it", function()
    start(OPENAPI)
    campaign_of_another()
    local message = assert(kl.campaigns:list()).data[1].messages[1] -- an id alone, which tells nothing
    assert(message:schedule { date = support.tomorrow():sub(1, 10) })
    assert.equal("SCHEDULED", message.status)
    assert.equal("smart_send_time", message.scheduling.strategy)
    kl:close()
    sandbox:stop()
    start()
    campaign_of_another()
    message = assert(kl.campaigns:list()).data[1].messages[1]
    local scheduled, err = message:schedule { date = support.tomorrow():sub(1, 10) }
    assert.is_nil(scheduled)
    assert.equal("bad_request", err.kind)
    assert.equal("DRAFT", assert(kl.messages:get(message.id)).status)
  end)

  it("is not tried where it has no place for the input: the refusal says so", function()
    start(OPENAPI)
    local sale = klaviyo.campaign "Sale"
    sale:audience("VIP", { included = { "LIST" } }):email { name = "M", subject = "S", is_tracking_opens = false }
    local created, err = kl.campaigns:create(sale)
    assert.is_nil(created)
    assert.equal(1, #sandbox:requests())
    assert.matches("in the openapi dialect: ", err.message, 1, true)
    assert.matches("audiences[1].messages[1].is_tracking_opens cannot be set", err.message, 1, true)
  end)

  it("that the service understood has the word, where it refused both", function()
    start({ dialect = "openapi", strict_lists = true })
    local created, err = kl.campaigns:create(support.sale())
    assert.is_nil(created)
    assert.equal(2, #sandbox:requests())
    assert.equal("audiences[1].included[1]", err.errors[1].path)
    created, err = kl.campaigns:create({ name = "Sale", audiences = { { included = { 1 }, messages = {
      { name = "M", channel = "sms", body = "text" } } } } }, { validate = false })
    assert.is_nil(created)
    assert.equal("bad_request", err.kind)
    assert.equal(1, #err.errors)
    assert.equal("audiences[1].included[1]", err.errors[1].path)
    assert.equal("/data/attributes/audiences/0/included/0", err.errors[1].source.pointer)
  end)

  it("that lacks an operation says what to write instead", function()
    start(OPENAPI, { dialect = "openapi" })
    local list, err = kl.audiences:list()
    assert.is_nil(list)
    assert.equal("validation", err.kind)
    assert.matches("campaign:audiences()", err.message, 1, true)
    assert.same({}, sandbox:requests())
  end)

  it("is that which has the sort, where one alone has it", function()
    start(OPENAPI)
    campaign_of_another()
    assert.equal(4, #assert(kl.messages:list { sort = "status" }).data)
  end)

  it("is that which has the operation, where one alone has it", function()
    start(OPENAPI)
    local ids = campaign_of_another()
    local tags = assert(kl.messages:related(ids.message, "tags"))
    assert.equal(0, #tags)
  end)

  it("is not learned from a refusal that both would give", function()
    start()
    local created, err = kl.campaigns:create({ name = "" }, { validate = false })
    assert.is_nil(created)
    assert.equal("bad_request", err.kind)
    assert.equal(0, #events)
    assert.same({ "guide", true }, { kl._dispatch:dialect "2026-04-15.pre" })
  end)

  it("never switches where it is pinned", function()
    start(OPENAPI, { dialect = "guide" })
    local created, err = kl.campaigns:create(support.sale())
    assert.is_nil(created)
    assert.equal("bad_request", err.kind)
    assert.equal(1, #sandbox:requests())
    assert.equal(0, #events)
    assert.equal("guide", learned())
  end)

  it("never switches where the revision decides", function()
    start({}, { revision = "2026-07-15.pre" })
    assert.same({ "openapi", false }, { kl._dispatch:dialect "2026-07-15.pre" })
    assert(kl.campaigns:create(support.sale()))
    assert.equal(0, #events)
  end)

  it("is by call, as the revision is", function()
    start()
    local campaign = assert(kl.campaigns:create(support.sale()))
    assert.equal("guide", learned())
    local id = campaign.messages[1].id
    local message = assert(kl.messages:get(id, { revision = "2026-07-15.pre" }))
    assert.equal("DRAFT", message.status)
    assert.equal("draft", message.raw.attributes.definition.status)
    assert.equal("guide", learned())
    local seen = sandbox:requests()
    assert.equal("2026-07-15.pre", seen[#seen].revision)
    assert(kl.messages:update(id, { is_add_utm = true }, { revision = "2026-07-15.pre" }))
    assert.equal("DRAFT", assert(kl.messages:get(id)).raw.attributes.status)
    local page = assert(kl.messages:list { filter = f.equals("campaign_id", campaign.id),
      revision = "2026-07-15.pre", page_size = 3 })
    page = assert(page:next())
    assert.equal(1, #page.data)
    seen = sandbox:requests()
    assert.equal("2026-07-15.pre", seen[#seen].revision)
  end)

  it("is learned for each client by itself", function()
    start(OPENAPI)
    assert(kl.campaigns:create(support.sale()))
    local other = klaviyo.client { base_url = sandbox.url, api_key = "pk_other", limits = false }
    assert.same({ "guide", true }, { other._dispatch:dialect "2026-04-15.pre" })
    other:close()
  end)
end)
