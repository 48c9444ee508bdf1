-- SPDX-License-Identifier: MIT
--- A tiny HTTP client on luasocket: exact bytes out, everything of the answer in. It knows no campaigns and shares
-- nothing with the client of this repository, so that the sandbox is tested by somebody else.
local socket = require "socket"
local cjson = require "cjson"

local http = {}

---@class support.http.answer
---@field status integer
---@field headers table<string, string>  names in lower case; repeated ones joined by ", "
---@field body string
---@field json any          the decoded body; nil if it is none
---@field raw string        every byte of it

local function split(url)
  local host, port, path = url:match "^http://([^/:]+):(%d+)(.*)$"
  assert(host, "not a url of the sandbox: " .. tostring(url))
  return host, tonumber(port), path == "" and "/" or path
end

---Opens a connection.
---@param url string
---@param timeout? number  seconds, 10 if left out
function http.connect(url, timeout)
  local host, port = split(url)
  local connection = assert(socket.tcp())
  connection:settimeout(timeout or 10)
  assert(connection:connect(host, port))
  connection:setoption("tcp-nodelay", true)
  return connection
end

---The bytes of a request.
---@param request { method?: string, path: string, headers?: table<string, string|false>, body?: string }
---@return string
function http.bytes(request)
  local lines = { ("%s %s HTTP/1.1"):format(request.method or "GET", request.path) }
  local names = {}
  for name in pairs(request.headers or {}) do
    names[#names + 1] = name
  end
  table.sort(names)
  for _, name in ipairs(names) do
    if request.headers[name] then
      lines[#lines + 1] = name .. ": " .. request.headers[name]
    end
  end
  if request.body then
    lines[#lines + 1] = "Content-Length: " .. #request.body
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n" .. (request.body or "")
end

-- Byte by byte: lines of luasocket would hide where an answer was cut.
local function read_head(connection)
  local raw, count = {}, 0
  while true do
    local byte, err = connection:receive(1)
    if not byte then
      return nil, err, table.concat(raw)
    end
    count = count + 1
    raw[count] = byte
    if byte == "\n" and raw[count - 1] == "\r" and raw[count - 2] == "\n" then
      break
    end
  end
  local lines = {}
  for line in table.concat(raw):gmatch "([^\r\n]+)\r\n" do
    lines[#lines + 1] = line
  end
  return lines, nil, table.concat(raw)
end

local function read_chunks(connection)
  local body = {}
  while true do
    local size = tonumber((assert(connection:receive "*l")), 16)
    if size == 0 then
      assert(connection:receive "*l")
      return table.concat(body)
    end
    body[#body + 1] = assert(connection:receive(size))
    assert(connection:receive "*l")
  end
end

---Reads one answer; nil and what went wrong (with what had come until then) when it is cut.
---@param connection any
---@param method? string
---@return support.http.answer?, string?, string?
function http.read(connection, method)
  local lines, err, raw = read_head(connection)
  if not lines then
    return nil, err, raw
  end
  local answer = { headers = {}, status = tonumber((lines[1] or ""):match "^HTTP/1%.[01] (%d%d%d)") }
  for i = 2, #lines do
    local name, value = lines[i]:match "^([^:]+):%s*(.-)%s*$"
    if name then
      name = name:lower()
      answer.headers[name] = answer.headers[name] and answer.headers[name] .. ", " .. value or value
    end
  end
  local length = tonumber(answer.headers["content-length"])
  if method == "HEAD" or answer.status == 204 or answer.status == 304 then
    answer.body = ""
  elseif answer.headers["transfer-encoding"] == "chunked" then
    answer.body = read_chunks(connection)
  elseif length then
    local body, failure, partial = "", nil, nil
    if length > 0 then
      body, failure, partial = connection:receive(length)
    end
    if not body then
      return nil, failure, raw .. (partial or "")
    end
    answer.body = body
  else
    answer.body = connection:receive "*a" or ""
  end
  answer.raw = raw .. answer.body
  local ok, json = pcall(cjson.decode, answer.body)
  answer.json = ok and json or nil
  return answer
end

---@class support.http.client
local client = {}
client.__index = client

---A client with the headers of the API, on one connection that is kept.
---@param url string
---@param headers? table<string, string|false>  added to the usual ones; false leaves one out
function http.client(url, headers)
  return setmetatable({ url = url, headers = headers or {} }, client)
end

---@param method string
---@param path string
---@param body? table|string  a table goes out as JSON
---@param headers? table<string, string|false>
---@return support.http.answer?, string?, string?
function client:request(method, path, body, headers)
  local host, port = split(self.url)
  local all = {
    Host = host .. ":" .. port,
    Authorization = "Klaviyo-API-Key pk_test",
    revision = "2026-04-15.pre",
    Accept = "application/vnd.api+json",
    ["Content-Type"] = body and "application/vnd.api+json" or nil,
  }
  for _, more in ipairs { self.headers, headers or {} } do
    for name, value in pairs(more) do
      all[name] = value
    end
  end
  if type(body) == "table" then
    body = cjson.encode(body)
  end
  self.connection = self.connection or http.connect(self.url)
  local sent, err = self.connection:send(http.bytes { method = method, path = path, headers = all, body = body })
  if not sent then
    self:close()
    return nil, err
  end
  local answer, failure, raw = http.read(self.connection, method)
  if not answer or answer.headers.connection == "close" then
    self:close()
  end
  return answer, failure, raw
end

for _, method in ipairs { "GET", "POST", "PATCH", "DELETE", "PUT" } do
  client[method:lower()] = function(self, ...)
    return self:request(method, ...)
  end
end

function client:close()
  if self.connection then
    self.connection:close()
    self.connection = nil
  end
end

return http
