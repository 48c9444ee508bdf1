-- SPDX-License-Identifier: MIT
-- The process that evaluates a campaign file: whatever the file does ends with a sentence, and leaves nothing behind.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local descriptors = require "spec.support.descriptors"
local evaluate = require "klaviyo.cli.plan.evaluate"
local failure = require "klaviyo.cli.terminal.failure"
local native = require "klaviyo.terminal"
local process = require "spec.support.process"

local LUA = os.getenv "KLAVIYO_LUA" or "lua5.4"

local function refused(text, name)
  local ok, problem = pcall(campaign_file.parse, text, name or "sale.lua")
  assert.is_false(ok)
  assert.is_true(failure.is(problem), tostring(problem))
  assert.equal(failure.codes.input, problem.code)
  return problem.message
end

local TOO_LONG = "runs for too long: a campaign file only describes a campaign"
local TOO_MUCH = "needs more than 64 MB of memory: a campaign file only describes a campaign"

describe("a campaign file", function()
  it("that loops for ever is ended, and its line is named", function()
    assert.equal("sale.lua:1: " .. TOO_LONG, refused "while true do end")
    assert.equal("sale.lua:3: " .. TOO_LONG, refused "while true do\n\n local x = 1\nend")
    assert.equal("sale.lua:1: " .. TOO_LONG, refused "repeat pcall(function() for i = 1, 1e9 do end end) until false")
    assert.equal("sale.lua:1: " .. TOO_LONG, refused 'repeat pcall(string.rep, "x", 1e9) until false')
  end)

  it("that loops within one call of a library is ended by the time it uses", function()
    local seconds = evaluate.LIMITS.seconds
    evaluate.LIMITS.seconds = 1
    finally(function()
      evaluate.LIMITS.seconds = seconds
    end)
    assert.equal("sale.lua:3: " .. TOO_LONG, refused '\n\nlocal x = ("a"):rep(30):find(("a*"):rep(25) .. "b")')
  end)

  it("that uses up memory is ended, and its line is named", function()
    assert.equal("sale.lua:2: " .. TOO_MUCH, refused '\nlocal x = ("x"):rep(1e9)\nreturn { name = x }')
    assert.equal("sale.lua:4: " .. TOO_MUCH, refused '\nlocal s = "x"\nfor i = 1, 40 do\n s = s .. s\nend')
    assert.equal("sale.lua:4: " .. TOO_MUCH, refused "\nlocal t = {}\nfor i = 1, 1e9 do\n t[i] = {}\nend")
    local large = 'local a = ("x"):rep(6e7) local b = ("y"):rep(6e7) local c = ("z"):rep(6e7) return { name = "X" }'
    assert.equal("sale.lua:1: " .. TOO_MUCH, refused(large))
    assert.matches("^sale.lua:1: ", refused "local function f() return f() + 1 end f()")
  end)

  it("that describes too much is refused", function()
    assert.equal("sale.lua: describes more than 4 MB", refused 'return { name = "X", description = ("x"):rep(5e6) }')
    local many = 'local t = "x" for i = 1, 16 do t = { t, t, t, t } end return { name = "X", audiences = t }'
    assert.equal("sale.lua: describes more than 4 MB", refused(many))
  end)

  it("that returns what is no data is refused", function()
    assert.matches("^sale.lua:2: name is a function: a campaign is described by",
      refused "return {\n name = tostring }")
    assert.equal("sale.lua: audiences[1] contains itself",
      refused 'local t = { name = "X" }\nt.audiences = { t }\nreturn t')
    assert.matches("audiences%[1%] is an object", refused 'return { name = "X", audiences = { campaign "Y" } }')
    assert.equal("sale.lua: raises a table; error(...) takes a text", refused "error { 1 }")
  end)

  it("has no coroutines to multiply", function()
    assert.matches("^sale.lua:1: attempt to index .*coroutine", refused "coroutine.wrap(function() end)()")
  end)

  it("is named in full, however long its name is", function()
    local name = ("long/"):rep(20) .. "sale.lua"
    assert.equal(name .. ":2: x", refused('\nerror "x"', name))
    assert.matches("^" .. name .. ":1: unexpected", refused("x = = 1", name))
    assert.equal(name .. ":1: " .. TOO_LONG, refused("while true do end", name))
  end)

  it("names its line also where the builder is at work", function()
    local text = 'local c = campaign "X"\nlocal list = {}\nfor i = 1, 1e9 do\n list[1] = list[1] or i\n'
      .. ' c:description(("x"):rep(2e7) .. i):extra { [("a"):rep(2e7)] = list }\nend'
    assert.equal("sale.lua:5: " .. TOO_MUCH, refused(text))
  end)
end)

describe("the process of a campaign file", function()
  local function children()
    local list = process.read "/proc/thread-self/children"
    return select(2, list:gsub("%d+", ""))
  end

  it("leaves no process and no descriptor", function()
    local before, open = children(), #descriptors.list()
    for _, text in ipairs { 'return campaign "X"', "while true do end", 'local x = ("x"):rep(1e9)' } do
      pcall(campaign_file.parse, text, "sale.lua")
    end
    assert.equal(before, children())
    assert.equal(open, #descriptors.list())
  end)

  -- What a module of these lines leaves in a child process, which has `input` and this directory.
  local function probe(lines)
    local directory = process.directory()
    process.write(directory .. "/probe.lua", "return { answer = function(input) " .. lines .. " end }")
    local held = assert(io.open(directory .. "/probe.lua"))
    local child = assert(native.evaluate { module = "probe", path = directory .. "/?.lua;" .. package.path,
      cpath = package.cpath, trusted = "@", input = directory, steps = 1000, seconds = 5, memory = 1e8, output = 1e5,
      patience = 20 })
    process.wait_for("the end of the child", function()
      return child:wait(0.1)
    end, 20)
    local output, reason, _, _, message = child:result()
    child:close()
    held:close()
    process.remove(directory)
    return output, reason, message
  end

  it("has no descriptor of the command but its pipe #process", function()
    local shown = probe 'return io.popen("ls -l /proc/" .. io.open "/proc/self/stat":read "*n" .. "/fd"):read "*a"'
    local count = 0
    for number, target in shown:gmatch "(%d+) %-> ([^\n]+)" do
      local expected = tonumber(number) <= 2 and "^/dev/null" or "^pipe:"
      assert.matches(target:find "/stat$" and "/stat$" or expected, target) -- the probe itself opened its stat
      count = count + 1
    end
    assert.is_true(count >= 4, shown)
  end)

  it("can write no file", function()
    local output, reason, message = probe 'local f = io.open(input .. "/x", "w") f:write "x" f:close() return "written"'
    assert.is_nil(output)
    assert.equal("signal", reason)
    assert.equal("signal 25", message) -- SIGXFSZ
  end)

  it("ends when it is collected or closed while it runs", function()
    local function start()
      return assert(native.evaluate { module = "klaviyo.cli.plan.file_program", path = package.path,
        cpath = package.cpath, trusted = "@", input = "", steps = 1, seconds = 1, memory = 1e8, output = 1,
        patience = 9 })
    end
    local before = children()
    local child = start()
    assert.equal(before + 1, children())
    child:close()
    child:close()
    assert.equal(before, children())
    assert.has_error(function()
      child:wait(0)
    end)
    assert.has_error(function()
      child:result()
    end)
    start()
    collectgarbage()
    collectgarbage()
    assert.equal(before, children())
  end)

  -- Runs Lua in a process of its own.
  local function run(code)
    local prelude = [[
      local campaign_file = require "klaviyo.cli.plan.campaign_file"
      local interrupt = require "klaviyo.cli.terminal.interrupt"
      local pid = io.open "/proc/self/stat":read "*n"
      local function children()
        return select(2, io.open "/proc/thread-self/children":read "*a":gsub("%d+", ""))
      end
    ]]
    return process.run(("%s -e %s"):format(LUA, process.quote(prelude .. code)), 30)
  end

  it("ends with Ctrl-C, which ends the command #process", function()
    local shown = run [[
      require "klaviyo.terminal".catch_signals()
      local killer = io.popen("until set -- $(cat /proc/" .. pid .. "/task/" .. pid .. "/children); test $# = 2; do :; "
        .. "done; kill -INT " .. pid)
      local ok, problem = pcall(campaign_file.parse, 'local x = ("a"):rep(30):find(("a*"):rep(25) .. "b")', "x.lua")
      killer:close()
      print(ok, interrupt.is(problem), children())
    ]]
    assert.equal("false\ttrue\t0\n", shown)
  end)

  it("does not depend on how the parent takes the end of its children #process", function()
    local shown = process.run(("trap '' CHLD; exec %s -e %s"):format(LUA, process.quote [[
      local campaign_file = require "klaviyo.cli.plan.campaign_file"
      print(campaign_file.parse('return campaign "X"', "x.lua").model.name)
      print(select(2, pcall(campaign_file.parse, "while true do end", "x.lua")))
    ]]))
    assert.equal("X\nx.lua:1: " .. TOO_LONG .. "\n", shown)
  end)

  it("has its own limit where that of the machine is lower #process", function()
    local _, code = process.run(("ulimit -v 400000; exec %s -e %s"):format(LUA, process.quote [[
      local campaign_file = require "klaviyo.cli.plan.campaign_file"
      assert(campaign_file.parse('return campaign "X"', "x.lua").model.name == "X")
      local ok, problem = pcall(campaign_file.parse, 'local x = ("x"):rep(1e9)', "x.lua")
      assert(not ok and problem.message:find "needs more than", tostring(problem))
    ]]))
    assert.equal(0, code)
  end)

  it("tells a mistake of this program from one of the file", function()
    local ok, problem = pcall(evaluate.run, { name = "sale.lua", kind = "nothing", text = "" })
    assert.is_false(ok)
    assert.is_false(failure.is(problem))
  end)
end)
