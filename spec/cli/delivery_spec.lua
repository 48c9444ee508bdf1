-- SPDX-License-Identifier: MIT
-- What went out of a message cannot be recalled, and every view of it says so.

local cli = require "spec.support.cli"
local delivery = require "klaviyo.cli.delivery"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

describe("delivery.of", function()
  local NOW = time.parse "2026-12-01T16:30:00Z"
  local ctx = { sandbox = false, now = function()
    return NOW
  end }

  local function message(status, fields)
    local made = { status = status, updated_at = "2026-12-01T15:30:00Z", scheduling = {
      send_time = "2026-12-01T14:00:00Z", strategy = "throttled", throttle_percentage = 25 } }
    for name, value in pairs(fields or {}) do
      made[name] = value
    end
    return made
  end

  it("counts the steps until now, or until a message was cancelled", function()
    assert.same({ share = 0.75 }, delivery.of(ctx, message "SENDING"))
    assert.same({ share = 0.5 }, delivery.of(ctx, message "CANCELLED"))
    assert.equal("about 50 % went out and cannot be recalled", delivery.text { share = 0.5 })
  end)

  it("is nothing where nothing was sent, and unknown where no share is planned", function()
    assert.is_nil(delivery.of(ctx, message "SCHEDULED"))
    assert.is_nil(delivery.of(ctx, message("CANCELLED", { updated_at = "2026-12-01T13:59:00Z" })))
    assert.is_nil(delivery.of(ctx, message("CANCELLED", { scheduling = {} })))
    local all_at_once = { send_time = "2026-12-01T14:00:00Z", strategy = "static" }
    assert.same({}, delivery.of(ctx, message("CANCELLED", { scheduling = all_at_once })))
    assert.equal("a part went out and cannot be recalled", delivery.text {})
  end)
end)

describe("a campaign that is cancelled half-way #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    local sale = require("klaviyo").campaign "Summer Sale"
    sale:audience("VIP", { included = { "LIST_1" } }):sms { name = "Text", body = "It starts" }
    campaign = assert(kl.campaigns:create(sale))
    assert(campaign:schedule { at = when, strategy = "throttled", percentage = 25 })
  end)

  after_each(function()
    sandbox:reset()
  end)

  -- Time in the account is the machine's for the command, so the estimate of a message that is sending is left to the
  -- unit above; a cancelled one carries the time at which it stopped.
  it("says how much went out, in cancel, show, watch and the calendar", function()
    sandbox:set_clock(when)
    sandbox:advance "90m"
    local screen = user:terminal("cancel " .. campaign.id)
    screen:wait "went out and cannot be recalled"
    screen:wait("Cancel 1 message (1 of which a part went out already)?"):type "y\n"
    assert.matches("about 50 %% went out and cannot be recalled", screen:finish().text)
    assert.matches("about 50 %% went out and cannot be recalled", user:run("show " .. campaign.id).out)
    local watched = user:run("watch " .. campaign.id)
    assert.equal(11, watched.code)
    assert.matches("CANCELLED: about 50 %% went out and cannot be recalled", watched.out)
    local line = assert(require("klaviyo.model.json").decode(user:run("watch --json " .. campaign.id).out))
    assert.equal(0.5, line.went_out)
    local day = " -z UTC --days 2 --from " .. when:sub(1, 10)
    assert.matches("CANCELLED .-about 50 %% went out", user:run("calendar" .. day).out)
    assert.equal(0.5, user:json("calendar" .. day).sends[1].went_out)
    assert.matches("about 50 %% went out", user:run("calendar --html -" .. day).out)
  end)

  it("says nothing of the kind where nothing went out", function()
    assert.is_nil(user:run("cancel --yes " .. campaign.id).out:find "went out")
    assert.is_nil(user:run("show " .. campaign.id).out:find "went out")
    assert.equal(0, #user:json("calendar -z UTC --days 2 --from " .. when:sub(1, 10)).sends)
  end)

  it("is counted in the sandbox", function()
    local mine = cli.new()
    mine:write("sale.lua", 'local sale = campaign "Summer Sale"\nsale:audience("VIP", { included = { "L" } })\n'
      .. '  :sms { name = "Text", body = "It starts" }\nreturn sale')
    assert.equal(0, mine:run("--sandbox create " .. mine:path "sale.lua").code)
    mine:run "--sandbox sandbox set 2027-06-01T12:00:00Z"
    local scheduled = mine:run("--sandbox schedule 'Summer Sale' --yes --at 2027-06-01T14:00:00Z "
      .. "--strategy throttled --percentage 25")
    assert.equal(0, scheduled.code, scheduled.err)
    mine:run "sandbox set 2027-06-01T15:30:00Z"
    local cancelled = mine:json "--sandbox cancel 'Summer Sale' --yes"
    assert.equal(0.5, cancelled.cancelled[1].went_out)
    mine:run "sandbox stop"
    mine:close()
  end)

  it("is archived after a question that says what it cancels", function()
    local screen = user:terminal("archive " .. campaign.id)
    screen:wait("Archive 1 campaign? This cancels 1 send and cannot be undone. [y/N]"):type "n\n"
    assert.equal(9, screen:finish().code)
    assert.matches("This cancels 1 send", user:run("archive --yes " .. campaign.id).err)
  end)
end)
