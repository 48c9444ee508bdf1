-- SPDX-License-Identifier: MIT
--- The fields that klaviyo help explains: complete, and with examples that the validator accepts.

local field_help = require "klaviyo.cli.field_help"
local revisions = require "klaviyo.model.revisions"
local schema = require "klaviyo.model.schema"
local validate = require "klaviyo.model.validate"

local NOW = 1790000000 -- 2026-09-21

local load = rawget(_G, "loadstring") or load

local function dialect_of(row)
  return row.dialect == "auto" and "guide" or row.dialect
end

local function copy(value)
  local made = {}
  for name, item in pairs(value) do
    made[name] = item
  end
  return made
end

-- A campaign, an audience and a message that are valid, with an example in one of them.
local function campaign_with(record)
  local parts = { campaign = { name = "C" }, audience = { name = "A", included = { "L" } },
    message = { name = "M", channel = "sms", body = "B" } }
  local part = record.topic
  if schema.details[part] then
    parts.message, part = { name = "M", channel = part }, "message"
  elseif record.example_value.variations then
    parts.message = { name = "M" }
  end
  for name, value in pairs(record.example_value) do
    parts[part][name] = value
  end
  parts.audience.messages = { parts.message }
  parts.campaign.audiences = { parts.audience }
  return parts.campaign
end

-- What the validator says of an example: when it is created, and when it is changed.
local function problems_of(record, row)
  local ctx = { dialect = dialect_of(row), revision = row.name, now = NOW }
  if record.topic == "send" then
    local options = copy(record.example_value)
    if not options.at and options.strategy ~= "smart_send_time" then
      options.at, options.timezone = "2026-12-01T09:00", "America/New_York"
    end
    local made, problems = validate.schedule(options, ctx)
    return not made and problems or nil
  end
  local created = validate.create("campaign", campaign_with(record), ctx)
  local resource, changes = record.topic, record.example_value
  if schema.details[resource] then
    changes = copy(changes)
    changes.channel, resource = record.topic, "variation"
  end
  return created and validate.update(resource, changes, ctx)
end

-- Whether the notes say that only some revisions have the field.
local function is_limited(record)
  for _, note in ipairs(record.notes) do
    if note:find "^since revision" or note:find "^in revision .* alone$" then
      return true
    end
  end
  return false
end

describe("the fields that are explained", function()
  for _, topic in ipairs(field_help.topics) do
    for _, record in ipairs(field_help.records(topic)) do
      it(("have a valid example: %s.%s"):format(topic.name, record.name), function()
        if record.read_only then
          assert.is_nil(record.example)
          return
        elseif not record.example then
          local field = schema.find(topic.fields, record.name)
          assert.is_truthy(field and (field[2] == "object" or field[2] == "any"), "no example")
          return
        end
        local valid, problem = 0, nil
        for _, row in ipairs(revisions.list) do
          local problems = problems_of(record, row)
          valid = valid + (problems and 0 or 1)
          problem = problems and problems[1].path .. " " .. problems[1].message or problem
        end
        assert.is_true(valid > 0, problem)
        if record.name ~= "variations" then -- several of them are no matter of the field's revision
          assert.equal(is_limited(record), valid < #revisions.list, problem)
        end
        local read = assert(load("return { " .. record.example .. " }"))()
        assert.same(record.example_value, read)
      end)
    end
  end

  it("are all that a file can have", function()
    local seen = {}
    for _, topic in ipairs(field_help.topics) do
      for _, record in ipairs(field_help.records(topic)) do
        seen[topic.name .. "." .. record.name] = true
      end
    end
    for _, channel in ipairs(schema.channels) do
      for _, field in ipairs(schema.details[channel]) do
        assert.is_true(field[1] == "channel" or seen[channel .. "." .. field[1]])
      end
    end
    for _, name in ipairs { "campaign", "audience", "message" } do
      for _, field in ipairs(schema.resources[name].fields) do
        assert.is_true(field[1] == "audiences" or field[1] == "messages" or seen[name .. "." .. field[1]], field[1])
      end
    end
  end)

  it("say type, limits, revisions and places", function()
    local function notes(name, topic)
      for _, record in ipairs(field_help.find(name)) do
        if record.topic == topic then
          return record.type, table.concat(record.notes, "; "), record
        end
      end
    end
    assert.equal("whole number or null", (notes("throttle_percentage", "campaign")))
    assert.matches("one of 10, 11, .*in revision 2026%-04%-15.pre alone", (select(2, notes("throttle_percentage",
      "campaign"))))
    assert.equal("whole number from 1 to 100 or null", (notes("recipient_percentage", "message")))
    assert.equal("set once it exists, not in a new campaign; since revision 2026-07-15.pre",
      (select(2, notes("recipient_percentage", "message"))))
    assert.matches("^since revision 2026%-10%-15", (select(2, notes("ab_test", "message"))))
    assert.equal('one of "hour" or "minute"; default "hour"; since revision 2026-07-15.pre',
      (select(2, notes("unit", "send"))))
    assert.equal("IANA time zone or null", (notes("send_timezone", "campaign")))
    assert.same({ guide = "definition.details.subject", openapi = "definition.details.subject" },
      select(3, notes("subject", "email")).wire)
    assert.equal("definition.tracking_options.is_tracking_opens", select(3, notes("is_tracking_opens",
      "message")).wire.openapi)
    assert.is_true(select(3, notes("status", "message")).read_only)
  end)

  it("are found by their description", function()
    local settings = schema.find(schema.resources.campaign.fields, "send_settings")
    assert.equal("send_settings.send_timezone", field_help.record(schema.find(settings.fields, "send_timezone")).name)
    assert.equal("push", field_help.record(schema.find(schema.details.push, "title")).topic)
    assert.is_nil(field_help.record { "title", "string" })
  end)
end)
