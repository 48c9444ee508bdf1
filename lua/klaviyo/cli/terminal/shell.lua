-- SPDX-License-Identifier: MIT
--- Runs commands in the shell, with quoted values.

local interrupt = require "klaviyo.cli.terminal.interrupt"

local shell = {}

---Quotes a value as one word.
---@param value string
---@return string
function shell.quote(value)
  return "'" .. tostring(value):gsub("'", "'\\''") .. "'"
end

---A value as a word for people to copy: quoted only if that is needed.
---@param value string
---@return string
function shell.word(value)
  return value:find "^[%w_@%%+=:,./-]+$" and value or shell.quote(value)
end

---Quotes words and joins them to a command line.
---@param words string[]
---@return string
function shell.line(words)
  local quoted = {}
  for i, word in ipairs(words) do
    quoted[i] = shell.quote(word)
  end
  return table.concat(quoted, " ")
end

---Runs a command line and reads its output. The shell prints the exit status, which LuaJIT's pipes do not return.
---@param command string
---@param tick? fun()  called until it writes something or ends
---@return string output
---@return integer status
function shell.read(command, tick)
  local pipe = io.popen("echo $$; ( " .. command .. "\n); printf '\\n%d' $?", "r")
  local shell_pid = pipe and tonumber(pipe:read "*l")
  if not shell_pid then
    return "", 127
  end
  local waited, problem = pcall(interrupt.wait_for, pipe, tick)
  if not waited then
    shell.run(("kill %d 2>/dev/null"):format(shell_pid)) -- closing the pipe waits for it
    pipe:close()
    error(problem, 0)
  end
  local all = pipe:read "*a" or ""
  pipe:close()
  local output, status = all:match "^(.*)\n(%d+)$"
  status = tonumber(status) or 127
  interrupt.inherit(status)
  return output or all, status
end

---Runs a command line with this terminal.
---@param command string
---@return boolean fine
---@return integer status
function shell.run(command)
  local result, how, status = os.execute(command)
  if type(result) == "number" then -- LuaJIT: the status of wait(2)
    status = result > 255 and math.floor(result / 256) or result > 0 and 128 + result or 0
  elseif how == "signal" then
    status = 128 + status
  end
  return status == 0, status
end

---Creates a private directory, and those above it.
---@param directory string
---@return boolean
function shell.make_directory(directory)
  return shell.run(("mkdir -p -m 700 -- %s 2>/dev/null"):format(shell.quote(directory)))
end


return shell
