-- SPDX-License-Identifier: MIT
--- An nginx with its Lua module, in a directory of its own, for specs and benchmarks. Its workers are LuaJIT: the specs
--- that use it are for LuaJIT, whose modules it can load.

local process = require "spec.support.process"
local socket = require "socket"

local nginx = {}

local MODULES = { "ndk_http_module.so", "ngx_http_lua_module.so" }
local PLACES = { "/usr/lib/nginx/modules/", "/usr/lib64/nginx/modules/", "/usr/share/nginx/modules/" }

local function load_lines()
  for _, place in ipairs(PLACES) do
    local lines = {}
    for i, name in ipairs(MODULES) do
      local file = io.open(place .. name, "rb")
      if file then
        file:close()
        lines[i] = "load_module " .. place .. name .. ";"
      end
    end
    if #lines == #MODULES then
      return table.concat(lines, "\n")
    end
  end
end

-- OpenResty has the module built in; a distribution's nginx loads it.
local function program()
  local openresty = process.find("openresty", "/usr/local/openresty/bin/openresty")
  if openresty then
    return openresty, ""
  end
  local path, lines = process.find("nginx", "/usr/sbin/nginx"), load_lines()
  if path and lines then
    return path, lines
  end
end

---Whether there is one.
---@return boolean
function nginx.available()
  return program() ~= nil
end

-- Workers of root's nginx would be nobody's, who may not read the tree.
local function same_user()
  return process.run "id -u" == "0\n" and "user root;" or ""
end

-- A search path as a worker needs it, whose directory is another one.
local function absolute(path, root)
  return (path:gsub("[^;]+", function(entry)
    return entry:sub(1, 1) == "/" and entry or root .. "/" .. entry
  end))
end

local CONFIGURATION = [[
%s
%s
daemon off;
master_process on;
worker_processes %d;
pid nginx.pid;
error_log error.log info;
%s
events { worker_connections 4096; }
http {
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  access_log off;
  keepalive_requests 1000000;
  lua_package_path "%s;/usr/share/lua/5.1/?.lua;;";
  lua_package_cpath "%s;;";
  %s
  server {
    listen 127.0.0.1:%d;
    location = /ready { return 204; }
    %s
  }
}
]]

---@class support.nginx
---@field url string
---@field port integer
---@field directory string
local server = {}
server.__index = server

---Starts one, and waits until it answers.
---@param options { http: string?, server: string, main: string?, workers: integer? }  parts of its configuration
---@return support.nginx
function nginx.start(options)
  local path, lines = program()
  local directory, port, root = process.directory(), process.port(), process.root()
  process.write(directory .. "/nginx.conf", CONFIGURATION:format(lines, same_user(), options.workers or 1,
    options.main or "", absolute(package.path, root), absolute(package.cpath, root), options.http or "", port,
    options.server))
  local self = setmetatable({ directory = directory, port = port, url = "http://127.0.0.1:" .. port }, server)
  self.process = process.start(("%s -p %s -c nginx.conf"):format(process.quote(path), process.quote(directory)),
    directory .. "/output")
  local ok = pcall(process.wait_for, "an answer of nginx", function()
    local connection = socket.connect("127.0.0.1", port)
    if connection then
      connection:settimeout(5)
      connection:send "GET /ready HTTP/1.0\r\n\r\n"
      local line = connection:receive "*l"
      connection:close()
      return line and self:pid()
    end
  end)
  if not ok then
    local log = self:log()
    self:stop()
    error("nginx does not answer:\n" .. log, 2)
  end
  return self
end

---What it has written.
---@return string
function server:log()
  return process.read(self.directory .. "/output") .. process.read(self.directory .. "/error.log")
end

---@return integer
function server:pid()
  return tonumber(process.read(self.directory .. "/nginx.pid"):match "%d+")
end

---The processes of its workers, those that are on their way out included.
---@return integer[]
function server:workers()
  local list = {}
  for pid in process.run("pgrep -P " .. self:pid()):gmatch "%d+" do
    list[#list + 1] = tonumber(pid)
  end
  return list
end

---@param name "HUP"|"QUIT"
function server:signal(name)
  os.execute(("kill -%s %d"):format(name, self:pid()))
end

---Begins a request; `read` of what it gives waits for the answer.
---@param path string
---@return table connection
function server:begin(path)
  local connection = assert(socket.connect("127.0.0.1", self.port))
  connection:settimeout(60)
  connection:setoption("tcp-nodelay", true)
  assert(connection:send("GET " .. path .. " HTTP/1.0\r\n\r\n"))
  return connection
end

---@param connection table
---@return string body
---@return integer status
function server.read(_, connection)
  local text = connection:receive "*a" or ""
  connection:close()
  return text:match "\r\n\r\n(.*)$" or "", tonumber(text:match "^HTTP/%d%.%d (%d+)")
end

---@param path string
---@return string body
---@return integer status
function server:get(path)
  return self:read(self:begin(path))
end

function server:stop()
  self.process:stop()
  process.remove(self.directory)
end

return nginx
