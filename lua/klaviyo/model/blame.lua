-- SPDX-License-Identifier: MIT
--- Raises a mistake of the caller's program at the line outside of this library that made it, however many layers of
--- the library lie between.

-- Where this library is.
local HOME = debug.getinfo(1, "S").source:match "^(.*)model/blame%.lua$"

local function is_ours(info)
  return info.what == "C" or info.what == "tail" or HOME ~= nil and info.source:sub(1, #HOME) == HOME
end

---@param message string
return function(message)
  local level = 2
  local info = debug.getinfo(level, "S")
  while info and is_ours(info) do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  error(message, level)
end
