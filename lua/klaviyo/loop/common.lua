-- SPDX-License-Identifier: MIT
--- Shared by the loops.

local events = require "klaviyo.model.events"

local common = {}

---Whether a request waits for its caller: it is done, or asks for a token or a permit.
---@param request klaviyo.core.request
---@return boolean
function common.needs_attention(request)
  local state = request:state()
  return state == "done" or state == "token" or state == "permit"
end

---After a client was driven: reports its events to its observer, which may close it, and hands over the requests that
---need attention, each once.
---@param core klaviyo.core.client
---@param serve fun(request: klaviyo.core.request)
function common.collect(core, serve)
  events.drain(core)
  local request = core:collect()
  while request do
    serve(request)
    request = core:collect()
  end
end

-- LuaJIT has no value for the main coroutine.
local MAIN = {}

---A value that stands for the coroutine that runs, for `gone`.
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
