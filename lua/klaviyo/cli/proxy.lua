-- SPDX-License-Identifier: MIT
--- The proxy that requests go through, as libcurl finds it: the profile's, or one of the environment.

local proxy = {}

-- libcurl reads these in this order for https; with plain http the client uses no proxy of the environment.
local VARIABLES = { "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" }

local function is_exempt(host, list)
  for entry in (list or ""):gmatch "[^,%s]+" do
    local name = entry:lower():gsub("^%.", ""):gsub(":%d+$", "")
    if name == "*" or host == name or host:sub(-#name - 1) == "." .. name then
      return true
    end
  end
  return false
end

-- Without user and password.
local function plain(url)
  return (url:gsub("^(%a[%w+.-]*://)[^/]*@", "%1"):gsub("^[^/]*@", ""))
end

---Finds the proxy for an origin.
---@param base_url string
---@param chosen string|nil  the profile's setting; "" for none
---@param env? fun(name: string): string|nil
---@return string|nil url     without user and password; nil: requests go there directly
---@return string|nil source  "proxy of the profile", "HTTPS_PROXY"
function proxy.of(base_url, chosen, env)
  env = env or os.getenv
  if chosen then
    return chosen ~= "" and plain(chosen) or nil, "proxy of the profile"
  end
  local host = base_url:lower():match "^https://([^/:]+)"
  if not host or is_exempt(host, env "no_proxy" or env "NO_PROXY") then
    return nil
  end
  for _, name in ipairs(VARIABLES) do
    local url = env(name)
    if url and url ~= "" then
      return plain(url), name
    end
  end
end

return proxy
