-- SPDX-License-Identifier: MIT
--- Reading and writing files, and the paths of the config and state directories.

local core = require "klaviyo.core"
local failure = require "klaviyo.cli.terminal.failure"
local interrupt = require "klaviyo.cli.terminal.interrupt"
local native = require "klaviyo.terminal"

local files = {}

---A text without the byte order mark that some editors put in front of UTF-8.
---@param content string
---@return string
function files.without_mark(content)
  return content:sub(1, 3) == "\239\187\191" and content:sub(4) or content
end

---Reads a text file.
---@param path string
---@param limit? integer  largest number of bytes
---@return string|nil content
---@return string|nil message
function files.read(path, limit)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message
  end
  local content, failed = file:read(limit and limit + 1 or "*a")
  file:close()
  content = content or not failed and limit and "" or nil -- the end of a file is no failure
  if not content then
    return nil, ("%s: %s"):format(path, failed or "cannot be read")
  elseif limit and #content > limit then
    return nil, ("%s: is larger than %d MB"):format(path, limit / 1024 / 1024)
  elseif content:find "^\255\254" or content:find "^\254\255" then
    return nil, ("%s is UTF-16: save it as UTF-8"):format(path)
  end
  return files.without_mark(content)
end

---@param path string
---@return boolean
function files.is_directory(path)
  return native.file_type(path) == "directory"
end

---The real path of the folder of a file, as its name says.
---@param path string
---@return string|nil
function files.folder(path)
  return (native.real_path(path:match "^(.*/)[^/]*$" or "."))
end

---The digest of a text, by which it is known again.
---@param text string
---@return string
function files.digest(text)
  return "sha256:" .. core.sha256(text)
end

---Decodes a JSON text. Invalid JSON ends the command, with file, line and column.
---@param text string
---@param name string
---@param hint? string
---@return any
function files.json(text, name, hint)
  local document, err = core.document(text)
  if not document then
    failure.raise { code = "input", hint = hint, message = ("%s:%d: %s (column %d)"):format(name, err.line or 1,
      (err.message:gsub("^line %d+, column %d+: ", "")), err.column or 1) }
  end
  local value = document:decode(0)
  document:close()
  return value
end

---Reads standard input to its end.
---@return string
function files.input()
  local pieces = {}
  repeat
    interrupt.wait_for(io.stdin)
    local piece = io.read(65536)
    pieces[#pieces + 1] = piece
  until not piece
  interrupt.check()
  return files.without_mark(table.concat(pieces))
end

---What a path names.
---@param path string
---@return "file"|"directory"|"other"|nil  nil: nothing
function files.kind(path)
  return native.file_type(path)
end

---Writes a file. A regular file is replaced, so that it is complete or as it was, and keeps its mode. A link is
---followed; a pipe, a device and /dev/stdout are written into.
---@param path string
---@param content string
---@param is_private? boolean  a new file is its owner's alone
---@return boolean|nil true
---@return string|nil message
function files.write(path, content, is_private)
  io.stdout:flush() -- the path may be standard output
  local written, message = native.write_file(path, content, is_private)
  if not written then
    interrupt.check() -- a signal ends the wait for a pipe's reader
  end
  return written, message
end

---Creates a private file of an unpredictable name.
---@param directory string
---@param suffix string
---@param content string
---@return string|nil path
---@return string|nil message
function files.create(directory, suffix, content)
  return native.create_file(directory, suffix, content)
end

local function set(value)
  return value ~= "" and value or nil
end

-- A path of this user's: what a KLAVIYO_ variable says, or below an XDG directory, or below HOME.
local function user_path(own, base, below_home, rest)
  local home, directory = set(os.getenv "HOME"), set(base)
  if not directory or directory:sub(1, 1) ~= "/" then -- the XDG specification ignores relative paths
    directory = home and home .. below_home
  end
  return set(own) or directory and directory .. rest
end

---The path of the config file; nil if no directory is known.
---@return string|nil
function files.config()
  return user_path(os.getenv "KLAVIYO_CONFIG", os.getenv "XDG_CONFIG_HOME", "/.config", "/klaviyo/config")
end

---The directory of what is kept between commands.
---@return string
function files.state()
  local directory = user_path(os.getenv "KLAVIYO_STATE", os.getenv "XDG_STATE_HOME", "/.local/state", "/klaviyo")
  if not directory then
    failure.raise { code = "input", message = "No directory for the state of klaviyo is known: HOME is not set.",
      hint = "name one with KLAVIYO_STATE" }
  end
  return directory
end

---The directory of what may be lost between commands; nil if none is known.
---@return string|nil
function files.cache()
  return user_path(nil, os.getenv "XDG_CACHE_HOME", "/.cache", "/klaviyo")
end

---Expands `~/` at the beginning of a path.
---@param path string
---@return string
function files.expand(path)
  return (path:gsub("^~/", (os.getenv "HOME" or "~") .. "/"))
end

return files
