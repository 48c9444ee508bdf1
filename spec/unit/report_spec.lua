-- SPDX-License-Identifier: MIT
local report = require "klaviyo.model.report"

describe("a sum of results", function()
  local MAIL = { campaign_id = "C", message_id = "M", message_name = "Mail", channel = "email", delivered = 100,
    opens_unique = 50, open_rate = 0.5 }
  local TEXT = { campaign_id = "C", message_id = "N", message_name = "Text", channel = "sms", delivered = 300 }
  local STATISTICS = { "delivered", "opens_unique", "open_rate" }

  it("adds counts, and computes rates of the sums", function()
    local other = { campaign_id = "D", message_id = "O", channel = "email", delivered = 300, opens_unique = 30,
      open_rate = 0.1 }
    local sums = report.sum({ MAIL, other }, { "channel" }, STATISTICS)
    assert.same({ { channel = "email", delivered = 400, opens_unique = 80, open_rate = 0.2 } }, sums)
  end)

  it("keeps the rates of the service where there is one row", function()
    local odd = { campaign_id = "C", delivered = 3, opens_unique = 1, open_rate = 0.3333 }
    assert.equal(0.3333, report.sum({ odd }, { "campaign" }, STATISTICS)[1].open_rate)
  end)

  it("has rates of those rows that have them", function()
    local sum = report.sum({ MAIL, TEXT }, { "campaign" }, STATISTICS)[1]
    assert.same({ campaign_id = "C", delivered = 400, opens_unique = 50, open_rate = 0.5 }, sum)
  end)

  it("has no number that none of its rows has, and no rate of nothing", function()
    local sum = report.sum({ TEXT, TEXT }, { "campaign" }, STATISTICS)[1]
    assert.same({ campaign_id = "C", delivered = 600 }, sum)
    local none = { campaign_id = "C", delivered = 0, opens_unique = 0 }
    assert.is_nil(report.sum({ none, none }, { "campaign" }, STATISTICS)[1].open_rate)
  end)

  it("keeps apart what differs in one of the fields, in the order of the rows", function()
    local sums = report.sum({ TEXT, MAIL, TEXT }, { "campaign", "channel" }, STATISTICS)
    assert.equal(2, #sums)
    assert.equal("sms", sums[1].channel)
    assert.equal(600, sums[1].delivered)
    assert.equal(1, #report.sum({ TEXT, MAIL }, { "campaign" }, STATISTICS))
    assert.equal(2, #report.sum({ TEXT, MAIL }, { "message" }, STATISTICS))
  end)

  it("leaves the rows as they are", function()
    report.sum({ MAIL, MAIL }, { "campaign" }, STATISTICS)
    assert.equal(100, MAIL.delivered)
  end)
end)

describe("the statistics to ask for", function()
  it("are those that are wanted and what their rates are made of, each once", function()
    assert.same({ "open_rate", "opens_unique", "delivered", "click_rate", "clicks_unique" },
      report.with_parts { "open_rate", "click_rate" })
  end)

  it("are known by name", function()
    assert.is_nil(report.wrong_statistics(report.default))
    assert.is_nil(report.wrong_statistics(report.counts))
    assert.matches("there is no statistic", report.wrong_statistics { "open" })
    assert.matches("a list of statistics", report.wrong_statistics "open_rate")
    assert.matches("an empty table", report.wrong_dimensions {})
    local count = #report.counts
    for name, parts in pairs(report.rates) do
      count = count + 1
      assert.is_nil(report.wrong_statistics { name, parts[1], parts[2] })
    end
    assert.equal(31, count) -- as many as the published specs have
  end)
end)
