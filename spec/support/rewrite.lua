-- SPDX-License-Identifier: MIT
--- A server between the command and a sandbox that changes a text in every response, for what a sandbox never says:
--- `lua rewrite.lua PORT SANDBOX_PORT FROM TO`. A program of its own, since a spec waits while its command runs.

local socket = require "socket"

local port, target, from, to = arg[1], arg[2], arg[3], arg[4]
local server = assert(socket.bind("127.0.0.1", tonumber(port)))

local function read_request(client)
  local head, length = {}, 0
  repeat
    local line = client:receive() or ""
    length = tonumber(line:lower():match "^content%-length:%s*(%d+)") or length
    if not line:lower():find "^connection:" and line ~= "" then
      head[#head + 1] = line
    end
  until line == ""
  return table.concat(head, "\r\n") .. "\r\nConnection: close\r\n\r\n"
    .. (length > 0 and client:receive(length) or "") -- LuaSocket waits for data even where none is asked for
end

while true do
  local client = server:accept()
  local upstream = socket.connect("127.0.0.1", tonumber(target))
  upstream:send(read_request(client))
  local head, body = upstream:receive "*a":match "^(.-)\r\n\r\n(.*)$"
  local start, stop = body:find(from, 1, true)
  while start do
    body = body:sub(1, start - 1) .. to .. body:sub(stop + 1)
    start, stop = body:find(from, start + #to, true)
  end
  head = head:gsub("\r\n[Cc]ontent%-[Ll]ength:[^\r\n]*", ""):gsub("\r\n[Tt]ransfer%-[Ee]ncoding:[^\r\n]*", "")
  client:send(("%s\r\nContent-Length: %d\r\n\r\n%s"):format(head, #body, body))
  client:close()
  upstream:close()
end
