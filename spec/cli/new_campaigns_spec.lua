-- SPDX-License-Identifier: MIT
-- klaviyo create with several campaigns: from a CSV file, from many files and from folders.

local cli = require "spec.support.cli"
local core = require "klaviyo.core"
local support = require "spec.support.sandbox"

local CSV = [[
campaign,included,message,channel,body
A,LIST_1,A text,sms,Hello
B,LIST_1,B text,sms,Hello
C,LIST_1,C text,sms,Hello
A,LIST_1,A push,push,Hello
]]

describe("klaviyo create of several campaigns #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  -- The names of the account's campaigns, sorted.
  local function names()
    local list = {}
    for campaign in kl.campaigns:each() do
      list[#list + 1] = campaign.name
    end
    table.sort(list)
    return list
  end

  local function writes()
    local count = 0
    for _, call in ipairs(support.seen(sandbox)) do
      count = count + (call:find "^GET" and 0 or 1)
    end
    return count
  end

  it("creates each campaign of a CSV file in one call", function()
    local path = user:write("sends.csv", "\239\187\191" .. CSV:gsub("\n", "\r\n"))
    local result = user:run("create --csv " .. path)
    assert.equal("", result.err:match "hint.*" or "")
    assert.equal(0, result.code)
    assert.matches("Created 3 campaigns. Nothing is sent until klaviyo schedule.", result.err)
    assert.matches("A push", result.out)
    assert.equal(3, writes())
    assert.same({ "A", "B", "C" }, names())
    for _, message in ipairs(kl.campaigns:tree(kl.campaigns:list().data[1].id).messages) do
      assert.equal("DRAFT", message.status)
    end
  end)

  it("prints the campaigns as JSON", function()
    local list, result = user:json("create --csv -", { input = CSV })
    assert.equal(0, result.code)
    assert.equal(3, #list)
    assert.equal("A", list[1].name)
    assert.equal(2, #list[1].audiences[1].messages)
  end)

  it("takes what --template prints", function()
    assert.is_not_nil(kl)
    local template = user:run("create --template sms")
    assert.equal(0, template.code)
    local result = user:run("create --csv --dry-run -", { input = template.out })
    assert.equal(0, result.code)
    assert.matches("Summer Sale 2026: the file is valid", result.out)
    assert.same({}, support.seen(sandbox))
    local wrong = user:run("create --template smss")
    assert.equal(2, wrong.code)
    assert.matches('did you mean "sms"', wrong.err)
    assert.equal(2, user:run("create").code)
  end)

  it("reports all mistakes by row and column, and sends nothing", function()
    local path = user:write("bad.csv", "campaign,included,message,channel,body,timezone\n"
      .. "A,LIST_1,A text,smss,Hello,\nB,LIST_1,B text,sms,Hello,Europe/Berln\n")
    for _, option in ipairs { "", " --dry-run" } do
      local result = user:run("create --csv " .. path .. option)
      assert.equal(3, result.code)
      assert.matches("bad.csv is not valid; nothing was sent", result.err)
      assert.matches('bad.csv: row 2, column channel: is .*did you mean "sms"', result.err)
      assert.matches('bad.csv: row 3, column timezone: is not a time zone', result.err)
      assert.matches("create %-%-template prints a file", result.err)
    end
    assert.equal(0, writes())
  end)

  it("looks up all names before anything is created", function()
    local result = user:run("create --csv -", { input = "campaign,included,message,channel,body\n"
      .. "A,LIST_1,A text,sms,Hello\nB,list:No such list,B text,sms,Hello\n" })
    assert.equal(3, result.code)
    assert.matches("row 3, column included: .*No such list", result.err)
    assert.same({}, names())
  end)

  it("creates nothing twice: what is there is named, and --missing creates the others", function()
    assert.equal(0, user:run("create --csv -", { input = CSV:match "^.-\n.-\n" }).code)
    local again = user:run("create --csv -", { input = CSV })
    assert.equal(6, again.code)
    assert.matches("The account has 1 of these campaigns already; nothing was changed.", again.err)
    assert.matches("A %(%w+%)", again.err)
    local rest = user:run("create --csv --missing -", { input = CSV })
    assert.equal(0, rest.code)
    assert.matches("A %(%w+%) is there already, and left out", rest.err)
    assert.same({ "A", "B", "C" }, names())
    assert.equal("[]\n", user:run("create --csv --missing --json -", { input = CSV }).out)
    assert.equal(3, #names())
  end)

  it("says after a failure what was created and what was not", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", status = 400, after = 1, times = 1 }
    local result = user:run("create --csv -", { input = CSV })
    assert.equal(6, result.code)
    assert.matches("B could not be created", result.err)
    assert.matches("done: Created A %(%w+%)", result.err)
    assert.matches("Not created: C", result.err)
    assert.matches("%-%-missing", result.err)
    assert.same({ "A" }, names())
    assert.equal(0, user:run("create --csv --missing -", { input = CSV }).code)
    assert.same({ "A", "B", "C" }, names())
  end)

  it("finds a campaign whose response was lost, and goes on", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, after = 1, times = 1 }
    assert.equal(0, user:run("create --csv -", { input = CSV }).code)
    assert.same({ "A", "B", "C" }, names())
  end)

  it("says after Ctrl-C what was created, may have been and was not, and goes on from there", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", late = "20s", after = 1, times = 1 }
    local path = user:write("sends.csv", CSV)
    local screen = user:terminal("create --csv " .. path)
    screen:wait "Creating":wait "1 of 3":type "\3"
    local result = screen:finish()
    sandbox:clear_faults()
    assert.equal(130, result.code)
    assert.matches("Created A %(%w+%)", result.text)
    assert.matches("Creating B %(POST [^)]+%) was under way", result.text)
    assert.matches("Not created: C", result.text)
    assert.matches("B %(%w+%) is there already", user:run("create --csv --missing " .. path).err)
    assert.same({ "A", "B", "C" }, names())
  end)

  it("ends with what was done as JSON", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", status = 400, after = 1, times = 1 }
    local result = user:run("create --json --csv -", { input = CSV })
    local shown = core.document(result.err):decode(0).error
    assert.matches("^Created A", shown.done[1])
    assert.equal(6, shown.code)
    assert.equal("", result.out)
  end)

  it("applies the defaults of the folder to a CSV file", function()
    os.execute("mkdir -p " .. user:path "week")
    user:write("week/klaviyo.lua", 'return { timezone = "Europe/Berln", lists = { Best = "LIST_1" } }')
    local path = user:write("week/sends.csv", (CSV:gsub("LIST_1", "list:Best")))
    local wrong = user:run("create --dry-run --csv " .. path)
    assert.equal(3, wrong.code)
    assert.matches("week/klaviyo.lua:1: send_settings.send_timezone .*%(a default, for .-week/sends.csv%)", wrong.err)
    user:write("week/klaviyo.lua", 'return { timezone = "Europe/Berlin", lists = { Best = "LIST_1" } }')
    assert.equal(0, user:run("create --csv " .. path).code)
    local campaign = kl.campaigns:tree(kl.campaigns:list().data[1].id)
    assert.equal("Europe/Berlin", campaign.send_settings.send_timezone)
    assert.same({ "LIST_1" }, campaign.audiences[1].included)
  end)

  it("creates the campaigns of many files, with variables, after all were checked", function()
    os.execute("mkdir -p " .. user:path "many")
    user:write("many/a.lua", 'return { name = "A " .. vars.year, audiences = { { included = { "LIST_1" } } } }')
    user:write("many/b.json", '{ "name": "B", "audiences": [ { "included": ["LIST_1"] } ] }')
    local bad = user:write("many/c.lua", 'return { name = "C", audiences = { { includd = {} } } }')
    local result = user:run("create --set year=2026 " .. user:path "many")
    assert.equal(3, result.code)
    assert.matches("c.lua:1: audiences%[1%].includd", result.err)
    assert.equal(0, writes())
    os.remove(bad)
    local list, done = user:json("create --set year=2026 " .. user:path "many")
    assert.equal(0, done.code)
    assert.equal("A 2026", list[1].name)
    assert.equal("B", list[2].name)
    local unread = user:run("create --set yaer=2026 " .. user:path "many/b.json")
    assert.equal(2, unread.code)
    assert.matches("no file reads vars.yaer", unread.err)
  end)

  it("refuses two files that describe one campaign", function()
    local one, two = user:write("one.lua", 'return { name = "X", audiences = { { included = { "LIST_1" } } } }'),
      user:write("two.lua", 'return { name = "X", audiences = { { included = { "LIST_1" } } } }')
    local result = user:run(("create %s %s"):format(one, two))
    assert.equal(3, result.code)
    assert.matches("one.lua and .*two.lua both describe a campaign X", result.err)
    assert.equal(0, writes())
  end)
end)
