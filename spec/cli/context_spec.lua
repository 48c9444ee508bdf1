-- SPDX-License-Identifier: MIT
-- The account of a command: which one it is, and that it is named before anything happens to it.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("the account #process", function()
  local sandbox, kl, user, campaign
  local when = support.tomorrow(14)

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
    user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n[shop]\nbase_url = "%s"\nkey_env = KEY\n'):format(
      sandbox.url, sandbox.url))
  end)

  teardown(function()
    user:run "sandbox stop"
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
    local sale = require("klaviyo").campaign "Summer Sale"
    sale:audience("VIP", { included = { "LIST_1" } }):sms { name = "Text", body = "It starts" }
    campaign = assert(kl.campaigns:create(sale))
  end)

  it("is at the head of the pre-flight, in JSON too", function()
    local arguments = ("--profile shop schedule %s --at %s --dry-run"):format(campaign.id, when)
    assert.equal("Account  profile shop, " .. sandbox.url, user:run(arguments).out:match "^[^\n]+")
    assert.same({ sandbox = false, profile = "shop", origin = sandbox.url }, user:json(arguments).account)
    local done = user:json(("schedule %s --at %s --yes"):format(campaign.id, when))
    assert.same({ sandbox = false, profile = "default", origin = sandbox.url }, done.account)
  end)

  it("is at the head of every question", function()
    assert(campaign.messages[1]:schedule { at = when })
    user:write("sale.lua", (cli.SALE:gsub("Summer", "Autumn")))
    for _, arguments in ipairs { "cancel " .. campaign.id, "archive " .. campaign.id, "apply " .. user:path "sale.lua",
      "request POST /api/campaigns --data {}" } do
      local screen = user:terminal(arguments)
      local ok, problem = pcall(screen.wait, screen, "[profile default, " .. sandbox.url .. "]")
      assert.is_true(ok, arguments .. ": " .. tostring(problem))
      screen:wait("[y/N] "):type "n\n"
      assert.equal(9, screen:finish().code, arguments)
    end
    user:run("create --sandbox " .. user:path "sale.lua")
    local screen = user:terminal "--sandbox archive 'Autumn Sale'"
    screen:wait("[SANDBOX]"):wait("[y/N] "):type "n\n"
    assert.equal(9, screen:finish().code)
  end)

  it("has the time of the service, whatever the machine's clock says", function()
    local later, its = support.start { sandbox = { clock = "2040-06-01T12:10:00Z" } }
    local other = cli.new(later)
    finally(function()
      cli.stop(later, its, other)
    end)
    local sale = assert(its.campaigns:create(support.sale()))
    local plan, result = other:json(("schedule %s --at +3h --dry-run"):format(sale.id))
    assert.equal(14, result.code, result.err) -- the sale has no templates
    assert.matches("^2040%-06%-01T15:1", plan.send_time)
    local past = other:run(("schedule %s --at 2040-06-01T11:00:00Z --dry-run"):format(sale.id))
    assert.equal(3, past.code)
    assert.matches("past", past.err)
  end)

  it("is the sandbox for a word that says yes, and for no other", function()
    for _, word in ipairs { "0", "no", "false", "off", "NO", "" } do
      assert.matches(campaign.id, user:run("list", { env = { KLAVIYO_SANDBOX = word } }).out, 1, true)
    end
    for _, word in ipairs { "1", "yes", "true", "on" } do
      assert.is_nil(user:run("list", { env = { KLAVIYO_SANDBOX = word } }).out:find(campaign.id, 1, true))
    end
    local odd = user:run("list", { env = { KLAVIYO_SANDBOX = "nope" } })
    assert.equal(2, odd.code)
    assert.matches("KLAVIYO_SANDBOX is 1 or 0", odd.err)
  end)

  it("is not chosen twice", function()
    local both = user:run "--sandbox --profile shop list"
    assert.equal(2, both.code)
    assert.matches("%-%-sandbox and %-%-profile shop name two accounts", both.err)
    local variable = user:run("--profile shop list", { env = { KLAVIYO_SANDBOX = "1" } })
    assert.equal(2, variable.code)
    assert.matches("KLAVIYO_SANDBOX=0 klaviyo %-%-profile shop list", variable.err)
    assert.equal(0, user:run("--profile shop list", { env = { KLAVIYO_SANDBOX = "0" } }).code)
  end)

  it("is left alone by Ctrl-C at start-up, which leaves no trace", function()
    user:write("argparse.lua", [[
      io.popen("kill -INT $PPID"):close()
      package.loaded.argparse = nil
      package.path = package.path:gsub("^[^;]*;", "")
      return require "argparse"]])
    local path = user.directory .. "/?.lua;" .. (os.getenv "LUA_PATH" or ";;")
    local found = user:run("list", { env = { LUA_PATH = path } })
    assert.equal(130, found.code)
    assert.equal("Interrupted. Nothing was changed.", (found.err:gsub("%s+", " "):match "^%s*(.-)%s*$"))
  end)
end)
