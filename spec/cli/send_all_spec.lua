-- SPDX-License-Identifier: MIT
--- klaviyo schedule FILE... is killed at its writes, and run again: it ends in the same state, and no message is
--- scheduled twice. (spec/torture/kills.lua does that at every write.)

local process = require "spec.support.process"
local send_all = require "klaviyo.cli.plan.send_all"
local send_files = require "spec.support.send_files"
local time = require "klaviyo.model.time"

local ALL = "Blast SCHEDULED, Last SCHEDULED, Push SCHEDULED, Text SCHEDULED"

-- What happens to the write at which it is killed.
local MOMENTS = {
  ["before it is processed"] = { cut = "before", late = 60 },
  ["processed, not yet answered"] = { late = 60 },
  ["processed a second after the kill"] = { cut = "before", late = 60, process_after = 1 },
}

describe("the result of a send", function()
  local PLAN = { send_time = "2099-11-27T14:00:00Z", strategy = "static" }

  local function result(message, unread)
    local status, _, remark = send_all.result { message = message, plan = PLAN, send = {}, unread = unread }
    return status, remark
  end

  it("is what the service shows, or that it shows it not yet, or otherwise", function()
    assert.same({ "SCHEDULED" }, { result { status = "SCHEDULED", scheduling = PLAN } })
    assert.same({ "SENDING" }, { result { status = "SENDING", scheduling = PLAN } })
    assert.same({ "SCHEDULED", "accepted; the service does not show it yet" }, { result { status = "DRAFT" } })
    assert.same({ "SCHEDULED", "accepted; it could not be read back" }, { result({ status = "DRAFT" }, "an error") })
    local _, remark = result { status = "SCHEDULED", scheduling = { send_time = "2099-11-28T14:00:00Z" } }
    assert.matches("^not what the file says", remark)
    assert.same({ "CANCELLED", remark }, { result { status = "CANCELLED" } })
  end)
end)

describe("klaviyo schedule FILE, killed #process", function()
  local world

  setup(function()
    world = send_files.start()
  end)

  teardown(function()
    world:stop()
  end)

  -- Runs it again until it has nothing to do, and returns what the last run said.
  local function run_again()
    local result
    for _ = 1, 3 do
      result = world:schedule()
      if result.code == 0 and result.out:find("Nothing to do", 1, true) then
        return result.out
      end
    end
    return result.out .. result.err
  end

  local function hour_of(name)
    return world:messages()[name].scheduling.send_time:sub(12, 16)
  end

  for name, fault in pairs(MOMENTS) do
    it("while it schedules the second message: " .. name, function()
      world:apply()
      world:stop_at({ method = "POST", nth = 2 }, { fault = fault })
      assert.matches("Nothing to do: 4 as they were", run_again())
      assert.equal(ALL, world:statuses())
      assert.same({ "14:00", "15:00", "16:00" }, { hour_of "Blast", hour_of "Push", hour_of "Text" })
    end)
  end

  for what, ahead in pairs { [""] = 0, [", even if the machine's clock was set back since"] = 3600 } do
    it("before the file said that the message is not sent" .. what, function()
      world:apply()
      world:stop_at({ method = "POST", nth = 3 }, { fault = MOMENTS["processed a second after the kill"] })
      world:change("friday", "send = { at = \"2099%-11%-27T11.-}", "send = null")
      local path = world.user:path "friday.lua.lock"
      local lock, changed = process.read(path):gsub('("began": *)"([^"]*)"', function(name, began)
        return ('%s"%s"'):format(name, time.format(time.parse(began) + ahead))
      end)
      assert.equal(1, changed)
      process.write(path, lock)
      local result = world:schedule()
      assert.matches("was interrupted was scheduling Text: waiting", result.err)
      assert.matches("Text: it is scheduled, and the file has no send for%s+it", result.out)
      assert.equal(ALL, world:statuses())
    end)
  end

  it("while it moves a message, in the first half and in the second", function()
    world:apply()
    assert.equal(0, world:schedule().code)
    for clock, case in pairs {
      ["12:00"] = { "PATCH", MOMENTS["processed, not yet answered"], "17:00" },
      ["13:00"] = { "PATCH", MOMENTS["processed a second after the kill"], "18:00" },
      ["14:00"] = { "POST", MOMENTS["before it is processed"], "19:00" },
      ["15:00"] = { "POST", MOMENTS["processed a second after the kill"], "20:00" },
    } do
      world:change("friday", 'at = "2099%-11%-27T1[1-5]:00", s', ('at = "2099-11-27T%s", s'):format(clock))
      world:stop_at({ method = case[1], nth = 1 }, { fault = case[2] })
      assert.matches("Nothing to do: 4 as they were", run_again(), clock)
      if case[1] == "PATCH" and case[2].process_after then
        world:await_late() -- a revert that came after the next move would leave a draft
      end
      assert.equal(ALL, world:statuses())
      assert.equal(case[3], hour_of "Text")
    end
  end)

  it("ends a move that it has begun when it is interrupted, and begins no other", function()
    world:apply()
    assert.equal(0, world:schedule().code)
    world:change("friday", "11:00", "12:00")
    world:change("monday", "10:00", "11:00")
    world:stop_at({ method = "PATCH", nth = 1 }, { fault = { late = 0.5 }, signal = "INT" })
    assert.matches("Interrupted%.\n  • Moved Text %(%w+%)%.\n$", world.user:read "killed")
    assert.equal(ALL, world:statuses())
    assert.same({ "17:00", "15:00" }, { hour_of "Text", hour_of "Last" })
    assert.matches("Done: 1 moved, 3 as they were", world:schedule().out)
    assert.equal("16:00", hour_of "Last")
  end)
end)
