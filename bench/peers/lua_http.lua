-- SPDX-License-Identifier: MIT
-- lua-http and lua-cjson, as its documentation shows it: request:go() makes a connection for every request. Several
-- at once are coroutines of a cqueue.

local cqueues = require "cqueues"
local request = require "http.request"
local work = require "work"

local function call(method, url, body)
  local req = request.new_from_uri(url)
  req.headers:upsert(":method", method)
  for name, value in pairs(work.headers) do
    req.headers:upsert(name, value)
  end
  if body then
    req.headers:upsert("content-type", "application/vnd.api+json")
    req:set_body(body)
  end
  local headers, stream = assert(req:go(30))
  local text = assert(stream:get_body_as_string())
  stream:shutdown()
  assert(tonumber(headers:get ":status") < 300)
  return text
end

local function together(_, count, width)
  local queue, next_number, total = cqueues.new(), 0, 0
  for _ = 1, tonumber(width) do
    queue:wrap(function()
      while next_number < tonumber(count) do
        next_number = next_number + 1
        local read = work.get(call, next_number)
        total = total + read
      end
    end)
  end
  assert(queue:loop())
  return count, total
end

work.run(arg, call, { together = together })
