-- SPDX-License-Identifier: MIT
--- Topics of klaviyo help: what they say is what the code does.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local local_time = require "klaviyo.cli.local_time"
local send_time = require "klaviyo.cli.send_time"
local topics = require "klaviyo.cli.topics"
local validate = require "klaviyo.model.validate"

local FRIDAY = 1795788000 -- 2026-11-27T14:00:00Z

local function view(now)
  return { now = now or FRIDAY, zone = local_time.zone "America/New_York", commands = { { name = "list",
    fields = { id = true } }, { name = "plan" } }, kinds = "FILE.lua", defaults = "klaviyo.lua" }
end

local function text_of(name, now)
  local parts = {}
  for _, block in ipairs(topics.find(name).blocks(view(now))) do
    if type(block) == "string" then
      parts[#parts + 1] = block
    else
      parts[#parts + 1] = table.concat({ block.heading or block.term or "", block.text or "",
        type(block.code) == "table" and table.concat(block.code, "\n") or block.code or "" }, " ")
    end
  end
  return table.concat(parts, "\n")
end

describe("the topics of klaviyo help", function()
  it("have names of their own and something to say", function()
    local seen = {}
    for _, topic in ipairs(topics.list) do
      assert.is_nil(seen[topic.name])
      seen[topic.name] = true
      assert.is_true(#text_of(topic.name) > 100, topic.name)
    end
    assert.is_nil(topics.find "nothing")
  end)

  it("show what each form of a time means now, or why it is refused", function()
    local text = text_of("times", FRIDAY - 86400)
    assert.matches("fri 14:00 [^\n]*now: Fri 2026%-11%-27 14:00", text)
    assert.matches("tomorrow 9am [^\n]*now: Fri 2026%-11%-27 09:00", text)
    assert.matches("fri 14:00 [^\n]*now: refused, it could be today or in a week", text_of "times")
  end)

  it("name only forms of times that are taken, and that the week's day decides", function()
    for _, form in ipairs(send_time.forms) do
      assert.is_table(send_time.read(form[1], view().zone, FRIDAY - 86400), form[1])
    end
  end)

  it("show campaign files that are valid", function()
    for _, block in ipairs(topics.find "files".blocks(view())) do
      if type(block) == "table" and type(block.code) == "table" then
        local model = campaign_file.parse(table.concat(block.code, "\n"), "topic.lua").model
        assert.is_nil(validate.create("campaign", model))
      end
    end
  end)

  it("name every code, variable, setting and revision", function()
    for topic, rows in pairs { ["exit-codes"] = require("klaviyo.cli.terminal.failure").exits,
      environment = require("klaviyo.cli.environment").variables, config = require("klaviyo.cli.profile").described } do
      for _, row in ipairs(rows) do
        assert.matches(tostring(row[1]), text_of(topic), 1, true)
      end
    end
    for _, row in ipairs(require("klaviyo.model.revisions").list) do
      assert.matches(row.name, text_of "revisions", 1, true)
    end
    assert.matches("ab_test", text_of "revisions")
    for _, check in ipairs(require("klaviyo.cli.checks").list) do
      assert.matches(check.name .. " " .. check.text, text_of "warnings", 1, true)
    end
    assert.matches("list id", text_of "output")
    assert.not_matches("plan", text_of "output")
  end)
end)
