-- SPDX-License-Identifier: MIT
--- Ids in a campaign file.

local strip_ids = require "klaviyo.cli.plan.strip_ids"

describe("strip_ids.split", function()
  it("takes the ids of all parts out of a copy, by path", function()
    local model = { id = "C", name = "Sale", audiences = { { id = "A", included = { "L" }, messages = {
      { id = "M", name = "Text", variations = { { id = "V", details = { id = "kept", channel = "sms" } } } },
    } } } }
    local copy, ids = strip_ids.split(model)
    assert.same({ [""] = "C", ["audiences[1]"] = "A", ["audiences[1].messages[1]"] = "M",
      ["audiences[1].messages[1].variations[1]"] = "V" }, ids)
    assert.same({ name = "Sale", audiences = { { included = { "L" }, messages = {
      { name = "Text", variations = { { details = { id = "kept", channel = "sms" } } } },
    } } } }, copy)
    assert.equal("C", model.id)
  end)

  it("leaves what is no id, and what is no table, for the validation", function()
    local copy, ids = strip_ids.split { id = 5, audiences = { "x" }, messages = 1 }
    assert.same({ id = 5, audiences = { "x" }, messages = 1 }, copy)
    assert.same({}, ids)
  end)
end)
