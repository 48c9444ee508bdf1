-- SPDX-License-Identifier: MIT
--- Where a Redis is: redis://user:password@host:6379/0, rediss:// with TLS, unix:///path of a socket. No message here
--- repeats an address, which may hold a password.

local address = {}

local FORMS = "redis://user:password@host:6379/0, rediss://... with TLS, or unix:///run/redis.sock?db=0"

local LONGEST_PATH = 107 -- bytes, of a unix socket; the system cuts off what is longer

local function decode(text)
  return (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- user:password, :password, or a password alone as some tools write it. Without both there is no login.
local function read_credentials(text, out)
  if not text or text == "" or text == ":" then
    return
  end
  local user, password = text:match "^([^:]*):(.*)$"
  out.user = user and user ~= "" and decode(user) or nil
  out.password = decode(password or text)
end

-- A name, an IPv4 address, or an IPv6 address in brackets, which may have a zone.
local function read_host(text, out)
  local host, port = text:match "^%[([%x:.]+)%](.*)$"
  if not host then
    host, port = text:match "^%[(%x[%x:.]+%%25[%w._-]+)%](.*)$"
  end
  if not host then
    host, port = text:match "^([^:%[%]]+)(.*)$"
  end
  if not host then
    return "names no host (that of an IPv6 address is in brackets)"
  end
  out.host, out.port = decode(host), 6379
  if not out.host:find "^[%w._:%%-]+$" then
    return "names a host with a character that no host has"
  elseif port ~= "" then
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
  local credentials, path, database = rest:match "^([^/?]-)@(/[^?]*)%??(.*)$"
  if not path then
    path, database = rest:match "^(/[^?]*)%??(.*)$"
  end
  if not path or path == "/" then
    return "names no path of a socket (it begins with a third slash)"
  end
  read_credentials(credentials, out)
  out.path = decode(path)
  if #out.path > LONGEST_PATH then
    return ("has a path of %d bytes; a socket's has %d at most"):format(#out.path, LONGEST_PATH)
  end
  return read_database(database:match "^db=(.*)$" or database, out)
end

local function read_tcp(rest, out)
  local authority, database = rest:match "^([^/?#]*)/?(.*)$"
  local credentials, host = authority:match "^(.*)@(.*)$"
  read_credentials(credentials, out)
  return read_host(host or authority, out) or read_database(database, out)
end

-- What no part of an address may have, since it would not arrive at Redis as it is meant.
local function read_escapes(rest)
  if rest:gsub("%%%x%x", ""):find("%", 1, true) then
    return "has a % without two hexadecimal digits behind it (write a % itself as %25)"
  elseif rest:find("%%00") or rest:find("\0", 1, true) then
    return "has a zero byte in it"
  end
end

local READERS = { redis = read_tcp, rediss = read_tcp, unix = read_unix }

---@class klaviyo.fleet.address
---@field host? string
---@field port? integer
---@field path? string      of a unix socket
---@field user? string
---@field password? string
---@field database? integer
---@field tls boolean

---Reads an address.
---@param text string
---@return klaviyo.fleet.address|nil
---@return string|nil problem  goes on after "the address of Redis "
function address.parse(text)
  local scheme, rest = text:match "^(%a+)://(.*)$"
  scheme = scheme and scheme:lower()
  local read, out = READERS[scheme or ""], { tls = scheme == "rediss" }
  local problem = not read and "has an unknown scheme" or read_escapes(rest) or read(rest, out)
  if problem then
    return nil, ("%s; it is %s"):format(problem, FORMS)
  end
  return out
end

return address
