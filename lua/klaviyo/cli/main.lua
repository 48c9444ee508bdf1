#!/usr/bin/env lua
-- SPDX-License-Identifier: MIT
-- The installed program `klaviyo`.

-- LuaRocks knows LuaJIT as Lua 5.1, and may start this file with that one, which cannot load modules made for LuaJIT.
-- So this much of the file is for any Lua: it looks for LuaJIT and has that run the file.
local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local FIND_LUAJIT = 'for name in luajit luajit2 luajit-2.1; do command -v "$name" && break; done'

local function run_in_luajit()
  local pipe = io.popen(FIND_LUAJIT)
  local program = pipe:read "*l"
  pipe:close()
  if not program then
    io.stderr:write("klaviyo: this is Lua 5.1, and the command needs LuaJIT, Lua 5.3 or Lua 5.4. Install LuaJIT, so ",
      "that luajit is in PATH; or install the rocks for another Lua: luarocks --lua-version 5.4 ...\n")
    os.exit(1)
  end
  -- the paths of this interpreter, which may know the tree of the rocks
  local words = { "LUA_PATH=" .. quote(package.path), "LUA_CPATH=" .. quote(package.cpath), "exec", quote(program),
    quote(arg[0]) }
  for _, word in ipairs(arg) do
    words[#words + 1] = quote(word)
  end
  local status = os.execute(table.concat(words, " ")) -- as wait(2) has it
  local signal = status % 128
  os.exit(signal > 0 and 128 + signal or math.floor(status / 256))
end

if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
  run_in_luajit()
end

-- Where LuaRocks has put this file is its tree, whose paths it leaves out with `--deps-mode none --tree DIR`.
local tree, version = arg[0]:match "^(.*)/lib/luarocks/rocks%-([%d.]+)/"
if tree then
  local share, lib = tree .. "/share/lua/" .. version, tree .. "/lib/lua/" .. version
  package.path = ("%s/?.lua;%s/?/init.lua;%s"):format(share, share, package.path)
  package.cpath = ("%s/?.so;%s"):format(lib, package.cpath)
end

-- From here on a signal is recorded: one that comes while modules load must not show a traceback.
require("klaviyo.terminal").catch_signals()

local argparse = require("argparse").version
local minor = tonumber(argparse:match "^0%.(%d+)")
if minor and minor < 7 then
  io.stderr:write("klaviyo: the command needs argparse 0.7.0 or later, and this is argparse ", argparse,
    ": luarocks install argparse\n")
  os.exit(1)
end
os.exit(require("klaviyo.cli").run(arg), true)
