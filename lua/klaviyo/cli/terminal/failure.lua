-- SPDX-License-Identifier: MIT
--- How a command ends when it does not succeed: a sentence, a hint, and an exit code by kind of failure.

local klaviyo_error = require "klaviyo.model.error"

local failure = {}

---@class klaviyo.cli.failure
---@field message string
---@field hint? string
---@field code integer
---@field details? string[]        one line each
---@field err? klaviyo.error       what the library said
local mt = { __name = "klaviyo.cli.terminal.failure" }

function mt:__tostring()
  return self.message
end

---Exit codes: number, name, and what it means. Names and numbers are stable.
failure.exits = {
  { 0, "ok", "it worked" },
  { 1, "failed", "it failed for a reason that has no number of its own" },
  { 2, "usage", "the command line is wrong" },
  { 3, "input", "a file or a value was refused before anything was sent" },
  { 4, "not_found", "there is no such campaign or message" },
  { 5, "credentials", "there is no key, or the service does not take it" },
  { 6, "refused", "the service refused" },
  { 7, "unreachable", "no answer, and nothing happened there" },
  { 8, "unknown", "an answer was lost: it may have happened, look before repeating it" },
  { 9, "unconfirmed", "nobody said yes: nothing was done" },
  { 10, "differs", "plan --check: the file and the account differ" },
  { 11, "not_sent", "watch: a message was cancelled or taken back" },
  { 12, "waiting", "watch: not finished within --timeout" },
  { 129, "hung_up", "the terminal was closed meanwhile" },
  { 130, "interrupted", "interrupted by Ctrl-C" },
  { 141, "closed", "nobody reads the output any more" },
  { 143, "terminated", "ended by another program" },
}

---@type table<string, integer>
failure.codes = {}
for _, exit in ipairs(failure.exits) do
  failure.codes[exit[2]] = exit[1]
end

local CODES = {
  validation = "input", unauthorized = "credentials", forbidden = "credentials", auth = "credentials",
  not_found = "not_found", bad_request = "refused", conflict = "refused", http = "refused", rate_limited = "refused",
  redirect = "refused", origin = "refused", status = "refused",
  resolve = "unreachable", connect = "unreachable", tls = "unreachable", timeout = "unreachable",
  stalled = "unreachable", disconnected = "unreachable", protocol = "unreachable", server = "unreachable",
  content_type = "unreachable", json = "unreachable", too_large = "unreachable",
}

local HINTS = {
  unauthorized = "klaviyo doctor shows where the key comes from",
  forbidden = "the key needs the scopes campaigns:read and campaigns:write",
  not_found = "klaviyo list shows what there is",
  resolve = "klaviyo doctor looks at the way to the service",
  connect = "klaviyo doctor looks at the way to the service",
  tls = "the certificate is not trusted; behind a proxy of your own, name its certificate with ca_file in the profile",
  timeout = "try again, or give it longer with --timeout",
  rate_limited = "the account's budget is used up for the format_time; try again in a minute",
}

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

-- All that is wrong with an input, a line each; nil where the message says it.
local function details_of(err)
  if not err.errors or #err.errors < 2 then
    return nil
  end
  local lines = {}
  for _, item in ipairs(err.errors) do
    local source = type(item.source) == "table" and item.source or {}
    local where = item.path or source.parameter or source.pointer
    local what = tostring(item.detail or item.title or item.code or "?")
    local told = type(where) ~= "string" or what:find(where, 1, true) == 1
    lines[#lines + 1] = told and what or where .. ": " .. what
  end
  return lines
end

---What an error of the library means to the command.
---@param err klaviyo.error
---@param hint? string  instead of the usual one
---@return klaviyo.cli.failure
function failure.of(err, hint)
  if not klaviyo_error.is(err) then
    return setmetatable({ message = tostring(err), code = failure.codes.failed, hint = hint }, mt)
  end
  local code = err.outcome == "unknown" and "unknown" or CODES[err.kind] or "failed"
  local details = details_of(err)
  local message = err.message
  if details and err.kind == "validation" then
    message = message:match "^(.- was not sent): " or message
  end
  if err.outcome == "unknown" then
    hint = hint or "look before repeating it: klaviyo list, klaviyo show"
  end
  return setmetatable({ message = message, details = details, code = failure.codes[code], err = err,
    hint = hint or HINTS[err.kind] }, mt)
end

---Gives a result on, or ends the command with its error.
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

---Whether a failure says that something does not exist.
---@param err any
---@return boolean
function failure.is_missing(err)
  return klaviyo_error.is(err) and err.kind == "not_found"
end

return failure
