-- SPDX-License-Identifier: MIT
-- Signals and the terminal: noted in C, taken where the program waits.

local blocking = require "klaviyo.loop.blocking"
local process = require "spec.support.process"
local terminal = require "klaviyo.terminal"

describe("klaviyo.terminal", function()
  it("knows what is no terminal", function()
    assert.has_error(function()
      terminal.isatty "x"
    end)
    assert.is_false(terminal.isatty(9999))
    assert.is_nil((terminal.size(9999)))
    assert.is_nil((terminal.signal()))
  end)

  -- Runs Lua in a process of its own, with the terminal module as `t` and a way to send itself a signal.
  local LUA = os.getenv "KLAVIYO_LUA" or "lua5.4"
  local PRELUDE = [[
    local t = require "klaviyo.terminal"
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
    local shown = process.run(command [[t.catch_signals() t.cursor_hidden(true) kill "INT" kill "INT"]])
    assert.equal("\27[?25h", shown)
  end)

  it("waits until something can be read, or is at its end, and no longer than a signal #process", function()
    assert.equal("false\n", (process.run("tail -f /dev/null | " .. command "print(t.readable(io.stdin, 0.01))", 20)))
    assert.equal("true\n", (process.run(command "print(t.readable(io.stdin, 5))" .. " </dev/null")))
    local signalled = "t.catch_signals() kill 'INT' print(t.readable(io.stdin, 0.01), (t.signal()))"
    assert.equal("false\t2\n", (process.run("tail -f /dev/null | " .. command(signalled), 20)))
    assert.has_error(function()
      terminal.readable(io.stdin, -1)
    end)
    assert.has_error(function()
      terminal.readable("x", 1)
    end)
  end)

  it("opens /dev/null for streams that are closed, and leaves the others #process", function()
    local code = "require 'klaviyo.terminal'.open_streams() "
      .. "os.execute 'readlink /proc/$PPID/fd/0 /proc/$PPID/fd/1 >&2'"
    local run = ("%s -e %s"):format(LUA, process.quote(code))
    assert.equal("/dev/null\n/dev/null\n", (process.run(run .. " <&- >&-")))
    assert.equal("/dev/zero\n/dev/null\n", (process.run(run .. " </dev/zero >&-")))
  end)

  it("claims a file until its end, for itself and not for what it starts #process", function()
    local path, log = os.tmpname(), os.tmpname()
    local hold = "io.write(tostring(t.claim(%q))) io.flush() os.execute 'sleep 9 >/dev/null 2>&1 &' io.read '*l'"
    hold = hold:format(path)
    local held = io.popen(command(hold) .. " >" .. log, "w")
    process.wait_for("the claim", function()
      return process.read(log) == "true"
    end)
    assert.is_false((terminal.claim(path)))
    held:close()
    assert.is_true((terminal.claim(path)))
    assert.is_nil((terminal.claim(path .. ".none")))
    os.remove(path)
    os.remove(log)
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
    process.wait_for("five calls in a tenth of a second, however busy the machine is", function()
      calls = 0
      blocking.sleep(0.1)
      return calls >= 5
    end)
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
