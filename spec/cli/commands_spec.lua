-- SPDX-License-Identifier: MIT
--- The command line: commands, options, help, and what was meant.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("the command line of klaviyo #process", function()
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
      ["sandbox statsu"] = 'found "statsu" (did you mean "status"?)',
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

  it("knows what was meant", function()
    local result = user:run "shwo x"
    assert.equal(2, result.code)
    assert.matches("unknown command 'shwo'", result.err)
    assert.matches("Did you mean 'show'%?", result.err)
    assert.matches("Did you mean '%-%-columns'%?", user:run("list --colums x").err)
    local alone = user:run ""
    assert.equal(2, alone.code)
    assert.matches("hint: klaviyo help lists the commands", alone.err)
    assert.matches("hint: a name of several words is written in quotes; klaviyo show %-%-help",
      user:run("show Summer Sale").err)
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

  it("shows every command in its group", function()
    local commands, help = require "klaviyo.cli.commands", user:run("--help").out
    local before = 0
    for _, group in ipairs(commands.groups) do
      local at = assert(help:find("\n" .. group.title .. ":\n", 1, true), group.title)
      assert.is_true(at > before, group.title)
      local block = help:sub(at + 1):match "^[^\n]*\n(.-)\n\n"
      for _, name in ipairs(group) do
        assert.matches("\n   " .. name .. " ", "\n" .. block, 1, true)
      end
      before = at
    end
    assert.not_matches("\nCommands:", help, 1, true)
  end)

  it("has two examples for each command, which it takes and which can be copied", function()
    local commands, complete = require "klaviyo.cli.commands", require "klaviyo.cli.complete"
    for _, name in ipairs(commands.names) do
      local examples = commands.module(name).examples or {}
      assert.is_true(#examples >= 2, name)
      local help = commands.parser({ name }, 80)._commands[1]:get_help():gsub("\\\n    ", "")
      for _, example in ipairs(examples) do
        assert.matches("  klaviyo " .. example .. "\n", help, 1, true)
        local words = complete.split((example:gsub(" [|>] .*$", ""):gsub(" (%-%d)", "=%1"))) -- as join_values does
        local taken, message = commands.parser({ name }):pparse(words)
        assert.is_true(taken, ("%s: %s"):format(example, tostring(message)))
      end
    end
  end)

  it("has a module for each command, and each module in one group", function()
    local commands, expected, found = require "klaviyo.cli.commands", {}, {}
    for _, name in ipairs(commands.names) do
      assert.is_nil(expected[commands.module_name(name)], name .. " is in two groups")
      expected[commands.module_name(name)] = true
    end
    local pipe = assert(io.popen "ls lua/klaviyo/cli/commands")
    for file in pipe:lines() do
      local module = file:match "^(.*)%.lua$"
      if module and module ~= "init" then
        found[module] = true
      end
    end
    pipe:close()
    assert.same(expected, found)
  end)
end)
