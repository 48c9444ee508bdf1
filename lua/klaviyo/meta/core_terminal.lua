---@meta klaviyo.core.terminal
-- SPDX-License-Identifier: MIT
-- The part of the C core that the command line alone uses. Never loaded.

---@class klaviyo.core.terminal
local terminal = {}

---Whether a file descriptor is a terminal.
---@param fd integer
---@return boolean
function terminal.isatty(fd) end

---Its size in characters.
---@param fd integer
---@return integer|nil columns  nil: no terminal, or one that does not know
---@return integer|nil rows
function terminal.size(fd) end

---Opens /dev/null for each standard stream that is closed, so that no socket gets its number.
function terminal.open_streams() end

---Whether something can be read from a file, or its end; waits so long at most, and no longer than a signal.
---@param file file*
---@param seconds number
---@return boolean
function terminal.readable(file, seconds) end

---Keeps other processes from claiming the same file until this one ends.
---@param path string
---@return boolean|nil claimed  false: another process has claimed it; nil: it cannot be opened
---@return string|nil message
function terminal.claim(path) end

---From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and interrupt what blocks; writing
---to a closed pipe fails instead of ending the process.
---@return boolean
function terminal.catch_signals() end

---Whether the cursor is to be shown again by a second signal, which ends the program.
---@param is_hidden boolean
function terminal.cursor_hidden(is_hidden) end

---The signal that came since the last question.
---@return integer|nil number
---@return string|nil name
function terminal.signal() end

return terminal
