-- SPDX-License-Identifier: MIT
--- A server that does to the byte what a spec tells it, right or wrong. It runs as a coroutine beside the client in the
--- blocking loop: no process, no thread.

local loop = require "klaviyo.loop.blocking"
local socket = require "socket"

local script = {}

-- A connection that the server has taken -----------------------------------------------------------------------------

---@class support.script.connection
---@field number integer   of the connections so far
---@field requests integer  of the requests on it so far
local connection = {}
connection.__index = connection

local function more(self)
  while true do
    local bytes, err, partial = self.socket:receive(65536)
    local got = bytes or partial
    if got and #got > 0 then
      self.buffer = self.buffer .. got
      return true
    elseif err == "closed" then
      return false
    end
    coroutine.yield()
  end
end

---The next request: { method, target, head, headers, body, raw }; nil once the client has closed.
function connection:read()
  while not self.buffer:find("\r\n\r\n", 1, true) do
    if not more(self) then
      return nil
    end
  end
  local head_end = select(2, self.buffer:find("\r\n\r\n", 1, true))
  local head = self.buffer:sub(1, head_end)
  local request = { head = head, headers = {} }
  request.method, request.target = head:match "^(%u+) (%S+) HTTP/1.1\r\n"
  for name, value in head:gmatch "\r\n([^:\r\n]+):[ \t]*([^\r\n]*)" do
    request.headers[name:lower()] = value
  end
  local length = tonumber(request.headers["content-length"]) or 0
  while #self.buffer < head_end + length do
    if not more(self) then
      return nil
    end
  end
  request.body = self.buffer:sub(head_end + 1, head_end + length)
  request.raw = self.buffer:sub(1, head_end + length)
  self.buffer = self.buffer:sub(head_end + length + 1)
  self.requests = self.requests + 1
  table.insert(self.server.requests, request)
  return request
end

---Sends all of it; false if the client has closed.
function connection:write(bytes)
  local at = 1
  while at <= #bytes do
    local sent, err, last = self.socket:send(bytes, at)
    at = (sent or last or at - 1) + 1
    if err == "closed" then
      return false
    elseif at <= #bytes then
      coroutine.yield()
    end
  end
  return true
end

---Sends it slowly: so many bytes, then a pause of so many seconds.
function connection:drip(bytes, step, pause)
  for at = 1, #bytes, step do
    if not self:write(bytes:sub(at, at + step - 1)) then
      return false
    end
    self:pause(pause)
  end
  return true
end

---Waits, while the others go on.
function connection:pause(seconds)
  local wake = socket.gettime() + seconds
  while socket.gettime() < wake and not self.server.stopped do
    coroutine.yield()
  end
end

---Answers with a status, header lines and a body, as a well-behaved server would.
function connection:answer(status, body, headers)
  self:write(script.answer(status, body, headers))
end

function connection:close()
  self.socket:close()
end

---Closes with a reset.
function connection:reset()
  self.socket:setoption("linger", { on = true, timeout = 0 })
  self.socket:close()
end

-- The server -------------------------------------------------------------------------------------------------------

---The bytes of an answer.
---@param status integer
---@param body? string
---@param headers? table<string, any>  false leaves out Content-Type or Content-Length
function script.answer(status, body, headers)
  headers = headers or {}
  local lines = { ("HTTP/1.1 %d Whatever"):format(status) }
  if headers["Content-Type"] == nil then
    lines[#lines + 1] = "Content-Type: application/vnd.api+json"
  end
  if headers["Content-Length"] == nil and status ~= 204 then
    lines[#lines + 1] = "Content-Length: " .. #(body or "")
  end
  for name, value in pairs(headers) do
    for _, one in ipairs(type(value) == "table" and value or { value }) do
      if one then
        lines[#lines + 1] = name .. ": " .. tostring(one)
      end
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (body or "")
end

---@class support.script.server
---@field url string
---@field requests table[]   all that came, in order
---@field connections integer
local server = {}
server.__index = server

---Listens on a free port of loopback. `serve` is called for each connection, as a coroutine of its own; without it,
---`answer` gives the bytes of an answer to each request, or nil to close.
---@param how { serve?: fun(c: support.script.connection), answer?: fun(request: table, c: table): string|nil }
---@return support.script.server
function script.server(how)
  local listener = assert(socket.bind("127.0.0.1", 0))
  listener:settimeout(0)
  local _, port = listener:getsockname()
  local function serve(c)
    local request = c:read()
    while request do
      local bytes = how.answer(request, c)
      if not bytes or not c:write(bytes) then
        break
      end
      request = c:read()
    end
    c:close()
  end
  return setmetatable({ listener = listener, port = port, url = "http://127.0.0.1:" .. port, serve = how.serve or serve,
    requests = {}, connections = 0, running = {} }, server)
end

function server:step()
  local accepted = self.listener:accept()
  while accepted do
    accepted:settimeout(0)
    accepted:setoption("tcp-nodelay", true)
    self.connections = self.connections + 1
    local c = setmetatable({ socket = accepted, server = self, buffer = "", number = self.connections, requests = 0 },
      connection)
    table.insert(self.running, { thread = coroutine.create(self.serve), connection = c })
    accepted = self.listener:accept()
  end
  for i = #self.running, 1, -1 do
    local one = self.running[i]
    local ok, message = coroutine.resume(one.thread, one.connection)
    if not ok or coroutine.status(one.thread) == "dead" then
      table.remove(self.running, i)
      if not ok then
        error(message, 0)
      end
    end
  end
end

---Closes everything.
function server:stop()
  self.stopped = true
  self.listener:close()
  for _, one in ipairs(self.running) do
    one.connection:close()
  end
  self.running = {}
end

local function pack(...)
  return { n = select("#", ...), ... }
end

---Runs a function beside servers, and closes them when it has returned. Raises what it raises; returns its results.
---@param servers support.script.server|support.script.server[]
---@param fn function
function script.run(servers, fn)
  if servers.listener then
    servers = { servers }
  end
  local over = false
  local results = loop.all({
    function()
      local done = pack(pcall(fn))
      over = true
      return done
    end,
    function()
      while not over do
        for _, one in ipairs(servers) do
          one:step()
        end
        loop.sleep(0.0005)
      end
    end,
  }, 2)
  for _, one in ipairs(servers) do
    one:stop()
  end
  if not results[2][1] then
    error(results[2][2], 0)
  end
  local done = results[1][2]
  if not done[1] then
    error(done[2], 0)
  end
  return (table.unpack or unpack)(done, 2, done.n)
end

return script
