-- SPDX-License-Identifier: MIT
--- Where a Redis is: redis://user:password@host:6379/0, rediss:// with TLS, unix:///path of a socket. No message here
--- repeats an address, which may hold a password.

local address = {}

local FORMS = "redis://user:password@host:6379/0, rediss://... with TLS, or unix:///run/redis.sock?db=0"

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- user:password, :password, or a password alone as some tools write it.
local function read_credentials(text, out)
  if not text or text == "" then
    return
  end
  local user, password = text:match "^([^:]*):(.*)$"
  out.user = user and user ~= "" and decode(user) or nil
  out.password = decode(password or text)
end

local function read_host(text, out)
  local host, port = text:match "^%[([%x:.]+)%](.*)$"
  if not host then
    host, port = text:match "^([^:%[%]]+)(.*)$"
  end
  if not host then
    return "names no host"
  end
  out.host, out.port = decode(host), 6379
  if port ~= "" then
    out.port = tonumber(port:match "^:(%d+)$")
    if not out.port or out.port < 1 or out.port > 65535 then
      return "has a port that is no number from 1 to 65535"
    end
  end
end

local function read_database(text, out)
  if text == "" then
    return
  end
  out.database = tonumber(text:match "^%d+$")
  if not out.database or out.database > 65535 then
    return "has a database that is no number"
  end
end

local function read_unix(rest, out)
  local credentials, path, database = rest:match "^([^/?]-)@?(/[^?]*)%??(.*)$"
  if not path or path == "/" then
    return "names no path of a socket"
  end
  read_credentials(credentials, out)
  out.path = decode(path)
  return read_database(database:match "^db=(.*)$" or database, out)
end

local function read_tcp(rest, out)
  local authority, database = rest:match "^([^/?#]*)/?(.*)$"
  local credentials, host = authority:match "^(.*)@(.*)$"
  read_credentials(credentials, out)
  return read_host(host or authority, out) or read_database(database, out)
end

---@class klaviyo.fleet.address
---@field host? string
---@field port? integer
---@field path? string      of a unix socket
---@field user? string
---@field password? string
---@field database? integer
---@field tls? boolean

---Reads an address.
---@param text string
---@return klaviyo.fleet.address|nil
---@return string|nil problem  goes on after "the address of Redis "
function address.parse(text)
  local scheme, rest = text:match "^(%a+)://(.*)$"
  local out = {}
  local problem
  if scheme == "unix" then
    problem = read_unix(rest, out)
  elseif scheme == "redis" or scheme == "rediss" then
    out.tls = scheme == "rediss"
    problem = read_tcp(rest, out)
  else
    problem = "has an unknown scheme"
  end
  if problem then
    return nil, ("%s; it is %s"):format(problem, FORMS)
  end
  return out
end

---The address without its credentials, for messages.
---@param parsed klaviyo.fleet.address
---@return string
function address.show(parsed)
  return parsed.path or ("%s:%d"):format(parsed.host, parsed.port)
end

return address
