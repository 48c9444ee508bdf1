-- SPDX-License-Identifier: MIT
--- What loops have in common.

local common = {}

---Whether a request waits for its caller: it is done, or asks for a token or a permit.
---@param request klaviyo.core.request
---@return boolean
function common.needs_attention(request)
  local state = request:state()
  return state == "done" or state == "token" or state == "permit"
end

-- LuaJIT has no value for the main coroutine.
local MAIN = {}

---What stands for the coroutine that runs, for `gone`.
---@return any
function common.caller()
  return coroutine.running() or MAIN
end

---Whether the coroutine that something stands for has ended, so that it will not go on.
---@param caller any
---@return boolean
function common.gone(caller)
  return caller ~= MAIN and coroutine.status(caller) == "dead"
end

---Reports an error that no caller can be given: by Lua's own warnings, where there are any (Lua 5.4, lua -W).
---@param message string
function common.report(message)
  local warn = rawget(_G, "warn")
  if warn then
    warn(message)
  end
end

return common
