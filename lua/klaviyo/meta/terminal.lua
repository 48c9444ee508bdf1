---@meta klaviyo.terminal
-- SPDX-License-Identifier: MIT
-- The C module for terminals, signals and files, which only the klaviyo command loads. This file is never loaded.

---@class klaviyo.terminal
local terminal = {}

---Whether a file descriptor is a terminal.
---@param fd integer
---@return boolean
function terminal.isatty(fd) end

---The size of a terminal in characters.
---@param fd integer
---@return integer|nil columns  nil: not a terminal, or its size is unknown
---@return integer|nil rows
function terminal.size(fd) end

---Opens /dev/null on each standard stream that is closed, so that no socket gets the number of a stream.
function terminal.open_streams() end

---Whether a file has data to read or has reached its end. Waits up to `seconds`; a signal ends the wait.
---@param file file*
---@param seconds number
---@return boolean
function terminal.readable(file, seconds) end

---Takes an exclusive lock on a file until the process ends.
---@param path string
---@return boolean|nil claimed  false: another process holds the lock; nil: the file cannot be opened
---@return string|nil message
function terminal.claim(path) end

---From now on SIGINT, SIGTERM and SIGHUP are recorded instead of ending the process, and interrupt blocking calls.
---A second signal before `signal()` was called ends the process. Writing to a closed pipe fails instead of ending it.
---@return boolean
function terminal.catch_signals() end

---Tells whether the cursor must be shown again when a second signal ends the process.
---@param is_hidden boolean
function terminal.cursor_hidden(is_hidden) end

---Returns the recorded signal and clears it; nil if there is none.
---@return integer|nil number
---@return string|nil name
function terminal.signal() end

---Writes a file. A regular file is replaced at once and keeps its mode; a link is followed if its target exists;
---anything else, such as a pipe, a device or /dev/stdout, is written into.
---@param path string
---@param content string
---@param is_private? boolean  a new file is its owner's alone (mode 0600)
---@return boolean|nil true
---@return string|nil message
function terminal.write_file(path, content, is_private) end

---Creates a file of an unpredictable name that only its owner can read.
---@param directory string
---@param suffix string   ".lua"
---@param content string
---@return string|nil path
---@return string|nil message
function terminal.create_file(directory, suffix, content) end

---@class klaviyo.terminal.access
---@field mode integer            the permission bits
---@field other_owner boolean     it belongs to neither this user nor root
---@field shared_group boolean    its group is not this user's own
---@field open_directory boolean  anybody can replace it: its directory is writable for all and not sticky
---@field identity string         the same for two names of one file

---Who can read and write a file.
---@param path string
---@return klaviyo.terminal.access|nil
---@return string|nil message
function terminal.file_access(path) end

---The type of what a path names; links are followed.
---@param path string
---@return "file"|"directory"|"other"|nil type  other: a pipe, a device or a socket
---@return string|nil message
function terminal.file_type(path) end

---Whether a path names a symbolic link.
---@param path string
---@return boolean
function terminal.is_link(path) end

---The absolute path of a file, without links in it.
---@param path string
---@return string|nil
---@return string|nil message
function terminal.real_path(path) end

---Starts a program, which is found in PATH. No shell reads its words; its standard streams are /dev/null. It has a
---session of its own and may run on after this one.
---@param words string[]   the program and its arguments
---@param seconds number   how long to wait for its end
---@return integer|true|nil status  true while it runs; nil: it cannot be started
---@return string|nil message
function terminal.start(words, seconds) end

---Runs a command of the shell with this terminal, and waits for its end. A signal that is recorded ends the wait: the
---command gets it too.
---@param command string
---@param to_stderr boolean  what it writes to standard output goes to standard error
---@return integer|false|nil status  the exit status; false: it runs on after a signal
---@return string|nil message
function terminal.shell(command, to_stderr) end

---The names in a directory, in no order, without `.` and `..`.
---@param path string
---@return string[]|nil
---@return string|nil message
function terminal.directory(path) end

---Sets a variable of the environment for the programs that this one starts.
---@param name string
---@param value? string  up to its first NUL; nil removes the variable
---@return boolean|nil true
---@return string|nil message
function terminal.set_environment(name, value) end

---@class klaviyo.terminal.job
---@field module string    the module whose `answer(input, watch)` runs and returns a string. `watch(true)` begins to
---count instructions and to record lines, `watch(false)` ends that; `watch()` returns chunk and line of the last one
---@field input string
---@field path string      package.path of the child
---@field cpath string     package.cpath of the child
---@field trusted string   how the chunk names of the program begin, whose lines are not recorded
---@field steps number     instructions
---@field seconds number   of CPU time
---@field memory number    bytes
---@field output number    bytes
---@field patience number  seconds of real time

---Runs a module of Lua in a child process: in a new state, with limits, without descriptors of this process.
---@param job klaviyo.terminal.job
---@return klaviyo.terminal.child|nil
---@return string|nil message
function terminal.evaluate(job) end

---@class klaviyo.terminal.child
local child = {}

---Waits for the end of the child; a signal ends the wait.
---@param seconds number
---@return boolean ended
function child:wait(seconds) end

---The output of a child that has ended, and why it ended.
---@return string|nil output  nil: it did not end by itself
---@return "done"|"steps"|"time"|"memory"|"output"|"stuck"|"signal"|"error" reason  error: a mistake in the module
---@return string|nil source  the chunk of the last recorded line
---@return integer line
---@return string message     the signal, or the error
function child:result() end

---Ends a child that still runs, and frees what it left.
function child:close() end

return terminal
