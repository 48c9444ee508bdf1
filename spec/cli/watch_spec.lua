-- SPDX-License-Identifier: MIT
--- klaviyo watch.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("klaviyo watch #process", function()
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

  it("tells each change as a line in a pipe, and ends with 0 when all is sent", function()
    assert(campaign:schedule { at = when, strategy = "throttled", percentage = 50 })
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

  it("reads one list for each refresh, whatever the number of messages", function()
    local sale = require("klaviyo").campaign "Large":timezone "America/New_York"
    local audience = sale:audience("All", { included = { "LIST" } })
    for n = 1, 60 do
      audience:sms { name = "Text " .. n, body = "It starts" }
    end
    assert(assert(kl.campaigns:create(sale)):schedule { at = when })
    for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" } do
      sandbox:clear_requests()
      assert.equal(12, user:run("watch Large --timeout 0.3 --interval 0.05 --revision " .. revision).code)
      local refreshes, others = 0, {}
      for _, request in ipairs(sandbox:requests()) do
        local path = request.path:gsub("%?.*", "")
        if path == "/api/campaign-messages" then
          refreshes = refreshes + 1
        else
          others[#others + 1] = path:gsub("%w+$", "", path:find "/campaigns/" and 1 or 0)
        end
      end
      assert.same({ "/api/campaigns", "/api/campaigns/" }, others) -- finding it by its name, and its tree
      assert.is_true(refreshes > 1)
    end
  end)

  it("reads by its id what the list lacks", function()
    assert(campaign:schedule { at = when })
    sandbox:fail { path = "/api/campaign-messages", lag = "1h", times = 0 }
    user:write("lacking", "")
    local watching = process.start(("{ %s; echo code $?; }"):format(
      user:command("watch " .. campaign.id .. " --interval 0.05")), user:path "lacking")
    process.wait_for("the first status", function()
      return user:read("lacking"):find("Push  SCHEDULED", 1, true)
    end)
    sandbox:set_clock(when)
    sandbox:advance "2h"
    process.wait_for("the end", function()
      return user:read("lacking"):find("code 0", 1, true)
    end)
    watching:stop()
  end)

  it("waits longer the longer nothing is due", function()
    local watch = require "klaviyo.cli.commands.watch"
    local function pause(list, now)
      local messages = {}
      for i, given in ipairs(list) do
        messages[i] = { status = given[1], scheduling = { send_time = given[2], strategy = "static" } }
      end
      return watch.longest_pause(messages, require("klaviyo.cli.local_time").utc, now)
    end
    local noon = assert(require("klaviyo.model.time").parse "2026-12-01T12:00:00Z")
    local due, later = { "SCHEDULED", "2026-12-01T12:00:00Z" }, { "SCHEDULED", "2026-12-03T12:00:00Z" }
    assert.equal(300, pause({ due, later }, noon - 3600))
    assert.equal(50, pause({ due, later }, noon - 100))
    assert.equal(15, pause({ due, later }, noon - 10))
    assert.equal(15, pause({ due, later }, noon + 3600))
    assert.equal(300, pause({ { "SENT" }, later }, noon))
    assert.equal(15, pause({ { "SENDING" }, later }, noon))
    assert.equal(15, pause({ { "Adding recipients" }, later }, noon))
    assert.equal(15, pause({ { "SCHEDULED" }, later }, noon))
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

  it("ends on a final status that nobody has heard of, and says what it was", function()
    assert(campaign:schedule { at = when })
    for _, message in ipairs(campaign.messages) do
      assert(message:cancel())
    end
    local port = process.port()
    local server = process.start(("%s spec/support/rewrite.lua %d %s CANCELLED 'Cancelled: No Recipients'"):format(
      os.getenv "KLAVIYO_LUA" or "lua5.4", port, sandbox.url:match "%d+$"), user:path "server")
    local env = { KLAVIYO_CONFIG = user:path "none", KLAVIYO_API_KEY = "pk_x",
      KLAVIYO_BASE_URL = "http://127.0.0.1:" .. port }
    local result
    process.wait_for("the server", function()
      result = user:run("watch --timeout 5 --interval 0.1 " .. campaign.id, { env = env })
      return result.code ~= 7
    end)
    assert.equal(11, result.code, result.err)
    assert.matches("Blast  CANCELLED: NO RECIPIENTS", result.out)
    local screen = user:terminal("watch " .. campaign.id, { env = env })
    assert.matches("Text: CANCELLED: NO RECIPIENTS", screen:finish().text)
    server:stop()
  end)

  local function report_requests()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.path:find "values%-reports" and 1 or 0)
    end
    return count
  end

  -- A user of a new machine, which has asked for no report.
  local function newcomer()
    local other = cli.new(sandbox)
    finally(function()
      other:close()
    end)
    return other
  end

  local function sent()
    assert(campaign:schedule { at = when })
    sandbox:set_clock(when)
    sandbox:advance "3h"
  end

  it("ends with first results, for which it asks once", function()
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    sent()
    sandbox:clear_requests()
    local result = newcomer():run("watch " .. campaign.id)
    assert.equal(0, result.code, result.err)
    assert.matches("First results, as of .*; they grow for days\n  Blast: 1,000 recipients, %d+%.%d %% opened, ",
      result.out)
    assert.matches("\n  Text: 1,000 recipients, %d+%.%d %% clicked", result.out)
    assert.equal(1, report_requests())
    local lines = {}
    for line in newcomer():run("watch --json " .. campaign.id).out:gmatch "[^\n]+" do
      lines[#lines + 1] = assert(require("klaviyo.model.json").decode(line))
    end
    assert.equal(4, #lines)
    assert.equal(3, #lines[4].results)
    assert.equal(2, report_requests())
    result = newcomer():run("watch --no-results " .. campaign.id)
    assert.is_nil(result.out:find("First results", 1, true))
    assert.equal(2, report_requests())
  end)

  it("ends as the messages did where there are no results: a note says why", function()
    sent() -- and no metric is there
    local result = newcomer():run("watch " .. campaign.id)
    assert.equal(0, result.code)
    assert.matches('No first results: .*"Placed Order".* Later: klaviyo report ' .. campaign.id, result.err)
    sandbox:metric { id = "PLACED", name = "Placed Order" }
    sandbox:fail { path = "/api/campaign-values-reports", status = 403, times = 0 }
    result = newcomer():run("watch " .. campaign.id)
    assert.equal(0, result.code)
    assert.matches("No first results: ", result.err, 1, true)
    sandbox:clear_faults()
    local other = newcomer()
    for _ = 1, 2 do
      assert.matches("First results", other:run("watch " .. campaign.id).out, 1, true)
    end
    sandbox:clear_requests()
    result = other:run("watch " .. campaign.id)
    assert.equal(0, result.code)
    assert.matches("two reports a minute", result.err, 1, true)
    assert.equal(0, report_requests())
  end)

  it("runs a command at each change and at the end, with what it is about in its environment", function()
    campaign.name = "Sale $(touch pwned)'"
    assert(campaign:save())
    assert(campaign:schedule { at = when })
    user:write("log", "")
    user:write("hook", ('printf "%%s|%%s|%%s|%%s|%%s|%%s\\n" "$KLAVIYO_EVENT" "$KLAVIYO_CAMPAIGN" "$KLAVIYO_MESSAGE" '
      .. '"$KLAVIYO_CHANNEL" "$KLAVIYO_STATUS" "$KLAVIYO_EXIT" >> %s; exit 3'):format(user:path "log"))
    user:write("exec", "")
    local command = user:command(("watch %s --interval 0.05 --no-results --exec 'sh %s'"):format(campaign.id,
      user:path "hook"))
    local watching = process.start(("{ %s; echo code $?; }"):format(command), user:path "exec")
    process.wait_for("the first status", function()
      return user:read("exec"):find("Push  SCHEDULED", 1, true)
    end)
    sandbox:set_clock(when)
    sandbox:advance "2h"
    process.wait_for("the end", function()
      return user:read("exec"):find("code 0", 1, true)
    end)
    watching:stop()
    local log = user:read "log"
    assert.matches("change|Sale $(touch pwned)'|Blast|email|SENT|\n", log, 1, true)
    assert.matches("\nend|Sale $(touch pwned)'|||SENT|0\n", log, 1, true)
    assert.matches("The command of --exec ended with code 3 (change SENT).", user:read "exec", 1, true)
    assert.is_nil(io.open "pwned")
  end)

  it("ends cleanly on Ctrl-C while the command of --exec runs", function()
    assert(campaign:schedule { at = when })
    -- exec: dash loses a signal that comes while it forks.
    local screen = user:terminal("watch " .. campaign.id .. " --interval 0.05 --exec 'echo began; exec sleep 30'")
    screen:wait "SCHEDULED"
    sandbox:set_clock(when)
    sandbox:advance "2h"
    screen:wait("began"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted", result.text)
    assert.matches("\27%[%?25h", result.text) -- the cursor is back
  end)
end)
