-- SPDX-License-Identifier: MIT
--- What a user installs: the tarball, `make install`, and the rocks on another prefix. All of it runs where nothing of
--- the source tree can be found.

local process = require "spec.support.process"

local quote = process.quote
local jit = rawget(_G, "jit") ~= nil
local flavour = jit and "jit" or _VERSION:match "[%d.]+"
local paths = _VERSION:match "[%d.]+"
local program = os.getenv "KLAVIYO_LUA" or (jit and "luajit" or "lua" .. paths)
local version = require "klaviyo.version"
local ROCKS = { "lua-klaviyo", "lua-klaviyo-cli", "lua-klaviyo-sandbox" }

-- An environment in which there is nothing but the system and what is named.
local function clean(directory, more)
  return ("cd / && env -i PATH=$PATH HOME=%s KLAVIYO_STATE=%s/state %s "):format(quote(directory), quote(directory),
    more or "")
end

local function run(command, seconds)
  local output, code = process.run(command, seconds)
  assert.equal(0, code, command .. "\n" .. output)
  return output
end

local TRY = [[local kl = require "klaviyo".client { api_key = "pk_x", base_url = arg[1] }
assert(kl.campaigns:list())
print(package.searchpath and package.searchpath("klaviyo.core", package.cpath) or "")
kl:close()]]

-- The command, as it was installed, with a sandbox of its own.
local function try_command(directory, command, more)
  assert.equal("klaviyo " .. version .. "\n", run(clean(directory, more) .. command .. " --version"))
  local listed = run(clean(directory, more) .. command .. " --sandbox list --json", 30)
  run(clean(directory, more) .. command .. " sandbox stop")
  assert.matches("%[%]", listed)
end

describe("an unsupported Lua #process", function()
  it("is refused by make, with those that there are", function()
    local output, code = process.run "make -s all LUA=5.1"
    assert.not_equal(0, code)
    assert.matches("LUA=5.4 (the default), LUA=5.3 and LUA=jit", output, 1, true)
  end)

  it("is refused by require, with those that there are", function()
    if not process.find "lua5.1" then
      pending "Lua 5.1 is not installed"
      return
    end
    local output, code = process.run [[LUA_PATH="lua/?.lua;lua/?/init.lua" lua5.1 -e 'require "klaviyo"']]
    assert.not_equal(0, code)
    assert.matches("klaviyo runs on Lua 5.3, Lua 5.4 and LuaJIT, not on Lua 5.1", output, 1, true)
  end)
end)

describe("packages #process", function()
  local directory

  setup(function()
    directory = process.directory()
  end)

  teardown(function()
    process.remove(directory)
  end)

  it("name one version", function()
    for _, name in ipairs(ROCKS) do
      local rockspec = process.read(("%s-%s-1.rockspec"):format(name, version))
      assert.matches('version = "' .. version:gsub("%p", "%%%0") .. '%-1"', rockspec)
      assert.matches('tag = "v' .. version:gsub("%p", "%%%0") .. '"', rockspec)
    end
    assert.matches('version = "scm%-1"', process.read "lua-klaviyo-scm-1.rockspec")
    assert.matches("lua\\%-klaviyo " .. version:gsub("%p", "%%%0"), process.read "doc/klaviyo.1")
    run ".ci/rockspecs --check"
  end)

  it("keep the command out of the library's rock", function()
    local library = process.read(("lua-klaviyo-%s-1.rockspec"):format(version))
    local command = process.read(("lua-klaviyo-cli-%s-1.rockspec"):format(version))
    for _, word in ipairs { "argparse", "klaviyo.cli.", "klaviyo.terminal", "bin =" } do
      assert.is_nil(library:find(word, 1, true), word)
      assert.is_truthy(command:find(word, 1, true), word)
    end
    assert.is_truthy(command:find(('"lua-klaviyo == %s"'):format(version), 1, true))
  end)

  it("leave specs and examples to those who build", function()
    for _, name in ipairs(ROCKS) do
      local text = process.read(("%s-%s-1.rockspec"):format(name, version))
      assert.is_nil(text:match '"spec/')
      assert.is_nil(text:match '"examples/')
      assert.is_nil(text:match "copy_directories")
    end
  end)

  if select(2, process.run "git rev-parse --git-dir") ~= 0 then
    pending "build from the tarball of `make dist` (this is no git checkout)"
  else
    it("build from the tarball of `make dist`, install, and go without a trace", function()
      run "make -s dist"
      run(("tar -xzf dist/lua-klaviyo-%s.tar.gz -C %s"):format(version, directory))
      local tree, prefix = ("%s/lua-klaviyo-%s"):format(directory, version), directory .. "/prefix"
      local make = ("env -u LUA_PATH -u LUA_CPATH -u BUILD make -s -j2 -C %s LUA=%s PREFIX=%s CFLAGS=-O0 "):format(tree,
        flavour, prefix)
      run(make .. "install", 120)
      local staged = directory .. "/staged"
      run(make .. "install-core DESTDIR=" .. staged .. " LIBDIR=/usr/lib/x86_64-linux-gnu")
      assert.equal("core.so\n", run(("find %s/usr/lib/x86_64-linux-gnu -type f -printf '%%f\\n'"):format(staged)))
      assert.equal("", run(("find %s -path '*/klaviyo/cli/*'"):format(staged)))
      run("rm -rf " .. quote(tree) .. "/src")
      try_command(directory, prefix .. "/bin/klaviyo")
      assert.equal(0, select(2, process.run("test -s " .. prefix .. "/share/man/man1/klaviyo.1")))
      run(make .. "uninstall")
      assert.equal("", run(("find %s ! -type d"):format(prefix)))
    end)
  end

  local tree = os.getenv "KLAVIYO_TREE"
  if not tree then
    pending "install on another prefix as packed rocks (.ci/check builds them and names them in KLAVIYO_TREE)"
    return
  elseif not process.find "luarocks" then
    pending "install on another prefix as packed rocks (luarocks is not installed)"
    return
  end

  it("install on another prefix as packed rocks", function()
    local root = tree:sub(1, 1) == "/" and tree or process.root() .. "/" .. tree
    local luarocks = "luarocks --lua-version " .. paths .. " --tree "
    local prefix = directory .. "/rocks"
    for _, name in ipairs(ROCKS) do
      run(("cd %s && env -u LUA_PATH -u LUA_CPATH %s %s pack %s"):format(quote(directory), luarocks, quote(root), name))
      run(("cd %s && env -u LUA_PATH -u LUA_CPATH %s %s install --deps-mode none %s-%s-1.*.rock"):format(
        quote(directory), luarocks, quote(prefix), name, version))
    end
    local share, lib = ("%s/share/lua/%s"):format(prefix, paths), ("%s/lib/lua/%s"):format(prefix, paths)
    local found = ("LUA_PATH='%s/?.lua;%s/?/init.lua;;' LUA_CPATH='%s/?.so;;'"):format(share, share, lib)
    local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    process.write(directory .. "/try.lua", TRY)
    local place = run(clean(directory, found) .. program .. " " .. directory .. "/try.lua " .. sandbox.url)
    sandbox:stop()
    assert.is_truthy(place == "\n" or place:find(prefix, 1, true), place)
    local script = run(("find %s/lib/luarocks -path '*/bin/klaviyo'"):format(prefix)):match "[^\n]+"
    try_command(directory, program .. " " .. script, found)
  end)
end)
