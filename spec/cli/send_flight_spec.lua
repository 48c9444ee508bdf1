-- SPDX-License-Identifier: MIT
--- The pre-flight of klaviyo schedule FILE...: what it says besides the week and what the files hold.

local send_files = require "spec.support.send_files"

-- A text without its line breaks.
local function flat(text)
  return (text:gsub("%s+", " "))
end

describe("the pre-flight of files #process", function()
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

  local function other(name, list, at)
    local made = assert(world.kl.campaigns:create { name = name, audiences = { { included = { list },
      messages = { { name = "Post", channel = "sms", body = "x" } } } } })
    assert(made.messages[1]:schedule { at = at })
  end

  it("asks about each list on the days that files send to it, and not about each other", function()
    other("Monday, VIP", "LIST_1", "2099-11-30T20:00:00Z")
    other("Monday, the others", "LIST_2", "2099-11-30T20:00:00Z")
    other("Saturday", "LIST_1", "2099-11-28T20:00:00Z")
    assert.equal(0, world.user:run("schedule --yes " .. world.user:path "friday.lua").code)
    local result = world:schedule "--dry-run"
    assert.equal(0, result.code, result.err)
    assert.matches("Cyber Monday / VIP: list LIST_1 gets Monday, VIP / Post on the same day", flat(result.out))
    assert.is_nil(result.out:find("others", 1, true))
    assert.is_nil(result.out:find("Saturday", 1, true))
    assert.equal(1, select(2, flat(result.out):gsub("on the same day", "")))
    assert.matches("monday.lua  about %d+ recipients, by estimate", result.out)
    local allowed = world:schedule "--dry-run --allow same-day,far"
    assert.is_nil(allowed.out:find "same day")
    assert.matches("Allowed  .-same%-day", allowed.out)
  end)

  it("says what the service does not answer, and does not stop for it", function()
    world.sandbox:fail { path = "/api/campaign-recipient-estimation-jobs", status = 403, times = 0 }
    local document, result = world.user:json(world:arguments "--dry-run")
    world.sandbox:clear_faults()
    assert.equal(0, result.code, result.err)
    local about = {}
    for i, one in ipairs(document.not_known) do
      about[i] = one.about
    end
    assert.matches("how many recipients the campaign has", table.concat(about, "; "))
    assert.equal(4, #document.sends)
    assert.equal("schedule", document.sends[1].state)
    assert.equal("LIST_1", document.lists[1].list)
    assert.equal(3, #document.lists[1].messages)
  end)

  it("says of what is sending or was sent that it is too late", function()
    assert.equal(0, world:schedule().code)
    world.sandbox:set_clock "2099-11-27T16:30:00Z" -- Blast is sent, and the first quarter of Text
    world:change("friday", 'send = { at = "2099%-11%-27T11.-}', "send = null")
    world:change("friday", "T09:00", "T10:00")
    local result = world:schedule()
    assert.equal(0, result.code, result.err)
    assert.matches("Blast: it is SENT, not as the file says: that is too late now", flat(result.out))
    assert.matches("Text: it is sending, and the file has no send for it: klaviyo cancel %w+ stops it",
      flat(result.out))
    assert.matches("sms       Text   Fri 2099%-11%-27 11:00 America/New_York, 25 %% an hour  SENDING", result.out)
    assert.equal("Blast SENT, Last SCHEDULED, Push SENT, Text SENDING", world:statuses())
  end)
end)
