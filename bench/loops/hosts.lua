-- SPDX-License-Identifier: MIT
-- Runs bench/loops/work.lua in the host that this file is loaded in: a program of its own (luajit hosts.lua LOOP),
-- Neovim (luafile), or nginx (require "hosts"). The servers' addresses come from the environment, or from nginx's
-- location. Writes `name number` lines.

local hosts = {}

local function work(loop, urls, ticker)
  local lines = {}
  for name, value in pairs(dofile(urls.directory .. "/work.lua")(loop, urls, ticker)) do
    lines[#lines + 1] = ("%s %.9f\n"):format(name, value)
  end
  return table.concat(lines)
end

local function uv_ticker(luv)
  return function(tick)
    local timer = luv.new_timer()
    timer:start(1, 1, tick)
    return function()
      timer:close()
    end
  end
end

local function nginx_ticker(ngx)
  return function(tick)
    local going = true
    local thread = ngx.thread.spawn(function()
      while going do
        ngx.sleep(0.001)
        tick()
      end
    end)
    return function()
      going = false
      ngx.thread.wait(thread)
    end
  end
end

local function urls_of(get)
  return { fast = get "BENCH_FAST", latent = get "BENCH_LATENT", slow = get "BENCH_SLOW",
    directory = get "BENCH_DIRECTORY" }
end

-- A program with luv's loop, or none.
local function run_alone(loop)
  local text
  if loop == "uv" then
    local luv = require "luv"
    coroutine.wrap(function()
      text = work("uv", urls_of(os.getenv), uv_ticker(luv))
    end)()
    luv.run()
  else
    text = work("blocking", urls_of(os.getenv))
  end
  io.stdout:write(text)
end

local function run_in_neovim(vim)
  coroutine.wrap(function()
    io.stdout:write(work("uv", urls_of(os.getenv), uv_ticker(vim.loop)))
    vim.schedule(function()
      vim.cmd "qall!"
    end)
  end)()
end

---In nginx.
---@param get fun(name: string): string
---@return string
function hosts.run_in_nginx(get)
  return work("nginx", urls_of(get), nginx_ticker(rawget(_G, "ngx")))
end

if rawget(_G, "vim") then
  run_in_neovim(rawget(_G, "vim"))
elseif not rawget(_G, "ngx") then
  run_alone(arg[1])
end

return hosts
