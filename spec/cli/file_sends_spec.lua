-- SPDX-License-Identifier: MIT
--- The sends of a campaign file: where they stand, what they leave to the campaign, and that a mistake has its line.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local problems = require "klaviyo.model.problems"
local file_sends = require "klaviyo.cli.plan.file_sends"

local RULES = { dialect = "openapi", revision = "2026-10-15", now = false }
local ONE, TWO = "audiences[1].messages[1]", "audiences[1].messages[2]"

local BUILDER = [[
local sale = campaign "Sale"
  :timezone "America/New_York"
  :send { at = "2026-11-27T09:00", strategy = "throttled", percentage = 25 }
sale:audience("VIP", { included = { "L" } })
  :email { name = "Blast", subject = "Now" }
  :sms { name = "Text", body = "Now", send = { at = "2026-11-27T11:00", timezone = "Europe/Berlin" } }
return sale]]

local function parse(text, name)
  return campaign_file.parse(text, name or "sale.lua")
end

local function changed(pattern, text)
  return parse((BUILDER:gsub(pattern, text)))
end

local function plan(file, where)
  return (assert(file_sends.plan(file, where, RULES)))
end

-- All that is wrong with the sends of a file, as it is reported.
local function findings(text, name)
  local file = parse(text, name)
  local ok, problem = pcall(file.refuse, file, problems.error(file_sends.problems(file, RULES), file.name))
  assert.is_false(ok)
  return table.concat(problem.details, "\n")
end

describe("the sends of a campaign file", function()
  it("are taken out of what is created, in builder form, as a table and in JSON", function()
    local file = parse(BUILDER)
    assert.is_nil(file.model.send)
    assert.is_nil(file.model.audiences[1].messages[2].send)
    assert.equal("Now", file.model.audiences[1].messages[2].body)
    assert.equal("2026-11-27T14:00:00Z", require("klaviyo.model.time").format(plan(file, ONE).epoch))
    assert.same({ at = "2026-11-27T11:00", timezone = "Europe/Berlin" }, file.sends[TWO])
    local text = [[return { name = "X", send = { at = "2026-11-27T09:00Z" }, messages = { { name = "M" } },
      audiences = { { messages = { { channel = "sms", send = { at = "2026-11-28T09:00Z" } } } } } }]]
    local made = parse(text)
    assert.same({ [""] = { at = "2026-11-27T09:00Z" }, [ONE] = { at = "2026-11-28T09:00Z" } }, made.sends)
    assert.is_nil(made.model.audiences[1].messages[1].send)
    assert.same({ at = "2026-11-27T09:00Z" }, file_sends.of(made, "messages[1]"))
    made = parse('{ "name": "X", "audiences": [ { "messages": [ { "send": { "date": "2026-11-27" } } ] } ] }', "x.json")
    assert.same({ [ONE] = { date = "2026-11-27" } }, made.sends)
    assert.is_nil(made.model.audiences[1].messages[1].send)
    assert.same({}, parse('return { name = "X" }').sends)
  end)

  it("leave to the campaign what they do not name", function()
    local text = plan(parse(BUILDER), TWO)
    assert.equal("2026-11-27T11:00:00+01:00", text.send_time)
    assert.equal("throttled", text.strategy)
    assert.equal(25, text.percentage)
    local own = changed(', timezone = "Europe/Berlin"', ', strategy = "static"')
    assert.equal("2026-11-27T11:00:00-05:00", plan(own, TWO).send_time)
    assert.is_nil(plan(own, TWO).percentage)
    local later = changed('at = "2026%-11%-27T11:00", timezone = "Europe/Berlin"', 'percentage = 50')
    assert.same({ epoch = plan(later, ONE).epoch, send_time = "2026-11-27T09:00:00-05:00", strategy = "throttled",
      percentage = 50 }, plan(later, TWO))
    local none = changed("send = {.-}", "send = null")
    assert.equal(json.null, none.sends[TWO])
    assert.is_nil(file_sends.of(none, TWO))
    assert.is_truthy(file_sends.of(none, ONE))
  end)

  it("take the names of message.scheduling, too", function()
    local file = parse [[return { name = "X", send = { send_time = "2026-11-27T09:00:00-05:00", strategy = "throttled",
      throttle_percentage = 25, throttle_unit = "hour" }, messages = { { send = { throttle_percentage = 50 } }, {} } }]]
    assert.equal(50, plan(file, "messages[1]").percentage)
    assert.equal(25, plan(file, "messages[2]").percentage)
    assert.equal("hour", plan(file, "messages[1]").unit)
  end)

  it("are refused with their line, each mistake once", function()
    local reported = findings((BUILDER:gsub("percentage = 25", "percentage = 26"):gsub('11:00", time', '11:00",\n  ')))
    assert.matches('sale.lua:3: send.percentage cannot be 26; allowed: 10, 11', reported)
    assert.equal(1, select(2, reported:gsub("cannot be 26", "")))
    assert.matches('sale.lua:7: audiences%[1%].messages%[2%].send.zone is no option of schedule %(did you mean '
      .. '"timezone"%?%)', reported)
    assert.matches('sale.lua:2: messages%[1%].send must be a table such as { at', findings('return { name = "X",\n'
      .. 'messages = { { send = "tomorrow" } } }'))
    assert.matches('x.json:2: messages%[1%].send.at has no offset', findings('{ "name": "X", "messages": [\n'
      .. '{ "send": { "at": "2026-11-27T09:00" } } ] }', "x.json"))
    assert.matches('sale.lua:1: messages%[1%].send.at is missing', findings 'return { messages = { { send = {} } } }')
  end)

  it("belong to the campaign or to a message, not to an audience", function()
    for call, said in pairs { [':audience("A", {}):send { at = "x" }'] = "call it on the campaign, or write send = ",
      [":send(3)"] = "a table of options is needed, found 3", [".send { at = 3 }"] = "call it with a colon" } do
      local ok, problem = pcall(parse, '\ncampaign "X"' .. call)
      assert.is_false(ok)
      assert.is_true(failure.is(problem))
      assert.matches("^sale.lua:2: send: " .. said, problem.message)
    end
  end)

  it("may lie in the past where only what was sent is compared", function()
    local file = parse 'return { send = { at = "2020-01-01T00:00Z" }, messages = { {} } }'
    assert.equal(0, #file_sends.problems(file, RULES))
    local _, found = file_sends.plan(file, "messages[1]", { dialect = "guide", revision = "2026-10-15", now = 2e9 })
    assert.equal("send.at", found[1].path)
    assert.matches("lies in the past", found[1].message)
  end)
end)
