-- SPDX-License-Identifier: MIT
-- Campaign files: what they may hold and do, and that what is wrong with one is reported with its line.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local failure = require "klaviyo.cli.terminal.failure"
local json = require "klaviyo.model.json"
local problems = require "klaviyo.model.problems"
local validate = require "klaviyo.model.validate"

-- What the command would say to a text.
local function refused(text, name)
  local ok, problem = pcall(campaign_file.parse, text, name or "sale.lua")
  assert.is_false(ok)
  assert.is_true(failure.is(problem))
  assert.equal(failure.codes.input, problem.code)
  return problem.message
end

-- All that the validator finds in a file, as it is reported.
local function findings(text, name)
  local file = campaign_file.parse(text, name or "sale.lua")
  local found = assert(validate.create("campaign", file.model, {}))
  local ok, problem = pcall(file.refuse, file, problems.error(found, "create"))
  assert.is_false(ok)
  return table.concat(problem.details, "\n")
end

describe("campaign files", function()
  it("hold a campaign as a builder, as the last one made, as a table, or as JSON", function()
    for name, text in pairs {
      ["a.lua"] = 'return campaign "X"',
      ["b.lua"] = 'campaign "X":audience("A", { included = { "L" } }):sms { body = "b" }',
      ["c.lua"] = 'return { name = "X" }',
      ["d.json"] = '{ "name": "X", "audiences": [] }',
      ["stdin"] = ' { "name": "X" }',
      ["e.lua"] = '#!/usr/bin/env klaviyo\nreturn campaign "X"',
    } do
      assert.equal("X", campaign_file.parse(text, name).model.name, name)
    end
    local file = campaign_file.parse('return campaign "X":audience("A", {}):sms { body = "b" }:audience "B"', "x.lua")
    local model = file.model
    assert.equal(2, #model.audiences)
    assert.equal("b", model.audiences[1].messages[1].body)
  end)

  it("have an end", function()
    local ok, problem = pcall(campaign_file.read, "/dev/zero")
    assert.is_false(ok)
    assert.equal("/dev/zero: is larger than 4 MB", problem.message)
    assert.matches("is a directory", (select(2, pcall(campaign_file.read, "spec")).message:lower()))
    assert.matches("returns no campaign", select(2, pcall(campaign_file.read, "/dev/null")).message)
  end)

  it("know null", function()
    assert.equal(json.null, campaign_file.parse('return { name = "X", color = null }', "x.lua").model.color)
    assert.equal(json.null, campaign_file.parse('{ "name": "X", "color": null }', "x.json").model.color)
  end)

  it("are refused with file and line", function()
    assert.matches("^sale.lua:2: ", refused 'campaign "X"\nx = = 1')
    assert.matches("^sale.lua:1: boo", refused 'error "boo"')
    assert.matches('^sale.lua:3: audience builder has no "emial" %(did you mean "email"%?%)',
      refused 'local c = campaign "X"\nlocal a = c:audience("A", {})\na:emial {}')
    assert.matches("^sale.lua:2: campaign: the name must be a string", refused "\ncampaign {}")
    assert.matches("^sale.lua: returns no campaign", refused "return 3")
    assert.matches("makes 2 campaigns and returns none", refused 'campaign "A"; campaign "B"')
    assert.matches("^sale.json:2: ", refused('{ "name": "X",\n "x" }', "sale.json"))
    assert.matches("^sale.json:1: is not a JSON object", refused("[]", "sale.json"))
    assert.matches("is compiled Lua", refused "\27Lua")
  end)

  it("tell the line of a wrong field in a chain of the builder", function()
    local reported = findings [[
local sale = campaign "X"
  :timezone "America/New_Yrk"
sale:audience("VIP", { included = { "L" },
    exluded = { "x" } })
  :email { name = "One",
    -- subject = "no",
    subjct = "typo",
    from_email = 3 }
  :sms { name = "Two",
    title = "of a push" }
]]
    assert.matches('sale.lua:2: send_settings.send_timezone is not a time zone', reported)
    assert.matches('sale.lua:4: audiences%[1%].exluded', reported)
    assert.matches('sale.lua:7: audiences%[1%].messages%[1%].subjct is no field.*%(did you mean "subject"', reported)
    assert.matches('sale.lua:8: audiences%[1%].messages%[1%].from_email', reported)
    assert.matches('sale.lua:10: audiences%[1%].messages%[2%].title belongs to push', reported)
  end)

  it("tell the line of a wrong field in a table and in JSON", function()
    local reported = findings [==[
return {
  name = [[a { long
name]],
  audiences = {
    { included = { "L", 3 },
      messages = {
        { channel = "email", subject = "a -- no comment",
          sbject = "x" },
      } },
  },
}]==]
    assert.matches("sale.lua:5: audiences%[1%].included%[2%]", reported)
    assert.matches("sale.lua:8: audiences%[1%].messages%[1%].sbject", reported)
    reported = findings('{\n"name": "X",\n"audiences": [ { "included": ["L"], "messages": [\n'
      .. '{ "channel": "sms",\n"bdy": "x" } ] } ] }', "sale.json")
    assert.matches("sale.json:5: audiences%[1%].messages%[1%].bdy", reported)
  end)

  it("name the part where the field cannot be found", function()
    local reported = findings('local fields = { name = "One", channel = "email", subjct = "x" }\n'
      .. 'local sale = campaign "X"\nsale:audience("A", { included = { "L" } }):message(fields)')
    assert.matches("sale.lua:3: audiences%[1%].messages%[1%].subjct", reported)
  end)
end)
