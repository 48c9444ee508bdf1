-- SPDX-License-Identifier: MIT
-- Sending from the command: nothing goes out that nobody has seen and agreed to, and what goes out can be followed and
-- taken back.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("sending #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    local sale = require("klaviyo").campaign "Summer Sale":timezone "America/New_York"
    sale:audience("VIP", { included = { "LIST_1" } })
      :email { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A",
               template_id = "T" }
      :sms { name = "Text", body = "It starts" }
    sale:audience("Everyone", { included = { "LIST_1", "LIST_2" } }):push { name = "Push", title = "T", body = "B" }
    campaign = assert(kl.campaigns:create(sale))
  end)

  local function statuses()
    local list = {}
    for _, message in ipairs(assert(kl.campaigns:tree(campaign.id)).messages) do
      list[message.name] = message.status
    end
    return list
  end

  local ALL = { Blast = "SCHEDULED", Text = "SCHEDULED", Push = "SCHEDULED" }
  local NONE = { Blast = "DRAFT", Text = "DRAFT", Push = "DRAFT" }

  describe("schedule", function()
    it("sends nothing without a terminal and without --yes", function()
      local result = user:run("schedule 'Summer Sale' --at " .. when)
      assert.equal(9, result.code)
      assert.matches("Nothing was sent: there is no terminal to ask on, and %-%-yes was not given", result.err)
      assert.same(NONE, statuses())
      -- what is piped in is no answer
      assert.equal(9, user:run("schedule 'Summer Sale' --at " .. when, { input = "Summer Sale\n" }).code)
      assert.same(NONE, statuses())
    end)

    it("shows who, what, when, how, and what is missing or odd", function()
      local result = user:run("schedule 'Summer Sale' --dry-run --strategy throttled --percentage 25 --at " .. when)
      assert.equal(0, result.code)
      assert.matches("Who      VIP: to LIST_1", result.out)
      assert.matches("What     email     Blast", result.out)
      assert.matches("It starts", result.out)
      assert.matches("from A <a@example.com>", result.out)
      assert.matches("When     %a+ " .. when:sub(1, 10):gsub("%-", "%%-") .. " %d%d:00 America/New_York", result.out)
      assert.matches(when:sub(1, 10) .. " 14:00 UTC", result.out, 1, true)
      assert.matches("Tokyo", result.out)
      assert.matches("How      25 %% an hour, over 3 h", result.out)
      assert.matches("100 %%", result.out)
      assert.matches("Account  profile default, http://127.0.0.1:%d+", result.out)
      assert.matches("Everyone: list LIST_1 is in VIP too", result.out)
      assert.same(NONE, statuses())
      for _, call in ipairs(support.seen(sandbox)) do
        assert.is_nil(call:find("message-schedule", 1, true))
      end
    end)

    it("has the pre-flight in JSON", function()
      local flight = user:json("schedule 'Summer Sale' --dry-run --at " .. when)
      assert.equal(3, #flight.messages)
      assert.equal("static", flight.strategy)
      assert.equal(when, flight.send_time)
      assert.is_true(#flight.findings > 0)
    end)

    it("sends what was shown once the campaign's name is typed", function()
      local screen = user:terminal("schedule " .. campaign.id .. " --at " .. when)
      screen:wait("Type"):wait("to schedule 3 messages:"):type "Summer Sale\n"
      local result = screen:finish()
      assert.equal(0, result.code)
      assert.matches("Who ", result.text)
      assert.same(ALL, statuses())
    end)

    it("sends nothing for any other answer, for none, and for Ctrl-C", function()
      for keys, code in pairs { ["summer sale\n"] = 9, ["y\n"] = 9, ["\n"] = 9, ["\4"] = 9, ["\3"] = 130 } do
        local screen = user:terminal("schedule " .. campaign.id .. " --at " .. when)
        screen:wait("messages:"):type(keys)
        assert.equal(code, screen:finish().code)
        assert.same(NONE, statuses())
      end
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

  describe("cancel and revert", function()
    before_each(function()
      assert(campaign:schedule { at = when })
    end)

    it("take back what is scheduled", function()
      local result = user:run "revert 'Summer Sale'"
      assert.equal(0, result.code)
      assert.same(NONE, statuses())
      local nothing = user:run "revert 'Summer Sale'"
      assert.equal(6, nothing.code)
      assert.matches("nothing to be reverted in Summer Sale: DRAFT", nothing.err)
    end)

    it("cancel after a question, or with --yes", function()
      assert.equal(9, user:run("cancel 'Summer Sale'").code)
      assert.same(ALL, statuses())
      local record = user:json "cancel 'Summer Sale' --yes"
      assert.equal(3, #record.cancelled)
      assert.same({ Blast = "CANCELLED", Text = "CANCELLED", Push = "CANCELLED" }, statuses())
    end)

    it("go on with the others when one cannot be cancelled", function()
      sandbox:fail { method = "PATCH", path = "/api/campaign-message-schedule/*", status = 400, times = 1 }
      local result = user:run "cancel 'Summer Sale' --yes"
      assert.equal(6, result.code)
      assert.matches("1 of 3 could not be cancelled", result.err)
      local list = statuses()
      assert.equal("SCHEDULED", list.Blast)
      assert.equal("CANCELLED", list.Push)
    end)
  end)

  describe("watch", function()
    it("tells each change as a line in a pipe, and ends with 0 when all is sent", function()
      assert(campaign:schedule { at = when, strategy = "throttled", percentage = 50 })
      local process = require "spec.support.process"
      user:write("watched", "")
      local watching = process.start(("{ %s; echo code $?; }"):format(
        user:command("watch " .. campaign.id .. " --interval 0.05")), user:path "watched")
      local function wait(text)
        process.wait_for(text .. " in: " .. user:read "watched", function()
          return user:read("watched"):find(text, 1, true)
        end)
      end
      wait "Blast  SCHEDULED"
      sandbox:set_clock(when)
      wait "Blast  SCHEDULED -> SENDING"
      sandbox:advance "2h"
      wait "Push  SENDING -> SENT"
      wait "code 0"
      watching:stop()
    end)

    it("draws bars on a terminal, and gives it back after Ctrl-C", function()
      assert(campaign:schedule { at = when })
      local screen = user:terminal("watch " .. campaign.id .. " --interval 0.05")
      screen:wait("SCHEDULED"):wait("Push"):type "\3"
      local result = screen:finish()
      assert.equal(130, result.code)
      assert.matches("\27%[%?25l.*\27%[%?25h", result.text) -- the cursor was hidden, and is back
      assert.matches("░░░░", result.text)
      assert.matches("Interrupted", result.text)
    end)

    it("fits a terminal that is narrow and low, so that it can be drawn again in its place", function()
      assert(campaign:schedule { at = when })
      local screen = user:terminal("watch " .. campaign.id .. " --interval 0.05", { columns = 40, rows = 5 })
      screen:wait("and 2 more: SCHEDULED"):wait("\27[3A"):type "\3"
      for line in screen:finish().text:gmatch "[^\r\n]+" do
        assert.is_true(require("klaviyo.cli.terminal.text").width((line:gsub("\27%[[%d?]*[A-Zl]", ""))) <= 40, line)
      end
    end)

    it("draws nothing on a dumb terminal", function()
      assert(campaign:schedule { at = when })
      local screen = user:terminal("watch " .. campaign.id .. " --interval 0.05", { env = { TERM = "dumb" } })
      screen:wait("Push  SCHEDULED"):type "\3"
      local result = screen:finish()
      assert.equal(130, result.code)
      assert.is_nil(result.text:find("\27", 1, true))
    end)

    it("tells by its exit code how it ended", function()
      assert.equal(6, user:run("watch " .. campaign.id).code)
      assert(campaign:schedule { at = when })
      local impatient = user:run("watch --timeout 0.1 --interval 0.05 " .. campaign.id)
      assert.equal(12, impatient.code)
      for _, message in ipairs(campaign.messages) do
        assert(message:cancel())
      end
      local lines, result = {}, user:run("watch --json " .. campaign.id)
      for line in result.out:gmatch "[^\n]+" do
        lines[#lines + 1] = assert(require("klaviyo.model.json").decode(line))
      end
      assert.equal(11, result.code)
      assert.equal(3, #lines)
      assert.equal("CANCELLED", lines[1].status)
    end)
  end)

  describe("calendar", function()
    it("shows sends by day and hour, as text, as JSON, and as a page", function()
      assert(campaign.audiences[2].messages[1]:schedule { at = when, strategy = "throttled", percentage = 50 })
      local result = user:run("calendar -z UTC --from " .. when:sub(1, 10) .. " --days 2")
      assert.equal(0, result.code)
      local grid = result.out:match "\n  (%a%a%a [ %d]%d %a%a%a [^\n]*)\n"
      assert.matches("^%a%a%a [ %d]%d %a%a%a · · · · · · · · · · · · · · 1 ▒ ·", grid)
      assert.matches("14:00  SCHEDULED  push      Summer Sale / Push, 50 %% an hour", result.out)
      local record = user:json("calendar -z UTC --from " .. when:sub(1, 10))
      assert.equal(when, record.sends[1].send_time)
      assert.equal("Push", record.sends[1].name)
      assert(campaign:update { name = "<script>alert(1)</script>&" })
      assert.equal(0, user:run("calendar --html " .. user:path "calendar.html").code)
      local page = user:read "calendar.html"
      assert.matches("&lt;script&gt;alert%(1%)&lt;/script&gt;&amp;", page)
      assert.matches('class="cell SCHEDULED" title="&lt;script&gt;.-class="cell running SCHEDULED"', page)
      assert.is_nil(page:find "<script")
      assert.is_nil(page:find "https?://")
      assert.is_nil(page:find "src=")
    end)
  end)
end)
