-- SPDX-License-Identifier: MIT
-- The columns of a CSV file of campaigns, and the values of their cells.

local csv_columns = require "klaviyo.cli.plan.csv_columns"
local schema = require "klaviyo.model.schema"
local values = require "klaviyo.model.validate.value"

describe("csv_columns", function()
  local function value(title, text, channel)
    return csv_columns.value(assert(csv_columns.of(title)), text, channel)
  end

  it("know a title in small and capital letters, and dotted", function()
    for _, title in ipairs { "subject", " Subject ", "details.subject" } do
      assert.equal("subject", csv_columns.of(title).name)
    end
    for title, name in pairs { campaign = "campaign", ["campaign.name"] = "campaign", ["message.name"] = "message",
      ["audience.included"] = "included", ["send_settings.send_strategy"] = "send_strategy",
      ["send_settings.send_timezone"] = "timezone" } do
      assert.equal(name, csv_columns.of(title).name, title)
    end
  end)

  it("are all the fields that a new campaign can have", function()
    local rules = { name = "openapi", revision = "2026-10-15", form = "inline" }
    for _, channel in ipairs(schema.channels) do
      for _, field in ipairs(schema.details[channel]) do
        if not values.rejection(rules, field) then
          assert.is_table(csv_columns.of(field[1]), field[1])
        end
      end
    end
    for _, field in ipairs(schema.resources.message.fields) do
      if not values.rejection(rules, field) and not field.read_only and field[1] ~= "variations"
        and field[1] ~= "ab_test" and field[1] ~= "name" then
        assert.is_table(csv_columns.of(field[1]), field[1])
      end
    end
  end)

  it("say what an unknown title may mean", function()
    assert.equal('is no column (did you mean "subject"?)', select(2, csv_columns.of "subjct"))
    assert.matches("is ambiguous", select(2, csv_columns.of "Name"))
    for _, title in ipairs { "send_time", "at", "strategy", "send.at", "scheduling.send_time" } do
      assert.matches("create makes drafts, and klaviyo schedule sends", (select(2, csv_columns.of(title))))
    end
    assert.equal("has no title", select(2, csv_columns.of " "))
  end)

  it("convert the text of a cell by the field", function()
    assert.equal("12", value("subject", "12", "email"))
    assert.is_true(value("shorten_links", "Yes", "sms"))
    assert.is_false(value("shorten_links", "FALSE", "sms"))
    assert.equal(25, value("throttle_percentage", "25"))
    assert.equal(7, value("static_asset_id", "7", "push"))
    assert.same({ a = "b" }, value("kv_pairs", '{"a":"b"}', "push"))
    assert.same({ "A", "B", { list = "VIP customers" }, { segment = "Best: of all" } },
      value("included", "A B; list:VIP customers;segment: Best: of all"))
    assert.same({ tag = "Sale" }, value("tags", "tag:Sale")[1])
    assert.equal("T", value("template_id", "T", "email"))
    assert.same({ template = "Main" }, value("template_id", "template:Main", "email"))
    assert.same({ template = "Main: one" }, value("template", "Main: one", "sms"))
  end)

  it("say what is wrong with a cell", function()
    for _, case in ipairs {
      { "shorten_links", "maybe", "sms", 'is true or false, found "maybe"' },
      { "throttle_percentage", "25%", nil, "is a whole number" },
      { "kv_pairs", "{", "push", "is a table in JSON" },
      { "title", "x", "email", 'belongs to "push", and this row is for "email"' },
      { "template", "x", "push", 'belongs to "email", "sms" or "whatsapp"' },
    } do
      local got, message = value(case[1], case[2], case[3])
      assert.is_nil(got)
      assert.matches(case[4], message, 1, true)
    end
  end)
end)
