-- SPDX-License-Identifier: MIT
--- What is shown while a call lasts.

local cli = require "spec.support.cli"

describe("a slow call of klaviyo #process", function()
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

  it("is shown while it lasts, on a terminal alone", function()
    sandbox:fail { latency = "1500ms", times = 1 }
    local shown = user:terminal("list"):finish().text
    assert.matches("Reading campaigns", shown)
    sandbox:fail { latency = "1500ms", times = 1 }
    assert.is_nil(user:run("list").err:find "Reading")
  end)

  it("ends with Ctrl-C: the terminal is given back, and it is said what was under way", function()
    sandbox:fail { latency = "20s", times = 1, method = "POST" }
    local screen = user:terminal("create " .. user:path "sale.lua")
    screen:wait("Creating"):type "\3"
    local result = screen:finish()
    assert.equal(130, result.code)
    assert.matches("Interrupted%.", result.text)
    assert.matches("Creating Summer Sale %(POST /api/campaigns%) was under way: it may have happened", result.text)
    sandbox:clear_faults()
    sandbox:fail { latency = "20s", times = 1, method = "POST" }
    screen = user:terminal("create --json " .. user:path "sale.lua")
    screen:wait("Creating"):type "\3"
    result = screen:finish()
    assert.equal(130, result.code)
    assert.matches('{"error":{"code":130,"done":%[%],"message":"interrupted",'
      .. '"uncertain":%["Creating Summer Sale %(POST /api/campaigns%) was under way: it may have happened."%],'
      .. '"under_way":"POST /api/campaigns"}}',
      result.text)
    sandbox:clear_faults()
  end)
end)
