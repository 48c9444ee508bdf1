-- SPDX-License-Identifier: MIT
--- Programs that a spec starts. None outlives the spec, however that ends: each is watched by a shell that reads from
--- a pipe of ours and ends it when the pipe does.

local socket = require "socket"

local process = {}

---@param text string
---@return string
function process.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

local quote = process.quote

---The first of these programs that is installed, with its path.
---@return string|nil
function process.find(...)
  for _, name in ipairs { ... } do
    local pipe = assert(io.popen("command -v " .. quote(name) .. " 2>/dev/null"))
    local path = pipe:read "*l"
    pipe:close()
    if path then
      return path
    end
  end
end

---@return string directory  fresh; removed by process.remove
function process.directory()
  local pipe = assert(io.popen "mktemp -d /tmp/klaviyo-spec-XXXXXX")
  local path = pipe:read "*l"
  pipe:close()
  return path
end

---@param directory string
function process.remove(directory)
  os.execute("rm -rf " .. quote(directory))
end

---@return string root  of the repository
function process.root()
  local pipe = assert(io.popen "pwd")
  local path = pipe:read "*l"
  pipe:close()
  return path
end

---@param path string
---@return string  "" if there is no such file
function process.read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "*a" or ""
  if file then
    file:close()
  end
  return text
end

---@param path string
---@param text string
function process.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

---A port of loopback that is free now.
---@return integer
function process.port()
  local server = assert(socket.bind("127.0.0.1", 0))
  local _, port = server:getsockname()
  server:close()
  return tonumber(port)
end

---Waits until something is so.
---@param what string
---@param condition fun(): any
---@param seconds? number  10
---@return any  what the condition gave
function process.wait_for(what, condition, seconds)
  local give_up = socket.gettime() + (seconds or 10)
  while true do
    local value = condition()
    if value then
      return value
    elseif socket.gettime() > give_up then
      error("this did not come: " .. what, 2)
    end
    socket.sleep(0.01)
  end
end

---Runs a program to its end.
---@param command string  for sh
---@param seconds? integer  60
---@return string output  of both kinds
---@return integer code
function process.run(command, seconds)
  local pipe = assert(io.popen(("timeout %d sh -c %s 2>&1; echo \"[$?]\""):format(seconds or 60, quote(command))))
  local text = pipe:read "*a"
  pipe:close()
  local output, code = text:match "^(.*)%[(%d+)%]%s*$"
  return output, tonumber(code)
end

---@class support.process
local running = {}
running.__index = running

---Starts a program; it ends with stop(), or with us.
---@param command string  for sh; it must not fork away
---@param log string      file for its output of both kinds
---@return support.process
function process.start(command, log)
  local script = ("%s >%s 2>&1 </dev/null & pid=$!; cat >/dev/null; kill $pid 2>/dev/null; wait $pid"):format(command,
    quote(log))
  return setmetatable({ pipe = assert(io.popen(script, "w")), log = log }, running)
end

function running:stop()
  if self.pipe then
    self.pipe:close()
    self.pipe = nil
  end
end

return process
