-- SPDX-License-Identifier: MIT
-- Signals and the terminal: noted in C, taken where the program waits.

local blocking = require "klaviyo.loop.blocking"
local process = require "spec.support.process"
local terminal = require("klaviyo.core").terminal

describe("core.terminal", function()
  it("knows what is no terminal", function()
    assert.has_error(function()
      terminal.isatty "x"
    end)
    assert.is_false(terminal.isatty(9999))
    assert.is_nil((terminal.size(9999)))
    assert.is_nil((terminal.signal()))
  end)

  -- Runs Lua in a process of its own, with the terminal part of the core as `t` and a way to send itself a signal.
  local LUA = os.getenv "KLAVIYO_LUA" or "lua5.4"
  local PRELUDE = [[
    local t = require "klaviyo.core".terminal
    local pid = io.open "/proc/self/stat":read "*n"
    local function kill(signal)
      io.popen("kill -" .. signal .. " " .. pid):close()
    end
  ]]
  local function command(code)
    return ("%s -e %s"):format(LUA, process.quote(PRELUDE .. code))
  end

  it("knows the size of one #process", function()
    local code = "print(t.isatty(0), t.isatty(1), t.size(1))"
    local inner = "stty cols 97 rows 31; " .. command(code)
    local shown = process.run(("script -qec %s /dev/null </dev/null"):format(process.quote(inner)))
    assert.matches("true\ttrue\t97\t31", shown)
    assert.matches("false\tfalse\tnil", (process.run(command(code) .. " </dev/null | cat")))
  end)

  it("notes signals, which end reading, and the second ends the program #process", function()
    for name, number in pairs { INT = 2, TERM = 15, HUP = 1 } do
      local code = ("t.catch_signals() kill '%s' print(t.signal()) print(t.signal())"):format(name)
      local shown = process.run(command(code))
      assert.equal(("%d\tSIG%s\nnil\n"):format(number, name), shown)
    end
    -- The signal comes once the program sleeps, which it does in reading alone.
    local reading = [[
      t.catch_signals()
      local killer = io.popen("until grep -q '^State:.S' /proc/" .. pid .. "/status; do :; done; kill -TERM " .. pid)
      print(io.read "*l")
    ]]
    assert.matches("^nil\tInterrupted", (process.run("tail -f /dev/null | timeout 20 " .. command(reading), 25)))
    local _, code = process.run(command [[t.catch_signals() kill "INT" kill "INT" print "still here"]])
    assert.equal(130, code)
  end)

  it("lets a write to a closed pipe fail, and the program end in its own way #process", function()
    local code = "t.catch_signals() for i = 1, 1e5 do io.write('x\\n') end io.stderr:write 'at the end'"
    local shown = process.run(("{ %s; echo \" $?\" >&2; } | true"):format(command(code)))
    assert.equal("at the end 0\n", shown)
  end)
end)

describe("blocking.while_waiting", function()
  after_each(function()
    blocking.while_waiting(nil)
  end)

  it("calls between waits, as often as asked", function()
    local calls = 0
    blocking.while_waiting(function()
      calls = calls + 1
    end, 0.01)
    blocking.sleep(0.1)
    assert.is_true(calls >= 5, calls)
    blocking.while_waiting(nil)
    local before = calls
    blocking.sleep(0.02)
    assert.equal(before, calls)
  end)

  it("ends what waits by raising, alone and among others", function()
    local problem = {}
    blocking.while_waiting(function()
      error(problem, 0)
    end, 0.01)
    local ok, caught = pcall(blocking.sleep, 5)
    assert.is_false(ok)
    assert.equal(problem, caught)
    ok, caught = pcall(blocking.all, { function()
      blocking.sleep(5)
    end, function()
      blocking.sleep(5)
    end }, 2)
    assert.is_false(ok)
    assert.equal(problem, caught)
  end)
end)
