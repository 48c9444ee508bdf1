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

-- A dot in the place of the colon is the mistake that every method knows.
local function need_self(self, name)
  if type(self) ~= "table" then
    require "klaviyo.model.blame"(("%s is a method: write it with a colon, as in object:%s(...)"):format(name, name))
  end
end

local function check(method, name)
  return function(self, ...)
    need_self(self, name)
    return method(self, ...)
  end
end

local function wrap(method, name)
  return function(self, ...)
    need_self(self, name)
    local count = select("#", ...)
    if count > 0 and type((select(count, ...))) == "function" then
      return spawn(method, self, count, ...)
    end
    return method(self, ...) -- a tail call, so that an error of the caller names the caller's line
  end
end

---Gives the methods of a class the callback style, in place; each refuses to be called without its object.
---@param methods table<string, function>
---@param except? table<string, boolean>  those that never wait, or take a function anyway: they get no callback style
---@return table methods
function callback.extend(methods, except)
  for name, method in pairs(methods) do
    methods[name] = (except and except[name] and check or wrap)(method, name)
  end
  return methods
end

---The same check alone, for some methods.
---@param methods table<string, function>
---@param names string[]
function callback.need_object(methods, names)
  for _, name in ipairs(names) do
    methods[name] = check(methods[name], name)
  end
end

return callback
