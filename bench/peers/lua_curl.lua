-- SPDX-License-Identifier: MIT
-- Debian's lua-curl (0.3.0, Lua 5.1) and lua-cjson: one easy handle, and so one connection, for all requests.

local curl = require "curl"
local work = require "work"

local easy = curl.easy_init()
local parts

local lines = {}
for name, value in pairs(work.headers) do
  lines[#lines + 1] = name .. ": " .. value
end
local with_body = { "content-type: application/vnd.api+json" }
for _, line in ipairs(lines) do
  with_body[#with_body + 1] = line
end

easy:setopt(curl.OPT_FAILONERROR, 1)
easy:setopt(curl.OPT_WRITEFUNCTION, function(data)
  parts[#parts + 1] = data
  return #data
end)

local function call(method, url, body)
  parts = {}
  easy:setopt(curl.OPT_URL, url)
  if method == "POST" then
    easy:setopt(curl.OPT_HTTPHEADER, with_body)
    easy:setopt(curl.OPT_POST, 1)
    easy:setopt(curl.OPT_POSTFIELDS, body)
  else
    easy:setopt(curl.OPT_HTTPHEADER, lines)
    easy:setopt(curl.OPT_HTTPGET, 1)
  end
  assert(easy:perform())
  return table.concat(parts)
end

work.run(arg, call)
