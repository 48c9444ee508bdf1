-- SPDX-License-Identifier: MIT
-- luacheck: std max
--- A program that makes documents one after the other, and prints how many bytes of their text were there at once, at
--- most, and by how many bytes the heap of Lua grew, at most:
--- `lua spec/support/documents_alive.lua incremental|generational none|held|steps [COUNT]`. What else is in memory
--- counts too: the collector lets as much pile up as there is besides, so this does not run beside other specs.
---
---   none    nothing holds a document
---   held    the last one is held while the next is made, as in a loop over pages
---   steps   the collector has seen each document several times before it is dropped

local accept = require("spec.support.document").accept

local mode, way, count = ...
if _VERSION == "Lua 5.4" then
  collectgarbage(mode) -- the interpreter's own is generational
end

local campaign = '{"type":"campaign","id":"01JXYZ1234ABCDEFGHIJK00001","attributes":{"name":"Sale"}}'
local text = '{"data":[' .. (campaign .. ","):rep(4999) .. campaign .. "]}"

local held
local uses = {
  none = function() end,
  held = function(doc) held = doc end,
  steps = function()
    for _ = 1, 3 do
      collectgarbage "step"
    end
  end,
}
local use = assert(uses[way])

local alive, most = setmetatable({}, { __mode = "v" }), 0
collectgarbage()
collectgarbage()
local before, peak = collectgarbage "count", 0
for i = 1, tonumber(count) or 300 do
  local doc = accept(text)
  alive[i] = doc
  use(doc)
  peak = math.max(peak, collectgarbage "count")
  local there = 0
  for _ in pairs(alive) do
    there = there + 1
  end
  most = math.max(most, there)
end
assert(way ~= "held" or held)
print(most * #text, ("%.0f"):format((peak - before) * 1024))
