-- SPDX-License-Identifier: MIT
--- The words of the account for completion: quickly or not at all, and without a word of error.

local cli = require "spec.support.cli"
local socket = require "socket"
local support = require "spec.support.sandbox"

describe("completion of names #process", function()
  local sandbox, kl, user

  setup(function()
    sandbox, kl, user = cli.start()
  end)

  teardown(function()
    cli.stop(sandbox, kl, user)
  end)

  before_each(function()
    sandbox:reset()
    os.execute("rm -rf '" .. user:path ".cache" .. "'")
  end)

  -- The words, which begin a line each; fails if anything was written to standard error.
  local function complete(line, options)
    local result = user:run("__complete fish " .. line, options)
    assert.equal("", result.err)
    return (result.out:gsub("\t[^\n]*", ""):gsub("\n$", ""))
  end

  it("lists campaigns that are not archived, and messages behind a slash", function()
    cli.summer_sale(kl)
    assert(assert(kl.campaigns:create(support.sale "Summer gone")):archive())
    sandbox:clear_requests()
    assert.equal("Summer Sale", complete "cancel summ")
    assert.equal("Summer Sale/Blast", complete "cancel 'Summer Sale/b'")
    assert.same({ "GET /api/campaigns" }, support.seen(sandbox)) -- the second time from the cache
  end)

  it("uses the account that the line names", function()
    cli.summer_sale(kl)
    user:write("config", ('[other]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
    assert.equal("Summer Sale", complete "--profile other cancel S")
    assert.equal("Summer Sale", complete "-p other cancel S")
    assert.equal("", complete "--profile nothing cancel S")
    assert.equal("other", complete "--profile o")
    user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
  end)

  it("starts no sandbox", function()
    assert.equal("", complete "--sandbox cancel S")
    assert.equal("", user:read "state/server.json")
  end)

  it("runs no program for a key", function()
    cli.summer_sale(kl)
    user:write("config", ('[default]\nbase_url = "%s"\nkey_command = "touch %s; echo pk_x"\n'):format(sandbox.url,
      user:path "ran"))
    assert.equal("", complete "cancel S")
    assert.is_nil(io.open(user:path "ran"))
    user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
  end)

  it("ends soon, and without an error, where the service never responds or nothing fits", function()
    local silent = assert(socket.bind("127.0.0.1", 0))
    local _, port = silent:getsockname()
    user:write("config", ('[default]\nbase_url = "http://127.0.0.1:%d"\nkey_env = KEY\n'):format(port))
    local before = socket.gettime()
    assert.equal("", complete "cancel S")
    assert.is_true(socket.gettime() - before < 10) -- its limit is 1.5 s; the machine may be busy
    silent:close()
    assert.equal("", complete "cancel S") -- nobody listens
    for _, broken in ipairs { "[default\n", "[default]\nkey = pk_x\n", "[default]\nkey_file = /nothing\n" } do
      user:write("config", broken)
      assert.equal("", complete "cancel S")
      assert.equal("schedule", complete "sche")
    end
    user:write("config", ('[default]\nbase_url = "%s"\nkey_env = KEY\n'):format(sandbox.url))
    assert.equal("", complete "nothing --what")
    assert.equal(0, user:run("__complete").code)
  end)

  it("lists zones, topics, fields and checks", function()
    assert.equal("Europe/Berlin", complete "list --timezone Europe/Berl")
    assert.equal("times", complete "help ti")
    assert.equal("subject", complete "help fields subj")
    assert.equal("", complete "help times subj")
    assert.equal("id,name", complete "list --fields id,na")
    assert.equal("no-list", complete "schedule x --force no-l")
    assert.equal("2026-10-15", complete "--revision 2026-10")
  end)
end)
