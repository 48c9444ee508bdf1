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
local ROCKS = { "lua-klaviyo", "lua-klaviyo-cli", "lua-klaviyo-sandbox", "lua-klaviyo-redis" }
-- Without the settings of a make that runs this spec.
local MAKE = "env -u LUA_PATH -u LUA_CPATH -u BUILD -u WERROR -u CFLAGS -u CPPFLAGS -u LDFLAGS -u MAKEFLAGS make "
-- As a packager's, but for -D_FORTIFY_SOURCE=3, which needs the time of -O2: packaging/test-deb builds with it.
local HARDENED = "CFLAGS='-O0 -fPIE -fstack-protector-strong' LDFLAGS=-Wl,-z,relro,-z,now "

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
    local output, code = process.run "make -s all LUA=5.1 2>&1"
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

-- Lines of what make would run.
local function plan(arguments)
  local lines = {}
  for line in run(MAKE .. "-n -B LUA=" .. flavour .. " " .. arguments):gsub("\\\n", " "):gmatch "[^\n]+" do
    lines[#lines + 1] = line
  end
  return lines
end

describe("a build", function()
  it("compiles and links all with the packager's flags, and for a shared library whatever they say", function()
    local compiled, linked = 0, 0
    local flags = " CPPFLAGS=-DONE CFLAGS='-O3 -fPIE' LDFLAGS=-Wl,-z,now"
    for _, line in ipairs(plan("core sandbox terminal redis build/" .. flavour .. "/starve.so" .. flags)) do
      if line:find(" -c -o ", 1, true) then
        compiled = compiled + 1
        assert.matches(" %-DONE .*%-O3 %-fPIE .*%-fPIC ", line)
      end
      if line:find " %-shared " then
        linked = linked + 1
        assert.matches(" %-Wl,%-z,now ", line)
      end
    end
    assert.is_true(compiled > 120 and linked == 5, compiled .. " compiled, " .. linked .. " linked")
  end)

  it("takes warnings for errors in CI alone", function()
    for _, line in ipairs(plan "all") do
      assert.is_nil(line:find("-Werror", 1, true), line)
    end
    local strict = 0
    for _, line in ipairs(plan "core WERROR=-Werror") do
      strict = strict + (line:find("-Werror ", 1, true) and 1 or 0)
    end
    assert.is_true(strict > 20)
    assert.matches("\nexport WERROR=%-Werror\n", process.read ".ci/check")
  end)

  it("names the package of a header or a compiler that is missing, before it compiles", function()
    local directory = process.directory()
    local function lacking(hidden, arguments, package)
      local script = ("mount -t tmpfs none %s && %s -s %s BUILD=%s"):format(hidden, MAKE, arguments, directory)
      local output, code = process.run("unshare -rm sh -c " .. quote(script))
      assert.not_equal(0, code)
      assert.matches("apt%-get install " .. package:gsub("%p", "%%%0") .. "\n", output)
      assert.is_nil(output:find "error:")
    end
    local output, code = process.run(MAKE .. "-s core CC=no-such-compiler BUILD=" .. directory)
    assert.not_equal(0, code)
    assert.matches("apt-get install gcc\n", output, 1, true)
    if select(2, process.run "unshare -rm true") == 0 then
      lacking("/usr/include/lua5.4", "terminal LUA=5.4", "liblua5.4-dev")
      lacking("/usr/include/gnutls", "sandbox LUA=5.4", "libgnutls28-dev")
      lacking("/usr/include/hiredis", "redis LUA=5.4", "libhiredis-dev")
    end
    process.remove(directory)
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

  it("compile the same into klaviyo.redis, whoever makes them", function()
    local shared = process.read("Makefile"):match "REDIS_SRC [^\n]*(%$%(addprefix src/core/,[^)]*%))"
    assert.truthy(process.read("packaging/debian/lua5.4.klaviyo-redis.dh-lua.conf"):find(shared, 1, true), shared)
    local rock = process.read(("lua-klaviyo-redis-%s-1.rockspec"):format(version))
    for name in shared:gmatch "[%w_]+%.c" do
      assert.truthy(rock:find('"src/core/' .. name .. '"', 1, true), name)
    end
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
      -- a directory with a space, and a relative one
      local tree, prefix = ("%s/lua-klaviyo-%s"):format(directory, version), directory .. "/the prefix"
      local make = ("cd %s && %s -s -j2 LUA=%s %s"):format(tree, MAKE, flavour, HARDENED)
      local to = make .. "PREFIX=" .. quote(prefix) .. " "
      run(to .. "install", 300)
      run(to .. "install-redis", 300)
      local modules = ("%s/lib/lua/%s/klaviyo/*.so"):format(quote(prefix), paths)
      local hardened = run("for file in " .. modules .. "; do readelf -d \"$file\" | grep -c 'NOW$'; done")
      assert.equal(4, select(2, hardened:gsub("[1-9]\n", "")))
      run(make .. "install-core PREFIX=/opt/x DESTDIR=staged LIBDIR=/usr/lib/x86_64-linux-gnu")
      local staged = tree .. "/staged"
      assert.equal("core.so\n", run(("find %s/usr/lib/x86_64-linux-gnu -type f -printf '%%f\\n'"):format(staged)))
      assert.equal("", run(("find %s -path '*/klaviyo/cli/*'"):format(staged)))
      run(("test -s %s/opt/x/share/lua/%s/klaviyo/init.lua"):format(staged, paths))
      assert.equal("", run(("find %s/lua ! -path '*/klaviyo*' ! -path %s/lua"):format(tree, tree)))
      run(make .. "install PREFIX=below")
      run("rm -rf " .. quote(tree) .. "/src")
      for _, place in ipairs { prefix, tree .. "/below" } do
        try_command(directory, quote(place .. "/bin/klaviyo"))
        assert.equal(0, select(2, process.run(("test -s %s/share/man/man1/klaviyo.1"):format(quote(place)))))
      end
      -- another Lua's: its command stays
      run((to .. "uninstall"):gsub("LUA=%w[%w.]*", flavour == "jit" and "LUA=5.4" or "LUA=jit"))
      run("test -x " .. quote(prefix .. "/bin/klaviyo"))
      run(to .. "uninstall")
      assert.equal("", run(("find %s ! -type d -o -path '*lua*'"):format(quote(prefix))))
    end)
  end

  it("have a part for opm, with what opm asks of its dist.ini", function()
    local build = directory .. "/opm-build"
    run(("%s -s opm BUILD=%s"):format(MAKE, build))
    local ini = process.read(build .. "/opm/dist.ini")
    for _, line in ipairs { "name = lua%-klaviyo", "abstract = [^\n]*klaviyo%.core[^\n]*",
      "version = " .. version:gsub("%p", "%%%0"),
      "author = [^\n]+", "is_original = yes", "license = mit", "lib_dir = lib", "doc_dir = lib",
      "repo_link = https://[^\n]*/lua%-klaviyo", "main_module = lib/klaviyo/init%.lua", "requires = [^\n]+" } do
      assert.matches("\n" .. line .. "\n", ini)
    end
    -- all that a client requires, and nothing that is no Lua
    local lib = build .. "/opm/lib"
    local loaded = run(("LUA_PATH='%s/?.lua;%s/?/init.lua;;' LUA_CPATH=%s %s -e %s"):format(lib, lib,
      quote(package.cpath), program, quote [[
        local kl = require("klaviyo").client { api_key = "pk_x" }
        print(kl.campaigns, package.searchpath and package.searchpath("klaviyo", package.path) or "")]]))
    assert.matches(jit and "." or "opm/lib/klaviyo", loaded)
    assert.equal("", run(("find %s/opm/lib -type f ! -name '*.lua' -o -path '*/cli/*'"):format(build)))
  end)

  it("install no command without the Lua that it would be started by", function()
    local lacking = ("PREFIX=%s/none BUILD=%s/build program_%s=no-such-lua"):format(directory, directory, flavour)
    local output, code = process.run(("%s -s install-cli LUA=%s %s"):format(MAKE, flavour, lacking))
    assert.not_equal(0, code)
    local why = ("the command needs the program of LUA=%s, and no-such-lua is not in PATH"):format(flavour)
    assert.matches(why, output, 1, true)
    assert.not_equal(0, select(2, process.run("test -e " .. directory .. "/none/bin/klaviyo")))
  end)

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
    try_command(directory, program .. " " .. script) -- it finds the tree that it stands in
  end)
end)
