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

---From now on SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and interrupt what blocks; writing
---to a closed pipe fails instead of ending the process.
---@return boolean
function terminal.catch_signals() end

---The signal that came since the last question.
---@return integer|nil number
---@return string|nil name
function terminal.signal() end

return terminal
