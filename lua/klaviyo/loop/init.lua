-- SPDX-License-Identifier: MIT
--- How calls wait: the loops of this directory, or one that a program brings. Nothing outside this directory names a
--- host.
--
-- A loop is a table with these functions, which the option `loop` takes too. `core` is the core's client, `request` one
-- of its requests (klaviyo.core in the reference). examples/cqueues/loop.lua is one in full.
--
-- Needed:
--
--   await(core, request)    returns once needs_attention(request), meanwhile driving the core: waits for the sockets of
--                           core:sockets() and for core:deadline(), calls core:ready(fd, what) and core:tick(), then
--                           collect(core, serve). Blocks, or yields the caller's coroutine, as the host wants it.
--   sleep(seconds, quits)   waits that long. With quits, it may end early and return false once the host is shutting
--                           down.
--   spawn(fn, done)         runs fn where await may yield, now or later, then calls done(...) with its results.
--   waiter()                a wait that other code can end:
--                             waiter:wait(seconds)  returns true once `wake` was called, even before; false after so
--                                                   many seconds. May return early: the caller looks again.
--                             waiter:wake()         may be called from anywhere
--
-- Not needed, since there is a default:
--
--   name                    for messages; default "custom"
--   submitted(core)         sets on its way what was submitted and nobody waits for yet. Default: core:tick().
--   closed(core)            the core's client was closed, and all its requests have ended: wakes their callers.
--   check()                 nil, or a sentence that says why nothing can be awaited here and what to do instead.
--   all(functions, limit)   runs functions at once, at most `limit`; returns { {ok, results...}, ... } in order.
--                           Default: with spawn and waiter.
--   caller()                a value that stands for the coroutine that runs, for
--   gone(caller)            whether that coroutine was killed or closed while it waited, and will never go on.
--   report(message)         reports an error that no caller receives. Default: Lua's warnings.
--   permit(core, request, limits), refuse_limits(limits)   for limits.shdict, see nginx.lua.

local common = require "klaviyo.loop.common"

---@class klaviyo.loop
---@field name? string
---@field await fun(core: klaviyo.core.client, request: klaviyo.core.request)
---@field sleep fun(seconds: number, quits?: boolean): boolean|nil
---@field spawn fun(fn: function, done: fun(...))
---@field waiter fun(): { wait: fun(self: table, seconds: number): boolean, wake: fun(self: table) }

local loop = { collect = common.collect, needs_attention = common.needs_attention }

local NAMES = { blocking = true, nginx = true, uv = true }

-- ngx exists in OpenResty; vim.loop in Neovim. Elsewhere nobody owns a loop, unless a program says so.
local function host()
  if rawget(_G, "ngx") and rawget(_G, "ngx").socket then
    return "nginx"
  elseif rawget(_G, "vim") and rawget(_G, "vim").loop then
    return "uv"
  end
  return "blocking"
end

-- Loops that programs brought, as given -> with the defaults filled in; and those, each by itself.
local completed = setmetatable({}, { __mode = "k" })

local function complete(given)
  if not completed[given] then
    local whole = require "klaviyo.loop.custom"(given)
    completed[given], completed[whole] = whole, whole
  end
  return completed[given]
end

local function is_ours(given)
  return NAMES[given.name] and package.loaded["klaviyo.loop." .. given.name] == given
end

---The loop of that name, one that a program brings, or the host's own.
---@param given? "blocking"|"nginx"|"uv"|table
---@return table
function loop.find(given)
  given = given or host()
  if type(given) == "table" then
    return is_ours(given) and given or complete(given)
  elseif not NAMES[given] then
    require "klaviyo.model.blame"(('no loop %q; there are "blocking", "nginx" and "uv", or a table of your own'):format(
      tostring(given)))
  end
  local module = "klaviyo.loop." .. given
  local ok, found = pcall(require, module)
  if not ok then
    package.loaded[module] = nil -- LuaJIT would say of the next attempt that the first one failed, and not why
    error(found, 0)
  end
  return found
end

return loop
