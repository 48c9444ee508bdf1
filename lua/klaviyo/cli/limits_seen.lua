-- SPDX-License-Identifier: MIT
--- What the service last said of the rate limits, kept between commands: a window is over within a minute, but a script
--- that runs one command after the other wants to know.

local cache = require "klaviyo.cli.cache"
local core = require "klaviyo.core"

local limits_seen = {}

local NAME, WINDOW = "limits", 60

---@class klaviyo.cli.limit_seen
---@field limit integer|nil    of the window of a minute
---@field remaining integer    of it, when the service said so
---@field ends number          epoch: when that window ends

-- What is still of interest of what was kept.
local function fresh(kept, now)
  local seen = {}
  for id, one in pairs(type(kept) == "table" and kept or {}) do
    if type(one) == "table" and type(one.remaining) == "number" and type(one.ends) == "number" and one.ends > now
      and one.ends <= now + WINDOW then
      seen[id] = one
    end
  end
  return seen
end

---Keeps what the service said to the client of a command. Without any news nothing is written.
---@param ctx klaviyo.cli.context
function limits_seen.keep(ctx)
  local reported, now = ctx.kl._dispatch.transport.reported, os.time()
  if next(reported) == nil then
    return
  end
  pcall(function() -- a cache never fails a command
    local seen = fresh(cache.read(ctx, NAME), now)
    for id, one in pairs(reported) do
      local age = core.now() - one.at
      seen[id] = { limit = one.limit, remaining = one.remaining,
        ends = now + math.max(0, math.min(WINDOW, (one.reset or WINDOW) - age)) }
    end
    cache.write(ctx, NAME, seen)
  end)
end

---What is known of the windows that are not over.
---@param ctx klaviyo.cli.context
---@return table<string, klaviyo.cli.limit_seen>  by operation
function limits_seen.read(ctx)
  return fresh(cache.read(ctx, NAME), os.time())
end

return limits_seen
