-- SPDX-License-Identifier: MIT
--- The callback style: a method that may wait takes a function as its last argument, which gets the method's results.
--    kl.campaigns:get(id, function(campaign, err) ... end)
--- With libuv it is called after the method has returned, and in Neovim where the whole API may be used. Where the call
--- itself waits (the blocking loop, and nginx in a phase that can wait), it is called before the method returns.

local callback = {}

local unpack = table.unpack or unpack -- LuaJIT

local function spawn(method, self, count, ...)
  local arguments, done = { ... }, (select(count, ...))
  local client = self._client or self
  client.loop.spawn(function()
    return method(self, unpack(arguments, 1, count - 1))
  end, done)
end

local function wrap(method)
  return function(self, ...)
    local count = select("#", ...)
    if count > 0 and type((select(count, ...))) == "function" then
      return spawn(method, self, count, ...)
    end
    return method(self, ...) -- a tail call, so that an error of the caller names the caller's line
  end
end

---Gives the methods of a class the callback style, in place.
---@param methods table<string, function>
---@param except? table<string, boolean>  those that never wait, or take a function anyway
---@return table methods
function callback.extend(methods, except)
  for name, method in pairs(methods) do
    if not (except and except[name]) then
      methods[name] = wrap(method)
    end
  end
  return methods
end

return callback
