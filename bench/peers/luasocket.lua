-- SPDX-License-Identifier: MIT
-- luasocket and lua-cjson, as the manual of socket.http shows it: a connection for every request.

local http = require "socket.http"
local ltn12 = require "ltn12"
local work = require "work"

local function call(method, url, body)
  local headers, parts = {}, {}
  for name, value in pairs(work.headers) do
    headers[name] = value
  end
  if body then
    headers["content-type"] = "application/vnd.api+json"
    headers["content-length"] = tostring(#body)
  end
  local ok, status = http.request { method = method, url = url, headers = headers,
    source = body and ltn12.source.string(body), sink = ltn12.sink.table(parts) }
  assert(ok and status < 300, status)
  return table.concat(parts)
end

work.run(arg, call)
