-- SPDX-License-Identifier: MIT
--- Standard output and standard error: what they can show, and what must be restored.

local failure = require "klaviyo.cli.terminal.failure"
local native = require "klaviyo.terminal"
local text = require "klaviyo.cli.terminal.text"

---@class klaviyo.cli.terminal
---@field out_tty boolean  standard output is a terminal
---@field err_tty boolean  standard error is a terminal
---@field in_tty boolean   standard input is a terminal: questions can be asked
---@field moves boolean    lines can be redrawn; not so on a dumb terminal
---@field unicode boolean  the locale is UTF-8: lines, blocks and dots can be shown
---@field keep_going boolean  the command is changing something, so a closed output does not end it
---@field unwritten string|nil  why what it wrote meanwhile could not be written
local terminal = {}
terminal.__index = terminal

---Raised when the reader of standard output went away.
terminal.CLOSED = setmetatable({}, { __name = "klaviyo.cli.closed" })

local SGR = { bold = "1", dim = "2", title = "1", good = "32", bad = "31", odd = "33", hint = "2",
  DRAFT = "2", PLANNED = "35", SCHEDULED = "36", SENDING = "33", SENT = "32", CANCELLED = "31" }

local GLYPHS = {
  unicode = { cut = "…", full = "█", empty = "░", branch = "├─ ", last = "└─ ", pipe = "│  ", gap = "   ",
    arrow = "→", bullet = "•", tick = "✓", cross = "✗", warn = "!", dot = "·",
    spin = { "⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏" } },
  ascii = { cut = "...", full = "#", empty = ".", branch = "|- ", last = "`- ", pipe = "|  ", gap = "   ",
    arrow = "->", bullet = "*", tick = "ok", cross = "x", warn = "!", dot = ".",
    spin = { "|", "/", "-", "\\" } },
}

local function is_set(value)
  return value ~= nil and value ~= ""
end

local function wants_unicode(env)
  local locale = is_set(env "LC_ALL") and env "LC_ALL" or is_set(env "LC_CTYPE") and env "LC_CTYPE" or env "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

-- Whether to colour a stream: by --color, then NO_COLOR and CLICOLOR_FORCE, then by what the stream is.
local function wants_colour(choice, tty, env)
  if choice == "always" or choice == "never" then
    return choice == "always"
  elseif is_set(env "NO_COLOR") then
    return false
  elseif is_set(env "CLICOLOR_FORCE") and env "CLICOLOR_FORCE" ~= "0" then
    return true
  end
  return tty and env "TERM" ~= "dumb"
end

---@param options? { color: string?, env: (fun(name: string): string?)?, columns: integer? }
---@return klaviyo.cli.terminal
function terminal.new(options)
  options = options or {}
  local env = options.env or os.getenv
  local self = setmetatable({
    out_tty = native.isatty(1), err_tty = native.isatty(2), in_tty = native.isatty(0),
    moves = is_set(env "TERM") and env "TERM" ~= "dumb",
    unicode = wants_unicode(env), keep_going = false, broken = false, hidden = false, transient = false,
  }, terminal)
  self.out_colour = wants_colour(options.color, self.out_tty, env)
  self.err_colour = wants_colour(options.color, self.err_tty, env)
  self.glyphs = self.unicode and GLYPHS.unicode or GLYPHS.ascii
  self.fixed_columns = tonumber(env "COLUMNS")
  return self
end

---The columns of the terminal; 80 without one.
---@return integer
function terminal:columns()
  local columns = native.size(1) or native.size(2) or self.fixed_columns or 80
  return math.max(20, columns)
end

---The lines of the terminal; 24 without one.
---@return integer
function terminal:rows() -- luacheck: no self
  local _, rows = native.size(1)
  return rows or 24
end

local function paint(on, style, s)
  local code = SGR[style]
  if not on or not code or s == "" then
    return s
  end
  return "\27[" .. code .. "m" .. s .. "\27[0m"
end

---Styles a text for standard output. The text must be clean (`text.clean`).
---@param style string
---@param s string
---@return string
function terminal:style(style, s)
  return paint(self.out_colour, style, s)
end

---The same for standard error.
---@param style string
---@param s string
---@return string
function terminal:err_style(style, s)
  return paint(self.err_colour, style, s)
end

---Cuts a text to columns with this terminal's mark.
---@param s string
---@param columns integer
---@return string
function terminal:cut(s, columns)
  return text.cut(s, columns, self.glyphs.cut)
end

-- Clears the transient line.
local function clear_transient(self)
  if self.transient then
    io.stderr:write "\r\27[2K"
    self.transient = false
  end
end

local EPIPE = 32

-- Handles a failed write to standard output: a reader that went away ends the command silently. A command that writes
-- to the account goes on, and ends with the failure.
local function lost(self, message, number)
  self.broken = true
  if self.keep_going then
    self.unwritten = number ~= EPIPE and message or nil
    return
  elseif number == EPIPE then
    error(terminal.CLOSED, 0)
  end
  failure.raise { message = ("standard output: %s"):format(message) }
end

local function put(self, stream, ...)
  if self.broken and stream == io.stdout then
    return
  end
  local ok, message, number = stream:write(...)
  if not ok and stream == io.stdout then
    lost(self, message, number)
  end
end

---Writes to standard output.
---@param ... string
function terminal:write(...)
  clear_transient(self)
  put(self, io.stdout, ...)
end

---Writes a line to standard output.
---@param ... string
function terminal:line(...)
  clear_transient(self)
  put(self, io.stdout, ...)
  put(self, io.stdout, "\n")
end

---Writes a line to standard error: about the work, as opposed to its result.
---@param ... string
function terminal:note(...)
  clear_transient(self)
  self:flush()
  put(self, io.stderr, ...)
  put(self, io.stderr, "\n")
end

---Shows a transient line on standard error until something else is written; only on a terminal.
---@param s string
function terminal:show(s)
  if self.err_tty and self.moves then
    self:flush()
    io.stderr:write("\r\27[2K", s)
    io.stderr:flush()
    self.transient = true
  end
end

---Clears the transient line of `show`.
function terminal:unshow()
  clear_transient(self)
end

---Hides the cursor until the command ends; only on a terminal.
function terminal:hide_cursor()
  if self.out_tty and self.moves and not self.hidden then
    self.hidden = true
    native.cursor_hidden(true)
    io.stdout:write "\27[?25l"
  end
end

---Ends the command if its result could not be written.
---@param done string[]  what it did all the same
function terminal:require_written(done)
  self:flush()
  if self.unwritten then
    failure.raise { message = ("standard output: %s"):format(self.unwritten), details = #done > 0 and done or nil }
  end
end

---Restores the terminal.
function terminal:restore()
  clear_transient(self)
  if self.hidden then
    self.hidden = false
    io.stdout:write "\27[?25h"
    io.stdout:flush()
    native.cursor_hidden(false)
  end
end

---Flushes standard output.
function terminal:flush()
  if self.broken then
    return
  end
  local ok, message, number = io.stdout:flush()
  if not ok then
    lost(self, message, number)
  end
end

return terminal
