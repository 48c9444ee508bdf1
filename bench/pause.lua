-- SPDX-License-Identifier: MIT
-- How long a page stops a host's loop: the core is driven as a loop drives it, and each call into it is timed. Prints
-- the median over the pages of the longest call that a page needed.

local core = require "klaviyo.core"

local client = assert(core.client {
  base_url = os.getenv "BENCH_URL", api_key = "pk_0123456789abcdef0123456789abcdef01", revision = "2026-04-15.pre",
})
local pages = client:pages({ method = "GET", target = "/api/campaigns" }, true)

local READABLE, WRITABLE = 1, 2
local longest, medians, total = 0, {}, 0

local function timed(fn, ...)
  local began = core.now()
  local a, b = fn(...)
  longest = math.max(longest, core.now() - began)
  return a, b
end

-- Sockets are tried rather than polled: a try that finds nothing is short, and does not count.
local function drive()
  timed(client.tick, client)
  local count, sockets = client:sockets()
  for i = 1, count do
    local what = sockets[3 * i - 1]
    timed(client.ready, client, sockets[3 * i - 2], what == READABLE + WRITABLE and READABLE or what)
  end
  client:collect()
end

while true do
  local request = pages:request()
  if not request then
    break
  end
  while request:state() ~= "done" do
    drive()
  end
  local status, document = timed(pages.take, pages)
  assert(status == 200, document)
  local list = document:find(0, "data")
  local node = document:next(list)
  while node do
    total = total + #document:get(node, "id") + #document:get(node, "attributes.definition.name")
    node = document:next(list, node)
  end
  medians[#medians + 1], longest = longest, 0
end
table.sort(medians)
print("result", #medians, total)
print("pause", medians[math.ceil(#medians / 2)])
