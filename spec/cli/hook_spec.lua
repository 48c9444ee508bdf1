-- SPDX-License-Identifier: MIT
-- The commands of --exec: what reaches them, and what never reaches the shell.

local cli = require "spec.support.cli"
local hook = require "klaviyo.cli.hook"

describe("a command of --exec #process", function()
  local user, notes, ctx

  before_each(function()
    user, notes = cli.new(), {}
    ctx = { term = { unshow = function() end, flush = function() end, note = function(_, ...)
      notes[#notes + 1] = table.concat { ... }
    end } }
  end)

  after_each(function()
    user:close()
  end)

  it("has what it is about in its environment, whatever characters that has", function()
    local name = [[$(touch pwned); 'x" `id` \ ]] .. "\n\t\27[2J"
    hook.run(ctx, ("printf %%s \"$KLAVIYO_MESSAGE\" > %s"):format(user:path "out"), { KLAVIYO_MESSAGE = name,
      KLAVIYO_EVENT = "change" })
    assert.equal(name, user:read "out")
    assert.same({}, notes)
  end)

  it("has no variable of an event before", function()
    hook.run(ctx, ": one", { KLAVIYO_EVENT = "change", KLAVIYO_BEFORE = "SENDING" })
    hook.run(ctx, ("printf '%%s|%%s' \"${KLAVIYO_BEFORE-none}\" \"$KLAVIYO_EVENT\" > %s"):format(user:path "out"),
      { KLAVIYO_EVENT = "end" })
    assert.equal("none|end", user:read "out")
    assert.is_nil(os.getenv "KLAVIYO_EVENT")
  end)

  it("fails with a note", function()
    hook.run(ctx, "exit 7", { KLAVIYO_EVENT = "change", KLAVIYO_STATUS = "SENT" })
    assert.same({ "The command of --exec ended with code 7 (change SENT)." }, notes)
  end)

  it("ends this program if Ctrl-C has ended it", function()
    local ok, problem = pcall(hook.run, ctx, "kill -INT $$", { KLAVIYO_EVENT = "change" })
    assert.is_false(ok)
    assert.is_true(require("klaviyo.cli.terminal.interrupt").is(problem))
  end)
end)
