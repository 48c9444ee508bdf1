-- SPDX-License-Identifier: MIT
--- How failures are shown, and their exit codes.

local cli = require "spec.support.cli"
local failure = require "klaviyo.cli.terminal.failure"
local support = require "spec.support.sandbox"

describe("a failure of klaviyo #process", function()
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

  it("says in a shell what a command has, and not what Lua has", function()
    for message, expected in pairs {
      ["this is not a whole text of err:token(): such"] = "this is not the whole text that a command printed: such",
      ["copy all of what err:token() returned"] = "copy all of what a command printed",
      ["name the one to count with conversion_metric"] = "name the one to count with --metric",
    } do
      assert.equal(expected, failure.for_shell(message))
    end
  end)

  it("is short, however long what a file says is", function()
    user:write("long.lua", 'error(("\195\164"):rep(1500000))')
    user:write("other.lua", "error 'short'")
    for _, arguments in ipairs { "plan %s", "plan %s --json", "plan %s " .. user:path "other.lua" } do
      local result = user:run(arguments:format(user:path "long.lua"))
      assert.equal(3, result.code)
      assert.is_true(#result.err < 5000, arguments)
      assert.matches("\195\164... %(3%d%d%d%d%d%d bytes in all%)", result.err)
    end
  end)

  it("is whole where it is to be copied", function()
    assert.is_true(failure.looks_again("Text: to look again: klaviyo recheck " .. ("x"):rep(5000)))
    assert.is_false(failure.looks_again "klaviyo list")
  end)

  it("has an exit code for each kind", function()
    local campaign = assert(kl.campaigns:create(support.sale()))
    local cases = {
      { { status = 401 }, 5 }, { { status = 403 }, 5 }, { { status = 400 }, 6 }, { { status = 409 }, 6 },
      { { status = 500 }, 7 }, { { html = true, status = 200 }, 7 },
    }
    for _, case in ipairs(cases) do
      sandbox:clear_faults()
      case[1].times = 0
      sandbox:fail(case[1])
      assert.equal(case[2], user:run("show " .. campaign.id .. " --call-timeout 3").code,
        tostring(case[1].status))
    end
    sandbox:clear_faults()
  end)

  it("says that nobody answers", function()
    local lonely = cli.new()
    lonely:write("config", "[default]\nbase_url = http://127.0.0.1:9\nkey_env = KEY\n")
    lonely.env.KEY = "pk_x"
    local result = lonely:run "list --call-timeout 2"
    assert.equal(7, result.code)
    assert.matches("hint: ", result.err)
    lonely:close()
  end)

  it("is a line of JSON with --json", function()
    local result = user:run "show nothing --json"
    assert.equal(4, result.code)
    local reported = assert(require("klaviyo.model.json").decode(result.err))
    assert.equal(4, reported.error.code)
    assert.matches("There is no campaign", reported.error.message)
  end)
end)
