-- SPDX-License-Identifier: MIT
-- A sandbox in a process of its own, for specs that end it hard. Usage: lua spec/support/serve.lua DATABASE

local socket = require "socket"

local server = assert(require("klaviyo.sandbox").start { port = 0, db = arg[1], clock = "2026-04-14T12:00:00Z" })
io.write("listening on ", server.url, "\n")
io.flush()
while true do
  socket.sleep(60)
end
