-- SPDX-License-Identifier: MIT
--- The lock file beside a campaign file.

local cli = require "spec.support.cli"
local file = require "spec.support.campaign_file"
local json = require "klaviyo.model.json"

describe("the lock file of klaviyo apply #process", function()
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

  local apply, _, _, campaign, writes = file.of(function()
    return sandbox, kl, user
  end)

  it("is applied by one at a time", function()
    local first = user:terminal("apply " .. user:path "sale.lua")
    first:wait "Make these changes? [y/N]"
    local second = apply()
    assert.equal(6, second.code)
    assert.matches("Another klaviyo is applying or scheduling .-sale.lua; nothing was changed", second.err)
    assert.same({}, writes())
    assert.equal(6, apply("--undo").code)
    first:type "y\n"
    assert.equal(0, first:finish().code)
    assert.equal(0, apply().code)
    local _, count = campaign()
    assert.equal(1, count)
  end)

  it("stays locked where an editor replaces the file", function()
    local first = user:terminal("apply " .. user:path "sale.lua")
    first:wait "Make these changes? [y/N]"
    user:write("new", cli.SALE)
    assert(os.rename(user:path "new", user:path "sale.lua"))
    local second = apply()
    assert.equal(6, second.code)
    assert.matches("Another klaviyo is applying or scheduling .-sale.lua", second.err)
    assert.same({}, writes())
    first:type "n\n"
    first:finish()
    assert.equal(0, apply().code)
  end)

  it("is of a file with one name: a hard link is no other klaviyo", function()
    assert(os.execute(("ln -f %s %s"):format(user:path "sale.lua", user:path "same.lua")))
    local result = user:run(("apply --yes %s %s"):format(user:path "sale.lua", user:path "same.lua"))
    assert.equal(6, result.code)
    assert.matches("sale.lua and .-same.lua are one file by two names %(hard links%); nothing was changed", result.err)
    assert.is_nil(result.err:find("Another klaviyo", 1, true))
    assert.same({}, writes())
    os.remove(user:path "same.lua")
    assert.equal(0, apply().code)
  end)

  it("has no lock file beside standard input, unless one is named", function()
    assert.equal(2, user:run("plan -", { input = cli.SALE }).code)
    assert.equal(0, user:run("plan - --lock " .. user:path "sale.lua.lock", { input = cli.SALE }).code)
  end)

  it("writes nothing where it cannot write the lock file", function()
    local result = apply("--lock /proc/none/sale.lock")
    assert.equal(3, result.code)
    assert.matches("the lock file cannot be written", result.err)
    assert.same({}, writes())
  end)

  it("is taken apart by account, so that a rehearsal is no obstacle", function()
    apply()
    local lock = assert(json.decode(user:read "sale.lua.lock"))
    assert.is_table(lock.accounts.default.ids)
    assert.is_nil(lock.accounts.sandbox)
  end)
end)
