-- SPDX-License-Identifier: MIT
-- The CSV file to begin with: for every channel and revision it is valid as it is printed.

local csv_campaigns = require "klaviyo.cli.plan.csv_campaigns"
local csv_template = require "klaviyo.cli.plan.csv_template"
local schema = require "klaviyo.model.schema"
local validate = require "klaviyo.model.validate"

describe("csv_template", function()
  local RULES = { { dialect = "guide", revision = "2026-04-15.pre" }, { dialect = "openapi", revision = "2026-10-15" } }

  it("is valid as it is printed, for each channel and for all", function()
    for _, rules in ipairs(RULES) do
      for _, channel in ipairs { "", (table.unpack or unpack)(schema.channels) } do
        local text = csv_template.text(channel ~= "" and channel or nil, rules)
        local list, found = csv_campaigns.read(text, "t.csv")
        assert.same({}, found)
        assert.equal(1, #list)
        assert.equal(channel == "" and #schema.channels or 1, #list[1].model.audiences[1].messages)
        assert.is_nil((validate.create("campaign", list[1].model, rules)))
      end
    end
  end)

  it("has the columns of the channel and the revision alone", function()
    local email, sms = csv_template.text("email", RULES[1]), csv_template.text("sms", RULES[1])
    assert.matches(",subject,", email)
    assert.is_nil(sms:find(",subject,", 1, true))
    assert.is_nil(sms:find("add_org_prefix", 1, true))
    assert.matches("add_org_prefix", csv_template.text("sms", RULES[2]))
  end)
end)
