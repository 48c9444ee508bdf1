-- SPDX-License-Identifier: MIT
--- klaviyo apply.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"

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

  it("makes another message where the channel is another", function()
    apply()
    change("  :sms %b{}", '  :push { name = "Text", title = "A push now" }')
    assert.equal(0, apply().code)
    local message = campaign().audiences[1].messages[2]
    assert.equal("Text", message.name)
    assert.equal("push", message.variations[1].channel)
    assert.matches("Nothing to do", plan().out)
  end)
end)
