-- SPDX-License-Identifier: MIT
--- The sandbox of this user: a server in the background on a file in the state directory, started when it is needed,
--- and gone by itself when nobody has used it for a while.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.failure"
local files = require "klaviyo.cli.files"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local json = require "klaviyo.model.json"
local klaviyo = require "klaviyo"
local shell = require "klaviyo.cli.terminal.shell"

local home = {}

home.KEY = "pk_sandbox" -- the sandbox takes any key; a real one is never shown to it

local START = 10 -- seconds that a server may take to say where it listens, or to go

---@return string
function home.directory()
  return files.state() .. "/sandbox"
end

---The files of the sandbox.
---@param name "server.json"|"campaigns.db"|"log"
---@return string
function home.path(name)
  return home.directory() .. "/" .. name
end

---The client of a sandbox; for its control endpoints.
---@param url string
---@return klaviyo.client
function home.client(url)
  return klaviyo.client { base_url = url, api_key = home.KEY, timeout = 5, max_attempts = 1, limits = false }
end

---Calls a control endpoint.
---@param url string
---@param method string
---@param endpoint string  "clock"
---@param body? table
---@return table|nil
---@return klaviyo.error|nil
function home.control(url, method, endpoint, body)
  local client = home.client(url)
  local answer, err = client:request { method = method, path = "/_sandbox/" .. endpoint, body = body }
  client:close()
  return answer and answer.body, err
end

---@class klaviyo.cli.server
---@field url string
---@field pid integer
---@field now string   the sandbox's clock
---@field rate number

---The server that runs, if one does.
---@return klaviyo.cli.server|nil
function home.running()
  local content = files.read(home.path "server.json")
  local server = content and json.decode(content)
  if type(server) ~= "table" or type(server.url) ~= "string" then
    return nil
  end
  local clock = home.control(server.url, "GET", "clock")
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

-- Starts the server on its own, away from this terminal, and reads its first line.
local function launch(argv)
  local script = ("unset KLAVIYO_API_KEY; export KLAVIYO_SANDBOX_PID=$$; exec %s sandbox keep </dev/null 2>%s"):format(
    own_command(argv), shell.quote(home.path "log"))
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

-- Another command may be starting it at this very moment; then that one is as good.
local function wait_for_other()
  local till = core.now() + START / 2
  repeat
    local server = home.running()
    if server then
      return server
    end
    pause(0.1)
  until core.now() > till
end

---The server, started if need be.
---@param argv string[]  how this program was called
---@return klaviyo.cli.server
function home.start(argv)
  local server = home.running()
  if server then
    return server
  elseif not pcall(require, "klaviyo.sandbox") then
    failure.raise { message = "The sandbox is not installed.", hint = "luarocks install lua-klaviyo-sandbox" }
  elseif not shell.make_directory(home.directory()) then
    failure.raise { message = ("%s cannot be made."):format(home.directory()) }
  end
  server = launch(argv) and home.running() or wait_for_other()
  if not server then
    local log = files.read(home.path "log") or ""
    failure.raise { message = "The sandbox did not start: " .. (log:match "([^\n]+)\n*$" or "it said nothing") }
  end
  return server
end

---Ends the server and waits until it is gone.
---@param server klaviyo.cli.server
---@return boolean
function home.stop(server)
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

return home
