-- SPDX-License-Identifier: MIT
-- The writes of a command, and that an interruption never hides one.

local cli = require "spec.support.cli"
local klaviyo = require "klaviyo"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"
local write_log = require "klaviyo.cli.write_log"

local function event(kind, number, fields)
  local made = { type = kind, request = number, method = "POST", url = "https://a.example/api/x?y" }
  for name, value in pairs(fields or {}) do
    made[name] = value
  end
  return made
end

describe("write_log", function()
  local log

  before_each(function()
    log = write_log.new()
  end)

  it("counts a write from its attempt to its acknowledgement", function()
    log:begin "Scheduling Blast"
    assert.same({ {}, {} }, { log:summary() })
    log:observe(event("attempt", 1))
    local done, uncertain, under_way = log:summary()
    assert.same({}, done)
    assert.same({ "Scheduling Blast (POST /api/x) was under way: it may have happened." }, uncertain)
    assert.equal("POST /api/x", under_way)
    log:observe(event("response", 1, { status = 201, outcome = "happened" }))
    assert.same({ { "Scheduling Blast (POST /api/x): done." }, {} }, { log:summary() })
    log:did "Scheduled Blast."
    assert.same({ { "Scheduled Blast." }, {} }, { log:summary() })
  end)

  it("counts no read, and no write that was refused or never left", function()
    log:observe(event("attempt", 1, { method = "GET" }))
    log:observe(event("attempt", 2, { url = "https://a.example/api/template-render" })) -- a POST that asks
    log:observe(event("attempt", 2, { method = "HEAD" }))
    log:observe(event("attempt", 3))
    log:observe(event("response", 3, { status = 400, outcome = "none" }))
    log:observe(event("attempt", 4))
    log:observe(event("response", 4, { kind = "connect", outcome = "none" }))
    assert.same({ {}, {} }, { log:summary() })
  end)

  it("believes a refusal of the service alone, and no later one about an earlier attempt", function()
    local sandbox, kl = support.start { on_event = function(happening)
      log:observe(happening)
    end, reconcile = 0, max_attempts = 2 }
    local function rename(name, faults)
      log = write_log.new()
      for _, fault in ipairs(faults) do
        fault.method, fault.times = "PATCH", 1
        sandbox:fail(fault)
      end
      kl.campaigns:update("C1", { name = name })
      sandbox:clear_faults()
      return #select(2, log:summary())
    end
    for _, status in ipairs { 403, 404, 409, 425, 429, 499 } do
      assert.equal(1, rename("By a gateway", { { status = status, gateway = "html" } }), status)
    end
    assert.equal(0, rename("By the service", { { status = 409 } }))
    assert.equal(1, rename("Lost first", { { cut = "after" }, { status = 409 } }))
    kl:close()
    sandbox:stop()
  end)

  it("tells apart what coroutines write at once", function()
    local function writer(number)
      return coroutine.create(function()
        log:begin("Changing " .. number)
        log:submitted(number)
        coroutine.yield(log:part())
        log:did(("Changed %d."):format(number))
      end)
    end
    local first, second = writer(1), writer(2)
    local _, part = coroutine.resume(first)
    coroutine.resume(second)
    assert.is_false(write_log.is_open(part))
    log:observe(event("attempt", 1))
    log:observe(event("attempt", 2))
    log:observe(event("attempt", 3)) -- of no coroutine with a part
    assert.is_true(write_log.is_open(part))
    log:observe(event("response", 1, { status = 200, outcome = "happened" }))
    assert(coroutine.resume(first))
    assert.is_false(write_log.is_open(part))
    local done, uncertain = log:summary()
    assert.same({ "Changed 1." }, done)
    assert.same({ "POST /api/x was under way: it may have happened.",
      "Changing 2 (POST /api/x) was under way: it may have happened." }, uncertain)
  end)

  it("learns from the client whose requests they are", function()
    local sandbox, kl = support.start { on_event = function(happening)
      log:observe(happening)
    end }
    kl._dispatch.transport.on_submit = function(number)
      log:submitted(number)
    end
    sandbox:fail { method = "PATCH", path = "/api/campaigns/LOST", cut = "after" }
    local parts = {}
    local function rename(id)
      return function()
        log:begin("Changing " .. id)
        parts[id] = log:part()
        return kl.campaigns:update(id, { name = "New" }, { max_attempts = 1, reconcile = 0 }) or false
      end
    end
    klaviyo.all { rename "LOST", rename "OTHER", rename "THIRD" }
    assert.is_true(write_log.is_open(parts.LOST))
    assert.is_false(write_log.is_open(parts.OTHER))
    assert.matches("^Changing LOST %(PATCH /api/campaigns/LOST%)", select(2, log:summary())[1])
    kl:close()
    sandbox:stop()
  end)

  it("keeps a write whose response was lost or came from a gateway, until the outcome is known", function()
    log:observe(event("attempt", 1))
    log:observe(event("response", 1, { kind = "disconnected", outcome = "unknown" }))
    assert.equal(1, #select(2, log:summary()))
    log:lost "Blast may have been cancelled."
    log:observe(event("attempt", 2))
    log:observe(event("response", 2, { status = 503, outcome = "unknown" }))
    assert.equal(2, #select(2, log:summary()))
    log:did "Text was cancelled."
    assert.same({ "Blast may have been cancelled." }, (select(2, log:summary())))
  end)
end)

describe("a command that is interrupted #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  -- Interrupts the command as soon as the sandbox has answered so many requests, and returns what it said.
  local function interrupt(arguments, number)
    sandbox:clear_requests()
    user:write("said", "")
    os.remove(user:path "pid")
    local running = process.start("sh -c " .. process.quote(("%s & echo $! >%s; wait $!; echo ended"):format(
      user:command(arguments), user:path "pid")), user:path "said")
    local function ended()
      return user:read("said"):find "\nended"
    end
    process.wait_for("request " .. number, function()
      return #sandbox:requests() >= number or ended()
    end)
    os.execute(("kill -INT %d 2>/dev/null"):format(tonumber(user:read "pid")))
    process.wait_for("the end, after: " .. user:read "said", ended)
    running:stop()
    return user:read "said"
  end

  it("names every message that may be scheduled", function()
    local when, interrupted, shown = support.tomorrow(14), 0, 0
    local function create()
      sandbox:reset()
      local sale = klaviyo.campaign "Summer Sale"
      local audience = sale:audience("VIP", { included = { "LIST_1" } })
      for i = 1, 3 do
        audience:sms { name = "Text " .. i, body = "It starts" }
      end
      return assert(kl.campaigns:create(sale))
    end
    local whole = create()
    sandbox:clear_requests()
    assert.equal(0, user:run("schedule --yes --at " .. when .. " " .. whole.id).code)
    local first
    for number, request in ipairs(support.seen(sandbox)) do
      first = first or request:find("POST /api/campaign-message-schedule", 1, true) and number or nil
    end
    for number = first - 2, first + 4 do
      local campaign = create()
      -- The sandbox acts after the delay, whether the client is still there or not.
      sandbox:fail { method = "POST", latency = "150ms", times = 0 }
      local said = interrupt("schedule --yes --at " .. when .. " " .. campaign.id, number)
      kl:request { method = "POST", path = "/api/campaigns", body = {} } -- answered after all that came before it
      sandbox:clear_faults()
      local changed = false
      for _, message in ipairs(assert(kl.campaigns:tree(campaign.id)).messages) do
        if message.status ~= "DRAFT" then
          changed = true
          local named = said:find(message.name .. "  SCHEDULED", 1, true) or said:match("Schedul%w+ " .. message.name)
          assert.is_truthy(named, said)
        end
      end
      interrupted = interrupted + (said:find "Interrupted" and 1 or 0)
      shown = shown + (said:find "under way" and 1 or 0)
      assert.is_falsy(changed and said:find "Nothing was changed", said)
    end
    assert.is_true(interrupted >= 3 and shown >= 1, interrupted .. " " .. shown)
  end)

  -- What each command that writes is doing when its first write has been sent, and what it is called then.
  local WRITING = {
    { "create %FILE", "Creating", "Creating Autumn Sale %(POST /api/campaigns%)" },
    { "clone %ID", "Copying", "Copying Summer Sale %(%w+%) %(POST /api/campaign" },
    { "archive --yes %ID", "Archiving", "Archiving Summer Sale %(%w+%) %(DELETE /api/campaigns/" },
    { "apply --yes %FILE", "Applying", "Creating campaign Autumn Sale %(POST /api/campaigns%)" },
    { "cancel --yes %ID", "Cancelling", "Cancelling Text %(%w+%) %(PATCH /api/campaign%-message%-schedule/" },
    { "revert %ID", "Reverting", "Reverting Text %(%w+%) %(PATCH /api/campaign%-message%-schedule/" },
    { "request --yes DELETE /api/campaigns/%ID", "Waiting", "DELETE /api/campaigns/%w+" },
    { "edit --yes %ID", "Applying", "Changing content of Text %(PATCH /api/campaign%-variations/" },
  }

  it("names what was under way, whichever command it was", function()
    user:write("sale.lua", (cli.SALE:gsub("Summer", "Autumn")))
    for _, row in ipairs(WRITING) do
      sandbox:reset()
      local sale = klaviyo.campaign "Summer Sale"
      sale:audience("VIP", { included = { "LIST_1" } }):sms { name = "Text", body = "It starts" }
      local campaign = assert(kl.campaigns:create(sale))
      if row[1]:find "^cancel" or row[1]:find "^revert" then
        assert(campaign:schedule { at = support.tomorrow(14) })
      end
      for _, method in ipairs { "POST", "PATCH", "DELETE" } do
        sandbox:fail { method = method, latency = "20s", times = 0 }
      end
      os.remove(user:path "sale.lua.lock")
      local screen = user:terminal(row[1]:gsub("%%FILE", user:path "sale.lua"):gsub("%%ID", campaign.id),
        { env = { EDITOR = "sed -i s/starts/ends/" } })
      screen:wait(row[2]):type "\3"
      local result = screen:finish()
      sandbox:clear_faults()
      assert.equal(130, result.code, row[1])
      assert.matches(row[3] .. "[^\n]* was under way: it may have happened", result.text, row[1])
    end
  end)

  it("says so where nothing was changed", function()
    sandbox:reset()
    sandbox:fail { method = "GET", path = "/api/campaigns*", latency = "20s", times = 0 }
    local screen = user:terminal "create --json nowhere.lua"
    assert.equal(3, screen:finish().code)
    screen = user:terminal "cancel Anything"
    screen:wait("Reading"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Nothing was changed", result.text)
    sandbox:clear_faults()
  end)
end)
