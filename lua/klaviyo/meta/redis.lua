---@meta klaviyo.redis
-- SPDX-License-Identifier: MIT
-- The C module of the rock lua-klaviyo-redis: a connection to Redis over hiredis, which loops drive as they drive a client
-- of the core. This file is never loaded.

---@class klaviyo.redis
---@field hiredis string  the version that it was built with
---@field methods table   the methods of connections, for lua/klaviyo/fleet/connection.lua to add some
local redis = {}

---The SHA-256 digest of a text, in hexadecimal digits.
---@param text string
---@return string
function redis.hash(text) end

---The name of this machine and the number of this process.
---@return string
function redis.machine() end

---A connection, which is made when `connect` asks for it, and made again after a loss, with back-off.
---@param options klaviyo.redis.options
---@return klaviyo.redis.connection
function redis.new(options) end

---Whether this hiredis can speak TLS.
---@return boolean
function redis.tls() end

---@class klaviyo.redis.options
---@field host? string  this or a path
---@field path? string  of a unix socket
---@field port? integer
---@field user? string
---@field password? string
---@field database? integer
---@field tls? boolean
---@field ca_file? string
---@field connect_timeout? number  seconds
---@field reply_timeout? number    seconds until a server that does not answer is given up

---@class klaviyo.redis.connection
local connection = {}

---Has the loop call `tick` after so many seconds at the latest; nil: no more.
---@param seconds? number
function connection:alarm(seconds) end

---Has it show that this process is there, from the next connection on: as long as it is, Redis counts a subscriber of
---that channel, if its user may subscribe.
---@param channel string
function connection:appear(channel) end

---Closes it. What is pending gets no reply. Harmless when repeated.
function connection:close() end

---Sends a command.
---@param id integer  for its reply
---@param ... string
---@return boolean  false: it is not ready
function connection:command(id, ...) end

---Has it made, if nobody has asked for it yet; tried again now, if it failed.
function connection:connect() end

---The table that belongs to it.
---@return table
function connection:data() end

---The seconds until `tick` must be called; nil: not at all.
---@return number|nil
function connection:deadline() end

---Whether the process has forked since the last call: then the connection is the parent's, and a new one is made here.
---@return boolean
function connection:forked() end

---Commands without a reply, and replies that were not taken.
---@return integer
function connection:in_flight() end

---A socket is ready: 1 readable, 2 writable, 4 broken.
---@param fd integer
---@param what integer
function connection:ready(fd, what) end

---Takes the next reply: its id, "text", "nil", "error" or "lost" (the connection broke, or Redis is of no use), and its text.
---@return integer|nil id  nil: there is none
---@return string|nil kind
---@return string|nil text
function connection:reply() end

---The sockets to wait for, as for a client of the core.
---@param into? table
---@return integer count
---@return integer[] sockets
function connection:sockets(into) end

---What it does: "idle", "resolving", "connecting", "ready", "waiting" (it failed, and is tried again) or "closed"; and why
---it failed last, without a credential.
---@return string state
---@return string why
function connection:state() end

---Does what is due.
function connection:tick() end
