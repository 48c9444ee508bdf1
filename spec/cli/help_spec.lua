-- SPDX-License-Identifier: MIT
--- klaviyo help.

local cli = require "spec.support.cli"
local commands = require "klaviyo.cli.commands"

describe("klaviyo help #process", function()
  local user

  setup(function()
    user = cli.new()
  end)

  teardown(function()
    user:close()
  end)

  local function out(line)
    local result = user:run("help " .. line)
    assert.equal("", result.err)
    assert.equal(0, result.code)
    return result.out
  end

  it("lists the commands and the topics", function()
    local text = out ""
    for _, name in ipairs(commands.names) do
      assert.matches("\n   " .. name .. " ", text, 1, true)
    end
    for _, name in ipairs { "fields", "times", "files", "exit-codes", "environment", "warnings" } do
      assert.matches("\n   " .. name .. " ", text, 1, true)
    end
  end)

  it("shows the help of a command, as --help does", function()
    assert.equal(user:run("schedule --help").out, out "schedule")
  end)

  it("explains fields: all, those of a topic, or one", function()
    assert.matches("\n   email +template_id, subject", out "fields")
    local email = out "fields email"
    assert.matches('\n +subject = "Summer Sale starts now"\n', email)
    assert.equal(email, out "email")
    local one = out "fields throttle_percentage"
    assert.matches("^send_settings.throttle_percentage, of campaign\n", one)
    assert.matches("In requests: definition.send_settings.throttle_percentage (guide), nowhere (openapi).",
      (one:gsub("%s+", " ")), 1, true)
  end)

  it("writes fields as data", function()
    local records = user:json "help fields push --fields name,type"
    assert.same({ name = "title", type = "string" }, records[1])
    assert.equal("NAME\tEXAMPLE\nsubject\tsubject = \"Summer Sale starts now\"\n",
      out "fields subject --fields name,example")
    assert.equal("times", user:json("help times").topic)
    assert.matches("Usage: klaviyo plan", user:json("help plan").text)
  end)

  it("explains a config file even if that is broken", function()
    user:write("config", "[default\n")
    assert.matches("key_command", out "config")
    assert.matches("tomorrow 9am", out "times")
  end)

  it("knows other words for topics, and what was meant", function()
    assert.equal(out "exit-codes", out "exit")
    for line, reported in pairs {
      tmies = 'there is no command or topic tmies (did you mean "times"?)',
      shedule = '(did you mean "schedule"?)',
      ["fields subjct"] = 'there are no fields subjct (did you mean "subject"?)',
      ["fields emial"] = '(did you mean "email"?)',
      ["times now"] = "help takes one name, found times and now",
      ["times --fields name"] = "times and --fields exclude each other",
    } do
      local result = user:run("help " .. line)
      assert.equal(2, result.code, line)
      assert.matches(reported, result.err, 1, true)
    end
  end)
end)
