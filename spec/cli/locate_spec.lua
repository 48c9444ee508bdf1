-- SPDX-License-Identifier: MIT
--- Which parts of the account a campaign file is about.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("what klaviyo apply takes for its own #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    user:write("sale.lua", cli.SALE)
    os.remove(user:path "sale.lua.lock")
  end)

  local apply, plan, change, campaign, writes = file.of(function()
    return sandbox, kl, user
  end)

  it("leaves alone what somebody else put there, unless it is to be pruned", function()
    apply()
    local tree = campaign()
    local vip = tree.audiences[1]
    assert(kl.messages:create { campaign = tree.id, audience = vip.id, name = "Theirs" })
    assert.matches("%? message Theirs  is not in the file", plan().out)
    apply()
    assert.equal(3, #assert(vip:related "messages"))
    assert.matches("%- message Theirs", plan("--prune").out)
    apply "--prune"
    assert.equal(2, #assert(vip:related "messages"))
  end)

  it("does not make a second campaign beside one that the lock file does not know", function()
    apply()
    os.remove(user:path "sale.lua.lock")
    local twin = apply()
    assert.equal(6, twin.code)
    assert.matches("has a campaign \"Summer Sale\" already", twin.err)
    assert.equal(0, apply("--adopt 'Summer Sale'").code)
    local _, count = campaign()
    assert.equal(1, count)
    assert.matches("Nothing to do", apply().out)
  end)

  it("finds what a killed apply created, and makes no second one", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", late = "20s", times = 1 }
    local running = process.start(("sh -c %s"):format(process.quote(("echo $$ >%s; exec %s"):format(user:path "pid",
      user:command("apply --yes " .. user:path "sale.lua")))), user:path "log")
    process.wait_for("the campaign", function()
      return #assert(kl.campaigns:list()).data == 1
    end)
    os.execute("kill -9 " .. user:read "pid")
    running:stop()
    assert.matches('"pending"', user:read "sale.lua.lock")
    sandbox:clear_faults()
    local resumed = apply()
    assert.equal(0, resumed.code)
    assert.matches("The last apply was interrupted during this step: campaign Summer Sale", resumed.err)
    assert.matches("It was created, and is taken over", resumed.err)
    local tree, count = campaign()
    assert.equal(1, count)
    assert.equal(2, #tree.audiences)
    assert.equal("VIP", tree.audiences[1].name)
    assert.equal(3, #tree.messages)
    assert.matches("Nothing to do", plan().out)
  end)

  it("makes a campaign anew where its own is archived or gone, but not by itself", function()
    apply()
    local lock = user:read "sale.lua.lock"
    assert(campaign():archive())
    sandbox:clear_requests()
    local archived = apply()
    assert.equal(6, archived.code)
    assert.matches("The campaign %w+ of .-sale.lua.lock is archived.-hint: %-%-again creates a new one", archived.err)
    sandbox:reset()
    local gone = apply()
    assert.equal(6, gone.code)
    assert.matches("is not in this account", gone.err)
    assert.equal(6, plan().code)
    assert.same({}, writes())
    assert.equal(lock, user:read "sale.lua.lock")
    assert.equal(0, apply("--again").code)
    assert.equal("Summer Sale", campaign().name)
    assert.equal(0, apply().code)
  end)

  it("renames an audience where it stands, and never makes one again whose messages went out", function()
    apply()
    change('"VIP"', '"Very important"')
    sandbox:clear_requests()
    assert.equal(0, apply().code)
    assert.same({ "PATCH /api/campaign-audiences/ID" }, writes())
    assert(campaign().audiences[1].messages[1]:schedule { at = support.tomorrow(14) })
    change('"Very important"', '"VIP"')
    sandbox:clear_requests()
    assert.matches("! audience VIP  has a message that is scheduled", apply().out)
    assert.same({}, writes())
  end)
end)
