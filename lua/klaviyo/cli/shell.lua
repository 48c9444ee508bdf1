-- SPDX-License-Identifier: MIT
--- The few things that are asked of the shell, each value quoted.

local shell = {}

---One word for the shell, whatever is in it.
---@param value string
---@return string
function shell.quote(value)
  return "'" .. tostring(value):gsub("'", "'\\''") .. "'"
end

---A command line of words.
---@param words string[]
---@return string
function shell.line(words)
  local quoted = {}
  for i, word in ipairs(words) do
    quoted[i] = shell.quote(word)
  end
  return table.concat(quoted, " ")
end

---Runs a command line and reads what it writes. Lua 5.1 does not tell how it ended, so the shell is asked to.
---@param command string
---@return string output
---@return integer status
function shell.read(command)
  local pipe = io.popen("( " .. command .. "\n); printf '\\n%d' $?", "r")
  local all = pipe and pipe:read "*a" or ""
  if pipe then
    pipe:close()
  end
  local output, status = all:match "^(.*)\n(%d+)$"
  return output or all, tonumber(status) or 127
end

---Runs a command line with this terminal.
---@param command string
---@return boolean
function shell.run(command)
  local result = os.execute(command)
  return result == true or result == 0
end

---Makes a directory that is nobody else's, with those above it.
---@param directory string
---@return boolean
function shell.make_directory(directory)
  return shell.run(("mkdir -p -m 700 -- %s 2>/dev/null"):format(shell.quote(directory)))
end

---The permissions of a file, as ls writes them: `-rw-------`; nil if there is no such file.
---@param path string
---@return string|nil
function shell.mode(path)
  local output, status = shell.read(("LC_ALL=C ls -ldL -- %s 2>/dev/null"):format(shell.quote(path)))
  return status == 0 and output:match "^(%S+)" or nil
end

return shell
