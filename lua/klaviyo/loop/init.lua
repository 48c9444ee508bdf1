-- SPDX-License-Identifier: MIT
--- The seam to the host: who waits, and how. Nothing outside this directory names a host.
--
-- A loop is a module with these functions (see blocking.lua, nginx.lua, uv.lua):
--
--   await(core, request)    returns once the request needs attention: it is done, or asks for a token or permit.
--                           Blocks, or yields the caller's coroutine, as the host wants it.
--   submitted(core)         something was submitted that nobody waits for yet: sets it on its way.
--   sleep(seconds, quits)   waits so long. With quits, it may end early and return false once the host is about to end;
--                           without, what was begun goes on.
--   all(functions, limit)   runs functions at once, at most `limit`; returns { {ok, results...}, ... } in order.
--   waiter()                something that one coroutine waits for and another one ends:
--                             waiter:wait(seconds)  returns true once `wake` was called, also if that was before; false
--                                                   after so many seconds, and whenever it seems worth looking again
--                             waiter:wake()         from anywhere
--   caller()                what stands for the coroutine that runs, for
--   gone(caller)            whether that coroutine was killed or closed while it waited, so that it will not go on.
--   spawn(fn, callback)     runs fn where await may yield, then callback(...) with its results.
--   closed(core)            the core client was closed: whoever waits for one of its requests is served.
--   check()                 nil, or a sentence that says why nothing can be awaited here and what to do instead.
--   permit(core, request, limits)   only if the loop can share limits between processes: seconds to wait, 0 to go.
--   refuse_limits(limits)   with permit: nil, or a sentence that says why it cannot share them.

local loop = {}

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

---The loop of that name, or the host's own.
---@param name? "blocking"|"nginx"|"uv"
---@return table
function loop.find(name)
  name = name or host()
  if not NAMES[name] then
    error(('no loop %q; there are "blocking", "nginx" and "uv"'):format(tostring(name)), 3)
  end
  local module = "klaviyo.loop." .. name
  local ok, found = pcall(require, module)
  if not ok then
    package.loaded[module] = nil -- 5.1 would say of the next attempt that the first one failed, and not why
    error(found, 0)
  end
  return found
end

return loop
