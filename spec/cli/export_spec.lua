-- SPDX-License-Identifier: MIT
--- klaviyo export.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

local function decode_lines(text)
  local list = {}
  for line in text:gmatch "[^\n]+" do
    list[#list + 1] = assert(require("klaviyo.model.json").decode(line))
  end
  return list
end

describe("klaviyo export #process", function()
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

  it("reads two lists, whatever the number of campaigns", function()
    for i = 1, 121 do
      assert(kl.campaigns:create { name = "Sale " .. i, audiences = { { included = { "L" }, messages = {
        { name = "A", channel = "sms", body = "x" }, { name = "B", channel = "sms", body = "y" } } } } })
    end
    for revision, lists in pairs { ["2026-04-15.pre"] = 2, ["2026-07-15.pre"] = 5, ["2026-10-15"] = 5 } do
      sandbox:clear_requests()
      local lines = decode_lines(user:run("export -f jsonl --revision " .. revision).out)
      assert.equal(121, #lines)
      assert.equal("y", lines[121].audiences[1].messages[2].variations[1].details.body)
      assert.equal(lists, #sandbox:requests(), revision)
    end
  end)

  it("waits for the reader of a pipe until Ctrl-C", function()
    os.execute("mkfifo " .. user:path "pipe")
    local screen = user:terminal("export -v -o " .. user:path "pipe")
    screen:wait("response GET"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted", result.text)
  end)
end)
