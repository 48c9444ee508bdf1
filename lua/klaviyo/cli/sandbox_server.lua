-- SPDX-License-Identifier: MIT
--- The sandbox that --sandbox uses: a background server with a database in the state directory. It is started when it
--- is needed, and exits when it has not been used for a while.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.terminal.failure"
local files = require "klaviyo.cli.files"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local shell = require "klaviyo.cli.terminal.shell"

local sandbox_server = {}

sandbox_server.KEY = "pk_sandbox" -- the sandbox takes any key; it must never see a real one

local START = 10 -- seconds that a server may take to start or to exit

---@return string
function sandbox_server.directory()
  return files.state() .. "/sandbox"
end

---The files of the sandbox.
---@param name "server.json"|"campaigns.db"|"log"
---@return string
function sandbox_server.path(name)
  return sandbox_server.directory() .. "/" .. name
end

-- A client for the sandbox's control endpoints.
local function client_of(url, on_event)
  return klaviyo.client { base_url = url, api_key = sandbox_server.KEY, timeout = 5, max_attempts = 1, limits = false,
    on_event = on_event }
end

---Calls a control endpoint.
---@param url string
---@param method string
---@param endpoint string  "clock"
---@param body? table
---@param on_event? fun(event: klaviyo.event)
---@return table|nil
---@return klaviyo.error|nil
function sandbox_server.control(url, method, endpoint, body, on_event)
  local client = client_of(url, on_event)
  local answer, err = client:request { method = method, path = "/_sandbox/" .. endpoint, body = body }
  client:close()
  return answer and answer.body, err
end

---@class klaviyo.cli.server
---@field url string
---@field pid integer
---@field now string   the time of the sandbox's clock
---@field rate number

---The running server, or nil.
---@return klaviyo.cli.server|nil
function sandbox_server.running()
  local content = files.read(sandbox_server.path "server.json")
  local server = content and json.decode(content)
  if type(server) ~= "table" or type(server.url) ~= "string" then
    return nil
  end
  local clock = sandbox_server.control(server.url, "GET", "clock")
  if type(clock) ~= "table" or not clock.now then
    return nil
  end
  server.now, server.rate = clock.now, clock.rate
  return server
end

-- The command that runs this program again: the interpreter with its options, and the script.
local function own_command(argv)
  local words, first = {}, 0
  while argv[first - 1] do
    first = first - 1
  end
  for i = first, 0 do
    words[#words + 1] = argv[i]
  end
  return shell.line(words)
end

-- Starts the server in a session of its own, detached from this terminal, and reads its first line.
local function launch(argv)
  local script = ("unset KLAVIYO_API_KEY; export KLAVIYO_SANDBOX_PID=$$; exec %s sandbox keep </dev/null 2>%s"):format(
    own_command(argv), shell.quote(sandbox_server.path "log"))
  local pipe = io.popen(("s=$(command -v setsid); $s sh -c %s &"):format(shell.quote(script)), "r")
  local line = pipe and pipe:read "*l"
  if pipe then
    pipe:close()
  end
  return line and line:match "^listening on (http://%S+)"
end

local function pause(seconds)
  core.wait(seconds)
  interrupt.check()
end

-- Waits for a server that another command may be starting.
local function wait_for_other()
  local till = core.now() + START / 2
  repeat
    local server = sandbox_server.running()
    if server then
      return server
    end
    pause(0.1)
  until core.now() > till
end

---Returns the running server, or starts one.
---@param argv string[]  the interpreter's `arg`
---@return klaviyo.cli.server
function sandbox_server.start(argv)
  local server = sandbox_server.running()
  if server then
    return server
  elseif not pcall(require, "klaviyo.sandbox") then
    failure.raise { message = "The sandbox is not installed.", hint = "luarocks install lua-klaviyo-sandbox" }
  elseif not shell.make_directory(sandbox_server.directory()) then
    failure.raise { message = ("The directory %s cannot be created."):format(sandbox_server.directory()) }
  end
  server = launch(argv) and sandbox_server.running() or wait_for_other()
  if not server then
    local log = files.read(sandbox_server.path "log") or ""
    local last = log:match "([^\n]+)\n*$" or "it said nothing"
    failure.raise { message = "The sandbox did not start: " .. last:gsub("^klaviyo: ", "") }
  end
  return server
end

---Stops the server and waits for its exit.
---@param server klaviyo.cli.server
---@return boolean
function sandbox_server.stop(server)
  if not shell.run(("kill %d 2>/dev/null"):format(server.pid)) then
    return false
  end
  local till = core.now() + START
  while core.now() < till do
    if not shell.run(("kill -0 %d 2>/dev/null"):format(server.pid)) then
      return true
    end
    pause(0.05)
  end
  return false
end

return sandbox_server
