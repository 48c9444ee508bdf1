-- SPDX-License-Identifier: MIT
--- klaviyo open.

local cli = require "spec.support.cli"
local open = require "klaviyo.cli.commands.open"

describe("open.address", function()
  it("is the page of the campaign in the application, or that of a sandbox", function()
    assert.equal("https://www.klaviyo.com/campaign/01J9/wizard", open.address("https://a.klaviyo.com", "01J9"))
    assert.equal("https://www.klaviyo.com/campaign/a%2F%3Fb/wizard", open.address("https://a.klaviyo.com/", "a/?b"))
    assert.equal("http://127.0.0.1:8080/", open.address("http://127.0.0.1:8080", "01J9"))
    assert.equal("https://notklaviyo.com/", open.address("https://notklaviyo.com", "01J9"))
    assert.equal("http://a.klaviyo.com.example.com/", open.address("http://a.klaviyo.com.example.com", "01J9"))
  end)
end)

describe("klaviyo open #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
    cli.summer_sale(kl)
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  it("prints the address without a terminal, and opens nothing", function()
    local result = user:run "open 'Summer Sale'"
    assert.equal(0, result.code)
    assert.equal(sandbox.url .. "/\n", result.out)
    assert.equal("", result.err)
    local made = user:json "open 'Summer Sale/Blast'"
    assert.equal("Summer Sale", made.name)
    assert.equal(sandbox.url .. "/", made.url)
    assert.equal(4, user:run("open nothing").code)
  end)

  it("opens it on a terminal of a desktop, and says where it cannot", function()
    user:write("xdg-open", ('#!/bin/sh\necho "$@" >>%s\n'):format(user:path "opened"))
    os.execute("chmod +x " .. user:path "xdg-open")
    local desktop = { DISPLAY = ":9", WAYLAND_DISPLAY = "", PATH = user.directory .. ":" .. os.getenv "PATH" }
    local screen = user:terminal("open 'Summer Sale'", { env = desktop }):finish()
    assert.equal(0, screen.code)
    assert.matches(sandbox.url .. "/", screen.text, 1, true)
    assert.matches("Opened the page of Summer Sale", screen.text)
    assert.equal(sandbox.url .. "/\n", user:read "opened")
    user:terminal("open 'Summer Sale' --print", { env = desktop }):finish()
    assert.equal(sandbox.url .. "/\n", user:read "opened") -- once
    desktop.DISPLAY = ""
    screen = user:terminal("open 'Summer Sale'", { env = desktop }):finish()
    assert.equal(0, screen.code)
    assert.matches("Not opened: there is no desktop here", screen.text)
  end)
end)
