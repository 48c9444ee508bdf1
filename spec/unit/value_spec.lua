-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local models = require "spec.support.models"
local random = require "spec.support.random"
local schema = require "klaviyo.model.schema"
local support = require "spec.support.validation"

local create, message, paths, null = support.create, support.message, support.paths, json.null

describe("values", function()
  it("have the types of their fields", function()
    local function push(fields)
      fields.channel, fields.name = "push", "m"
      local list = {}
      for _, path in ipairs(paths(create(message(fields), "openapi"))) do
        list[#list + 1] = path:match "messages%[1%]%.?(.*)"
      end
      return list
    end
    assert.same({}, push { static_asset_id = 1, badge = true, kv_pairs = { a = { 1, "x" } }, action_buttons = {},
      video_asset_id = null })
    assert.same({}, push { static_asset_id = 12.0, kv_pairs = {} })
    assert.same({ "static_asset_id" }, push { static_asset_id = 1.5 })
    assert.same({ "static_asset_id" }, push { static_asset_id = "1" })
    assert.same({ "static_asset_id" }, push { static_asset_id = 1e300 })
    assert.same({ "badge" }, push { badge = "true" })
    assert.same({ "badge" }, push { badge = null })
    assert.same({ "title" }, push { title = 1 })
    assert.same({ "kv_pairs" }, push { kv_pairs = { 1 } })
    assert.same({ "kv_pairs" }, push { kv_pairs = json.array() })
    assert.same({ "action_buttons" }, push { action_buttons = { label = "x" } })
    assert.same({ "push_type" }, push { push_type = "loud" })
    assert.same({ "action_buttons[1].action_type", "action_buttons[1].label", "action_buttons[2].lable",
      "action_buttons[3]" }, push { action_buttons = { {}, { label = "x", action_type = "dismiss", lable = "x" }, 1 } })
    for percentage, expected in pairs { [0] = 1, [1] = 0, [100] = 0, [101] = 1 } do
      assert.equal(expected, #paths(create({ recipient_percentage = percentage }, "openapi", "message")))
    end
    local nan = 0 / 0
    assert.same({ "open_action" }, push { open_action = nan })
  end)

  it("are ids of lists that are not empty", function()
    assert.same({ "audiences[1].excluded[2]", "audiences[1].included[1]" },
      paths(create { name = "x", audiences = { { included = { "" }, excluded = { "a", 1 } } } }))
    assert.same({ "audiences[1].included" }, paths(create { name = "x", audiences = { { included = { nil, "a" } } } }))
  end)
end)

describe("a wrong value", function()
  -- What a field of a type can never be.
  local function wrong(r, field)
    local choices = { string = { 1, true, {} }, boolean = { "true", 0, {} }, integer = { "1", 1.5, true, {} },
      number = { "1", true, {} }, array = { "x", 1, { a = 1 } }, object = { "x", 1, { 1 } } }
    return r.pick(choices[field[2]])
  end

  it("is found wherever it is, and nothing else is", function()
    local r = random.new(77)
    for _, dialect in ipairs { "guide", "openapi" } do
      for _ = 1, 400 do
        local model = models.campaign(r, dialect, true)
        local i, j = r.int(1, 2), r.int(1, 4)
        local target, fields, where, form = model, schema.resources.campaign.fields, "", "create"
        local place = r.int(1, 4)
        if place == 2 then
          target, fields, where = model.send_settings, schema.find(fields, "send_settings").fields, "send_settings."
        elseif place == 3 then
          target, fields = model.audiences[i], schema.resources.audience.fields
          where, form = ("audiences[%d]."):format(i), "inline"
        elseif place == 4 then
          local channel = schema.channels[j]
          target, fields = model.audiences[i].messages[j].variations[1].details, schema.details[channel]
          where, form = ("audiences[%d].messages[%d].variations[1].details."):format(i, j), "inline"
        end
        local candidates = {}
        for _, field in ipairs(fields) do
          if models.writable(field, dialect, form) and field[2] ~= "any" and field[1] ~= "channel"
            and field[1] ~= "audiences" and field[1] ~= "messages" then
            candidates[#candidates + 1] = field
          end
        end
        local field = r.pick(candidates)
        target[field[1]] = wrong(r, field)
        assert.same({ where .. field[1] }, paths(create(model, dialect)))
      end
    end
  end)
end)
