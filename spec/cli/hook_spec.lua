-- SPDX-License-Identifier: MIT
-- The commands of --exec: what reaches them, and what never reaches the shell.

local cli = require "spec.support.cli"
local core = require "klaviyo.core"
local hook = require "klaviyo.cli.hook"
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"
local time = require "klaviyo.model.time"

describe("a command of --exec #process", function()
  local user, notes, ctx

  before_each(function()
    user, notes = cli.new(), {}
    ctx = { args = {}, term = { unshow = function() end, flush = function() end, note = function(_, ...)
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

  it("writes to standard error where standard output is JSON", function()
    for json, word in pairs { [true] = "err", [false] = "out" } do
      local sandbox, kl = support.start {}
      local watcher = cli.new(sandbox)
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { "L1" } }):sms { name = "Text", body = "x" }
      assert(assert(kl.campaigns:create(sale)):schedule { at = time.format(time.parse(sandbox:now()) + 60) })
      sandbox:advance "1h"
      local result = watcher:run("watch Sale --no-results --exec 'echo hooked' " .. (json and "--json" or ""))
      assert.equal(0, result.code, result.err)
      assert.equal("hooked\n", result[word]:match "[^\n]*hooked\n")
      assert.is_nil(result[word == "err" and "out" or "err"]:find("hooked", 1, true))
      watcher:close()
      kl:close()
      sandbox:stop()
    end
  end)

  it("ends with this program, which a signal alone may end", function()
    local sandbox, kl = support.start {}
    local watcher = cli.new(sandbox)
    local sale = klaviyo.campaign "Sale"
    sale:audience("VIP", { included = { "L1" } }):sms { name = "Text", body = "x" }
    assert(assert(kl.campaigns:create(sale)):schedule { at = time.format(time.parse(sandbox:now()) + 60) })
    sandbox:advance "1h"
    for signal, code in pairs { INT = 130, TERM = 143 } do
      local began = core.now()
      -- the shell of the hook is a child of the watch, and tells it alone
      local result = watcher:run(("watch Sale --no-results --exec 'kill -%s $PPID; exec sleep 60'"):format(signal))
      assert.equal(code, result.code, result.err)
      assert.is_true(core.now() - began < 20)
    end
    watcher:close()
    kl:close()
    sandbox:stop()
  end)

  it("ends this program if Ctrl-C has ended it", function()
    local ok, problem = pcall(hook.run, ctx, "kill -INT $$", { KLAVIYO_EVENT = "change" })
    assert.is_false(ok)
    assert.is_true(require("klaviyo.cli.terminal.interrupt").is(problem))
  end)
end)
