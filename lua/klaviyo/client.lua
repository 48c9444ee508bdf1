-- SPDX-License-Identifier: MIT
--- The client: an account of the service, and the collections in it.

local callback = require "klaviyo.model.callback"
local classes = require "klaviyo.classes"
local collection = require "klaviyo.collection"
local events = require "klaviyo.model.events"
local loops = require "klaviyo.loop"
local operations = require "klaviyo.wire.operations"
local options_of = require "klaviyo.model.options"
local dispatches = require "klaviyo.wire.dispatch"
local transports = require "klaviyo.wire.transport"
local version = require "klaviyo.version"

---@class klaviyo.client
---@field campaigns klaviyo.campaigns
---@field audiences klaviyo.audiences
---@field messages klaviyo.messages
---@field variations klaviyo.variations
---@field lists klaviyo.lists
---@field segments klaviyo.segments
---@field templates klaviyo.templates
---@field tags klaviyo.tags
---@field metrics klaviyo.metrics
---@field options klaviyo.options  as checked, without the credential and the proxy
---@field loop klaviyo.loop
---@field limits klaviyo.budget   what is used and left of a budget that machines share
---@field event_error? any  the last error that `on_event` raised. It does not reach the call under way; it is
---                         reported in nginx's error log, among Neovim's messages, and elsewhere by Lua's warnings (Lua
---                         5.4, `lua -W`)
local client = {}
local mt = { __index = client, __name = "klaviyo.client" }

-- Options that the core takes as they are.
local CORE = { "base_url", "insecure", "revision", "timeout", "connect_timeout", "attempt_timeout", "stall_timeout",
  "max_attempts", "max_body", "max_head", "max_depth", "max_pending", "concurrency", "proxy", "ca_file", "account" }

-- A key from an env file often has its quotes with it. The message never shows it.
local function check_plain(key, name)
  if key:find "^[%s\"'`]" or key:find "[%s\"'`]$" then
    error(("klaviyo.client: %s has quotes or blanks around it; remove them"):format(name), 4)
  end
end

-- The credential: an option, or the environment. Returns the core's options for it, and the function that gives tokens.
local function credential(options)
  if options.api_key and options.access_token then
    error("klaviyo.client: api_key and access_token are two ways to prove who you are; give one", 3)
  end
  local token = options.access_token
  if type(token) == "table" then
    if type(token.token) ~= "function" then
      error("klaviyo.client: option access_token is a string, a function, or what klaviyo.oauth returns", 3)
    end
    local source = token
    return {}, function(context)
      return source:token(context)
    end
  elseif type(token) == "function" then
    return {}, token
  elseif token then
    check_plain(token, "access_token")
    return { access_token = token }
  end
  local key = options.api_key or os.getenv "KLAVIYO_API_KEY"
  if not key or key == "" then
    error("klaviyo.client: no API key: give api_key = \"pk_...\", or set the environment variable KLAVIYO_API_KEY", 3)
  end
  check_plain(key, options.api_key and "api_key" or "the key in KLAVIYO_API_KEY")
  return { api_key = key }
end

local LIMIT_OPTIONS = { scale = true, shdict = true, shared = true, on_lost = true, ca_file = true }
local ON_LOST = { ["local"] = true, wait = true, error = true }

local function validate_limits(limits)
  if type(limits) ~= "table" then
    return limits
  end
  for name, value in pairs(limits) do
    local known = operations.by_id[name] ~= nil
    if not known and not LIMIT_OPTIONS[name] then
      local names = { "scale", "shdict", "shared", "on_lost", "ca_file" }
      for id in pairs(operations.by_id) do
        names[#names + 1] = id
      end
      error(("klaviyo.client: limits has no entry %q%s; there are scale, shdict, shared, on_lost, ca_file and the "
        .. "operations"):format(
        tostring(name), require("klaviyo.model.suggest").phrase(name, names)), 3)
    elseif known and not operations.is_rate(value) then
      error(("klaviyo.client: limits.%s is { burst, steady }: calls a second and a minute"):format(name), 3)
    elseif name == "scale" and not (type(value) == "number" and value > 0) then
      error("klaviyo.client: limits.scale is a number above 0", 3)
    elseif name == "on_lost" and not ON_LOST[value] then
      error(('klaviyo.client: limits.on_lost is "local", "wait" or "error", got %s'):format(
        require("klaviyo.model.suggest").show(value)), 3)
    elseif (name == "shared" or name == "ca_file") and type(value) ~= "string" then
      error(("klaviyo.client: limits.%s is a text, got a %s"):format(name, type(value)), 3) -- it may hold a password
    end
  end
  return limits
end

local function need_account(config, name, whom)
  if not (config.api_key or config.access_token or config.account) then
    error(("klaviyo.client: limits.%s with a function for tokens needs account = \"...\", so that all %s know whose "
      .. "budget it is"):format(name, whom), 4)
  end
end

-- The permits of a budget that nginx's workers share.
local function permits_of_workers(limits, loop, config)
  if type(limits.shdict) ~= "string" then
    error("klaviyo.client: limits.shdict is the name of a lua_shared_dict", 4)
  elseif not loop.permit then
    error(("klaviyo.client: limits.shdict shares a budget between nginx's workers; this is the %s loop"):format(
      loop.name), 4)
  end
  need_account(config, "shdict", "workers")
  local problem = loop.refuse_limits(limits)
  if problem then
    error("klaviyo.client: " .. problem, 4)
  end
  local function nothing() end
  return { done = nothing, close = nothing, permit = function(_, core, request)
    return loop.permit(core, request, limits)
  end }
end

-- The permits of a budget that machines share.
local function permits_of_machines(limits, loop, config)
  need_account(config, "shared", "machines")
  local found, budget = pcall(require, "klaviyo.fleet.budget")
  if not found then
    package.loaded["klaviyo.fleet.budget"] = nil -- LuaJIT would say of the next attempt that the first one failed
    error("klaviyo.client: limits.shared needs the rock lua-klaviyo-redis and hiredis (luarocks install "
      .. "lua-klaviyo-redis): " .. tostring(budget):match "^[^\n]*", 4)
  end
  local source, message = budget.open(limits.shared, loop, limits)
  return source or error("klaviyo.client: limits.shared: " .. message, 4)
end

-- Where requests get permits, if the budget is shared with other processes.
local function permits_of(limits, loop, config)
  if type(limits) ~= "table" then
    return nil
  elseif limits.shared and limits.shdict ~= nil then
    error("klaviyo.client: limits.shared and limits.shdict are two budgets; give one (shared serves nginx's workers "
      .. "too)", 3)
  elseif not limits.shared and (limits.on_lost or limits.ca_file) then
    error("klaviyo.client: limits.on_lost and limits.ca_file are for limits.shared, the address of a Redis", 3)
  end
  return limits.shared and permits_of_machines(limits, loop, config)
    or limits.shdict ~= nil and permits_of_workers(limits, loop, config) or nil
end

-- The observer must not keep the client alive.
local function observe(self, core, on_event)
  local weak, loop = setmetatable({ client = self }, { __mode = "v" }), self.loop
  events.observe(core, on_event, function(raised, text)
    if weak.client then
      weak.client.event_error = raised
    end
    loop.report("klaviyo.client: on_event raised: " .. text)
  end)
end

-- The limits as a program may read them: the address of Redis may hold a password.
local function without_address(limits)
  if type(limits) ~= "table" or not limits.shared then
    return limits
  end
  local copy = {}
  for name, value in pairs(limits) do
    copy[name] = value
  end
  copy.shared = true
  return copy
end

local function user_agent(application)
  return "lua-klaviyo/" .. version .. (application and " " .. application or "")
end

---Makes a client. One for an account serves a whole program: its connections are kept and used again. Clients share no
---connections, and so no credentials; of those that nothing is pending of, the 16 that were used last keep theirs, and
---the others close them until they are used again.
---@param given? klaviyo.options
---@return klaviyo.client
local function new(given)
  local options = options_of.check(given or {}, options_of.client, "klaviyo.client")
  options_of.from_environment(options, given or {})
  local config, token_source = credential(options)
  validate_limits(options.limits)
  for _, name in ipairs(CORE) do
    config[name] = options[name]
  end
  config.user_agent = user_agent(options.user_agent)
  config.events = options.on_event ~= nil
  local limits = type(options.limits) == "table" and options.limits or nil
  local loop = loops.find(options.loop)
  local permits = permits_of(limits, loop, config)
  config.permits = permits ~= nil
  local transport, message = transports.transport(config, loop, token_source, permits)
  config.api_key, config.access_token = nil, nil
  if not transport then
    error("klaviyo.client: " .. message, 2)
  end
  options.api_key, options.access_token, options.proxy = nil, nil, nil -- a proxy may be named with a password
  options.limits = without_address(options.limits)
  limits = limits and options.limits
  local holders = {}
  local self = setmetatable({ options = options, loop = loop, _classes = classes }, mt)
  function self._hold(key, deadline, fn)
    return require("klaviyo.loop.mutex").hold(holders, key, loop, deadline, fn)
  end
  if options.on_event then
    observe(self, transport.core, options.on_event)
  end
  if options.limits == false then
    limits = false
  end
  if permits then
    permits.account = transport.core:account()
    self.limits = require("klaviyo.limits").new(permits)
  end
  self._dispatch = dispatches.new {
    transport = transport, revision = options.revision, dialect = options.dialect, limits = limits,
    validate = options.validate,
  }
  self._dispatch:dialect(options.revision) -- reports a revision that is newer than this library
  for name in pairs(collection.methods) do
    self[name .. "s"] = collection.new(self, name)
  end
  return self
end

---Returns the present by the service's clock, a sandbox's with it: the Date of its last response, and what has passed
---since. Before the first response it is the machine's time. It decides whether a send time lies in the past. A program
---may set a function of its own: `kl.now = function() return ... end`.
---@return integer  seconds since the epoch
function client:now()
  return self._dispatch.transport:now()
end

local LONGEST_SLEEP = 2147483 -- seconds: what a timer of 32 bits can count in milliseconds

---Waits, as this client's loop does: other coroutines and the host go on meanwhile.
---@param seconds number  0 to 2147483, 24 days
---@return boolean|nil true
---@return klaviyo.error|nil  kind "place": the host cannot wait here
---@overload fun(self, seconds: number, done: klaviyo.done.boolean)
function client:sleep(seconds)
  if type(seconds) ~= "number" or not (seconds >= 0 and seconds <= LONGEST_SLEEP) then
    error(("sleep takes seconds, 0 to %d, got %s"):format(LONGEST_SLEEP,
      require("klaviyo.model.suggest").show(seconds)), 2)
  end
  local misplaced = self.loop.check()
  if misplaced then
    return nil, require("klaviyo.model.error").new { kind = "place", message = misplaced }
  end
  self.loop.sleep(seconds)
  return true
end

---Closes the client: pending requests end as cancelled, connections close, the credential is zeroized. Calling it again
---does nothing.
function client:close()
  self._dispatch.transport:close()
end

mt.__close = client.close

function mt:__tostring()
  return "klaviyo.client (" .. self.options.base_url .. ", " .. self.options.revision .. ")"
end

---@class klaviyo.response
---@field status integer
---@field body klaviyo.json|nil  decoded; the text for raw = true; nil if there was none
---@field headers table<string, string>  by lower-case name
---@field attempts integer
---@field elapsed number     seconds

---Sends any request to the service, with the credential, limits, retries, deadlines and errors of this client.
---@param given klaviyo.request_options  method, path, query, body, headers, raw, once, rate, revision, timeout, ...
---@return klaviyo.response|nil
---@return klaviyo.error|nil
---@overload fun(self, given: klaviyo.request_options, done: klaviyo.done.response)
function client:request(given)
  return require("klaviyo.calls.raw_request").perform(self, given)
end

---Reads the account that the credential is of: its time zone, default sender, currency. (OpenAPI: get_accounts)
---@param options? klaviyo.write_options  fields, and those of a call
---@return klaviyo.account|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.account)
---@overload fun(self, options: klaviyo.write_options, done: klaviyo.done.account)
function client:account(options)
  local accounts, err = require("klaviyo.calls.pages").all(self, "get_accounts", nil, options)
  if accounts and not accounts[1] then
    err = require("klaviyo.calls.response").odd("get_accounts", "holds no account")
  end
  return accounts and accounts[1], err
end

---Reads the results of many campaigns, in as few reports as possible: one has a hundred campaigns, or all. An account
---may ask for two a minute and 225 a day; waiting for that is not counted in the client's time-out. (OpenAPI:
---query_campaign_values)
---@param options? klaviyo.all_results_options  campaigns or messages: a list of objects or ids (default: all that were
---                   sent in the period); the others as for campaign:results; timeframe is "last_30_days" where no
---                   campaigns are named
---@return klaviyo.report|nil rows  a klaviyo.result each
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.report)
---@overload fun(self, options: klaviyo.all_results_options, done: klaviyo.done.report)
function client:results(options)
  return require("klaviyo.calls.results").read(self, options)
end

-- Several at once ---------------------------------------------------------------------------------------------------

---Sends several requests concurrently. Results are in the order of the requests.
---@param requests klaviyo.requests  each as for request; and limit: how many at once (default: concurrency)
---@return klaviyo.responses|nil responses  a klaviyo.response each; with all = true, { response | nil, err } each
---@return klaviyo.error|nil    the first failure, unless all = true
---@return integer|nil count    how many requests there were: `#responses` does not say it where one is nil
---@overload fun(self, requests: klaviyo.requests, done: klaviyo.done.responses)
function client:gather(requests)
  local parallel, functions = require "klaviyo.calls.parallel", {}
  parallel.check(requests, "table", { "all", "limit" }, "gather")
  self._dispatch.transport:need_open()
  for i, options in ipairs(requests) do
    functions[i] = function()
      return self:request(options)
    end
  end
  return parallel.run(self.loop, functions, { limit = requests.limit or self.options.concurrency, all = requests.all })
end

---Runs a function in which calls may wait, in the loop of this client.
---@param fn fun(): ...
---@param done? fun(...)  called with the results of fn
function client:run(fn, done)
  return require("klaviyo.calls.parallel").begin(self.loop, fn, done)
end

-- Names that may stand for nothing in a client.
local ABSENT = { event_error = true }

setmetatable(client, { __index = function(_, name)
  if name == "limits" then
    return require("klaviyo.limits").new() -- of a client that shares none
  end
  if type(name) ~= "string" or name:find "^_" or ABSENT[name] then
    return nil
  end
  local names = { "options", "loop", "limits" }
  for resource in pairs(collection.methods) do
    names[#names + 1] = resource .. "s"
  end
  for method in pairs(client) do
    names[#names + 1] = method
  end
  local close = require("klaviyo.model.suggest").phrase(name, names)
  error(("klaviyo.client has no %q%s"):format(name, close ~= "" and close
    or "; there are campaigns, audiences, messages, variations, lists, segments, templates, tags and metrics, and "
    .. "kl:request reaches every other endpoint"), 2)
end })

callback.extend(client, { run = true, close = true, now = true })

return { new = new, methods = client }
