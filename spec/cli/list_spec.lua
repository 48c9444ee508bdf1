-- SPDX-License-Identifier: MIT
--- klaviyo list.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo list #process", function()
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

  it("asks for a page of a hundred campaigns, and for none that it does not show", function()
    for i = 1, 198 do
      assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" }, messages = {
        { name = "A", channel = "sms", body = "x" } } } } })
    end
    local pages = { ["--limit 0 --all"] = 3, ["--limit 0"] = 2, ["--limit 99"] = 1, ["--limit 100"] = 2, [""] = 1 }
    for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre", "2026-10-15" } do
      for options, count in pairs(pages) do
        sandbox:clear_requests()
        assert.equal(0, user:run(("list %s --revision %s"):format(options, revision)).code)
        assert.equal(count, #sandbox:requests(), options)
      end
    end
  end)

  it("shows nothing of a list that it could not read to its end", function()
    for i = 1, 120 do
      assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" } } } })
    end
    for _, options in ipairs { "", " --json", " --fields id", " --sort send_time" } do
      sandbox:fail { path = "/api/campaigns", after = 1, status = 403 }
      local result = user:run("list --limit 0" .. options)
      assert.is_true(result.code ~= 0, options)
      assert.equal("", result.out, options)
      assert.equal(122, select(2, user:run("list --limit 0 --json").out:gsub('\n    "id"', "")))
    end
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

  it("sorts by the time of sending, and shows what is upcoming", function()
    local function names(arguments)
      local list = {}
      for i, campaign in ipairs((user:json("list " .. arguments))) do
        list[i] = campaign.name
      end
      return list
    end
    local ids = {}
    for _, campaign in ipairs(assert(kl.campaigns:list {}).data) do
      ids[campaign.name] = campaign.id
    end
    local soon, later = assert(kl.campaigns:tree(ids["Winter Sale"])), assert(kl.campaigns:create(support.sale "Later"))
    assert(later.messages[1]:schedule { at = support.tomorrow(20) })
    assert(soon.messages[1]:schedule { at = support.tomorrow(10) })
    assert(soon.messages[2]:schedule { at = support.tomorrow(21) })
    assert.same({ "Winter Sale", "Later" }, names "--upcoming")
    assert.same({ "Later", "Winter Sale" }, names "--upcoming --sort -send_time")
    assert.same({ "Later", "Winter Sale" }, names "--upcoming --sort name")
    assert.same({ "Winter Sale", "Later", "Summer Sale" }, names "--sort send_time")
    assert.same({ "Later", "Winter Sale", "Summer Sale" }, names "--sort -send_time")
    assert.same({ "Winter Sale" }, names "--sort send_time --limit 1")
    local shown = user:run "list --upcoming --limit 1"
    assert.matches("Winter Sale", shown.out)
    assert.is_nil(shown.out:find "Later")
    assert.matches("The first 1; %-%-limit 0 shows all", shown.err)
    assert(soon.messages[1]:cancel())
    assert.same({ "Later", "Winter Sale" }, names "--upcoming")
    assert.equal(2, user:run("export --sort send_time").code)
  end)
end)
