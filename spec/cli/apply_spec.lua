-- SPDX-License-Identifier: MIT
--- klaviyo apply.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("a campaign kept in a file #process", function()
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

  it("is created by one call, and the second apply changes nothing", function()
    assert.matches("%+ campaign Summer Sale.*%+ audience VIP.*%+ message Blast.*9 to add", plan().out)
    assert.same({}, writes())
    local first = apply()
    assert.equal(0, first.code)
    assert.matches("Created campaign Summer Sale", first.out)
    local posts = 0
    for _, call in ipairs(writes()) do
      posts = posts + (call:find "^POST" and 1 or 0)
    end
    assert.equal(1, posts)
    sandbox:clear_requests()
    local lock = user:read "sale.lua.lock"
    assert.matches(campaign().id, lock, 1, true)
    local second = apply()
    assert.equal(0, second.code)
    assert.matches("Nothing to do: the account matches the file", second.out)
    assert.same({}, writes())
    assert.equal(lock, user:read "sale.lua.lock")
    assert.equal(0, plan("--check").code)
  end)

  it("asks before it changes anything", function()
    assert.equal(9, user:run("apply " .. user:path "sale.lua").code)
    assert.same({}, writes())
    local screen = user:terminal("apply " .. user:path "sale.lua")
    screen:wait("Make these changes? [y/N]"):type "n\n"
    assert.equal(9, screen:finish().code)
    assert.same({}, writes())
    screen = user:terminal("apply " .. user:path "sale.lua")
    screen:wait("Make these changes? [y/N]"):type "y\n"
    assert.equal(0, screen:finish().code)
  end)

  it("shows and makes each difference with one call", function()
    apply()
    change("It starts now\", preview", "Last call\", preview")
    change("All channels", "Another text")
    change('included = { "LIST_1" }', 'included = { "LIST_1", "LIST_3" }')
    change("  :sms %b{}", '  :sms { name = "Other", body = "New" }')
    sandbox:clear_requests()
    local planned = plan "--check"
    assert.equal(10, planned.code)
    assert.matches('description: "All channels" → "Another text"', planned.out)
    assert.matches('subject: "It starts now" → "Last call"', planned.out)
    assert.matches("included: %+LIST_3", planned.out)
    assert.matches("%+ message Other", planned.out)
    assert.matches("%- message Text", planned.out)
    assert.matches("2 to add, 3 to change, 1 to remove", planned.out)
    assert.same({}, writes())
    assert.equal(0, apply().code)
    local calls = writes()
    table.sort(calls)
    assert.same({ "DELETE /api/campaign-messages/ID", "PATCH /api/campaign-audiences/ID",
      "PATCH /api/campaign-variations/ID", "PATCH /api/campaigns/ID", "POST /api/campaign-messages",
      "POST /api/campaign-variations" }, calls)
    local tree = campaign()
    assert.equal("Last call", tree.audiences[1].messages[1].variations[1].details.subject)
    assert.equal("Other", tree.audiences[1].messages[2].name)
    assert.equal("New", tree.audiences[1].messages[2].variations[1].details.body)
    assert.matches("Nothing to do", plan().out)
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

  it("never touches what is scheduled or was sent", function()
    apply()
    local when = support.tomorrow(14)
    local tree = campaign()
    assert(tree.audiences[1].messages[1]:schedule { at = when })
    change("It starts now\", preview", "Too late\", preview")
    change("  :push %b{}", "")
    sandbox:clear_requests()
    local planned = plan()
    assert.matches("! content  is scheduled: klaviyo revert makes it a draft again", planned.out)
    assert.equal(10, plan("--check").code)
    assert.equal(13, apply().code)
    assert.same({ "DELETE /api/campaign-messages/ID" }, writes())
    sandbox:set_clock(when)
    sandbox:advance "2h"
    change("  :email %b{}", "")
    sandbox:clear_requests()
    assert.matches("! message Blast  was sent", plan().out)
    assert.equal(10, plan("--check").code) -- nothing can be done, and they differ
    assert.equal(13, apply().code)
    assert.same({}, writes())
    assert.equal("It starts now", campaign().audiences[1].messages[1].variations[1].details.subject)
  end)

  it("makes another message where the channel is another", function()
    apply()
    change("  :sms %b{}", '  :push { name = "Text", title = "A push now" }')
    assert.equal(0, apply().code)
    local message = campaign().audiences[1].messages[2]
    assert.equal("Text", message.name)
    assert.equal("push", message.variations[1].channel)
    assert.matches("Nothing to do", plan().out)
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

  it("goes on after a failure in the middle", function()
    apply()
    change("All channels", "Another text")
    change("  :sms %b{}", '  :sms { name = "Other", body = "New" }')
    sandbox:fail { method = "POST", path = "/api/campaign-variations", status = 400, times = 1 }
    local failed = apply()
    assert.equal(6, failed.code)
    assert.matches("content of Other could not be created", failed.err)
    assert.matches("done: Changed campaign Summer Sale", failed.err)
    assert.matches("run apply again to continue, or apply %-%-undo", failed.err)
    assert.equal(0, apply().code)
    assert.matches("Nothing to do", plan().out)
    assert.equal("New", campaign().audiences[1].messages[2].variations[1].details.body)
  end)

  it("changes nothing if the campaign was changed while the question stood there", function()
    apply()
    change("All channels", "Another text")
    local screen = user:terminal("apply " .. user:path "sale.lua")
    screen:wait "Make these changes? [y/N]"
    assert(campaign().audiences[1].messages[1]:schedule { at = support.tomorrow(14) })
    sandbox:clear_requests()
    screen:type "y\n"
    local result = screen:finish()
    assert.equal(6, result.code)
    assert.matches("The campaign was changed in the meantime; nothing was changed by you", result.text)
    assert.same({}, writes())
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

  it("says after a lost answer that another apply looks for it, and that makes nothing twice", function()
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = true, times = 1 }
    sandbox:fail { method = "GET", path = "/api/campaigns", status = 503, after = 1, times = 0 } -- the plan reads one
    local lost = apply "--call-timeout 1"
    assert.equal(8, lost.code)
    assert.matches("hint: run apply again: it looks for the campaign first", lost.err)
    sandbox:clear_faults()
    assert.equal(0, apply().code)
    local tree, count = campaign()
    assert.equal(1, count)
    assert.equal(2, #tree.audiences)
    assert.equal(3, #tree.messages)
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

  it("says after Ctrl-C what was done, and goes on", function()
    apply()
    change("All channels", "Another text")
    change("It starts now\", preview", "Last call\", preview")
    sandbox:fail { method = "PATCH", path = "/api/campaign-variations/*", latency = "20s", times = 1 }
    local screen = user:terminal("apply --yes " .. user:path "sale.lua")
    screen:wait("Changed campaign Summer Sale"):wait("Applying"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted.-Changed campaign Summer Sale", result.text)
    assert.matches("Changing content of Blast "
      .. "%(PATCH /api/campaign%-variations/%w+%) was under way: it may have happened", result.text)
    sandbox:clear_faults()
    assert.equal(0, apply().code)
    assert.matches("Nothing to do", plan().out)
  end)

  it("refuses a wrong file, and a wrong lock file, before anything is asked", function()
    change("subject", "subjct")
    local wrong = apply()
    assert.equal(3, wrong.code)
    assert.matches("sale.lua:5: audiences%[1%].messages%[1%].subjct", wrong.err)
    user:write("sale.lua", cli.SALE)
    user:write("sale.lua.lock", '{ "accounts":\n {} ')
    assert.matches("sale.lua.lock:2: ", apply().err)
    user:write("sale.lua.lock", '{ "version": 9, "accounts": {} }')
    assert.matches("was written by a newer klaviyo", apply().err)
    for damaged, reported in pairs {
      ['{ "accounts": {} }'] = "is not a lock file of klaviyo apply",
      ['{ "version": 1, "accounts": { "default": 7 } }'] = "accounts.default: is not an object",
      ['{ "version": 1, "accounts": { "default": { "ids": { "campaign": 5 } } } }'] = 'ids["campaign"] is not an id',
      ['{ "version": 1, "accounts": { "default": { "applied": { "X": 5 } } } }'] = 'applied["X"] is not an object',
      ['{ "version": 1, "accounts": { "default": { "journal": [{ "action": "x" }] } } }'] = "journal[1] is not a step",
      ['{ "version": 1, "accounts": { "default": { "pending": {} } } }'] = "pending is not a step",
    } do
      user:write("sale.lua.lock", damaged)
      for _, result in ipairs { apply(), apply "--undo" } do
        assert.equal(3, result.code)
        assert.matches(reported, result.err, 1, true)
      end
    end
    assert.same({}, writes())
  end)
end)
