-- SPDX-License-Identifier: MIT
--- The installed program, started by the interpreter that LuaRocks chose.

local process = require "spec.support.process"

local version = require "klaviyo.version"

local state -- the directory of the sandbox that --sandbox starts: another version may have left one in the user's

-- The command, started by an interpreter with the modules of LuaJIT.
local function run(program, path, ...)
  local words = { "KLAVIYO_CONFIG=/nonexistent KLAVIYO_API_KEY= KLAVIYO_SANDBOX=",
    "KLAVIYO_STATE=" .. process.quote(state),
    ("LUA_PATH=%s LUA_CPATH=%s PATH=%s"):format(process.quote "lua/?.lua;lua/?/init.lua;;",
      process.quote "build/jit/?.so;;", process.quote(path)), process.quote(program), "lua/klaviyo/cli/main.lua" }
  for _, word in ipairs { ... } do
    words[#words + 1] = process.quote(word)
  end
  return process.run(table.concat(words, " ") .. " 2>&1")
end

describe("the command beside an old argparse #process", function()
  it("says which one it needs", function()
    local modules = process.directory()
    finally(function()
      process.remove(modules)
    end)
    local file = assert(io.open(modules .. "/argparse.lua", "w"))
    file:write 'return { version = "0.6.0" }'
    file:close()
    local program = process.find(os.getenv "KLAVIYO_LUA" or "lua5.4")
    local output, code = process.run(("LUA_PATH=%s %s lua/klaviyo/cli/main.lua list 2>&1"):format(
      process.quote(modules .. "/?.lua;" .. package.path), process.quote(program)))
    assert.equal(1, code, output)
    assert.equal("klaviyo: the command needs argparse 0.7.0 or later, and this is argparse 0.6.0: "
      .. "luarocks install argparse\n", output)
  end)
end)

describe("the command of the rocks for LuaJIT, started by Lua 5.1 #process", function()
  local lua51 = process.find "lua5.1"
  local path = os.getenv "PATH"
  local jit_is_built = io.open "build/jit/klaviyo/core.so"
  if jit_is_built then
    jit_is_built:close()
  end

  setup(function()
    state = process.directory()
  end)

  teardown(function()
    if jit_is_built and process.find "luajit" then
      run(process.find "luajit", path, "sandbox", "stop", "--sandbox")
    end
    process.remove(state)
  end)

  if not (lua51 and process.find "luajit" and jit_is_built) then
    pending "runs (Lua 5.1, LuaJIT or the modules for it are not there)"
    return
  end

  it("runs in LuaJIT, with its words as they are and its exit code", function()
    local output, code = run(lua51, path, "--version")
    assert.equal(0, code, output)
    assert.matches(version, output, 1, true)
    output, code = run(lua51, path, "it's \"$HOME\" ;")
    assert.is_true(code > 0)
    assert.matches("it's \"$HOME\" ;", output, 1, true)
    local expected
    expected, code = run(process.find "luajit", path, "show", "nonsense")
    assert.same({ expected, code }, { run(lua51, path, "show", "nonsense") })
    assert.is_true(code > 1)
  end)

  it("says what to install where there is no LuaJIT", function()
    local output, code = run(lua51, "/nonexistent", "--version")
    assert.equal(1, code)
    assert.matches("^klaviyo: this is Lua 5.1, and the command needs LuaJIT, Lua 5.3 or Lua 5.4%. Install", output)
    assert.is_nil(output:find "traceback")
  end)
end)
