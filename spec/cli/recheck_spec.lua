-- SPDX-License-Identifier: MIT
--- The command that looks again: what another command printed finds what that one did, in another process.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("klaviyo recheck #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl = support.start()
    user = cli.new(sandbox)
    user:write("sale.lua", cli.SALE)
  end)

  teardown(function()
    user:close()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  -- What a creation printed whose outcome it could not find out.
  local function lost(acted)
    sandbox:fail { method = "POST", path = "/api/campaigns", cut = "before", acted = acted, times = 1 }
    sandbox:fail { method = "GET", status = 500, times = 0 }
    local result = user:run("create --call-timeout 3 " .. user:path "sale.lua")
    sandbox:clear_faults()
    assert.equal(8, result.code)
    return assert(result.err:match "klaviyo recheck (klaviyo1%S+)")
  end

  it("finds what was done, and says what it is", function()
    local token = lost(true)
    local found = user:run("recheck " .. token)
    assert.equal(0, found.code, found.err)
    assert.matches("It happened: .*%(" .. assert(kl.campaigns:list()).data[1].id .. "%)", found.out)
    assert.matches('"happened":%s*true', user:run("recheck --json " .. token).out)
    assert.equal(1, #assert(kl.campaigns:list()).data)
  end)

  it("says that it is still not known, and how to look again", function()
    local token = lost(false)
    local found = user:run("recheck --for 1 " .. token)
    assert.equal(8, found.code)
    assert.matches("to look again: klaviyo recheck klaviyo1", found.err)
    assert.equal(0, #assert(kl.campaigns:list()).data)
  end)

  it("refuses what is no such text", function()
    assert.equal(3, user:run("recheck klaviyo1.AAAA.00000000").code)
    assert.equal(2, user:run("recheck").code)
  end)
end)
