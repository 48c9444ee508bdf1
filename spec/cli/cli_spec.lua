-- SPDX-License-Identifier: MIT
--- The program: its streams, its pipes, its end.

local cli = require "spec.support.cli"
local support = require "spec.support.sandbox"

describe("the klaviyo program #process", function()
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

  it("works with standard streams that are closed, and no socket takes their place", function()
    assert(kl.campaigns:create(support.sale()))
    sandbox:clear_requests()
    for _, closed in ipairs { "<&-", ">&-", "2>&-", "<&- >&- 2>&-" } do
      local _, code = require("spec.support.process").run(user:command "list" .. " " .. closed)
      assert.equal(0, code, closed)
    end
    assert.same({ "GET /api/campaigns", "GET /api/campaigns", "GET /api/campaigns", "GET /api/campaigns" },
      support.seen(sandbox))
  end)

  it("is quiet when nobody reads on", function()
    for i = 1, 3 do
      assert(kl.campaigns:create(support.sale("Sale " .. i)))
    end
    local result = user:run("calendar --days 400", { sink = "| head -n 1" })
    assert.equal("", result.err)
    assert.equal(1, select(2, result.out:gsub("\n", "")))
  end)

  it("says so when what it writes cannot be written", function()
    local result = user:run("calendar --days 400", { sink = ">/dev/full; echo $?" })
    assert.equal("1\n", result.out)
    assert.matches("standard output", result.err)
  end)

  it("says what it did when the result cannot be written", function()
    for _, how in ipairs { "", " --json" } do
      local result = user:run("create " .. user:path "sale.lua" .. how, { sink = ">/dev/full; echo $?" })
      assert.equal("1\n", result.out)
      assert.matches("standard output: No space left", result.err)
      assert.matches("Created Summer Sale %(%w+%)", result.err)
    end
    local result = user:run("create " .. user:path "sale.lua", { sink = "| true" }) -- the reader wanted no more
    assert.not_matches("standard output", result.err)
  end)
end)
