-- SPDX-License-Identifier: MIT
--- klaviyo schedule: nothing is sent that nobody has seen and agreed to.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo schedule #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    campaign = cli.summer_sale(kl)
  end)

  local function statuses()
    return cli.statuses(kl, campaign)
  end

  local ALL = { Blast = "SCHEDULED", Text = "SCHEDULED", Push = "SCHEDULED" }
  local NONE = { Blast = "DRAFT", Text = "DRAFT", Push = "DRAFT" }

  it("sends nothing without a terminal and without --yes", function()
    local result = user:run("schedule 'Summer Sale' --at " .. when)
    assert.equal(9, result.code)
    assert.matches("Nothing was sent: there is no terminal to ask on, and %-%-yes was not given", result.err)
    assert.same(NONE, statuses())
    -- what is piped in is no answer
    assert.equal(9, user:run("schedule 'Summer Sale' --at " .. when, { input = "Summer Sale\n" }).code)
    assert.same(NONE, statuses())
  end)

  it("sends nothing if the campaign was changed while it was looked at", function()
    local screen = user:terminal("schedule " .. campaign.id .. " --at " .. when)
    screen:wait "messages:"
    local variation = campaign.audiences[1].messages[1].variations[1]
    variation.details.subject = "Something else"
    assert(variation:save())
    screen:type "Summer Sale\n"
    local result = screen:finish()
    assert.equal(6, result.code)
    assert.matches("was changed in the meantime; nothing was sent", result.text)
    assert.same(NONE, statuses())
  end)

  it("sends one message, or an audience's, and with --yes without a question", function()
    local list, result = user:json("schedule --yes --at " .. when .. " " .. campaign.audiences[1].messages[1].id)
    assert.equal(0, result.code)
    assert.equal(1, #list.scheduled)
    assert.equal("SCHEDULED", list.scheduled[1].status)
    assert.same({ Blast = "SCHEDULED", Text = "DRAFT", Push = "DRAFT" }, statuses())
    assert.equal(6, user:run("schedule --yes --at " .. when .. " " .. campaign.audiences[1].messages[1].id).code)
    local rest = user:run("schedule --yes --at " .. when .. " " .. campaign.audiences[1].id)
    assert.matches("left out, being no draft: 1 message", rest.out)
    assert.same({ Blast = "SCHEDULED", Text = "SCHEDULED", Push = "DRAFT" }, statuses())
  end)

  it("takes a time as people write it, and says in full what it is before anything is done", function()
    local zone = "--timezone America/New_York"
    local asked = user:run(("schedule 'Summer Sale/Text' --at 'tomorrow 9am' %s"):format(zone))
    assert.equal(9, asked.code)
    assert.matches("%-%-at tomorrow 9am is %a+ %d+%-%d+%-%d+ 09:00 America/New_York, in %d", asked.err)
    local quiet = user:run(("schedule 'Summer Sale/Text' --at +30h --strategy throttled --percentage 25%% %s --yes "
      .. "--json"):format(zone))
    assert.equal(0, quiet.code, quiet.err)
    assert.matches("%-%-at %+30h is %a+ %d+%-%d+%-%d+ %d+:%d+ America/New_York, in 1 day", quiet.err)
    local text = assert(kl.messages:get(campaign.messages[2].id))
    assert.equal(25, text.scheduling.throttle_percentage)
    local no_zone = user:run "schedule 'Summer Sale/Blast' --yes --at 'tomorrow 9am'"
    assert.equal(3, no_zone.code)
    assert.matches("hint: the campaign's zone is %-%-timezone America/New_York", no_zone.err)
    local both = user:run(("schedule 'Summer Sale/Blast' --yes --at 'tomorrow 9' %s"):format(zone))
    assert.equal(3, both.code)
    assert.matches("morning or evening", both.err)
    assert.equal(2, user:run("schedule 'Summer Sale/Blast' --percentage 2x% --at " .. when).code)
    assert.equal("DRAFT", statuses().Blast)
  end)

  it("reckons from the sandbox's clock with --sandbox", function()
    local guest = cli.new()
    guest.env.KLAVIYO_SANDBOX = "1"
    finally(function()
      guest:run "sandbox stop"
      guest:close()
    end)
    guest:write("sale.lua", cli.SALE)
    assert.equal(0, guest:run("create " .. guest:path "sale.lua").code)
    assert.equal(0, guest:run("sandbox rate 0").code) -- a slow machine takes seconds for what follows
    assert.equal(0, guest:run("sandbox set 2099-06-01T12:00:00Z").code)
    local zone = "--timezone America/New_York"
    local later = guest:run(("schedule 'Summer Sale/Text' --dry-run --at +3h %s"):format(zone))
    assert.matches("%-%-at %+3h is Mon 2099%-06%-01 11:00 America/New_York, in 3 h", later.err)
    local done = guest:run(("schedule 'Summer Sale/Text' --yes --at 'tomorrow 9am' %s"):format(zone))
    assert.equal(0, done.code, done.err)
    assert.matches("is Tue 2099%-06%-02 09:00 America/New_York", done.err)
  end)

  it("says what a message is that is no draft, and which command helps", function()
    local text = campaign.messages[2]
    assert(text:schedule { at = when })
    local scheduled = user:run "schedule 'Summer Sale/Text'" -- --at is not asked for
    assert.equal(6, scheduled.code)
    assert.matches(("Text is SCHEDULED, for %s America/New_York: only a draft can be scheduled"):format(
      support.wall(when, "America/New_York")), scheduled.err, 1, true)
    assert.matches(("klaviyo reschedule %s --at TIME"):format(text.id), scheduled.err, 1, true)
    assert.matches(("klaviyo revert %s makes a draft again"):format(text.id), scheduled.err, 1, true)
    assert(text:cancel())
    local cancelled = user:run("schedule --yes --at " .. when .. " 'Summer Sale/Text'")
    assert.equal(6, cancelled.code)
    assert.matches("Text is CANCELLED, for good: only a draft can be scheduled", cancelled.err)
    assert.matches(("hint: klaviyo clone %s copies the campaign as drafts"):format(campaign.id), cancelled.err)
    assert(campaign.messages[1]:schedule { at = when })
    assert(campaign.messages[3]:cancel())
    local all = user:run("schedule --yes --at " .. when .. " 'Summer Sale'")
    assert.equal(6, all.code)
    assert.matches("Summer Sale has no drafts: 1 SCHEDULED, 2 CANCELLED", all.err)
    assert.matches("Blast is SCHEDULED, for .- America/New_York", all.err)
    assert.matches("Push is CANCELLED, for good", all.err)
    assert.matches("hint: klaviyo reschedule " .. campaign.id, all.err, 1, true)
  end)

  it("takes the name of a folder for that of a campaign where a time is given", function()
    assert(campaign:update { name = "doc" }) -- which is a folder here
    local result = user:run("schedule doc --yes --at " .. when)
    assert.equal(0, result.code, result.err)
    assert.same(ALL, statuses())
  end)

  it("refuses what cannot be scheduled, naming the options", function()
    local result = user:run "schedule 'Summer Sale' --yes --at 2020-01-01T00:00:00Z --strategy throttled"
    assert.equal(3, result.code)
    assert.matches("%-%-at lies in the past", result.err)
    assert.matches("%-%-percentage is missing", result.err)
    local zone = user:run "schedule 'Summer Sale' --yes --at 2099-01-01T00:00"
    assert.matches("hint: the campaign's zone is %-%-timezone America/New_York", zone.err)
    assert.equal(2, user:run "schedule 'Summer Sale' --strategy throtled".code)
    assert.same(NONE, statuses())
  end)

  it("says what stands after a failure in the middle, and takes it back if that was wished", function()
    local path = "/api/campaign-message-schedule"
    sandbox:fail { method = "POST", path = path, status = 400, after = 1, times = 1 }
    local result = user:run("schedule 'Summer Sale' --yes --at " .. when)
    assert.equal(6, result.code)
    assert.matches("Text could not be scheduled", result.err)
    assert.matches("Blast stays scheduled", result.err)
    assert.matches("Push was not tried", result.err)
    assert.same({ Blast = "SCHEDULED", Text = "DRAFT", Push = "DRAFT" }, statuses())
    sandbox:clear_faults()
    assert(campaign.messages[1]:refresh())
    user:run "revert 'Summer Sale'"
    sandbox:fail { method = "POST", path = path, status = 400, after = 1, times = 1 }
    result = user:run("schedule 'Summer Sale' --yes --undo --at " .. when)
    assert.matches("Blast was reverted", result.err)
    assert.same(NONE, statuses())
  end)

  it("does not say that a message stays scheduled which may have been reverted", function()
    sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", status = 400, after = 1, times = 1 }
    sandbox:fail { method = "PATCH", status = 503, gateway = "html", times = 0 }
    local result = user:run("schedule 'Summer Sale' --yes --undo --call-timeout 1 --at " .. when)
    sandbox:clear_faults()
    assert.equal(8, result.code)
    assert.matches("Blast may have been reverted", result.err)
    assert.matches("to look again: klaviyo recheck klaviyo1", result.err)
    assert.matches("hint: look before you repeat it", result.err)
  end)

  it("says that it is scheduled where that cannot be read back", function()
    sandbox:fail { method = "GET", path = "/api/campaign-messages/*", status = 503, times = 0 }
    local record = user:json(("schedule %s --yes --call-timeout 0.5 --at %s"):format(campaign.id, when))
    assert.equal("SCHEDULED", record.scheduled[1].status)
    local back = user:run("revert " .. campaign.id .. " --call-timeout 0.5")
    assert.matches("Blast  DRAFT", back.out)
    sandbox:clear_faults()
    assert.same(NONE, statuses())
  end)

  it("never schedules twice when an answer is lost", function()
    sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", cut = "before", acted = true,
      times = 1 }
    local result = user:run("schedule 'Summer Sale' --yes --at " .. when)
    assert.equal(0, result.code)
    assert.same(ALL, statuses())
    local posts = 0
    for _, call in ipairs(support.seen(sandbox)) do
      posts = posts + (call == "POST /api/campaign-message-schedule" and 1 or 0)
    end
    assert.equal(3, posts)
  end)
end)
