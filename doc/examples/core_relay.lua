local core = require "klaviyo.core"
local socket = require "socket"

-- The uv loop has libuv watch the relay's descriptor, and asks it what has happened at the socket.
local server = assert(socket.bind("127.0.0.1", 0))
local relay = core.relay(server:getfd())
if relay then -- on Linux
  relay:want(1)
  print(relay:descriptor() > 2, relay:ready())
  relay:close()
end
server:close()
