-- SPDX-License-Identifier: MIT
-- Who is measured: how each is called, how it is found out whether it is here, and what it cannot do.

-- lua-http is packaged for 5.1 to 5.3; its modules are plain Lua and run on 5.4 over that version's C modules.
local PATH_54 = "bench/peers/?.lua;/usr/share/lua/5.4/?.lua;/usr/share/lua/5.3/?.lua;/usr/share/lua/5.3/?/init.lua;"
  .. "/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua;;"

local function ours(build, lua, program)
  return ("env 'LUA_PATH=lua/?.lua;lua/?/init.lua;;' 'LUA_CPATH=%s/%s/?.so;;' %s bench/peers/klaviyo.lua")
    :format(build, lua, program)
end

local function lua_54(script)
  return ("env 'LUA_PATH=%s' lua5.4 bench/peers/%s"):format(PATH_54, script)
end

local ONE_AT_A_TIME = "does one request at a time"

---@class bench.peer
---@field name string
---@field command string    what the arguments of a workload are put behind
---@field version string    a shell command that prints its version, and fails if it is not here
---@field lua54 boolean?    whether it runs on Lua 5.4
---@field luajit boolean?   whether it runs on LuaJIT, and is not ours
---@field lua boolean?      whether it is a program in Lua, and not ours
---@field suffix string?    put behind the arguments
---@field cannot table<string, string>?  workload -> why not

---@param build string  the folder that make builds in
---@return table<string, bench.peer> peers
---@return string[] order
return function(build)
  local tools = build .. "/bench/"
  local peers = {
    bare = { name = "bare libcurl, C", command = tools .. "bare",
      version = "curl-config --version" },
    multi = { name = "bare libcurl, C, multi interface", command = tools .. "bare", suffix = "multi",
      version = "curl-config --version", cannot = { W3 = "the row above is the multi interface" } },
    ours = { name = "lua-klaviyo, Lua 5.4", command = ours(build, "5.4", "lua5.4"), version = "lua5.4 -v" },
    ours_jit = { name = "lua-klaviyo, LuaJIT", command = ours(build, "jit", "luajit"),
      version = ("test -f %s/jit/klaviyo/core.so && luajit -v"):format(build) },
    luasocket = { name = "luasocket + lua-cjson, Lua 5.4", lua54 = true, lua = true,
      command = lua_54 "luasocket.lua", cannot = { W3 = ONE_AT_A_TIME },
      version = [[lua5.4 -e 'require "cjson" print(require("socket")._VERSION)']] },
    lua_http = { name = "lua-http + lua-cjson, Lua 5.4", lua54 = true, lua = true, command = lua_54 "lua_http.lua",
      version = ([[env 'LUA_PATH=%s' lua5.4 -e 'require "cjson" require "http.request" ]]
        .. [[print("lua-http " .. require("http.version").version)']]):format(PATH_54) },
    lua_curl_jit = { name = "lua-curl + lua-cjson, LuaJIT", lua = true, luajit = true, cannot = { W3 = ONE_AT_A_TIME },
      command = "env 'LUA_PATH=bench/peers/?.lua;;' luajit bench/peers/lua_curl.lua",
      version = [[luajit -e 'require "cjson" print("lua-curl, " .. require("curl").version())' | cut -d' ' -f1,2]] },
    lua_curl_51 = { name = "lua-curl + lua-cjson, Lua 5.1", lua = true, cannot = { W3 = ONE_AT_A_TIME },
      command = "env 'LUA_PATH=bench/peers/?.lua;;' lua5.1 bench/peers/lua_curl.lua",
      version = [[lua5.1 -e 'require "cjson" print("lua-curl, " .. require("curl").version())' | cut -d' ' -f1,2]] },
    fetch = { name = "Node fetch", command = "node bench/peers/fetch.mjs", version = "node --version" },
    sdk = { name = "klaviyo-api (Node SDK)", command = "node bench/peers/sdk.mjs " .. tools,
      cannot = { W1b = "knows other fields", W1c = "knows no such tree", W4 = "knows no such campaign" },
      version = ("node --version >/dev/null && cd %snode_modules/klaviyo-api 2>/dev/null && "
        .. [[sed -n 's/^ *"version": "\(.*\)".*/\1/p' package.json | grep .]])
        :format(tools) },
  }
  return peers, { "bare", "multi", "ours", "ours_jit", "luasocket", "lua_http", "lua_curl_jit", "lua_curl_51",
    "fetch", "sdk" }
end
