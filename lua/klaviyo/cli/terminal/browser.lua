-- SPDX-License-Identifier: MIT
--- Opens an address in the browser of this desktop.

local native = require "klaviyo.terminal"

local browser = {}

local PATIENCE = 3 -- seconds for the program to say that it failed; one that runs on is the browser itself

-- What opens an address, by desktop; `open` of other systems than macOS is another program.
local function program(env)
  if native.file_type "/System/Library/CoreServices" then
    return "open"
  elseif (env "DISPLAY" or "") ~= "" or (env "WAYLAND_DISPLAY" or "") ~= "" then
    return "xdg-open"
  end
end

---Opens an address.
---@param address string
---@param env? fun(name: string): string|nil
---@return boolean|nil true
---@return string|nil message  why it is not open
function browser.open(address, env)
  local name = program(env or os.getenv)
  if not name then
    return nil, "there is no desktop here"
  end
  local status, message = native.start({ name, address }, PATIENCE)
  if not status then
    return nil, message
  elseif status ~= true and status ~= 0 then
    return nil, ("%s ended with %d"):format(name, status)
  end
  return true
end

return browser
