-- SPDX-License-Identifier: MIT
-- What holds in every loop and both dialects. This file runs unchanged in plain Lua (busted, the blocking loop and
-- luv), and in Neovim and nginx (spec/loop/hosts_spec.lua).

local core = require "klaviyo.core"
local klaviyo = require "klaviyo"
local collect = require "spec.support.collect"
local loops = require "spec.support.loops"
local sandboxes = require "klaviyo.sandbox"
local support = require "spec.support.sandbox"

local function behaviour(loop, dialect)
  local sandbox, kl, handles

  setup(function()
    sandbox = assert(sandboxes.start(support.settings(dialect)))
  end)

  teardown(function()
    sandbox:stop()
  end)

  local function client(options)
    options = options or {}
    options.base_url, options.limits = sandbox.url, options.limits or false
    options.revision, options.dialect = support.revisions[dialect], dialect
    options.api_key = options.api_key or options.access_token == nil and "pk_test" or nil
    return loops.client(loop, options)
  end

  before_each(function()
    sandbox:reset()
    handles = loops.handles(loop)
    kl = client()
  end)

  -- The blocking loop works while somebody waits, and at no other time.
  local function at_rest(any)
    return loop == "blocking" or any._dispatch.transport.core:pending() == 0
  end

  after_each(function()
    loops.until_true(loop, function()
      return at_rest(kl)
    end)
    kl:close()
    loops.until_true(loop, function()
      return loops.handles(loop) == handles
    end)
  end)

  local function fact(name, fn)
    it(name, function()
      loops.run(loop, fn)
    end)
  end

  local function slow(span, times)
    sandbox:fail { latency = span, times = times or 1, method = "GET" }
  end

  local function campaigns(count)
    for i = 1, count do
      assert(kl.campaigns:create(support.sale("Sale " .. i)))
    end
  end

  fact("creates, changes, schedules and follows a campaign", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    campaign.name = "Autumn Sale"
    assert(campaign:save())
    assert.equal("Autumn Sale", assert(kl.campaigns:get(campaign.id)).name)
    local message = campaign.audiences[1].messages[1]
    assert(message:schedule { at = support.tomorrow(), strategy = "static" })
    local seen = {}
    assert(message:wait { until_status = "SENT", interval = 0.001, on_change = function(_, status)
      seen[#seen + 1] = status
      sandbox:advance "2d"
    end })
    assert.same({ "SCHEDULED", "SENT" }, seen)
  end)

  fact("looks up names, once for several calls at a time", function()
    sandbox:list { id = "L1", name = "VIP customers" }
    local functions = { loop = loop }
    for i = 1, 3 do
      functions[i] = function()
        local sale = klaviyo.campaign("Sale " .. i)
        sale:audience("VIP", { included = { klaviyo.list "VIP customers" } }):sms { name = "Text", body = "It starts" }
        return kl.campaigns:create(sale)
      end
    end
    for _, campaign in ipairs(assert(klaviyo.all(functions))) do
      assert.same({ "L1" }, campaign.audiences[1].included)
    end
    local lookups = 0
    for _, request in ipairs(sandbox:requests()) do
      lookups = lookups + (request.path == "/api/lists" and 1 or 0)
    end
    assert.equal(1, lookups)
  end)

  fact("walks over pages, the next one on its way", function()
    campaigns(5)
    local names = {}
    for campaign in kl.campaigns:each { page_size = 2, sort = "created_at" } do
      names[#names + 1] = campaign.name
    end
    assert.same({ "Sale 1", "Sale 2", "Sale 3", "Sale 4", "Sale 5" }, names)
  end)

  -- Waits until a callback has said that it is over.
  local function gathered(begin)
    local seen = { n = 0 }
    begin(seen)
    local waited = core.now()
    while not seen.over do
      assert.is_true(core.now() - waited < 20, "the callback is not called")
      assert(kl:sleep(0.001))
    end
    return seen
  end

  fact("hands a list to a callback, object by object, and then its end", function()
    campaigns(5)
    local seen = gathered(function(seen)
      local result = kl.campaigns:each({ page_size = 2, sort = "created_at" }, function(campaign, err)
        seen[#seen + 1] = campaign and campaign.name or tostring(err)
        if campaign then
          assert(campaign:refresh()) -- it may wait
        end
        seen.over = not campaign
      end)
      assert.is_nil(result)
    end)
    assert.same({ "Sale 1", "Sale 2", "Sale 3", "Sale 4", "Sale 5", "nil" },
      { seen[1], seen[2], seen[3], seen[4], seen[5], seen[6] })
    assert.equal(6, #seen)
  end)

  fact("hands a list to a callback until that returns false", function()
    campaigns(5)
    local seen = gathered(function(seen)
      kl.campaigns:each({ page_size = 2, prefetch = false }, function(campaign)
        seen.n = seen.n + 1
        seen.over = seen.n == 3
        return campaign ~= nil and not seen.over
      end)
    end)
    assert(kl:sleep(0.01))
    assert.equal(3, seen.n)
    local requests = 0
    for _, request in ipairs(sandbox:requests()) do
      requests = requests + (request.method == "GET" and request.path == "/api/campaigns" and 1 or 0)
    end
    assert.equal(2, requests)
  end)

  fact("hands the error of a list to its callback, at its beginning and in its middle", function()
    campaigns(3)
    sandbox:fail { status = 403, times = 1, method = "GET" }
    local seen = gathered(function(seen)
      kl.campaigns:each(function(campaign, err)
        seen.first, seen.err, seen.over = campaign, err, true
      end)
    end)
    assert.is_nil(seen.first)
    assert.equal(403, seen.err.status)
    seen = gathered(function(found)
      kl.campaigns:each({ page_size = 2, prefetch = false }, function(campaign, err)
        found.n, found.err, found.over = found.n + 1, err, not campaign
        if found.n == 2 then
          sandbox:fail { status = 403, times = 1, method = "GET" }
        end
      end)
    end)
    assert.equal(3, seen.n)
    assert.equal(403, seen.err.status)
  end)

  fact("sleeps", function()
    local began = core.now()
    assert.is_true(kl:sleep(0.02))
    assert.is_true(core.now() - began >= 0.019)
    assert.is_true(kl:sleep(0))
  end)

  fact("leaves nothing of a walk that is broken off", function()
    campaigns(5)
    local each = kl.campaigns:each { page_size = 2 }
    assert.is_not_nil(each())
  end)

  fact("gives nil and an error", function()
    local campaign, err = kl.campaigns:get "01JXYZ1234ABCDEFGHIJKLMNPQ"
    assert.is_nil(campaign)
    assert.equal("not_found", err.kind)
    assert.equal(404, err.status)
    assert.not_matches("\\", tostring(err)) -- the service's words, not its JSON
  end)

  fact("repeats what failed for a moment", function()
    campaigns(1)
    sandbox:fail { status = 503, times = 1, method = "GET" }
    assert.equal(1, #assert(kl.campaigns:list()).data)
  end)

  fact("keeps to the deadline", function()
    slow "10s"
    local began = core.now()
    local page, err = kl.campaigns:list { timeout = 0.05 }
    assert.is_nil(page)
    assert.equal("timeout", err.kind)
    assert.is_true(core.now() - began < 1)
  end)

  fact("sends at once what is asked for at once", function()
    slow("200ms", 8)
    local functions, began = {}, core.now()
    for i = 1, 8 do
      functions[i] = function()
        assert(kl.campaigns:list())
        return i
      end
    end
    functions.loop = loop
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8 }, assert(klaviyo.all(functions)))
    assert.is_true(core.now() - began < 0.8)
  end)

  -- The first answer tells how much of the budget is free; the second call stands in line until then, and not for a
  -- window's length, which is 20 s here and past its deadline.
  local function line_of_two(one, two)
    local began = core.now()
    assert(klaviyo.all { loop = loop, function()
      return one.campaigns:list { timeout = 10 }
    end, function()
      return two.campaigns:list { timeout = 10 }
    end })
    assert.is_true(core.now() - began < 8)
  end

  fact("sends what stands in line when an answer has made room", function()
    local one = client { api_key = "pk_line", limits = { scale = 20 } }
    line_of_two(one, one)
    one:close()
  end)

  fact("sends what stands in line when another client's answer has made room", function()
    local one = client { api_key = "pk_lines", limits = { scale = 20 } }
    local two = client { api_key = "pk_lines", limits = { scale = 20 } }
    line_of_two(one, two)
    one:close()
    two:close()
  end)

  fact("runs so many functions at once, and no more", function()
    local functions, running, most = { limit = 3, loop = loop }, 0, 0
    slow("100ms", 10) -- so that none of three has ended before the last of them begins
    for i = 1, 10 do
      functions[i] = function()
        running = running + 1
        most = math.max(most, running)
        assert(kl.campaigns:list())
        running = running - 1
      end
    end
    assert(klaviyo.all(functions))
    assert.equal(3, most)
  end)

  -- Measured in CPU, so that a busy machine does not matter: how much of ours the host waits for between two turns.
  if loop ~= "blocking" and type(loop) ~= "table" then
    fact("gives the host its turn while many answers are worked on", function()
      slow("50ms", 32)
      local functions, last, most = { loop = loop }, nil, 0
      for i = 1, 32 do
        functions[i] = function()
          assert(kl.campaigns:list())
          local over = os.clock() + 0.001
          while os.clock() < over do end
        end
      end
      local stop = loops.ticker(loop, function()
        local now = os.clock()
        most = math.max(most, last and now - last or 0)
        last = now
      end)
      assert(klaviyo.all(functions))
      stop()
      assert.is_true(most < 0.010, most)
    end)
  end

  fact("gives the first failure, or each with its own", function()
    local functions = { loop = loop, function()
      return "fine"
    end, function()
      return kl.campaigns:get "01JXYZ1234ABCDEFGHIJKLMNPQ"
    end }
    local results, err = klaviyo.all(functions)
    assert.is_nil(results)
    assert.equal("not_found", err.kind)
    functions.all = true
    results = assert(klaviyo.all(functions))
    assert.same({ "fine" }, results[1])
    assert.is_nil(results[2][1])
    assert.equal("not_found", results[2][2].kind)
  end)

  fact("raises what a function raised, once all have ended", function()
    local ended = false
    local ok, message = pcall(klaviyo.all, { loop = loop, function()
      error("mistake", 0)
    end, function()
      assert(kl.campaigns:list())
      ended = true
    end })
    assert.is_false(ok)
    assert.equal("mistake", message)
    assert.is_true(ended)
  end)

  fact("lets functions at once be nested", function()
    local function pair()
      return assert(klaviyo.all { loop = loop, function()
        return #assert(kl.campaigns:list()).data
      end, function()
        return #assert(kl.campaigns:list()).data
      end })
    end
    assert.same({ { 0, 0 }, { 0, 0 } }, assert(klaviyo.all { loop = loop, pair, pair }))
  end)

  fact("runs many that never wait", function()
    local functions, sum = { loop = loop, limit = 2 }, 0
    for i = 1, 1000 do
      functions[i] = function()
        sum = sum + i
      end
    end
    assert(klaviyo.all(functions))
    assert.equal(500500, sum)
  end)

  fact("refuses options that are none, beside functions and requests", function()
    assert.error_matches(function()
      klaviyo.all { loop = loop, limt = 2, function() end }
    end, 'all has no option "limt" %(did you mean "limit"%?%)')
    assert.error_matches(function()
      kl:gather { al = true, { path = "/api/campaigns" } }
    end, 'gather has no option "al" %(did you mean "all"%?%)')
  end)

  fact("gathers requests in order", function()
    local responses = assert(kl:gather { { path = "/api/campaigns" },
      { path = "/api/campaigns", query = "sort=name" } })
    assert.same({ 200, 200 }, { responses[1].status, responses[2].status })
    local nothing, err = kl:gather { { path = "/api/campaigns" }, { path = "/api/nowhere" } }
    assert.is_nil(nothing)
    assert.equal("not_found", err.kind)
  end)

  fact("wakes a waiter, before it waits too, and lets it wait no longer than it wants to", function()
    local waiter, began = kl.loop.waiter(), core.now()
    assert.same({ true, true }, assert(klaviyo.all { loop = loop, function()
      return waiter:wait(20)
    end, function()
      kl.loop.sleep(0.01)
      waiter:wake()
      return true
    end }))
    waiter:wake()
    assert.is_true(waiter:wait(20))
    assert.is_true(core.now() - began < 10)
    assert.is_false(waiter:wait(0.01))
  end)

  fact("creates equal ones at once, and takes none for another", function()
    sandbox:fail { latency = "50ms", method = "POST" }
    local function create()
      return assert(kl.campaigns:create(support.sale "Sale"))
    end
    local made, ids = assert(klaviyo.all { loop = loop, create, create, create }), {}
    for _, campaign in ipairs(made) do
      assert.is_nil(campaign.reconciled)
      ids[campaign.id] = true
    end
    assert.is_true(ids[made[1].id] and ids[made[2].id] and ids[made[3].id])
    assert.are_not.equal(made[1].id, made[2].id)
    assert.are_not.equal(made[2].id, made[3].id)
    assert.equal(3, #assert(kl.campaigns:list()).data)
  end)

  fact("waits for a token whose source waits as well", function()
    local asked = 0
    local other = client { access_token = function()
      asked = asked + 1
      assert(kl.campaigns:list())
      return "token"
    end }
    assert(other.campaigns:list())
    assert.equal(1, asked)
    other:close()
  end)

  fact("ends what waits when the client is closed", function()
    slow "10s"
    local began = core.now()
    local results = assert(klaviyo.all { loop = loop, all = true, function()
      return kl.campaigns:list()
    end, function()
      kl.loop.sleep(0.02)
      kl:close()
    end })
    assert.is_nil(results[1][1])
    assert.equal("cancelled", results[1][2].kind)
    assert.is_true(core.now() - began < 5)
    kl = client()
  end)

  fact("outlives an observer that raises, and reports it once while it stays the same", function()
    local reported, report = {}, kl.loop.report
    kl.loop.report = function(message)
      reported[#reported + 1] = message
    end
    local calls = 0
    local other = client { on_event = function()
      calls = calls + 1
      error { message = "a mistake in the observer" }
    end }
    assert(other.campaigns:list())
    -- The response may have been there at once, before the observer had its turn.
    for _ = 1, 20000 do
      if calls >= 2 then
        break
      end
      kl.loop.sleep(0.001)
    end
    assert.same({ "klaviyo.client: on_event raised: a mistake in the observer" }, reported)
    assert.equal("a mistake in the observer", other.event_error.message)
    other:close()
    kl.loop.report = report
  end)

  fact("outlives an observer that closes the client", function()
    local other
    other = client { on_event = function(event)
      if event.type == "response" then
        other:close()
      end
    end }
    -- A call that begins after the other's response finds the client closed, which is a mistake of its caller.
    local function list()
      local ok, list_of, err = pcall(other.campaigns.list, other.campaigns)
      assert.is_true(ok and (list_of ~= nil or err.kind == "cancelled") or not ok
        and list_of:find "client is closed$" ~= nil)
      return true
    end
    assert(klaviyo.all { loop = loop, all = true, list, list })
  end)

  fact("refuses a second waiter for one request", function()
    campaigns(3)
    slow("50ms", 3)
    local each = kl.campaigns:each { page_size = 1 }
    each() -- the second page is on its way now
    local ok, message = pcall(klaviyo.all, { loop = loop, each, each })
    assert.is_false(ok)
    assert.matches("one coroutine at a time", message)
  end)

  it("calls the function given last with the result", function()
    local result, err, other
    loops.run(loop, function()
      campaigns(1)
    end)
    kl.campaigns:list(function(...)
      result, err = ...
    end)
    kl.campaigns:get("01JXYZ1234ABCDEFGHIJKLMNPQ", function(...)
      other = { ... }
    end)
    loops.until_true(loop, function()
      return result and other
    end)
    assert.is_nil(err)
    assert.equal("Sale 1", result.data[1].name)
    assert.equal("not_found", other[2].kind)
    local list
    result.data[1]:related("messages", { ids = true }, function(ids)
      list = ids
    end)
    loops.until_true(loop, function()
      return list
    end)
    assert.equal(4, #list)
  end)

  it("runs a function for a caller that must not wait", function()
    local status
    kl:run(function()
      return kl:request { path = "/api/campaigns" }
    end, function(response)
      status = response.status
    end)
    loops.until_true(loop, function()
      return status
    end)
    assert.equal(200, status)
  end)

  it("lets go of a client that is dropped without being closed", function()
    local gone = setmetatable({}, { __mode = "v" })
    local function drop()
      local other = client()
      assert(other.campaigns:list())
      gone[1], gone[2] = other, other._dispatch.transport.core
    end
    loops.run(loop, drop)
    loops.until_true(loop, function()
      collect()
      return gone[1] == nil and gone[2] == nil
    end)
  end)
end

for _, loop in ipairs(loops.names()) do
  for _, dialect in ipairs { "guide", "openapi" } do
    describe(("a call (%s loop, %s)"):format(loop, dialect), function()
      behaviour(loop, dialect)
    end)
  end
end
