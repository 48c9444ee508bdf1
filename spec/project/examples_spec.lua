-- SPDX-License-Identifier: MIT
--- Each script of examples/ runs as its first comment says: on its own, and against a sandbox that is there.

local process = require "spec.support.process"

local lua = os.getenv "KLAVIYO_LUA" or "lua5.4"

-- What each prints, by name: plain pieces, in this order.
local EXPECTED = {
  ab_test = { "Plain  The summer sale", "about 2000 recipients", "Subjects is SENT",
    "A/B test again: 2 variations, test of 20 %" },
  all_channels = { "email     Email     DRAFT", "whatsapp", "audiences[1].messages[1].subjekt",
    "audiences[1].messages[2].body" },
  audiences = { "created:  Lapsed", "without RECENT_BUYERS, UNENGAGED", "copied:   to Another campaign",
    "2 audiences are left" },
  by_name = { 'no list is named "VIP custmers" (did you mean "VIP customers"?)',
    "created: Summer by name, 2 messages", "about 1080 recipients", "email    Ada, summer is on: Hi Ada",
    "sms      Ada, it’s on. Reply STOP to end (1 part, UCS-2)", "Email is SENT", "Text is SENT",
    "email    1080 recipients", "sms      1080 recipients" },
  campaigns = { "created:  Spring Launch", "Europe/Berlin", "cloned:   Spring Launch 2028, 1 message",
    "archived: true" },
  emergency_stop = { "could not be cancelled" },
  last_year = { "Summer Sale 2026 -> Summer Sale 2027", "Email", "Text" },
  messages = { "created:  Reminder, DRAFT", "opens false, clicks true", "copied:   Copy of Email", "left:     Text" },
  queries = { "Sale 12", "second page: 5, back: true", "did you mean \"name\"" },
  quickstart = { "Summer Sale 2026", "SENT" },
  related = { "asked:    2 messages", "audience: VIP", "campaign: Related", "image:    nil" },
  same_time_everywhere = { "SCHEDULED local_timezone" },
  scheduling = { "SCHEDULED", "does not exist in America/New_York", "CANCELLED" },
  throttled_rollout = { "25 % an hour" },
  tracking_audit = { "opens false, clicks true", "without full tracking" },
  variations = { "It starts today", "It starts tonight", "Tonight at eight", "deleted: 0 variations" },
  weekly_report = { "campaign,audience,message,channel,status,strategy,send_time",
    '"The ""big"" sale, part 1",VIP,Email,email,SCHEDULED,static,' },
}

-- What those with a sandbox of their own, whose clock they turn, print besides.
local ALONE = {
  ab_test = { "14:00   400 of 2000", "16:00  2000 of 2000", "Plain   200 sent", "Short  1800 sent, the winner" },
  emergency_stop = { "Email        CANCELLED", "1 due today, 0 could not be cancelled" },
  same_time_everywhere = { "300 of 900", "600 of 900", "900 of 900", "SENT" },
  throttled_rollout = { " 500 of 2000", "2000 of 2000", "-> SENT" },
}

-- Those that wait for a clock that somebody else turns, need what is in an account, or always take their own sandbox.
local NOT_THERE = { ab_test = true, by_name = true, throttled_rollout = true, quickstart = true }

local function run(name, environment, arguments)
  return process.run(("env -u KLAVIYO_BASE_URL -u KLAVIYO_API_KEY -u KLAVIYO_LIST %s %s examples/%s.lua %s </dev/null")
    :format(environment or "", lua, name, arguments or ""))
end

local function assert_prints(output, pieces)
  local from = 1
  for _, piece in ipairs(pieces or {}) do
    local _, stop = output:find(piece, from, true)
    assert(stop, ("%q is not there, or not behind the others, in:\n%s"):format(piece, output))
    from = stop + 1
  end
end

describe("examples #process", function()
  for name, pieces in pairs(EXPECTED) do
    it(name .. " runs on its own", function()
      local output, code = run(name)
      assert.equal(0, code, output)
      assert_prints(output, pieces)
      assert_prints(output, ALONE[name])
    end)
  end

  it("run against a sandbox that is there", function()
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    for name, pieces in pairs(EXPECTED) do
      if not NOT_THERE[name] then
        sandbox:reset()
        local output, code = run(name, ("KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_spec"):format(sandbox.url))
        assert.equal(0, code, name .. ": " .. output)
        assert_prints(output, pieces)
        assert.is_true(#sandbox:requests() > 0, name)
      end
    end
    sandbox:stop()
  end)

  it("say what is missing, and fail", function()
    local output, code = run("campaigns", nil, "--live")
    assert.equal(1, code)
    assert_prints(output, { "campaigns.lua: KLAVIYO_API_KEY" })
  end)

  it("stop one campaign, if an id is given", function()
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    local kl = require("klaviyo").client { base_url = sandbox.url, api_key = "pk_spec" }
    local today, ids = os.date "!%Y-%m-%d", {}
    sandbox:set_clock(today .. "T00:00:00Z")
    sandbox:rate(0)
    for i = 1, 2 do
      local made = assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" }, messages = {
        { name = "Text " .. i, channel = "sms", body = "x" } } } } })
      assert(made.messages[1]:schedule { at = today .. "T12:00:00Z" })
      ids[i] = made.id
    end
    local output, code = run("emergency_stop",
      ("KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_spec"):format(sandbox.url), ids[2])
    kl:close()
    assert.equal(0, code, output)
    assert.is_nil(output:find("Text 1", 1, true))
    assert_prints(output, { "Text 2       CANCELLED", "0 of 1 messages could not be cancelled" })
    sandbox:stop()
  end)

  it("fix what they find when --fix is given", function()
    local output, code = run("tracking_audit", nil, "--fix")
    assert.equal(0, code, output)
    assert_prints(output, { "both are on now" })
  end)

  it("are tested by tests like yours", function()
    local output, code = process.run(("busted --lua=%s examples/testing/reminder_spec.lua")
      :format(process.quote(process.find(lua))))
    assert.equal(0, code, output)
    assert_prints(output, { "3 successes / 0 failures / 0 errors" })
  end)

  it("are each in this table", function()
    local pipe = assert(io.popen "ls examples")
    local missing = {}
    for file in pipe:lines() do
      local name = file:match "^(.*)%.lua$"
      missing[#missing + 1] = name and name ~= "support" and not EXPECTED[name] and name or nil
    end
    pipe:close()
    assert.same({}, missing)
  end)
end)
