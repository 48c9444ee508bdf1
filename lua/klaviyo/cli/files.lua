-- SPDX-License-Identifier: MIT
--- Files and where they belong.

local files = {}

---@param path string
---@return string|nil content
---@return string|nil message
function files.read(path)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local content, failed = file:read "*a"
  file:close()
  if not content then
    return nil, ("%s: %s"):format(path, failed or "cannot be read")
  end
  return content
end

---Writes a file so that it is whole or as it was.
---@param path string
---@param content string
---@return boolean|nil true
---@return string|nil message
function files.write(path, content)
  local beside = path .. ".new"
  local file, message = io.open(beside, "wb")
  if not file then
    return nil, message
  end
  local written, why = file:write(content)
  local closed, late = file:close()
  if not (written and closed) then
    os.remove(beside)
    return nil, ("%s: %s"):format(path, why or late or "cannot be written")
  end
  return os.rename(beside, path)
end

local function under(variable, fallback)
  local base = os.getenv(variable)
  if not base or base:sub(1, 1) ~= "/" then
    base = (os.getenv "HOME" or "") .. fallback
  end
  return base .. "/klaviyo"
end

---Where the profiles are.
---@return string
function files.config()
  return os.getenv "KLAVIYO_CONFIG" or under("XDG_CONFIG_HOME", "/.config") .. "/config"
end

---Where what lasts between two commands is kept.
---@return string
function files.state()
  return os.getenv "KLAVIYO_STATE" or under("XDG_STATE_HOME", "/.local/state")
end

---A path with `~/` written out.
---@param path string
---@return string
function files.expand(path)
  return (path:gsub("^~/", (os.getenv "HOME" or "~") .. "/"))
end

return files
