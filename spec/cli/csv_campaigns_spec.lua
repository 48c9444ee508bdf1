-- SPDX-License-Identifier: MIT
-- The campaigns of a CSV file, and that what is wrong with them is reported by row and column.

local csv_campaigns = require "klaviyo.cli.plan.csv_campaigns"
local failure = require "klaviyo.cli.terminal.failure"
local problems = require "klaviyo.model.problems"
local validate = require "klaviyo.model.validate"

local HEAD = "campaign,timezone,audience,included,excluded,message,channel,subject,body\n"

describe("the campaigns of a CSV file", function()
  local function models(text)
    local list, found = csv_campaigns.read(text, "sends.csv")
    assert.same({}, found)
    local out = {}
    for i, one in ipairs(list) do
      out[i] = one.model
    end
    return out
  end

  -- Everything that is reported about a file.
  local function refused(text)
    local list, found = csv_campaigns.read(text, "sends.csv")
    for _, one in ipairs(list) do
      local wrong = validate.create("campaign", one.model, {})
      for _, problem in ipairs(wrong and one:problems(problems.error(wrong, "x")) or {}) do
        found[#found + 1] = problem
      end
    end
    local ok, problem = pcall(csv_campaigns.refuse, "sends.csv", found)
    assert.is_false(ok)
    assert.is_true(failure.is(problem))
    assert.equal(failure.codes.input, problem.code)
    return problem.details
  end

  it("are the rows of one name, with the audiences of one name or of the same lists", function()
    local list = models(HEAD .. [[
A,Europe/Berlin,VIP,L1,L9,Mail,email,Hello,
B,,,L1 L2,,Text,sms,,Hi
A,Europe/Berlin,VIP,,,Text,SMS,,"Hi, you"
A,,All,L2,,Text,sms,,Hi

B,,,L1 L2,,Push,push,,Hi
B,,,L2,,Push 2,push,,Hi
]])
    assert.same({
      { name = "A", send_settings = { send_timezone = "Europe/Berlin" }, audiences = {
        { name = "VIP", included = { "L1" }, excluded = { "L9" }, messages = {
          { name = "Mail", channel = "email", subject = "Hello" },
          { name = "Text", channel = "sms", body = "Hi, you" } } },
        { name = "All", included = { "L2" }, messages = { { name = "Text", channel = "sms", body = "Hi" } } } } },
      { name = "B", audiences = {
        { included = { "L1", "L2" }, messages = { { name = "Text", channel = "sms", body = "Hi" },
          { name = "Push", channel = "push", body = "Hi" } } },
        { included = { "L2" }, messages = { { name = "Push 2", channel = "push", body = "Hi" } } } } },
    }, list)
  end)

  it("report every mistake with its row and column, in their order", function()
    assert.same({
      'sends.csv: row 2, column timezone: is not a time zone: "Europe/Berln" (did you mean "Europe/Berlin"?)',
    }, refused(HEAD .. "A,Europe/Berln,VIP,L1,,Mail,email,Hello,\n"))
    local details = refused("campaign,included,message,channel,subjct,subject,shorten_links,shorten_links\n"
      .. "A,L1,,email,,Hello,,\n"
      .. ",L1,Text,smss,,,maybe,\n"
      .. "B,L1,Text,email,,,yes,\n"
      .. "B,L1,Text,email,,,,,,x\n")
    local shown = table.concat(details, "\n")
    assert.matches("^sends.csv: row 1, column shorten_links: is there twice\n"
      .. 'sends.csv: row 1, column subjct: is no column %(did you mean "subject"%?%)\n'
      .. "sends.csv: row 2: name ", shown)
    assert.matches("row 3, column campaign: is empty: each row names its campaign\n", shown)
    assert.matches('row 3, column channel: is "email",', shown)
    assert.matches('row 4, column shorten_links: belongs to "sms" or "whatsapp", and this row is for "email"', shown)
    assert.matches("row 5: has 10 cells, and there are 8 titles$", shown)
  end)

  it("report rows of one campaign that do not agree", function()
    assert.same({ 'sends.csv: row 3, column timezone: is "UTC", and "Europe/Berlin" in row 2 of the same campaign',
      'sends.csv: row 4, column included: is "L2", and "L1" in row 2 of the same audience' },
      refused(HEAD .. "A,Europe/Berlin,VIP,L1,,M,sms,,x\nA,UTC,VIP,,,N,sms,,x\nA,,VIP,L2,,O,sms,,x\n"))
  end)

  it("report a row that is a copy of another", function()
    assert.same({ "sends.csv: row 4: is the same as row 2: the message would be sent twice" },
      refused(HEAD .. "A,,,L,,M,sms,,x\nA,,,L,,M,sms,,y\nA,,,L,,M,sms,,x\n"))
  end)

  it("report a copy that says the same in other words", function()
    local twice = "sends.csv: row 3: is the same as row 2: the message would be sent twice"
    assert.same({ twice }, refused(HEAD .. "A,UTC,VIP,L,,M,sms,,x\nA,,VIP,,,M,SMS,, x \n"))
    assert.same({ twice }, refused(HEAD:gsub("\n", ",is_tracking_opens\n")
      .. "A,,,L,,M,sms,,x,true\nA,,,L,,M,sms,,x,TRUE\n"))
    assert.same({}, refused(HEAD .. "A,,VIP,L,,M,sms,,x\nA,,Others,K,,M,sms,,x\nB,,VIP,L,,M,sms,,x\n"))
  end)

  it("report what is no CSV of campaigns", function()
    assert.matches("row 1: there is no column \"campaign\"", refused("message,channel\nx,sms\n")[1])
    assert.matches("row 1: there are no rows", refused(HEAD)[1])
    assert.matches("row 1: there is no column", refused("")[1])
    assert.matches("row 2, column subject: is not UTF%-8", refused(HEAD .. "A,,,L,,M,email,H\252tte,\n")[1])
    local ok, problem = pcall(csv_campaigns.read, HEAD .. 'A,"B', "sends.csv")
    assert.is_false(ok)
    assert.equal("sends.csv: row 2: a cell begins with a quote and has none at its end", problem.message)
  end)
end)
