-- SPDX-License-Identifier: MIT
--- Campaigns as JSON: keys that scripts rely on.

local as_json = require "klaviyo.cli.as_json"
local json = require "klaviyo.model.json"

local function campaign()
  return { id = "C", name = "Sale", builder = "wizard", archived = false, send_settings = {}, audiences = {
    { id = "A", name = "VIP", priority = 1, included = { "L" }, excluded = json.null, messages = {
      { id = "M", name = "Text", status = "DRAFT", scheduling = json.null, variations = {
        { id = "V", name = "V", channel = "sms", details = { channel = "sms", body = "Hi" } } } } } } },
    messages = { { id = "M", name = "Text", status = "DRAFT", scheduling = json.null } } }
end

describe("as_json", function()
  it("has the whole tree of a campaign, lists as lists", function()
    local made = as_json.campaign(campaign())
    assert.equal("V", made.audiences[1].messages[1].variations[1].id)
    assert.is_true(json.is_array(made.audiences[1].excluded))
    local text = assert(json.encode(made))
    assert.matches('"excluded":[]', text, 1, true)
    assert.matches('"scheduling":null', text, 1, true)
  end)

  it("has a line of a list without contents", function()
    local line = as_json.campaign_line(campaign())
    assert.is_nil(line.audiences)
    assert.same({ id = "M", name = "Text", status = "DRAFT", scheduling = json.null }, line.messages[1])
    assert.equal("CANCELLED", as_json.message_line(campaign().messages[1], "CANCELLED").status)
  end)
end)
