-- SPDX-License-Identifier: MIT
--- klaviyo reschedule: a message that was moved has its new time, or the exit code says what it has.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo reschedule #process", function()
  local sandbox, kl, user, campaign
  local OLD, NEW = support.tomorrow(14), support.tomorrow(18)

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    campaign = cli.summer_sale(kl)
    assert(campaign:schedule { at = OLD })
    sandbox:clear_requests()
  end)

  local function in_new_york(at)
    return support.wall(at, "America/New_York") .. " America/New_York"
  end

  -- The hour at which each message goes out; its status if it has none.
  local function hours()
    sandbox:clear_faults()
    local list = {}
    for _, message in ipairs(assert(kl.campaigns:tree(campaign.id)).messages) do
      list[message.name] = message.status == "SCHEDULED" and tonumber(message.scheduling.send_time:sub(12, 13))
        or message.status
    end
    return list
  end

  local function fail(method, fault)
    fault.method, fault.path, fault.times = method, "/api/campaign-message-schedule*", fault.times or 1
    sandbox:fail(fault)
  end

  local function run(more)
    return user:run(("reschedule 'Summer Sale' --at %s %s"):format(NEW, more or "--yes"))
  end

  it("moves every scheduled message, and nothing the second time", function()
    local result = run()
    assert.equal(0, result.code, result.err)
    assert.matches(("Blast  %s -> %s, all at once"):format(in_new_york(OLD), in_new_york(NEW)), result.err, 1, true)
    assert.same({ Blast = 18, Text = 18, Push = 18 }, hours())
    sandbox:clear_requests()
    assert.equal(0, run().code)
    for _, request in ipairs(sandbox:requests()) do
      assert.equal("GET", request.method)
    end
  end)

  it("moves one message, and says what was moved as JSON", function()
    local id = campaign.messages[2].id
    local list, result = user:json(("reschedule %s --yes --at %s"):format(id, NEW))
    assert.equal(0, result.code, result.err)
    assert.equal(id, list.rescheduled[1].id)
    local at = hours()
    assert.equal(18, at[campaign.messages[2].name])
    assert.equal(14, at[campaign.messages[1].name])
  end)

  it("changes nothing without an answer, in a dry run, or with a mistake", function()
    assert.equal(9, run("").code)
    assert.equal(0, run("--dry-run").code)
    local past = user:run "reschedule 'Summer Sale' --yes --at 2020-01-01T00:00:00Z"
    assert.equal(3, past.code)
    assert.matches("%-%-at lies in the past", past.err)
    local zone = user:run "reschedule 'Summer Sale' --yes --at 2099-01-01T00:00"
    assert.matches("hint: the campaign's zone is %-%-timezone America/New_York", zone.err)
    assert.same({ Blast = 14, Text = 14, Push = 14 }, hours())
  end)

  it("warns of the new time as schedule does, once for all, unless that is silenced", function()
    local late = support.tomorrow(3) -- 22:00 or 23:00 in New York
    local function warned(more)
      return user:run(("reschedule 'Summer Sale' --dry-run --at %s %s"):format(late, more or ""))
    end
    local shown = warned()
    assert.equal(0, shown.code, shown.err)
    local _, times = shown.out:gsub("it is night", "")
    assert.equal(1, times)
    assert.matches(in_new_york(late):match "%d+:%d+" .. "%s+in New York %(%-%-allow night%)", shown.out)
    assert.equal("", warned("--zones Asia/Tokyo").out) -- where it is noon
    assert.equal("Allowed  night\n", warned("--allow night").out)
    assert.equal(2, warned("--allow nihgt").code)
    assert.equal("", run("--yes --json").out:match "^%s*{.*}%s*$" and "" or "no JSON")
  end)

  it("has the warnings in its JSON too, also of a dry run", function()
    local night = support.tomorrow(3)
    local made = user:json("reschedule 'Summer Sale' --dry-run --at " .. night)
    assert.equal("night", made.findings[1].code)
    assert.same({ {}, 3, campaign.id }, { made.rescheduled, #made.moves, made.campaign })
    assert.equal(in_new_york(night) .. ", all at once", made.moves[1].after)
    made = user:json("reschedule 'Summer Sale' --dry-run --allow night --at " .. night)
    assert.same({ {}, { "night" } }, { made.findings, made.allowed })
    assert.same({ Blast = 14, Text = 14, Push = 14 }, hours())
    made = user:json("reschedule 'Summer Sale' --yes --at " .. night)
    assert.equal("night", made.findings[1].code)
    assert.same({ 3, nil }, { #made.rescheduled, made.moves })
  end)

  it("asks on a terminal", function()
    local screen = user:terminal(("reschedule 'Summer Sale' --at %s"):format(NEW))
    screen:wait("Move 3 messages?"):type "y\n"
    assert.equal(0, screen:finish().code)
    assert.same({ Blast = 18, Text = 18, Push = 18 }, hours())
  end)

  it("has an exit code for what a failure leaves", function()
    fail("PATCH", { status = 409 })
    assert.equal(6, run().code)
    assert.same({ Blast = 14, Text = 14, Push = 14 }, hours())

    fail("POST", { status = 400 })
    local restored = run()
    assert.equal(6, restored.code)
    assert.matches("is set again", restored.err)
    assert.matches("Text .- was not tried", restored.err)
    assert.same({ Blast = 14, Text = 14, Push = 14 }, hours())

    fail("POST", { status = 400, times = 0 })
    local draft = run()
    assert.equal(15, draft.code)
    assert.matches("it is a draft now, and will not be sent", draft.err)
    assert.matches("hint: klaviyo schedule %w+ %-%-at", draft.err)
    assert.same({ Blast = "DRAFT", Text = 14, Push = 14 }, hours())
  end)

  it("says that it is not certain, with a text to look again with", function()
    fail("POST", { cut = "before", times = 1 })
    local result = user:run(("reschedule 'Summer Sale' --yes --call-timeout 2 --at %s"):format(NEW))
    assert.equal(8, result.code)
    assert.matches("it is a draft and will not be sent", result.err)
    assert.matches("klaviyo recheck klaviyo1%.", result.err)
    assert.same({ Blast = "DRAFT", Text = 14, Push = 14 }, hours())
  end)

  it("finishes a message that it began when Ctrl-C comes, and begins no other", function()
    fail("POST", { latency = 2 })
    local pid, log = user:path "pid", user:path "log"
    local pipe = io.popen(("(%s >%s 2>&1 & echo $! >%s; wait $!; echo $?)"):format(
      user:command(("reschedule 'Summer Sale' --yes --at %s"):format(NEW)), log, pid))
    process.wait_for("the end of the revert", function()
      for _, request in ipairs(sandbox:requests()) do
        if request.method == "PATCH" then
          return true
        end
      end
    end)
    os.execute("kill -INT " .. process.read(pid))
    local code = pipe:read "*n"
    pipe:close()
    assert.equal(130, code, process.read(log))
    assert.matches("Rescheduled Blast", process.read(log))
    assert.same({ Blast = 18, Text = 14, Push = 14 }, hours())
  end)

  it("says what helps where nothing is scheduled", function()
    for _, message in ipairs(campaign.messages) do
      assert(message:revert())
    end
    local draft = run()
    assert.equal(6, draft.code)
    assert.matches("nothing to be rescheduled in Summer Sale: DRAFT", draft.err)
    assert.matches("hint: klaviyo schedule", draft.err)
    assert(campaign:cancel())
    assert.matches("hint: klaviyo clone", run().err)
  end)
end)
