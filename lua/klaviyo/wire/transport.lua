-- SPDX-License-Identifier: MIT
--- Performs requests with a core client and the loop that waits for it.

local core = require "klaviyo.core"
local errors = require "klaviyo.model.error"
local idle = require "klaviyo.wire.idle"
local revisions = require "klaviyo.model.revisions"
local sparse_fields = require "klaviyo.wire.sparse_fields"

---@class klaviyo.transport
---@field core userdata      klaviyo.core's client
---@field loop table         see loop/init.lua
---@field token_source? fun(context: { refused: boolean }): string|nil, any
---@field permits? table     where requests get permits, of a budget outside of this process: permit(self, core,
---                         request, about) returns the seconds until the request may go, and with 0 until when it may,
---                         on core.now's clock; or nil and why it must not go. done(self, request), close(self, core)
---@field about table<userdata, table>       of requests, for their permits: urgent, writes
---@field refusals table<userdata, klaviyo.error>  why requests were not given one
---@field asks boolean       whether requests may ask for a token or a permit
---@field revision string     of the requests that name none; "": they have none
---@field paged table<userdata, string>      the revisions of lists that named one
---@field buckets table<userdata, string>    what lists count against
---@field reported table<string, { limit: integer?, remaining: integer, reset: number?, at: number }>  the rate limit as
--                           the last response of an operation said it, on the clock of core.now
---@field waiting table<userdata, boolean>  requests that a coroutine waits for
---@field on_submit? fun(id: integer)  called with the number of each request, in the coroutine that makes it, before it
---                                    is sent: events have numbers alone
---@field date? number       epoch seconds: the last Date that was needed
---@field dated? number      when that came, on the clock of core.now
local transport = {}
transport.__index = transport

-- The token that a request got last. It is not kept in the transport, where a dump of a client would show it.
local last_tokens = setmetatable({}, { __mode = "k" })

-- Gives a request the token that it asks for. The program's function runs in the caller's coroutine, so that it may
-- wait.
local function give_token(self, request)
  local ok, token, why = pcall(self.token_source, { refused = request:refused(), token = last_tokens[request],
    loop = self.loop, left = request:left() })
  if ok and type(token) == "string" then
    last_tokens[request] = token
    request:token(token)
  else
    local reason = not ok and token or why or "access_token returned " .. type(token)
    request:token(nil, tostring(reason))
  end
end

local NOTHING = {}

-- Answers a request that asks for a permit. In the caller's coroutine, so that it may wait.
local function give_permit(self, request)
  local delay, ends = self.permits:permit(self.core, request, self.about[request] or NOTHING)
  if delay then
    request:permit(delay, ends)
  else
    self.refusals[request] = ends
    request:cancel(ends.message)
  end
end

-- The error of a request that failed: that it was given no permit, where that is the reason.
local function failure(self, request, result)
  local err, refusal = errors.from_core(result), self.refusals[request]
  if refusal then
    err.kind, err.message, err.retryable = refusal.kind, refusal.message, refusal.retryable
  end
  return err
end

-- Waits until a request is done, giving it what it asks for.
local function serve(self, request)
  self.loop.await(self.core, request)
  while self.asks do
    local state = request:state()
    if state == "token" then
      give_token(self, request)
    elseif state == "permit" then
      give_permit(self, request)
    else
      return
    end
    self.loop.await(self.core, request)
  end
end

local function await(self, request)
  serve(self, request)
  if self.permits then
    self.permits:done(request)
  end
end

-- The same for a request that several coroutines may share.
local function await_alone(self, request)
  if self.waiting[request] then
    error("this request is waited for already: a page or an iterator is for one coroutine at a time", 0)
  end
  self.waiting[request] = true
  await(self, request)
  self.waiting[request] = nil
end

---Raises at the line of the program if the client is closed.
function transport:need_open()
  if self.closed then
    require "klaviyo.model.blame" "client is closed"
  end
end

-- Raises if the client is closed; returns an error if the host cannot wait here.
local function check_place(self)
  self:need_open()
  local why = self.loop.check()
  return why and errors.new { kind = "place", message = why }
end

-- Keeps what a response says of the rate limit of its operation.
local function note_limit(self, bucket, request)
  local limit, remaining, reset = request:reported()
  if remaining then
    local kept = self.reported[bucket] or {}
    kept.limit, kept.remaining, kept.reset, kept.at = limit, remaining, reset, core.now()
    self.reported[bucket] = kept
  end
end

---The present by the clock of the service, as its last response said; by the machine's until there was one.
---@return integer  epoch seconds
function transport:now()
  local text, came
  if not self.closed then
    text, came = self.core:date()
  end
  local date = text and require("klaviyo.model.time").http(text)
  if date then
    self.date, self.dated = date, came
  end
  return self.date and math.floor(self.date + (core.now() - self.dated)) or os.time()
end

---Sends one request and waits for its end.
---@param spec table    what klaviyo.core's client:submit takes
---@param about? { urgent: boolean|nil, writes: boolean|nil }  for its permits: whether it goes before others, and
---                          whether it needs a lease; by default what is no GET does
---@return integer|nil status
---@return any document_or_error  the document (nil for an empty response, a string for spec.raw), or a klaviyo.error
---@return userdata|nil request   for its headers and timing
function transport:perform(spec, about)
  local misplaced = check_place(self)
  if misplaced then
    return nil, misplaced
  end
  local request, rejected = self.core:submit(spec)
  if not request then
    return nil, errors.from_core(rejected)
  elseif self.on_submit then
    self.on_submit(request:id())
  end
  if self.permits then
    self.about[request] = about or { writes = (spec.method or "GET") ~= "GET" }
  end
  await(self, request)
  if spec.budget then
    note_limit(self, spec.budget.bucket, request)
  end
  idle.note(self.core)
  local status, result = request:result()
  if not status then
    return nil, revisions.explain(failure(self, request, result), spec.revision or self.revision), request
  end
  local chosen = sparse_fields.types(spec.target)
  if chosen then
    sparse_fields.keep(result, chosen)
  end
  return status, result, request
end

---Begins to read a list page by page, see `next_document`.
---@param spec table
---@param prefetch boolean  have the next page on its way while this one is read
---@return userdata pages
function transport:pages(spec, prefetch)
  self:need_open()
  local pages = self.core:pages(spec, prefetch)
  self.paged[pages], self.buckets[pages] = spec.revision, spec.budget and spec.budget.bucket
  sparse_fields.keep(pages, sparse_fields.types(spec.target))
  return pages
end

---The next page.
---@param pages userdata
---@param is_last? boolean  whether no page is wanted after it: then none is requested ahead
---@return userdata|nil document  nil alone at the end
---@return klaviyo.error|nil err   it can be requested again
function transport:next_document(pages, is_last)
  local misplaced = check_place(self)
  if misplaced then
    return nil, misplaced
  end
  local request, rejected = pages:request()
  if not request then
    return nil, rejected and errors.from_core(rejected)
  end
  await_alone(self, request)
  local status, result = pages:take(not is_last)
  if self.buckets[pages] then
    note_limit(self, self.buckets[pages], request)
  end
  request:close()
  idle.note(self.core)
  self.loop.submitted(self.core) -- the next page, if it is to come early
  if not status then
    return nil, revisions.explain(failure(self, request, result), self.paged[pages] or self.revision)
  elseif result == nil then
    return nil, errors.new { kind = "json", status = status, message = "a page of the list has no body" }
  end
  sparse_fields.keep(result, sparse_fields.kept(pages))
  return result
end

function transport:close()
  self.closed = true
  idle.forget(self.core)
  if self.permits then
    self.permits:close(self.core)
  end
  self.core:close()
  self.loop.closed(self.core)
end

local new = {}

---@param config table   what klaviyo.core's client takes
---@param loop table
---@param token_source? function
---@param permits? table  see klaviyo.transport
---@return klaviyo.transport|nil
---@return string|nil message
function new.transport(config, loop, token_source, permits)
  local client, rejected = core.client(config)
  if not client then
    return nil, rejected.message
  end
  idle.note(client)
  return setmetatable({ core = client, loop = loop, token_source = token_source, permits = permits,
    about = setmetatable({}, { __mode = "k" }), refusals = setmetatable({}, { __mode = "k" }),
    asks = token_source ~= nil or permits ~= nil, revision = config.revision or revisions.default,
    reported = {}, buckets = setmetatable({}, { __mode = "k" }),
    paged = setmetatable({}, { __mode = "k" }), waiting = setmetatable({}, { __mode = "k" }) }, transport)
end

return new
