-- SPDX-License-Identifier: MIT
--- Multi-channel campaigns from Lua. Each part is loaded on first use.

---@class klaviyo
---@field client fun(options: klaviyo.options?): klaviyo.client
---@field campaign fun(name: string): klaviyo.campaign_builder
---@field filter klaviyo.filters
---@field null klaviyo.null      clears a field; and the value of a field that is null
---@field version string
---@field error klaviyo.errors  is(value): whether it is an error object of this library
---@field array fun(list: klaviyo.json[]): klaviyo.json[]  marks a list, so that it is a JSON array even if it is empty
---@field time klaviyo.time   ISO 8601 times, epoch seconds, and local times of a zone
---@field list fun(name: string): klaviyo.reference  a list by its name, wherever its id goes
---@field segment fun(name: string): klaviyo.reference  the same for a segment
---@field template fun(name: string): klaviyo.reference  the same for a template
---@field tag fun(name: string): klaviyo.reference  the same for a tag
---@field oauth fun(options: klaviyo.oauth_options): klaviyo.oauth  access tokens, renewed automatically
local klaviyo = {}

-- Calls wait inside of pcall and of metamethods, which plain Lua 5.1 cannot.
if (_VERSION == "Lua 5.1" and not rawget(_G, "jit")) or _VERSION == "Lua 5.2" then
  error("klaviyo runs on Lua 5.3, Lua 5.4 and LuaJIT, not on " .. _VERSION, 0)
end

local parts = {}

function parts.client()
  return require("klaviyo.client").new
end

function parts.campaign()
  return require("klaviyo.builder").campaign
end

function parts.filter()
  return require "klaviyo.model.filter"
end

function parts.null()
  return require("klaviyo.model.json").null
end

function parts.array()
  return require("klaviyo.model.json").array
end

function parts.version()
  return require "klaviyo.version"
end

function parts.error()
  return require "klaviyo.model.error"
end

function parts.time()
  return require "klaviyo.model.time"
end

function parts.oauth()
  return require("klaviyo.oauth").new
end

local function referring_to(kind)
  local reference = require "klaviyo.model.reference"
  return function(name)
    local made = reference.new(kind, name) -- no tail call: a mistake is reported at the caller's line
    return made
  end
end

function parts.list()
  return referring_to "list"
end

function parts.segment()
  return referring_to "segment"
end

function parts.template()
  return referring_to "template"
end

function parts.tag()
  return referring_to "tag"
end

---Runs functions concurrently: while one waits for a response, the others go on.
---@param functions klaviyo.functions  and limit: how many at once (32); all = true: every result with its error;
---                              loop: default the host's own
---@param callback? fun(results: klaviyo.results|nil, err: klaviyo.error|nil, count: integer|nil)  if the caller must
---                   not wait
---@return klaviyo.results|nil results  the first result of each, in order
---@return klaviyo.error|nil     the first failure
---@return integer|nil count     how many functions there were: `#results` does not say it where one returned nothing
function klaviyo.all(functions, callback)
  local parallel = require "klaviyo.calls.parallel"
  parallel.check(functions, "function", { "all", "limit", "loop" }, "all")
  if callback ~= nil then
    parallel.check_function(callback, "all takes a table of functions, and one to call with the results")
  end
  local loop = require("klaviyo.loop").find(functions.loop)
  local function run()
    return parallel.run(loop, functions, { limit = functions.limit, all = functions.all })
  end
  if callback then
    return loop.spawn(run, callback)
  end
  return run()
end

-- A client, of one or of its options.
local function client_of(client, method)
  if client ~= nil and type(client) ~= "table" then
    error(("%s takes a client or the options of one, got a %s"):format(method, type(client)), 3)
  end
  local mt = client and getmetatable(client)
  return mt and mt.__name == "klaviyo.client" and client or klaviyo.client(client)
end

---Reads the results of many campaigns: `kl:results(options)` for those who have no client yet.
---@param client? klaviyo.client|klaviyo.options  default: klaviyo.client()
---@param options? klaviyo.all_results_options
---@return klaviyo.report|nil rows  a klaviyo.result each
---@return klaviyo.error|nil
function klaviyo.results(client, options)
  return client_of(client, "results"):results(options)
end

---Looks up again what a call did whose outcome was unknown: in another process than the one that made it.
---@param token string  what err:token() returned
---@param client? klaviyo.client|klaviyo.options  of the same account and service; default: klaviyo.client()
---@param options? klaviyo.recheck_options  of a call; and reconcile: seconds to look for, 0 (the default): once
---@return any result          what the call would have returned
---@return klaviyo.error|nil   why it is still unknown; kind "validation" if the text is not a token
function klaviyo.recheck(token, client, options)
  if type(token) ~= "string" then
    error("recheck takes the text that err:token() returned, got a " .. type(token), 2)
  end
  return require("klaviyo.calls.recheck").perform(client_of(client, "recheck"), token, options)
end

---Takes a lease: of all machines with the same Redis, one holds it. While a client holds one, its writes are sent only
---after Redis has confirmed that the lease is still held and lasts for longer than the attempt may take. A process that
---was paused past its lease stops before its next write, with an error of kind "lease". Calls renew the lease, and so
---does the loop of nginx, libuv or the program meanwhile; a blocking program that makes no calls does not.
---@param name string   of what one machine does at a time
---@param options klaviyo.lease_options  client; ttl: seconds, 60; wait: seconds to wait for another holder, 0
---@return klaviyo.lease|nil  release() gives it back, left() says for how long it is held if nobody renews it
---@return klaviyo.error|nil  kind "lease": another machine holds it (the message says which), or Redis cannot be asked
function klaviyo.lease(name, options)
  local function blame(message)
    error("klaviyo.lease: " .. message, 3)
  end
  if type(name) ~= "string" or name == "" or #name > 200 then
    blame "the name is a text of 1 to 200 bytes"
  elseif type(options) ~= "table" or type(options.client) ~= "table" or not options.client._dispatch then
    blame "the options are { client = kl, ttl = 60, wait = 0 }, with a client that has limits.shared, a Redis"
  end
  for option in pairs(options) do
    if option ~= "client" and option ~= "ttl" and option ~= "wait" then
      blame(("no option %q; there are client, ttl and wait"):format(tostring(option)))
    end
  end
  local ttl, wait, client = options.ttl or 60, options.wait or 0, options.client
  local least = client.options.attempt_timeout + 1
  if type(ttl) ~= "number" or not (ttl > least and ttl <= 86400) then
    blame(("ttl is a number of seconds above %g (the client's attempt_timeout and one) and up to 86400"):format(least))
  elseif type(wait) ~= "number" or not (wait >= 0 and wait < math.huge) then
    blame "wait is a number of seconds, 0 or more"
  end
  local transport = client._dispatch.transport
  local source = transport.permits
  if not (source and source.status) then
    blame "the client has no Redis: give it limits = { shared = \"redis://...\" }"
  elseif source.lease then
    blame(("the client holds the lease %q already; release it first, or use another client"):format(source.lease.name))
  end
  transport:need_open()
  local misplaced = client.loop.check()
  if misplaced then
    return nil, require("klaviyo.model.error").new { kind = "place", message = misplaced }
  end
  return require("klaviyo.fleet.lease").new(source, name, ttl, wait)
end

---Runs a function in which calls may wait. Needed in Neovim outside of a coroutine, and in nginx outside of the phases
---that can wait; elsewhere it just calls the function.
---@param fn fun(): ...
---@param callback? fun(...)  called with the results of fn
---@param options? { loop: "blocking"|"nginx"|"uv"? }  default the host's own loop; see also kl:run
function klaviyo.run(fn, callback, options)
  local named = require("klaviyo.model.options").check(options or {}, { { "loop", "string|table", "the loop" } }, "run")
  return require("klaviyo.calls.parallel").begin(require("klaviyo.loop").find(named.loop), fn, callback)
end

return setmetatable(klaviyo, {
  __index = function(self, name)
    local load = parts[name]
    local value = load and load()
    rawset(self, name, value)
    return value
  end,
})
