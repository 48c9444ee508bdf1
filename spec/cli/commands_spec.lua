-- SPDX-License-Identifier: MIT
-- The command as a process: reading, creating, copying and archiving; output for people, pipes and scripts; exit codes.

local cli = require "spec.support.cli"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

local function decode_lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    list[#list + 1] = assert(require("klaviyo.model.json").decode(line))
  end
  return list
end

describe("klaviyo #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
    user:write("sale.lua", cli.SALE)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  describe("create", function()
    it("makes a campaign in one call and draws it", function()
      local result = user:run("create " .. user:path "sale.lua")
      assert.equal(0, result.code)
      assert.matches("Created", result.err)
      assert.matches("Summer Sale  %w+, wizard", result.out)
      assert.matches("VIP  to LIST_1", result.out)
      assert.matches("Everyone  to LIST_2 without LIST_1", result.out)
      assert.matches("email     It starts now", result.out)
      local posts = 0
      for _, call in ipairs(support.seen(sandbox)) do
        posts = posts + (call == "POST /api/campaigns" and 1 or 0)
      end
      assert.equal(1, posts)
    end)

    it("takes a file from standard input, in Lua and in JSON", function()
      assert.equal(0, user:run("create -", { input = cli.SALE }).code)
      local result = user:run("create - --json", { input = '{"name":"J","audiences":[{"included":["L"]}]}' })
      assert.equal(0, result.code)
      assert.matches('"name": "J"', result.out)
    end)

    it("refuses a wrong file with file, line and field, and sends nothing", function()
      local path = user:write("bad.lua", (cli.SALE:gsub("subject", "subjct"):gsub("body = \"The", "bdy = \"The")))
      local result = user:run("create " .. path)
      assert.equal(3, result.code)
      assert.equal("", result.out)
      assert.matches('bad.lua:5: audiences%[1%].messages%[1%].subjct .-did you mean "subject"', result.err)
      assert.matches("bad.lua:7: audiences%[1%].messages%[2%].bdy", result.err)
      assert.same({}, support.seen(sandbox))
    end)

    it("checks a file without sending it", function()
      assert.equal(0, user:run("create --dry-run " .. user:path "sale.lua").code)
      assert.same({}, support.seen(sandbox))
    end)

    it("says what is known when the answer is lost", function()
      sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
      local result = user:run("create " .. user:path "sale.lua")
      assert.equal(0, result.code) -- it was found there
      local page = assert(kl.campaigns:list())
      assert.equal(1, #page.data)
    end)

    it("says what to do when it cannot be found out whether it happened", function()
      sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
      sandbox:fail { method = "GET", status = 500, times = 0 }
      local result = user:run("create --call-timeout 3 " .. user:path "sale.lua")
      sandbox:clear_faults()
      assert.equal(8, result.code)
      assert.matches("whether it happened is not known", result.err)
      assert.matches("hint: look before you repeat it", result.err)
      assert.equal(1, #assert(kl.campaigns:list()).data)
      assert.matches("Looking for what the service did, for up to %d s", result.err)
    end)
  end)

  describe("list", function()
    before_each(function()
      assert(kl.campaigns:create(support.sale "Summer Sale"))
      assert(kl.campaigns:create(support.sale "Winter Sale"))
      local old = assert(kl.campaigns:create(support.sale "Old Sale"))
      assert(old:archive())
    end)

    it("is a table with tabs in a pipe", function()
      local result = user:run "list --sort name"
      assert.equal(0, result.code)
      local first, second, third = result.out:match "^([^\n]*)\n([^\n]*)\n([^\n]*)\n$"
      assert.equal("ID\tNAME\tSTATUS\tSEND (UTC)", first)
      assert.matches("^%w+\tSummer Sale\tDRAFT\t$", second)
      assert.matches("^%w+\tWinter Sale\tDRAFT\t$", third)
      assert.is_nil(result.out:find "\27")
    end)

    it("filters by name, archive and status, and takes a limit", function()
      assert.matches("Winter", user:run("list --name Winter").out)
      assert.is_nil(user:run("list --name Winter").out:find "Summer")
      assert.matches("Old Sale", user:run("list --archived").out)
      assert.is_nil(user:run("list").out:find "Old Sale")
      assert.equal(3, #(user:json "list --all"))
      assert.equal(0, #(user:json "list --status sent"))
      assert.equal(1, #(user:json "list --limit 1"))
      local limited = user:run "list --limit 1"
      assert.matches("The first 1; %-%-limit 0 shows all", limited.err)
      assert.equal(0, #(user:json "list --created-before 2020-01-01"))
    end)

    it("has columns to choose from", function()
      local result = user:run "list --columns name,messages,builder --sort name"
      assert.matches("^NAME\tMESSAGES\tBUILDER\nSummer Sale\t4\twizard\n", result.out)
      local wrong = user:run "list --columns nmae"
      assert.equal(2, wrong.code)
      assert.matches('there is no column nmae %(did you mean "name"%?%)', wrong.err)
    end)

    it("has stable keys in JSON", function()
      local list = user:json "list --sort name"
      local keys = {}
      for key in pairs(list[1]) do
        keys[#keys + 1] = key
      end
      table.sort(keys)
      assert.same({ "archived", "builder", "color", "created_at", "description", "id", "messages", "name",
        "send_settings", "updated_at" }, keys)
      assert.equal("Summer Sale", list[1].name)
      assert.equal(4, #list[1].messages)
      assert.equal("DRAFT", list[1].messages[1].status)
    end)

    it("fits a terminal, in colours unless they are not wanted", function()
      local text = user:terminal("list"):finish().text
      assert.matches("\27%[1m", text)
      for line in text:gmatch "[^\r\n]+" do
        assert.is_true(require("klaviyo.cli.terminal.text").width(line) <= 100)
      end
      assert.is_nil(user:terminal("list", { env = { NO_COLOR = "1" } }):finish().text:find "\27%[%d")
      assert.matches("\27%[1m", user:run("show 'Summer Sale' --color always").out)
    end)
  end)

  describe("a narrow terminal", function()
    it("gets what fits it: columns below each other, what is long on lines of its own, hours without gaps", function()
      local campaign = assert(kl.campaigns:create(support.sale "A sale whose name is longer than the terminal is wide"))
      assert(campaign.messages[1]:schedule { at = support.tomorrow(14), strategy = "throttled", percentage = 25 })
      for _, command in ipairs { "list", "calendar --days 3", "show " .. campaign.id } do
        local shown = user:terminal(command, { columns = 44, env = { NO_COLOR = "1" } }):finish().text
        for line in shown:gmatch "[^\r\n]+" do
          local title = line:find("[%w ]+wide  %w+") or line:find("times in", 1, true)
          assert.is_true(title ~= nil or require("klaviyo.cli.terminal.text").width(line) <= 44, line)
        end
      end
      local listed = user:terminal("list", { columns = 40, env = { NO_COLOR = "1" } }):finish().text
      assert.matches("ID          %w+\r\nNAME        A sale whose name is longer…\r\nSTATUS  ", listed)
    end)
  end)

  describe("show", function()
    local campaign

    before_each(function()
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    it("finds a campaign by id, by name, and by what is in it", function()
      for _, word in ipairs { campaign.id, campaign.id:lower(), "'summer sale 2026'", campaign.messages[1].id,
        campaign.audiences[1].id } do
        local result = user:run("show " .. word)
        assert.equal(0, result.code, word)
        assert.matches(campaign.id, result.out, 1, true)
      end
    end)

    it("finds a name that very many others hold", function()
      local wanted = assert(kl.campaigns:create(support.sale "Sale"))
      for i = 1, 205 do
        assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" } } } })
      end
      assert.matches(wanted.id, user:run("show sale").out, 1, true)
      user:write("twin.lua", 'return { name = "Sale", audiences = { { included = { "L" } } } }')
      local twin = user:run("apply --yes " .. user:path "twin.lua")
      assert.equal(6, twin.code)
      assert.matches(wanted.id, twin.err, 1, true)
    end)

    it("says what else there is when a name is wrong or not enough", function()
      local close = user:run "show Summer"
      assert.equal(4, close.code)
      assert.matches("Did you mean one of these%?.-" .. campaign.id, close.err)
      assert(kl.campaigns:create(support.sale()))
      local several = user:run "show 'Summer Sale 2026'"
      assert.equal(3, several.code)
      assert.matches("2 campaigns are called", several.err)
      assert.equal(4, user:run("show 01ARZ3NDEKTSV4RRFFQ69G5FAV").code)
      assert.equal(4, user:run("show nothing").code)
    end)

    it("prints the answer of the service untouched", function()
      local raw = user:json("show --raw " .. campaign.id)
      assert.equal("campaign", raw.data.type)
      assert.equal(campaign.id, raw.data.id)
      assert.is_true(#raw.included >= 6)
    end)

    it("has the tree in JSON", function()
      local tree = user:json("show " .. campaign.id)
      assert.equal("VIP", tree.audiences[1].name)
      assert.equal("It starts", tree.audiences[1].messages[1].variations[1].details.subject)
    end)

    it("lets nothing of a campaign steer the terminal", function()
      local evil = require("klaviyo").campaign "x\27]0;owned\7y"
        :description "a\194\155b\226\128\174"
      evil:audience("\27[2J", { included = { "L\27[1m" } }):sms { name = "n\27c", body = "b\27[31m\nc" }
      local made = assert(kl.campaigns:create(evil))
      for _, command in ipairs { "show " .. made.id, "list", "show --json " .. made.id, "show --raw " .. made.id,
        "export -f jsonl", "calendar", "schedule -n --at 2099-12-01T14:00:00Z " .. made.id } do
        local result = user:run(command)
        assert.equal(0, result.code, command .. result.err)
        assert.is_nil((result.out .. result.err):find "[%z\1-\8\11-\31\127]", command)
        assert.is_nil((result.out .. result.err):find("\194\155", 1, true), command)
        assert.is_nil((result.out .. result.err):find("\226\128\174", 1, true), command)
      end
    end)
  end)

  describe("clone and archive", function()
    it("copy as drafts, and archive after a question", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      local copy = user:json("clone " .. campaign.id .. " --name Again")
      assert.equal("Again", copy.name)
      assert.equal("DRAFT", copy.audiences[1].messages[1].status)
      local refused = user:run("archive Again")
      assert.equal(9, refused.code)
      assert.matches("Nothing was archived: there is no terminal to ask on", refused.err)
      assert.is_false(assert(kl.campaigns:get(copy.id)).archived)
      local screen = user:terminal "archive Again"
      screen:wait("[y/N]"):type "y\n"
      local result = screen:finish()
      assert.equal(0, result.code)
      assert.is_true(assert(kl.campaigns:get(copy.id)).archived)
      local no = user:terminal("archive " .. campaign.id)
      no:wait("[y/N]"):type "\n"
      assert.equal(9, no:finish().code)
    end)
  end)

  describe("export", function()
    it("writes CSV that spreadsheets do not run", function()
      local sale = require("klaviyo").campaign '=HYPERLINK("x")'
      sale:audience("A, B", { included = { "L1", "L2" } }):sms { name = 'say "hi"', body = "two\nlines" }
      assert(kl.campaigns:create(sale))
      local result = user:run "export"
      assert.equal(0, result.code)
      local head, row = result.out:match "^(.-)\r\n(.-)\r\n$"
      assert.matches("^campaign_id,campaign,archived,audience,included", head)
      assert.matches([[,"'=HYPERLINK(""x"")",false,"A, B",L1 L2,]], row, 1, true)
      assert.matches([["say ""hi""",DRAFT,sms,"two]] .. "\n" .. [[lines"]], row, 1, true)
    end)

    it("writes no cell that a spreadsheet runs, whatever stands in front of the sign", function()
      local sale = require("klaviyo").campaign "Signs"
      local audience = sale:audience("A", { included = { "L1" } })
      local texts = { "\n=1+1", "\r=1", "\t=1", " =1", "=1", "+1", "-1", "@a", "\239\188\157" .. "1",
        "\239\188\139" .. "1", "\239\188\141" .. "1", "\239\188\160a", "\n" }
      for i, text in ipairs(texts) do
        audience:sms { name = "M" .. i, body = text }
      end
      assert(kl.campaigns:create(sale))
      local out = user:run("export").out
      for i in ipairs(texts) do
        local cell = out:match((",M%d,%%u+,sms,(.-),"):format(i))
        assert.matches("^\"?'", cell, "M" .. i)
      end
    end)

    it("writes a campaign on a line, to a file too", function()
      assert(kl.campaigns:create(support.sale "One"))
      assert(kl.campaigns:create(support.sale "Two"))
      local result = user:run("export -f jsonl --sort name -o " .. user:path "all.jsonl")
      assert.equal(0, result.code)
      assert.equal("", result.out)
      local list = decode_lines(user:read "all.jsonl")
      assert.equal(2, #list)
      assert.equal("One", list[1].name)
      assert.equal(2, #list[2].audiences)
    end)
  end)

  describe("request", function()
    it("makes any call", function()
      assert(kl.campaigns:create(support.sale()))
      local answer, result = user:json "request get /api/campaigns -q 'page[size]=1'"
      assert.equal(0, result.code)
      assert.equal("campaign", answer.data[1].type)
      assert.equal(4, user:run("request GET /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV").code)
      assert.matches("^200\n", user:run("request GET /api/campaigns -i").out)
    end)

    it("prints numbers and the order of names as they came", function()
      local port = process.port()
      local body = '{"b":12345678901234567890,"a":1.50}'
      local server = process.start((os.getenv "KLAVIYO_LUA" or "lua5.4") .. " -e " .. process.quote(([[
        local server = assert(require("socket").bind("127.0.0.1", %d))
        while true do
          local client = server:accept()
          repeat local line = client:receive() until not line or line == ""
          client:send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
            .. "Connection: close\r\n\r\n" .. %q)
          client:close()
        end]]):format(port, #body, body)), user:path "server")
      local env = { KLAVIYO_CONFIG = user:path "none", KLAVIYO_API_KEY = "pk_x",
        KLAVIYO_BASE_URL = "http://127.0.0.1:" .. port }
      local result
      process.wait_for("an answer", function()
        result = user:run("request GET /api/lists --call-timeout 1", { env = env })
        return result.code == 0
      end)
      server:stop()
      assert.equal('{\n  "b": 12345678901234567890,\n  "a": 1.50\n}\n', result.out)
    end)

    it("asks before all that is no reading, for it may send", function()
      for _, call in ipairs { "POST /api/campaign-message-schedule -d '{}'", "POST /api/campaign-message%2Dschedule",
        "DELETE /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV", "patch /api/campaigns/X -d '{}'", "PUT /api/x" } do
        local result = user:run("request " .. call)
        assert.equal(9, result.code, call)
        assert.matches("Nothing was sent: there is no terminal to ask on", result.err)
      end
      assert.same({}, support.seen(sandbox))
      local screen = user:terminal "request DELETE /api/campaigns/01ARZ3NDEKTSV4RRFFQ69G5FAV"
      screen:wait("may change the account, or send to real people. Do it? [y/N]"):type "y\n"
      assert.equal(4, screen:finish().code)
      assert.equal(6, user:run("request POST /api/campaign-message-schedule -d '{}' --yes").code)
    end)

    it("refuses what is no request", function()
      assert.equal(2, user:run("request FETCH /api/campaigns").code)
      assert.equal(2, user:run("request GET /api/campaigns -q novalue").code)
      assert.equal(2, user:run("request GET /api/campaigns -H 'Authorization: x'").code)
      assert.equal(3, user:run("request POST /api/campaigns -y -d '{'").code)
    end)
  end)

  describe("the command line", function()
    it("takes values that begin with a dash", function()
      assert(kl.campaigns:create(support.sale "Anna"))
      assert(kl.campaigns:create(support.sale "Berta"))
      local list = user:json "list --sort -name --created-since -7d"
      assert.equal("Berta", list[1].name)
      assert.equal(2, #list)
      assert.equal(0, user:run("calendar --from -7d --days 1").code)
    end)

    it("says which option has a wrong value, what is allowed, and what was found", function()
      for line, reported in pairs {
        ["list --limit abc"] = '--limit is a whole number, 0 or more, found "abc"',
        ["list -l -3"] = '--limit is a whole number, 0 or more, found "-3"',
        ["export --limit 1.5"] = '--limit is a whole number, 0 or more, found "1.5"',
        ["calendar --days 401"] = '--days is a whole number from 1 to 400, found "401"',
        ["watch x --interval 0"] = '--interval is a number of seconds above 0, found "0"',
        ["list --sort nmae"] = '"-updated_at", found "nmae" (did you mean "name"?)',
        ["list --status snet"] = '"CANCELLED", found "SNET" (did you mean "SENT"?)',
        ["list --created-since soon"] = 'found "soon"',
        ["show"] = "missing argument 'CAMPAIGN'",
      } do
        local result = user:run(line)
        assert.equal(2, result.code, line)
        assert.matches(reported, result.err, 1, true)
      end
      assert.matches("hint: klaviyo list %-%-help", user:run("list --limit abc").err)
      local reported = assert(require("klaviyo.model.json").decode(user:run("lst --json").err))
      assert.equal(2, reported.error.code)
      assert.matches("Did you mean 'list'%?", reported.error.hint)
    end)

    it("works with standard streams that are closed, and no socket takes their place", function()
      assert(kl.campaigns:create(support.sale()))
      sandbox:clear_requests()
      for _, closed in ipairs { "<&-", ">&-", "2>&-", "<&- >&- 2>&-" } do
        local _, code = require("spec.support.process").run(user:command "list" .. " " .. closed)
        assert.equal(0, code, closed)
      end
      assert.same({ "GET /api/campaigns", "GET /api/campaigns", "GET /api/campaigns", "GET /api/campaigns" },
        support.seen(sandbox))
    end)

    it("knows what was meant", function()
      local result = user:run "shwo x"
      assert.equal(2, result.code)
      assert.matches("unknown command 'shwo'", result.err)
      assert.matches("Did you mean 'show'%?", result.err)
      assert.matches("Did you mean '%-%-columns'%?", user:run("list --colums x").err)
      assert.equal(2, user:run("").code)
      assert.equal(2, user:run("show").code)
    end)

    it("helps", function()
      local help = user:run "--help"
      assert.equal(0, help.code)
      for _, exit in ipairs(require("klaviyo.cli.terminal.failure").exits) do
        assert.matches(exit[3], help.out, 1, true)
      end
      for _, name in ipairs(require("klaviyo.cli.commands").names) do
        assert.matches("   " .. name, help.out, 1, true)
        assert.equal(0, user:run(name .. " --help").code)
      end
      assert.matches("^klaviyo %d", user:run("--version").out)
    end)

    it("completes in three shells", function()
      for shell, sign in pairs { bash = "complete %-F", zsh = "#compdef klaviyo", fish = "complete %-c klaviyo" } do
        local result = user:run("completion " .. shell)
        assert.equal(0, result.code)
        assert.matches(sign, result.out)
        assert.matches("schedule", result.out)
      end
    end)

    it("completes in bash: commands, options, their words, and profiles", function()
      user:write("complete.bash", user:run("completion bash").out .. [[
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        $(complete -p klaviyo | sed 's/.*-F \([^ ]*\).*/\1/') && echo "${COMPREPLY[@]}"
      ]])
      for line, words in pairs {
        ["klaviyo sche"] = "schedule", ["klaviyo --json sho"] = "show", ["klaviyo list --arch"] = "--archived",
        ["klaviyo schedule x --strategy th"] = "throttled", ["klaviyo list --status SE"] = "SENDING SENT",
        ["klaviyo sandbox st"] = "status stop", ["klaviyo request P"] = "POST PUT PATCH",
        ["klaviyo -p def"] = "default",
      } do
        local out = process.run(("KLAVIYO_CONFIG=%s bash %s %s"):format(user:path "config", user:path "complete.bash",
          line))
        assert.equal(words .. "\n", out, line)
      end
    end)

    it("is quiet when nobody reads on", function()
      for i = 1, 3 do
        assert(kl.campaigns:create(support.sale("Sale " .. i)))
      end
      local result = user:run("calendar --days 400", { sink = "| head -n 1" })
      assert.equal("", result.err)
      assert.equal(1, select(2, result.out:gsub("\n", "")))
    end)

    it("says so when what it writes cannot be written", function()
      local result = user:run("calendar --days 400", { sink = ">/dev/full; echo $?" })
      assert.equal("1\n", result.out)
      assert.matches("standard output", result.err)
    end)

    it("tells failures in JSON too", function()
      local result = user:run "show nothing --json"
      assert.equal(4, result.code)
      local reported = assert(require("klaviyo.model.json").decode(result.err))
      assert.equal(4, reported.error.code)
      assert.matches("There is no campaign", reported.error.message)
    end)
  end)

  describe("failures of the service", function()
    it("have an exit code each", function()
      local campaign = assert(kl.campaigns:create(support.sale()))
      local cases = {
        { { status = 401 }, 5 }, { { status = 403 }, 5 }, { { status = 400 }, 6 }, { { status = 409 }, 6 },
        { { status = 500 }, 7 }, { { html = true, status = 200 }, 7 },
      }
      for _, case in ipairs(cases) do
        sandbox:clear_faults()
        case[1].times = 0
        sandbox:fail(case[1])
        assert.equal(case[2], user:run("show " .. campaign.id .. " --call-timeout 3").code,
          tostring(case[1].status))
      end
      sandbox:clear_faults()
    end)

    it("say that nobody answers", function()
      local lonely = cli.new()
      lonely:write("config", "[default]\nbase_url = http://127.0.0.1:9\nkey_env = KEY\n")
      lonely.env.KEY = "pk_x"
      local result = lonely:run "list --call-timeout 2"
      assert.equal(7, result.code)
      assert.matches("hint: ", result.err)
      lonely:close()
    end)
  end)

  describe("a slow call", function()
    it("is shown while it lasts, on a terminal alone", function()
      sandbox:fail { latency = "1500ms", times = 1 }
      local shown = user:terminal("list"):finish().text
      assert.matches("Reading campaigns", shown)
      sandbox:fail { latency = "1500ms", times = 1 }
      assert.is_nil(user:run("list").err:find "Reading")
    end)

    it("ends with Ctrl-C: the terminal is given back, and it is said what was under way", function()
      sandbox:fail { latency = "20s", times = 1, method = "POST" }
      local screen = user:terminal("create " .. user:path "sale.lua")
      screen:wait("Creating"):type "\3"
      local result = screen:finish()
      assert.equal(130, result.code)
      assert.matches("Interrupted%.", result.text)
      assert.matches("Creating Summer Sale %(POST /api/campaigns%) was under way: it may have happened", result.text)
      sandbox:clear_faults()
      sandbox:fail { latency = "20s", times = 1, method = "POST" }
      screen = user:terminal("create --json " .. user:path "sale.lua")
      screen:wait("Creating"):type "\3"
      result = screen:finish()
      assert.equal(130, result.code)
      assert.matches('{"error":{"code":130,"done":%[%],"message":"interrupted",'
        .. '"uncertain":%["Creating Summer Sale %(POST /api/campaigns%) was under way: it may have happened."%],'
        .. '"under_way":"POST /api/campaigns"}}',
        result.text)
      sandbox:clear_faults()
    end)
  end)
end)
