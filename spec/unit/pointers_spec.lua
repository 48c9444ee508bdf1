-- SPDX-License-Identifier: MIT
--- Pointers into bodies, and back to the fields of the model.

local bodies = require "spec.support.bodies"
local dialects = require "klaviyo.wire.dialect"
local models = require "spec.support.models"
local random = require "spec.support.random"

local guide, later = dialects.get "guide", dialects.get "openapi"
local BOTH = { guide, later }

describe("pointers", function()
  it("lead to the field in the body, and back", function()
    local expected = {
      { "name", "/data/attributes/definition/name" },
      { "timezone", "/data/attributes/definition/send_settings/send_timezone" },
      { "send_settings.send_strategy", "/data/attributes/definition/send_settings/send_strategy" },
      { "audiences", "/data/attributes/audiences" },
      { "audiences[2].included[1]", "/data/attributes/audiences/1/included/0" },
      { "audiences[1].messages[1].subject",
        "/data/attributes/messages/0/definition/variations/0/definition/details/subject",
        "/data/attributes/messages/0/variations/0/definition/details/subject" },
      { "audiences[1].messages[2].variations[1].details.body",
        "/data/attributes/messages/1/definition/variations/0/definition/details/body",
        "/data/attributes/messages/1/variations/0/definition/details/body" },
      { "audiences[1].messages[2].variations[1].name",
        "/data/attributes/messages/1/definition/variations/0/definition/name",
        "/data/attributes/messages/1/variations/0/definition/name" },
      { "audiences[2].messages[1].details.title",
        "/data/attributes/messages/2/definition/variations/0/definition/details/title",
        "/data/attributes/messages/2/variations/0/definition/details/title" },
      { "audiences[2].messages[1].name", "/data/attributes/messages/2/definition/name",
        "/data/attributes/messages/2/name" },
      { "audiences[2].messages[1]", "/data/attributes/messages/2" },
    }
    for _, row in ipairs(expected) do
      assert.equal(row[2], guide.pointer("campaign", row[1], bodies.summer()))
      assert.equal(row[1], guide.path("campaign", row[2], bodies.summer()))
      assert.equal(row[3] or row[2], later.pointer("campaign", row[1], bodies.summer()))
      assert.equal(row[1], later.path("campaign", row[3] or row[2], bodies.summer()))
    end
  end)

  it("lead to children and parents", function()
    assert.equal("/data/attributes/audience_name", guide.pointer("audience", "name"))
    assert.equal("/data/attributes/definition/name", later.pointer("audience", "name"))
    assert.equal("name", guide.path("audience", "/data/attributes/audience_name"))
    assert.equal("is_tracking_opens",
      later.path("message", "/data/attributes/definition/tracking_options/is_tracking_opens"))
    assert.equal("/data/attributes/definition/details/subject", later.pointer("variation", "details.subject"))
    assert.equal("details.subject", later.path("variation", "/data/attributes/definition/details/subject"))
    assert.equal("subject", later.path("variation", "/data/attributes/definition/details/subject",
      { channel = "email", subject = "" }))
    assert.equal("/data/relationships/campaign-audience/data/id", guide.pointer("message", "audience"))
    assert.equal("audience", guide.path("message", "/data/relationships/campaign-audience/data/id"))
    assert.equal("/data/attributes/throttled_options/throttling_percentage", guide.pointer("schedule", "percentage"))
    assert.equal("percentage", guide.path("schedule", "/data/attributes/throttled_options/throttling_percentage"))
    assert.equal("at", later.path("schedule", "/data/attributes/send_time"))
    assert.equal("tags[2]", later.path("campaign", "/data/relationships/tags/data/1/id"))
  end)

  it("lead to nothing where they mean nothing", function()
    for _, pointer in ipairs { "", "/", "/data", "/data/attributes", "/meta/x", "no pointer", "/data/type" } do
      assert.is_nil((guide.path("campaign", pointer, bodies.summer())))
    end
    assert.is_nil((guide.path("audience", "/data/relationships/unknown")))
  end)

  it("of a problem are where the value stands in the body", function()
    local r = random.new(21)
    for _, d in ipairs(BOTH) do
      for _ = 1, 200 do
        local model = models.campaign(r, d.name)
        local i = r.int(1, #model.audiences)
        local messages = model.audiences[i].messages
        local where, value = ("audiences[%d].priority"):format(i), {}
        if #messages > 0 then
          local j = r.int(1, #messages)
          where = ("audiences[%d].messages[%d].name"):format(i, j)
          messages[j].name = value
        else
          model.audiences[i].priority = value
        end
        value[1] = "marker"
        local found = d.create("campaign", model)
        local pointer = d.pointer("campaign", where, model)
        for key in pointer:gmatch "[^/]+" do
          found = found[tonumber(key) and tonumber(key) + 1 or key]
        end
        assert.same({ "marker" }, found, where .. " " .. pointer)
        assert.equal(where, d.path("campaign", pointer, model))
      end
    end
  end)
end)
