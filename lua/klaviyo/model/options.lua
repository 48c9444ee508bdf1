-- SPDX-License-Identifier: MIT
--- The options of a client. One description validates them, has their defaults, and feeds the reference.

local revisions = require "klaviyo.model.revisions"

local options = {}

---@class klaviyo.option
---@field [1] string     name
---@field [2] string     type, or several with "|": string, number, boolean, table, function, seconds, span, count
---@field default? any
---@field enum? string[]
---@field most? number
---@field check? fun(value: any): string|nil  what is wrong with a value of the right type
---@field call? boolean  may be given to a single call as well
---@field variable? string  environment variable that has the value where none is given
---@field secret? boolean  never quoted in a message
---@field [3] string     what it does

---@type klaviyo.option[]
options.client = {
  { "api_key", "string", "private API key; without it and without access_token, KLAVIYO_API_KEY is taken",
    secret = true },
  { "access_token", "string|function|table",
    "OAuth token, a function that returns one (asked for each call, and once more with {refused = true} after a "
      .. "401), or what klaviyo.oauth{...} returns", secret = true },
  { "account", "string", "names the account whose budget is shared; default: the credential itself" },
  { "revision", "string", "revision of the API, which chooses the wire dialect; without it, the environment variable "
      .. "KLAVIYO_REVISION", default = revisions.default, call = true, variable = "KLAVIYO_REVISION",
    check = function(value)
      local row, message = revisions.find(value)
      return not row and message or nil
    end },
  { "dialect", "string", "pins the wire dialect", enum = { "auto", "guide", "openapi" } },
  { "base_url", "string", "where the service is; without it, the environment variable KLAVIYO_BASE_URL",
    default = "https://a.klaviyo.com", variable = "KLAVIYO_BASE_URL" },
  { "insecure", "boolean", "allow plain http to another machine", default = false },
  { "timeout", "seconds", "deadline of a call, all its waiting and attempts included", default = 120, call = true },
  { "connect_timeout", "seconds", "for making a connection", default = 10 },
  { "attempt_timeout", "seconds", "for one attempt", default = 30, call = true },
  { "stall_timeout", "seconds", "for a response that comes at less than 64 bytes a second", default = 20 },
  { "max_attempts", "count", "attempts in all, the first included", default = 4, call = true },
  { "reconcile", "span", "how long to look for what a write did whose response was lost, until its outcome is "
      .. "unknown; its attempts end that long, or a quarter of the timeout, before the deadline", default = 30,
    call = true },
  { "reconcile_strict", "boolean", "never take an object that equals what was sent for the one that a lost response "
      .. "was about", default = false, call = true },
  { "name_cache", "span", "how long the id of a name that was looked up is taken for the same name again, in seconds; "
      .. "a name that is not known is looked up before it is refused", default = 300, call = true },
  { "on_token", "function", "called with a text before a write that is not idempotent is sent: recheck() takes "
      .. "it and finds out what the write did, if this process ends before the response; an error that it raises stops "
      .. "the call before anything is sent", call = true },
  { "limits", "boolean|table",
    "false: no limits of our own; { operation = { burst, steady } } overrides a rate; { scale = x } shortens both "
      .. "windows; { shdict = name } shares the budget between nginx workers; { shared = \"redis://...\" } between "
      .. "machines" },
  { "max_body", "count", "bytes in a response", default = 67108864 },
  { "max_head", "count", "bytes in the header section of a response", default = 65536 },
  { "max_depth", "count", "levels in the JSON of a response, 1024 at most", default = 128, most = 1024 },
  { "max_pending", "count", "requests that may be pending at once", default = 10000 },
  { "concurrency", "count", "requests that may be on the wire at once", default = 32 },
  { "proxy", "string", "proxy as libcurl takes it; default: the environment's, for https alone", secret = true },
  { "ca_file", "string", "certificates to trust instead of the system's" },
  { "user_agent", "string", "your application's name/version, appended to ours" },
  { "loop", "string|table", "how to wait; default: the host's own; a table brings another loop, see klaviyo.loop",
    enum = { "blocking", "nginx", "uv" } },
  { "on_event", "function", "called with each klaviyo.event" },
  { "validate", "boolean", "check input before it is sent", default = true, call = true },
}

---The names of the options that a single call takes too.
---@type string[]
options.of_a_call = {}
local of_a_call = {}
for _, option in ipairs(options.client) do
  if option.call then
    table.insert(options.of_a_call, option[1])
    of_a_call[option[1]] = option
  end
end

-- Loaded on use: valid options seldom need it.
local function suggest()
  return require "klaviyo.model.suggest"
end

local function by_name(list)
  local map, names = {}, {}
  for _, option in ipairs(list) do
    map[option[1]] = option
    names[#names + 1] = option[1]
  end
  return map, names
end

local function is_positive(value)
  return type(value) == "number" and value > 0 and value == value
end

local CHECKS = {
  seconds = is_positive,
  span = function(value)
    return type(value) == "number" and value >= 0 and value < math.huge
  end,
  count = function(value)
    return is_positive(value) and value % 1 == 0 and value <= 2147483647
  end,
}
local WORDS = { seconds = "a number of seconds above 0", span = "a number of seconds, 0 or more",
  count = "a whole number above 0" }

local function fits(value, kinds)
  for kind in kinds:gmatch("[^|]+") do
    local check = CHECKS[kind]
    if (check and check(value)) or (not check and type(value) == kind) then
      return true
    end
  end
  return false
end

local function expected(kinds)
  return (kinds:gsub("%w+", function(kind)
    return WORDS[kind] or ("a " .. kind)
  end):gsub("|", " or "))
end

-- The value that was found, unless it may be a secret.
local function found(option, value)
  if option.secret or type(value) == "table" or type(value) == "function" then
    return "a " .. type(value)
  end
  return type(value) == "string" and suggest().show(value) or tostring(value)
end

local function mismatch(option, value)
  if not fits(value, option[2]) then
    return ("option %s is %s, got %s"):format(option[1], expected(option[2]), found(option, value))
  elseif option.most and value > option.most then
    return ("option %s is %d at most, got %s"):format(option[1], option.most, tostring(value))
  end
  return option.check and option.check(value)
end

-- Options of a call come in through many layers.
local function blame(message)
  require "klaviyo.model.blame"(message)
end

---Raises if options are no table.
---@param given any
function options.need_table(given)
  if type(given) ~= "table" then
    blame("the options are a table, got a " .. type(given))
  end
end

---Raises if an option of a single call is wrong.
---@param name string
---@param value any
function options.check_of_a_call(name, value)
  local wrong = of_a_call[name] and mismatch(of_a_call[name], value)
  if wrong then
    blame(wrong)
  end
end

---Validates options against a list. A mistake raises at the program's line, with the option, what was found and what is
---allowed.
---@param given table
---@param list klaviyo.option[]
---@param what string   "klaviyo.client"
---@return table        a copy with the defaults filled in
function options.check(given, list, what)
  if type(given) ~= "table" then
    blame(("%s takes a table of options, not a %s"):format(what, type(given)))
  end
  local known, names = by_name(list)
  local checked = {}
  for name, value in pairs(given) do
    local option = known[name]
    if not option then
      blame(("%s has no option %q%s"):format(what, tostring(name), suggest().phrase(name, names)))
    end
    local wrong = mismatch(option, value)
    if wrong then
      blame(("%s: %s"):format(what, wrong))
    elseif option.enum and type(value) == "string" and not suggest().contains(option.enum, value) then
      blame(("%s: option %s is one of %s, got %q%s"):format(what, name, table.concat(option.enum, ", "),
        tostring(value), suggest().phrase(value, option.enum)))
    end
    checked[name] = value
  end
  for _, option in ipairs(list) do
    if checked[option[1]] == nil then
      checked[option[1]] = option.default
    end
  end
  return checked
end

---Takes from the environment what the program did not give. An empty variable is one that is not set.
---@param checked table  options of a client, to be completed
---@param given table    those that the program gave
function options.from_environment(checked, given)
  for _, option in ipairs(options.client) do
    local value = option.variable and given[option[1]] == nil and os.getenv(option.variable) or ""
    if value ~= "" then
      local wrong = option.check and option.check(value)
      if wrong then
        blame(("klaviyo.client: %s: %s"):format(option.variable, wrong))
      end
      checked[option[1]] = value
    end
  end
end

return options
