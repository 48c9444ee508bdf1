-- SPDX-License-Identifier: MIT
--- klaviyo calendar.

local cli = require "spec.support.cli"
local send_files = require "spec.support.send_files"
local support = require "spec.support.sandbox"

describe("klaviyo calendar #process", function()
  local sandbox, kl, user, campaign
  local when = support.day(2) .. "T14:00:00Z" -- not today, which looks otherwise, even if midnight passes meanwhile

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

  it("asks for a list for each status, in pages of a hundred", function()
    local messages = {}
    for i = 1, 101 do
      messages[i] = { name = "Text " .. i, channel = "sms", body = "x" }
    end
    assert(assert(kl.campaigns:create { name = "Large", audiences = { { included = { "L" }, messages = messages } } })
      :schedule { at = when })
    for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" } do
      sandbox:clear_requests()
      assert.equal(0, user:run("calendar --revision " .. revision).code)
      assert.equal(5, #sandbox:requests())
    end
  end)

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

  it("shows what files plan beside what is scheduled, before and after they are applied", function()
    local week = send_files.start()
    finally(function()
      week:stop()
    end)
    week:apply()
    local path = week.user:path "new.lua"
    week.user:write("new.lua", (send_files.FRIDAY:gsub("Black Friday", "Grey Friday"):gsub("11%-27T11", "11-28T11")))
    assert.equal(0, week.user:run("schedule --yes " .. week.user:path "friday.lua").code)
    week:change("friday", "11:00", "12:00")
    local words = ("calendar %s %s -z America/New_York"):format(week.user:path "friday.lua", path)
    local result = week.user:run(words)
    assert.equal(0, result.code, result.err)
    for _, line in ipairs { "Mon 23 Nov · · ·", "\nFri 27 Nov\n  09:00  SCHEDULED  email     Black Friday / Blast",
      "09:00  PLANNED    email     Grey Friday / Blast", "11:00  SCHEDULED  sms       Black Friday / Text",
      "12:00  PLANNED    sms       Black Friday / Text, 25 %% an hour", "7 sends; times in America/New_York",
      "Sat 28 Nov · · · · · · · · · · · 1 ▒ ▒ ▒" } do
      assert.matches(line, result.out)
    end
    assert.is_nil(result.out:find("PLANNED    email     Black Friday", 1, true))
    local record = week.user:json(words)
    local planned = {}
    for _, send in ipairs(record.sends) do
      planned[#planned + 1] = send.status == "PLANNED" and send.campaign .. " " .. send.name or nil
    end
    assert.same({ "Grey Friday Blast", "Grey Friday Push", "Black Friday Text", "Grey Friday Text" }, planned)
    assert.equal(0, week.user:run(words .. " --html " .. week.user:path "week.html").code)
    assert.matches('class="pill PLANNED">planned', week.user:read "week.html")
  end)
end)
