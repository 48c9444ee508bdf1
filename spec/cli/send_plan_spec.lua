-- SPDX-License-Identifier: MIT
--- What is to become of the sends of a file, by what the account has.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local diff = require "klaviyo.cli.plan.diff"
local json = require "klaviyo.model.json"
local parts = require "klaviyo.cli.plan.parts"
local send_plan = require "klaviyo.cli.plan.send_plan"
local terminal = require "klaviyo.cli.terminal"

local KL = { _dispatch = { revision = "2026-10-15", dialect = function()
  return "openapi"
end } }

local TEXT = [[return { name = "Sale", timezone = "America/New_York",
  send = { at = "2099-11-27T09:00", strategy = "throttled", percentage = 25 },
  audiences = { { name = "VIP", included = { "L" }, messages = {
    { name = "Blast", channel = "sms", body = "x" },
    { name = "Quiet", channel = "sms", body = "y", send = null } } } } }]]
local AS_PLANNED = { send_time = "2099-11-27T14:00:00Z", strategy = "throttled", throttle_percentage = 25 }
local HIDDEN = { send_time = "2099-11-27T14:00:00Z", strategy = "throttled", throttle_percentage = json.null }

-- The sends of the file, where the account has these messages, by name: { status, scheduling }.
local function plan(account, sends, text)
  local file = campaign_file.parse(text or TEXT, "sale.lua")
  local planning = { file = file, lock = { entry = { sends = sends or {}, applied = {} }, id = function() end,
    owns = function() end } }
  if account then
    local audience = { id = "A", name = "VIP", included = { "L" }, messages = {} }
    for name, given in pairs(account) do
      table.insert(audience.messages, { id = name, name = name, status = given[1], scheduling = given[2] or json.null,
        variations = { { id = name .. "1", details = { channel = "sms", body = "x" } } } })
    end
    planning.campaign = { id = "C", name = "Sale", audiences = { audience }, messages = audience.messages }
  end
  planning.change = diff.plan(parts.of_model(file.model, {}), account and parts.of_campaign(planning.campaign),
    { lock = planning.lock })
  return send_plan.of(KL, planning)
end

local function states(list)
  local out = {}
  for _, one in ipairs(list) do
    out[one.name] = one.state
  end
  return out
end

local function state(status, info, record)
  return states(plan({ Blast = { status, info } }, { Blast = record })).Blast
end

describe("the sends of a file", function()
  it("are new, to be scheduled, as planned, to be moved, or over", function()
    assert.same({ Blast = "new", Quiet = "new" }, states(plan(nil)))
    assert.equal("schedule", state "DRAFT")
    assert.equal("scheduled", state("SCHEDULED", AS_PLANNED))
    for _, other in ipairs { { send_time = "2099-11-27T15:00:00Z" }, { throttle_percentage = 50 },
      { strategy = "static" }, { throttle_unit = "minute" } } do
      local info = {}
      for name, value in pairs(AS_PLANNED) do
        info[name] = value
      end
      for name, value in pairs(other) do
        info[name] = value
      end
      assert.equal("move", state("SCHEDULED", info))
    end
    for _, status in ipairs { "SENDING", "SENT", "CANCELLED" } do
      assert.equal("over", state(status, AS_PLANNED))
    end
  end)

  it("say what the account sends beside them", function()
    assert.same({ Blast = "schedule", Quiet = "unplanned", Other = "unlisted" }, states(plan { Blast = { "DRAFT" },
      Quiet = { "SCHEDULED", AS_PLANNED }, Other = { "SCHEDULED", AS_PLANNED }, Draft = { "DRAFT" } }))
    assert.same({ Blast = "schedule", Quiet = "draft" }, states(plan { Blast = { "DRAFT" }, Quiet = { "DRAFT" } }))
  end)

  it("know what the service does not show from the lock file", function()
    local function hidden(record)
      local one = plan({ Blast = { "SCHEDULED", HIDDEN } }, { Blast = record })[1]
      return one.state, one.hidden and one.hidden[1]
    end
    assert.same({ "scheduled", "percentage" }, { hidden(nil) })
    assert.same({ "scheduled" }, { hidden { percentage = 25 } })
    assert.same({ "move" }, { hidden { percentage = 50 } })
    assert.same({ "scheduled" }, { hidden { percentage = 25, began = "2026-01-01T00:00:00Z" } })
    assert.same({ "move" }, { hidden { percentage = 25, began = "2026-01-01T00:00:00Z", move = true } })
  end)

  it("are shown with what is to become of them, and for scripts", function()
    local list = plan { Blast = { "SCHEDULED", { send_time = "2099-11-27T15:00:00Z", strategy = "static" } },
      Quiet = { "DRAFT" } }
    local written = {}
    local term = terminal.new { color = "never", env = function(name)
      return name == "LANG" and "C.UTF-8" or nil
    end }
    term.line = function(_, ...)
      written[#written + 1] = table.concat { ... }
    end
    send_plan.write(term, list, "klaviyo schedule sale.lua")
    assert.same({ "Sends of Sale", "  Blast  Fri 2099-11-27 10:00 America/New_York, all at once → Fri 2099-11-27 09:00 "
      .. "America/New_York, 25 % an hour  to be moved",
      "klaviyo schedule sale.lua schedules them; apply never does." }, written)
    assert.same({ { file = "sale.lua", message = "Blast", id = "Blast", campaign = "Sale", campaign_id = "C",
      channel = "sms", state = "move", status = "SCHEDULED",
      planned = { send_time = "2099-11-27T14:00:00Z", strategy = "throttled", percentage = 25 },
      present = { send_time = "2099-11-27T15:00:00Z", strategy = "static" } } }, send_plan.as_json(list))
    written = {}
    send_plan.write(term, plan({ Blast = { "DRAFT" } }, {}, (TEXT:gsub("send = {.-},", ""))), "")
    assert.same({}, written)
  end)
end)
