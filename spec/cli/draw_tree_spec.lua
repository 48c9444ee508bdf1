-- SPDX-License-Identifier: MIT
--- A campaign drawn as a tree.

local draw_tree = require "klaviyo.cli.draw_tree"
local json = require "klaviyo.model.json"
local local_time = require "klaviyo.cli.local_time"
local screen = require "spec.support.screen"
local text = require "klaviyo.cli.terminal.text"

local function campaign()
  return { id = "C", name = "Sale", builder = "wizard", archived = true, description = json.null, audiences = {
    { name = "VIP", included = { "L1" }, excluded = { "L2" } }, { name = "Nobody", included = {}, excluded = {} },
  }, messages = {} }
end

local function drawn(columns)
  local sale = campaign()
  local message = { id = "M", name = "Text", status = "SCHEDULED", variations = {
    { channel = "sms", details = { channel = "sms", body = "Hi" } } },
    scheduling = { send_time = "2026-12-01T14:00:00Z", strategy = "throttled", throttle_percentage = 25 } }
  sale.messages, sale.audiences[1].messages, sale.audiences[2].messages = { message }, { message }, {}
  local term, lines = screen.new(columns)
  draw_tree.write(term, sale, { zone = assert(local_time.zone "UTC"), now = 1796083200 })
  return lines
end

describe("draw_tree.write", function()
  it("has a branch for each audience and message", function()
    local lines = drawn(nil)
    assert.equal("Sale  C, wizard, archived", lines[1])
    assert.equal("├─ VIP  to L1 without L2", lines[2])
    assert.matches("│  └─ Text.-SCHEDULED.-14:00.-25 %% an hour", lines[3])
    assert.matches("^│     .-sms.-Hi.-M$", lines[4])
    assert.equal("└─ Nobody  to nobody: no list is included", lines[5])
  end)

  it("fits a narrow terminal", function()
    for _, line in ipairs(drawn(48)) do
      assert.is_true(text.width(line) <= 48, line)
    end
  end)
end)
