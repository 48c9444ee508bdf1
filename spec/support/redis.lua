-- SPDX-License-Identifier: MIT
--- A redis-server of a spec, on a free port of loopback.

local process = require "spec.support.process"
local socket = require "socket"

local redis = {}
redis.__index = redis

local function begin(self)
  local options = self.options
  local parts = { ("exec redis-server --bind 127.0.0.1 --save '' --appendonly no --dir %s"):format(
    process.quote(self.directory)) }
  parts[#parts + 1] = options.unix and "--port 0 --unixsocket " .. process.quote(self.path) or "--port " .. self.port
  for _, option in ipairs(options) do
    parts[#parts + 1] = option
  end
  os.remove(self.directory .. "/log") -- what an earlier start said
  self.process = process.start(table.concat(parts, " "), self.directory .. "/log")
  process.wait_for("redis-server", function()
    return process.read(self.directory .. "/log"):find "[Rr]eady to accept connections"
  end)
end

---Starts a server.
---@param options? table  further arguments; unix: a unix socket instead of a port
---@return table server   url, port, path
function redis.start(options)
  assert(process.find "redis-server", "redis-server is not installed")
  local directory = process.directory()
  local self = setmetatable({ options = options or {}, directory = directory, port = process.port(),
    path = directory .. "/redis.sock" }, redis)
  self.url = self.options.unix and "unix://" .. self.path or "redis://127.0.0.1:" .. self.port
  begin(self)
  return self
end

---Ends the server; its data go with it.
function redis:down()
  self.process:stop()
  self.process = nil
end

---Starts it again, empty, at the same place.
function redis:up()
  begin(self)
end

-- Has it not answer, without closing anything.
function redis:pause()
  self.pid = self:call("INFO", "server"):match "process_id:(%d+)"
  os.execute("kill -STOP " .. self.pid)
end

function redis:resume()
  os.execute("kill -CONT " .. self.pid)
end

function redis:stop()
  if self.process then
    self:down()
  end
  process.remove(self.directory)
end

-- One command over a socket of our own.
---@param ... string
---@return string reply  the first line, and for a string its text
function redis:call(...)
  local connection = assert(self.options.unix and require "socket.unix"() or socket.tcp())
  assert(self.options.unix and connection:connect(self.path) or connection:connect("127.0.0.1", self.port))
  connection:settimeout(5)
  local parts = { "*" .. select("#", ...) }
  for _, text in ipairs { ... } do
    parts[#parts + 1] = "$" .. #text
    parts[#parts + 1] = text
  end
  connection:send(table.concat(parts, "\r\n") .. "\r\n")
  local line = assert(connection:receive "*l")
  local size = tonumber(line:match "^%$(%d+)$")
  local text = size and connection:receive(size + 2):sub(1, -3) or line
  connection:close()
  return text
end

---How often a command was called, by its statistics.
---@param name string
---@return integer
function redis:calls(name)
  return tonumber(self:call("INFO", "commandstats"):match("cmdstat_" .. name .. ":calls=(%d+)")) or 0
end

return redis
