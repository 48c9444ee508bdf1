-- SPDX-License-Identifier: MIT
--- Which clients keep connections while nothing is pending: the ones used last. A program that makes a client for each
--- piece of work, and leaves it to the collector, would hold a connection for each until the collector comes round.
--- Connections are not handed from one client to another, so that no credential meets another's connection.

local idle = {}

-- Clients that keep their connections. More accounts than this at once are rare; one more costs a connection that is
-- made again.
local KEPT = 16

-- core's client -> when it was used last; weak, for a client belongs to its program
local used = setmetatable({}, { __mode = "k" })
local newest, count = setmetatable({}, { __mode = "v" }), 0

---Notes that a client was made or used, and has the ones that were not used for longest close their idle connections.
---@param core klaviyo.core.client
function idle.note(core)
  if newest[1] == core then
    return
  end
  newest[1], count = core, count + 1
  used[core] = count
  local known, oldest, first = 0, nil, math.huge
  for other, at in pairs(used) do
    known = known + 1
    if at < first and other:pending() == 0 then
      oldest, first = other, at
    end
  end
  if known > KEPT and oldest and oldest:rest() then
    used[oldest] = nil
  end
end

---Forgets a client that is closed.
---@param core klaviyo.core.client
function idle.forget(core)
  used[core] = nil
  newest[1] = newest[1] ~= core and newest[1] or nil
end

return idle
