-- SPDX-License-Identifier: MIT
--- The connection to Redis as a loop sees it: what it drives like the core's client, with tickets for its requests. The
--- loops know no Redis: they call sockets, deadline, ready, tick, collect and pending, and wait for tickets.

local addresses = require "klaviyo.fleet.address"
local core = require "klaviyo.core"
local redis = require "klaviyo.redis"

local connection = {}

---@class klaviyo.fleet.link  what belongs to a connection; its user value
---@field conn userdata
---@field loop table
---@field state string              as it was last reported to the users
---@field last integer              id of the last command
---@field handlers table<integer, fun(kind: string, text: string|nil)>
---@field finished klaviyo.fleet.ticket[]  done, and not collected by the loop
---@field open integer              tickets that are not done
---@field users table[]             changed(state, why), due(now) -> time of the next call, busy() -> boolean
---@field holders integer           clients that use it
local link = {}
link.__index = link

---@class klaviyo.fleet.ticket  what a caller waits for, in the words of a loop: a request
---@field link klaviyo.fleet.link
---@field over boolean
local ticket = {}
ticket.__index = ticket

function ticket:state()
  return self.over and "done" or "waiting"
end

---The caller will not come back: its coroutine was killed.
function ticket:cancel(why)
  if self.on_cancel then
    self.on_cancel(self, why)
  end
  self:finish()
end

function ticket:finish()
  if not self.over then
    self.over = true
    self.link.open = self.link.open - 1
    self.link.finished[#self.link.finished + 1] = self
    self.link:wake_at(core.now()) -- the loop collects it
  end
end

---A ticket for a caller.
---@param fields? table
---@return klaviyo.fleet.ticket
function link:ticket(fields)
  local made = setmetatable(fields or {}, ticket)
  made.link, made.over = self, false
  self.open = self.open + 1
  return made
end

---Has the loop look at the users at that time at the latest: what a caller has just joined may have to be asked then,
---and nothing else may happen before.
---@param at? number  on the clock of core.now
function link:wake_at(at)
  local now = core.now()
  local is_set = self.alarm_at and self.alarm_at > now
  if at and not self:is_closed() and not (is_set and self.alarm_at <= at) then
    self.alarm_at = at
    self.conn:alarm(math.max(0, at - now))
  end
end

---Waits until a ticket is done. In the caller's coroutine.
---@param made klaviyo.fleet.ticket
function link:await(made)
  if self:is_closed() then
    made:finish()
    return
  end
  self.loop.await(self.conn, made)
end

---Sends a command.
---@param handler fun(kind: "text"|"nil"|"error"|"lost", text: string|nil)  called in the loop: it may neither wait nor
---                                                                         raise
---@param ... string
---@return boolean sent  false: the connection is not ready, and the handler is not called
function link:command(handler, ...)
  local id = self.last + 1
  if self:is_closed() or not self.conn:command(id, ...) then
    return false
  end
  self.last, self.handlers[id] = id, handler
  return true
end

---Whether its last client was closed: also an observer may do that, at any moment.
---@return boolean
function link:is_closed()
  return (self.conn:state()) == "closed"
end

---Whether commands can be sent; has the connection made if nobody has asked for it yet.
---@return boolean
function link:ready()
  local state = self.conn:state()
  if state == "idle" then
    self.conn:connect()
    state = self.conn:state()
  end
  return state == "ready"
end

---Has a connection that failed tried again now, whatever the pause: for those who ask seldom.
function link:retry()
  if not self:is_closed() then
    core.wait(0, self.conn) -- it may have failed, and nobody has looked since
    if (self.conn:state()) == "waiting" then
      self.conn:connect()
    end
  end
end

-- Tells the users what has happened since the last time.
local function serve(self)
  local conn = self.conn
  local id, kind, text = conn:reply()
  while id do
    local handler = self.handlers[id]
    self.handlers[id] = nil
    if handler then
      handler(kind, text)
    end
    id, kind, text = conn:reply()
  end
  local state, why = conn:state()
  if state ~= self.state then
    self.state = state
    for _, user in ipairs(self.users) do
      user:changed(state, why)
    end
  end
  local now, wake = core.now(), nil
  for _, user in ipairs(self.users) do
    local at = user:due(now)
    wake = at and (not wake or at < wake) and at or wake
  end
  self.alarm_at = self.finished[1] and now or wake
  conn:alarm(self.alarm_at and math.max(0, self.alarm_at - now))
end

---Does what is ready and due, without waiting, and has the loop serve what follows from it.
function link:stir()
  if self:is_closed() then
    return
  end
  core.wait(0, self.conn)
  serve(self)
  self.loop.submitted(self.conn)
end

-- Methods of the connection that the loops call.

function redis.methods:collect()
  local own = self:data()
  if not own.conn or self:state() == "closed" then
    return nil
  end
  if not own.finished[1] then
    serve(own)
  end
  return table.remove(own.finished, 1)
end

function redis.methods:pending()
  local own = self:data()
  if not own.conn or self:state() == "closed" then
    return 0
  end
  local count = self:in_flight() + own.open + #own.finished
  for _, user in ipairs(own.users) do
    count = count + (user:busy() and 1 or 0)
  end
  return count
end

-- Connections in use, by loop and address.
local known = setmetatable({}, { __mode = "k" })

local TIMEOUTS = { connect_timeout = 5, reply_timeout = 2 }

---The connection to a Redis, shared by all clients of this Lua state that have the same loop.
---@param text string   its address
---@param loop table
---@param ca_file? string
---@return klaviyo.fleet.link|nil
---@return string|nil message  without the address
function connection.open(text, loop, ca_file)
  local parsed, problem = addresses.parse(text)
  if not parsed then
    return nil, "the address of Redis " .. problem
  elseif ca_file and not parsed.tls then
    return nil, "limits.ca_file is for rediss://, and the address of Redis has no TLS"
  elseif parsed.tls and not redis.tls() then
    return nil, ("the address of Redis is rediss://, and hiredis %s here has no TLS (1.0 with its TLS library has); "
      .. "use redis:// on a private network, a unix socket, or a TLS tunnel beside this process"):format(redis.hiredis)
  end
  known[loop] = known[loop] or setmetatable({}, { __mode = "v" })
  local place = redis.hash(text .. "\n" .. (ca_file or "")) -- the address may hold a password
  local found = known[loop][place]
  if found and found.conn:state() ~= "closed" then
    found.holders = found.holders + 1
    return found
  end
  local options = { host = parsed.host, port = parsed.port, path = parsed.path, user = parsed.user,
    password = parsed.password, database = parsed.database, tls = parsed.tls, ca_file = ca_file,
    connect_timeout = TIMEOUTS.connect_timeout, reply_timeout = TIMEOUTS.reply_timeout }
  local conn = redis.new(options)
  local own = setmetatable(conn:data(), link)
  own.conn, own.loop, own.state, own.last, own.open, own.holders = conn, loop, "idle", 0, 0, 1
  own.handlers, own.finished, own.users = {}, {}, {}
  known[loop][place] = own
  return own
end

---A client has no use for it any more; the last one closes it.
function link:release()
  self.holders = self.holders - 1
  if self.holders == 0 then
    self.conn:close()
    self.loop.closed(self.conn)
  end
end

return connection
