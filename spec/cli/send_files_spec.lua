-- SPDX-License-Identifier: MIT
--- klaviyo schedule FILE...: what files say is sent, all of it or nothing that was not seen and agreed to.

local send_files = require "spec.support.send_files"

local DRAFTS = "Blast DRAFT, Last DRAFT, Push DRAFT, Text DRAFT"
local ALL = DRAFTS:gsub("DRAFT", "SCHEDULED")

describe("klaviyo schedule FILE #process", function()
  local world

  setup(function()
    world = send_files.start()
  end)

  teardown(function()
    world:stop()
  end)

  before_each(function()
    world:apply()
  end)

  it("schedules all files after one pre-flight, and the second time does nothing", function()
    local first = world:schedule()
    assert.equal(0, first.code, first.err)
    assert.equal(ALL, world:statuses())
    assert.equal(4, world:count "POST")
    for _, shown in ipairs {
      "email     Blast  Fri 2099%-11%-27 09:00 America/New_York, all at once  to be scheduled",
      "push      Push   Fri 2099%-11%-27 16:00 Europe/Berlin", "25 %% an hour", "times in America/New_York",
      "Fri 27 Nov email    · · · · · · · · · 1 ·", "sms      · · · · · · · · · · · 1 ▒ ▒ ▒ ·",
      "Who      LIST_1.-: 3 messages: email Fri 27 09:00, sms Fri 27 11:00, sms", "LIST_2.-: up to 1 message",
      "LIST_1: 2 messages within 2 h: Black Friday / Blast, Text %(%-%-allow%s+close%-sends%)",
      "✓ Last   SCHEDULED  Mon 2099%-11%-30",
      "Done: 4 scheduled%." } do
      assert.matches(shown, first.out)
    end
    local messages = world:messages()
    assert.equal("2099-11-27T15:00:00", messages.Push.scheduling.send_time:sub(1, 19))
    assert.equal(25, messages.Text.scheduling.throttle_percentage)
    local second = world:schedule()
    assert.equal(0, second.code)
    assert.matches("Nothing to do: 4 as they were", second.out)
    assert.equal(4, world:count "POST")
  end)

  it("asks once, by the number of messages, and sends nothing without the answer", function()
    local none = world:schedule ""
    assert.equal(9, none.code)
    assert.matches("Nothing was sent: there is no terminal to ask on", none.err)
    assert.equal(3, world:schedule("--dry-run --force=no-such").code > 0 and 3)
    assert.equal(0, world:schedule("--dry-run").code)
    assert.equal(0, world:count "POST")
    local screen = world.user:terminal(world:arguments "")
    screen:wait " to schedule 4 messages of 2 campaigns: "
    screen:type "4 messages\n"
    assert.equal(0, screen:finish().code)
    assert.equal(ALL, world:statuses())
  end)

  it("sends nothing if a campaign was changed while it was looked at", function()
    local screen = world.user:terminal("schedule " .. world.user:path "friday.lua")
    screen:wait " to schedule 3 messages: "
    local text = world:messages().Text
    text.variations[1].details.body = "Something else"
    assert(text.variations[1]:save())
    screen:type "Black Friday\n"
    local result = screen:finish()
    assert.equal(6, result.code)
    assert.matches("was changed in the meantime; nothing was sent", result.text)
    assert.equal(0, world:count "POST")
  end)

  it("refuses drafts that are not what the files say, of all files before the first message", function()
    world:change("monday", "Only today", "Only now")
    os.remove(world.user:path "friday.lua.lock")
    local result = world:schedule()
    assert.equal(6, result.code)
    assert.matches("2 files are not what the account has; nothing was sent", result.err)
    assert.matches("monday.lua: differs from the account: 1 to change", result.err)
    assert.matches("friday.lua: was not applied to this account", result.err)
    assert.matches("hint: run klaviyo apply of these files first", result.err)
    assert.equal(DRAFTS, world:statuses())
  end)

  it("refuses a time that has passed, and what is missing, of all files before the first message", function()
    world:change("monday", "2099%-11%-30T10:00", "2020-11-30T10:00")
    local past = world:schedule()
    assert.equal(3, past.code)
    assert.matches("monday.lua:1: send.at lies in the past", past.err)
    world:change("friday", "2099(%-11%-27T11)", "2020%1")
    past = world:schedule()
    assert.matches("2 of 2 files have mistakes; nothing was sent", past.err)
    assert.matches("friday.lua:8: audiences%[1%].messages%[2%].send.at lies in the past", past.err)
    world:change("friday", "2020", "2099")
    world:change("monday", "2020", "2099")
    world:change("friday", 'preview_text = "Up to 40 %% off", template_id = "TEMPLATE",', "")
    local user = world.user
    os.remove(user:path "friday.lua.lock")
    world:change("friday", "Black Friday", "Black Friday 2")
    assert.equal(0, user:run("apply --yes " .. user:path "friday.lua").code)
    local incomplete = world:schedule()
    assert.equal(14, incomplete.code)
    assert.matches("Black Friday 2 / Blast: no template", incomplete.out)
    assert.matches("1 thing is missing; nothing was sent", incomplete.err)
    assert.equal(0, world:count "POST")
    assert.equal(0, world:schedule("--yes --force=no-template").code)
    assert.equal(4, world:count "POST")
  end)

  it("moves what has another time now, and does nothing else", function()
    world:schedule()
    world.sandbox:clear_requests()
    world:change("friday", "11:00", "12:00")
    world:change("friday", "percentage = 25", "percentage = 50")
    local plan = world.user:run("plan " .. world.user:path "friday.lua")
    assert.matches("Text   Fri 2099%-11%-27 11:00 America/New_York, 25 %% an hour → Fri 2099%-11%-27 12:00 "
      .. "America/New_York, 50 %% an hour  to be moved", plan.out)
    local moved = world:schedule()
    assert.equal(0, moved.code, moved.err)
    assert.matches("✓ Text  SCHEDULED  Fri 2099%-11%-27 12:00 America/New_York, 50 %% an hour  Black Friday\n"
      .. "Done: 1 moved, 3 as they were", moved.out)
    assert.same({ 1, 1 }, { world:count "PATCH", world:count "POST" })
    local text = world:messages().Text
    assert.same({ "2099-11-27T17:00:00", 50 }, { text.scheduling.send_time:sub(1, 19),
      text.scheduling.throttle_percentage })
  end)

  it("says what the account sends and the files do not, and leaves it as it is", function()
    world:schedule()
    world:change("friday", "send = { at = \"2099%-11%-27T16.-}", "send = null")
    world:change("friday", "  :sms.-}%s*}\n", "")
    local result = world:schedule()
    assert.equal(0, result.code, result.err)
    local messages = world:messages()
    assert.matches("Push: it is scheduled, and the file has no send for%s+it: klaviyo revert " .. messages.Push.id,
      result.out)
    assert.matches("Text: it is scheduled, and not in the file: klaviyo%s+revert " .. messages.Text.id, result.out)
    assert.matches("Nothing to do: 2 as they were", result.out)
    assert.equal(ALL, world:statuses())
    local document = world.user:json(world:arguments "--yes")
    assert.equal(2, #document.unchanged)
    assert.equal("SCHEDULED", document.unchanged[1].status)
    assert.same({}, document.scheduled)
    assert.equal("odd", document.findings[1].kind)
  end)

  it("says what was changed in a file after its message was scheduled", function()
    world:schedule()
    world:change("friday", "The sale is on", "The sale is over")
    local result = world:schedule()
    assert.equal(0, result.code, result.err)
    assert.matches("content of Text: the file differs from what the%s+account has, which stays", result.out)
    assert.equal("The sale is on", world:messages().Text.variations[1].details.body)
  end)

  it("says of a message that cannot be read back that it was accepted", function()
    world.sandbox:fail { method = "GET", path = "/api/campaign-messages/*", lag_by_id = 60, times = 0 }
    local late = world:schedule()
    world.sandbox:clear_faults()
    assert.equal(0, late.code, late.err)
    assert.matches("Text   SCHEDULED  Fri .-  %(accepted; it could not be read back%)", late.out)
    assert.equal(ALL, world:statuses())
  end)

  it("leaves what was sent or cancelled, and says so", function()
    world:schedule("--yes")
    local messages = world:messages()
    assert(messages.Text:cancel())
    assert(messages.Push:revert())
    world.sandbox:clear_requests()
    local result = world:schedule()
    assert.equal(0, result.code, result.err)
    assert.matches("Black Friday / Text: it is CANCELLED, and stays so", result.out)
    assert.matches("Done: 1 scheduled, 2 as they were, 1 sent or cancelled before", result.out)
    assert.equal(1, world:count "POST")
    assert.equal("Blast SCHEDULED, Last SCHEDULED, Push SCHEDULED, Text CANCELLED", world:statuses())
  end)

  it("stops at the first failure, says what was done and what was not, and goes on the next time", function()
    world.sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", status = 400, after = 1, times = 1 }
    local failed = world:schedule() -- in the order of the times: Blast 14:00, Push 15:00, Text 16:00, Last
    world.sandbox:clear_faults()
    assert.equal(6, failed.code)
    assert.matches("Push could not be scheduled", failed.err)
    assert.matches("Blast %(%w+%) scheduled: Fri 2099%-11%-27 09:00 America/New_York", failed.err)
    assert.matches("Text %(%w+%) was not tried", failed.err)
    assert.matches("Last %(%w+%) was not tried", failed.err)
    assert.matches("hint: run klaviyo schedule with the same files again: it does what is missing", failed.err)
    assert.equal("Blast SCHEDULED, Last DRAFT, Push DRAFT, Text DRAFT", world:statuses())
    local again = world:schedule()
    assert.matches("Done: 3 scheduled, 1 as they were", again.out)
    assert.equal(ALL, world:statuses())
  end)

  it("never schedules twice when an answer is lost, and says what is not known", function()
    world.sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", cut = "before", acted = true,
      times = 1 }
    assert.equal(0, world:schedule().code)
    assert.equal(4, world:count "POST")
    world:change("friday", "11:00", "12:00")
    world.sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", status = 400, times = 0 }
    local failed = world:schedule() -- neither the new time nor the old one can be set
    world.sandbox:clear_faults()
    assert.equal(15, failed.code)
    assert.matches("Text could not be moved: .- it is a draft now, and will not be sent", failed.err)
    assert.equal(0, world:schedule().code)
    assert.equal(ALL, world:statuses())
  end)

  it("takes a folder, and says no file twice", function()
    local user = world.user
    os.execute(("mkdir -p %s && cp %s/*day.lua* %s"):format(user:path "week", user.directory, user:path "week"))
    local result = user:run(("schedule %s %s --yes"):format(user:path "week", user:path "week/monday.lua"))
    assert.equal(0, result.code, result.err)
    assert.equal(4, world:count "POST")
    local both = world:schedule(user:path "week/monday.lua" .. " --yes")
    assert.equal(3, both.code)
    assert.matches("are both of the campaign", both.err)
  end)

  it("takes the options of a campaign from no command line", function()
    local at = world:schedule "--yes --at 2099-11-27T09:00Z"
    assert.equal(2, at.code)
    assert.matches("%-%-at is for a campaign: a file says that itself", at.err)
    assert.equal(2, world:schedule("--yes 'Black Friday'").code)
    assert.equal(2, world.user:run("schedule -", { input = "{}" }).code > 0 and 2)
    assert.equal(0, world:count "POST")
  end)
end)

describe("klaviyo schedule FILE, where the service does not show every detail #process", function()
  local world

  setup(function()
    world = send_files.start "openapi"
  end)

  teardown(function()
    world:stop()
  end)

  it("knows from the lock file how a message was scheduled", function()
    world:apply()
    assert.equal(0, world:schedule().code)
    assert.is_truthy(world:schedule().out:find("Nothing to do: 4 as they were", 1, true))
    world:change("friday", "percentage = 25", "percentage = 50")
    world.sandbox:clear_requests()
    local moved = world:schedule()
    assert.equal(0, moved.code, moved.err)
    assert.matches("Done: 1 moved, 3 as they were", moved.out)
    assert.same({ 1, 1 }, { world:count "PATCH", world:count "POST" })
    assert.matches("Nothing to do: 4 as they were", world:schedule().out)
    -- without it nobody knows, and nothing is moved on a guess
    world.user:write("friday.lua.lock", (world.user:read("friday.lua.lock"):gsub('"sends": {.*$', '"sends": {} } } , '
      .. '"version": 1 }')))
    local unknown = world:schedule()
    assert.matches("Nothing to do: 4 as they were", unknown.out)
    assert.matches("Text: the service does not show its percentage: it%s+may be another than the file's", unknown.out)
  end)
end)
