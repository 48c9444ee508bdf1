-- SPDX-License-Identifier: MIT
--- klaviyo --sandbox: a sandbox of the user's own, without an account.

local cli = require "spec.support.cli"
local process = require "spec.support.process"

describe("klaviyo --sandbox #process", function()
  local user

  before_each(function()
    user = cli.new()
    user:write("sale.lua", cli.SALE)
  end)

  after_each(function()
    user:run "sandbox stop"
    user:close()
  end)

  local function server()
    return assert(require("klaviyo.model.json").decode(user:read "state/sandbox/server.json"))
  end

  local function is_alive(pid)
    return select(2, process.run("kill -0 " .. pid)) == 0
  end

  it("needs no account, and is there for the next command", function()
    assert.equal(0, user:run("--sandbox create " .. user:path "sale.lua").code)
    local first = server()
    local listed = user:run "--sandbox list"
    assert.equal(0, listed.code)
    assert.matches("Summer Sale", listed.out)
    assert.equal(first.pid, server().pid)
    assert.matches("Summer Sale", user:run("list", { env = { KLAVIYO_SANDBOX = "1" } }).out)
  end)

  it("keeps everything over a stop, and over a kill", function()
    user:run("--sandbox create " .. user:path "sale.lua")
    local first = server()
    assert.equal(0, user:run("sandbox stop").code)
    assert.is_false(is_alive(first.pid))
    assert.equal("", user:read "state/sandbox/server.json")
    assert.equal(4, user:run("sandbox status").code)
    assert.matches("Summer Sale", user:run("--sandbox list").out)
    local second = server()
    os.execute("kill -9 " .. second.pid)
    assert.matches("Summer Sale", user:run("--sandbox list").out)
    assert.not_equal(second.pid, server().pid)
  end)

  it("starts once where several commands begin at once", function()
    local command = user:command "--sandbox list"
    process.run(("for i in 1 2 3 4; do %s & done; wait"):format(command))
    local out = process.run(("for i in 1 2 3 4; do %s || echo failed; done"):format(command))
    assert.is_nil(out:find "failed")
    local pid = server().pid
    assert.is_true(is_alive(pid))
  end)

  it("goes on in its own time", function()
    user:run("--sandbox create " .. user:path "sale.lua")
    user:run "sandbox rate 0"
    user:run "sandbox set 2026-12-01T12:00:00Z"
    local status = user:json "sandbox status"
    assert.matches("^2026%-12%-01T12:00:00", status.now)
    -- "in the future" is measured by that clock
    local past = user:run "--sandbox schedule 'Summer Sale' --at 2026-12-01T11:00:00Z --yes"
    assert.equal(3, past.code)
    assert.matches("lies in the past", past.err)
    assert.equal(0, user:run("--sandbox schedule 'Summer Sale' --at 2026-12-01T13:00:00Z --yes").code)
    assert.equal(0, user:run("sandbox advance 3h").code)
    local watched = user:run "--sandbox watch 'Summer Sale'"
    assert.equal(0, watched.code)
    assert.matches("SENT", watched.out)
    assert.equal(0, user:run("sandbox reset").code)
    assert.equal(0, #(user:json "--sandbox list"))
  end)

  it("never sees a real key", function()
    local result = user:run("--sandbox --verbose list", { env = { KLAVIYO_API_KEY = "pk_real_secret" } })
    assert.equal(0, result.code)
    assert.is_nil((result.out .. result.err):find "pk_real_secret")
    local url = server().url
    local out = process.run("curl -s " .. url .. "/_sandbox/requests || true")
    assert.is_nil(out:find "pk_real_secret")
  end)

  it("says why it cannot start", function()
    process.run("mkdir -p " .. user:path "state" .. " && touch " .. user:path "state/sandbox")
    local result = user:run "--sandbox list"
    assert.equal(1, result.code)
    assert.matches("cannot be created", result.err)
  end)

  it("says what a wrong word was", function()
    assert.equal(2, user:run("sandbox advance").code)
    assert.equal(2, user:run("sandbox rate fast").code)
    assert.equal(2, user:run("sandbox list NEWS").code)
    assert.equal(2, user:run("sandbox strat").code)
    assert.equal(2, user:run("sandbox --port 99999999").code)
  end)
end)
