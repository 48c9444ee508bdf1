-- SPDX-License-Identifier: MIT
--- klaviyo init: what it writes works as it stands.

local cli = require "spec.support.cli"
local process = require "spec.support.process"

describe("klaviyo init #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
  end)

  local function init(name, options)
    return user:run("init " .. process.quote(user:path(name)), options)
  end

  it("writes a campaign, a config file and a .gitignore", function()
    local result = init "shop one"
    assert.equal(0, result.code)
    assert.equal("", result.err)
    for _, name in ipairs { "summer_sale.lua", "config", ".gitignore" } do
      assert.matches("written  " .. user:path("shop one/" .. name), result.out, 1, true)
    end
    assert.matches("KLAVIYO_CONFIG='", result.out, 1, true) -- what is to be copied is quoted
  end)

  it("plans and applies as it stands, in every revision, and then differs in nothing", function()
    init "shop"
    local sale = process.quote(user:path "shop/summer_sale.lua")
    for _, row in ipairs(require("klaviyo.model.revisions").list) do
      sandbox:reset()
      os.remove(user:path "shop/summer_sale.lua.lock")
      local options = { env = { KLAVIYO_REVISION = row.name } }
      assert.equal(10, user:run("plan --check " .. sale, options).code)
      local applied = user:run("apply --yes " .. sale, options)
      assert.equal("", applied.err:match "klaviyo: [^\n]*" or "")
      assert.equal(0, applied.code)
      assert.equal(0, user:run("plan --check " .. sale, options).code)
    end
    local tree = assert(kl.campaigns:tree(assert(kl.campaigns:list()).data[1].id))
    assert.equal(2, #tree.audiences)
    assert.equal(3, #tree.messages)
  end)

  it("has a config file that the command reads, with the newest revision", function()
    init "shop"
    local result = user:run("doctor --offline", { env = { KLAVIYO_CONFIG = user:path "shop/config",
      KLAVIYO_API_KEY = "pk_spec" } })
    assert.equal("", result.err)
    assert.equal(0, result.code)
    assert.matches("shop/config", result.out, 1, true)
    local profiles = require("klaviyo.cli.profile").parse(user:read "shop/config", "config")
    assert.equal("2026-10-15", profiles.default.revision)
  end)

  it("overwrites nothing, and names what was there", function()
    user:run("init " .. user:path "again")
    user:write("again/config", "mine")
    os.remove(user:path "again/.gitignore")
    local result = init "again"
    assert.equal(0, result.code)
    assert.matches("kept     " .. user:path "again/config", result.out, 1, true)
    assert.matches("kept     " .. user:path "again/summer_sale.lua", result.out, 1, true)
    assert.matches("written  " .. user:path "again/.gitignore", result.out, 1, true)
    assert.equal("mine", user:read "again/config")
    local made = user:json("init " .. user:path "again")
    assert.same({}, made.written)
    assert.equal(3, #made.kept)
  end)

  it("says where it cannot write", function()
    user:write("file", "")
    local result = init "file"
    assert.equal(3, result.code)
    assert.matches("file is not a folder", result.err)
    result = init "file/below"
    assert.equal(3, result.code)
    assert.matches("cannot be created", result.err)
  end)
end)
