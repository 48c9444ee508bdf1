-- SPDX-License-Identifier: MIT
--- Failures that end a command: a sentence, a hint, and an exit code by kind.

local klaviyo_error = require "klaviyo.model.error"
local text = require "klaviyo.cli.terminal.text"

local failure = {}

---@class klaviyo.cli.failure
---@field message string
---@field hint? string
---@field is_usual? boolean        the hint is the usual one for this kind of error
---@field code integer
---@field details? string[]        lines below the message
---@field err? klaviyo.error       the library's error
---@field files? table[]           apply of several files: what became of each
local mt = { __name = "klaviyo.cli.terminal.failure" }

function mt:__tostring()
  return self.message
end

---Exit codes: number, name and meaning. Names and numbers are stable.
failure.exits = {
  { 0, "ok", "success" },
  { 1, "failed", "a failure without a code of its own" },
  { 2, "usage", "the command line is wrong" },
  { 3, "input", "a file or a value was rejected before anything was sent" },
  { 4, "not_found", "there is no such campaign or message" },
  { 5, "credentials", "there is no key, or the service rejects it" },
  { 6, "refused", "the request was refused" },
  { 7, "unreachable", "the service did not respond, and nothing was changed there" },
  { 8, "unknown", "the outcome is unknown: look before you repeat the command" },
  { 9, "unconfirmed", "the question was not answered with yes; nothing was done" },
  { 10, "differs", "plan --check: the file and the account differ" },
  { 11, "not_sent", "watch: a message was cancelled, reverted or not sent" },
  { 12, "waiting", "watch: not finished within --timeout" },
  { 13, "blocked", "apply, edit: changes were blocked, as by a scheduled message" },
  { 14, "incomplete", "schedule, create --dry-run: something is missing" },
  { 15, "draft", "reschedule: a message is a draft now, and will not be sent" },
  { 129, "hung_up", "the terminal was closed" },
  { 130, "interrupted", "interrupted by Ctrl-C" },
  { 141, "closed", "the reader of the output went away" },
  { 143, "terminated", "terminated by another program" },
}

---@type table<string, integer>
failure.codes = {}
for _, exit in ipairs(failure.exits) do
  failure.codes[exit[2]] = exit[1]
end

local CODES = {
  validation = "input", unauthorized = "credentials", forbidden = "credentials", auth = "credentials",
  not_found = "not_found", bad_request = "refused", conflict = "refused", http = "refused", rate_limited = "refused",
  redirect = "refused", origin = "refused", status = "refused", lease = "refused",
  resolve = "unreachable", connect = "unreachable", proxy = "unreachable", tls = "unreachable", timeout = "unreachable",
  stalled = "unreachable",
  budget = "unreachable", disconnected = "unreachable", protocol = "unreachable", server = "unreachable",
  content_type = "unreachable", json = "unreachable", too_large = "unreachable",
}

local HINTS = {
  unauthorized = "klaviyo doctor shows where the key comes from",
  not_found = "klaviyo list shows what there is",
  resolve = "klaviyo doctor checks the connection",
  connect = "klaviyo doctor checks the connection",
  proxy = "klaviyo doctor shows which proxy is used, and what names it",
  tls = "the certificate is not trusted; behind a proxy of your own, name its certificate with ca_file in the profile",
  timeout = "try again, or allow more time with --call-timeout",
}

---What to do where an outcome is unknown.
failure.LOOK_FIRST = "look before you repeat it: klaviyo list, klaviyo show"

---Ends the command.
---@param fields table  message; code: a name of failure.codes; hint, details, err
function failure.raise(fields)
  fields.code = failure.codes[fields.code or "failed"]
  error(setmetatable(fields, mt), 0)
end

---@param value any
---@return boolean
function failure.is(value)
  return type(value) == "table" and getmetatable(value) == mt
end

-- What messages of the library say of Lua, and what it is in a shell.
local FOR_SHELL = {
  { 'klaviyo%.client { revision = "[^"]*" }, or ', "" }, { " %(err:recheck%)", "" },
  { "a whole text of err:token%(%)", "the whole text that a command printed" },
  { "what err:token%(%) of this version returned", "what a command of this version printed" },
  { "what err:token%(%) returned", "what a command printed" },
  { "with conversion_metric", "with --metric" },
}

---A message of the library without what only a script in Lua can do.
---@param message string
---@return string
function failure.for_shell(message)
  for _, pair in ipairs(FOR_SHELL) do
    message = message:gsub(pair[1], pair[2])
  end
  return message
end

-- A line for each of several errors; nil where the message says it all.
local function details_of(err)
  if not err.errors or #err.errors < 2 then
    return nil
  end
  local lines = {}
  for _, item in ipairs(err.errors) do
    local source = type(item.source) == "table" and item.source or {}
    local where = item.path or source.parameter or source.pointer
    local what = tostring(item.detail or item.title or item.code or "?")
    local names_it = type(where) ~= "string" or what:find(where, 1, true) == 1
    lines[#lines + 1] = failure.for_shell(names_it and what or where .. ": " .. what)
  end
  return lines
end

local LOOK_AGAIN = "to look again: klaviyo recheck "

---The line that says how to look again for what a call did; nil where there is nothing to look for.
---@param err klaviyo.error
---@return string|nil
function failure.look_again(err)
  local token = err:token()
  return token and LOOK_AGAIN .. token or nil
end

---Whether a line is the one that says how to look again: it is of use only whole.
---@param line string
---@return boolean
function failure.looks_again(line)
  return line:find(LOOK_AGAIN, 1, true) ~= nil
end

---What a key needs for a request that it may not make: "the scope lists:read"; nil for any other error.
---@param err klaviyo.error
---@return string|nil
function failure.scopes(err)
  if err.kind ~= "forbidden" then
    return nil
  elseif not err.scopes then
    return "a scope that it lacks"
  end
  return ("the scope%s %s"):format(#err.scopes > 1 and "s" or "", table.concat(err.scopes, " and "))
end

---Why something could not be read, in a few words.
---@param err klaviyo.error
---@return string
function failure.reason(err)
  local scopes = failure.scopes(err)
  local message = failure.for_shell(err.message:match "^[^;]+" or err.message)
  return scopes and ("%s (the key needs %s)"):format(message:gsub("%.$", ""), scopes) or message
end

-- The usual hint for an error.
local function hint_of(err)
  local scopes = failure.scopes(err)
  if err.kind == "rate_limited" then
    return "the account's rate limit is used up; try again in " .. text.wait(err.retry_after or 60)
  end
  return scopes and "the key needs " .. scopes or HINTS[err.kind]
end

---Makes a failure from an error of the library.
---@param err klaviyo.error
---@param hint? string  replaces the usual hint
---@return klaviyo.cli.failure
function failure.of(err, hint)
  if not klaviyo_error.is(err) then
    return setmetatable({ message = tostring(err), code = failure.codes.failed, hint = hint }, mt)
  end
  local is_open = err.outcome ~= "none"
  local code = is_open and "unknown" or CODES[err.kind] or "failed"
  local details = details_of(err)
  local message = err.message
  if details and err.kind == "validation" then
    message = message:match "^(.- was not sent): " or message
  end
  if is_open then
    hint = hint or failure.LOOK_FIRST
    local look_again = failure.look_again(err)
    if look_again then
      details = details or {}
      table.insert(details, look_again)
    end
  end
  return setmetatable({ message = failure.for_shell(message), details = details, code = failure.codes[code], err = err,
    hint = hint or hint_of(err), is_usual = not hint }, mt)
end

---Returns a result, or ends the command with its error.
---@generic T
---@param value T|nil
---@param err? klaviyo.error|string
---@param hint? string
---@return T
function failure.check(value, err, hint)
  if value == nil or value == false then
    error(failure.is(err) and err or failure.of(err, hint), 0)
  end
  return value
end

---Whether an error says that something does not exist.
---@param err any
---@return boolean
function failure.is_missing(err)
  return klaviyo_error.is(err) and err.kind == "not_found"
end

return failure
