-- SPDX-License-Identifier: MIT
--- Dispatches an operation: path, query and body in the right dialect, the budget that it counts against, and the
--- same call once more in the other dialect where the service turned out to speak that one.

local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local events = require "klaviyo.model.events"
local json = require "klaviyo.model.json"
local negotiate = require "klaviyo.wire.dialect.negotiate"
local operations = require "klaviyo.wire.operations"
local revisions = require "klaviyo.model.revisions"

-- Loaded on use: a first request should not wait for what it does not need.
local function query()
  return require "klaviyo.wire.query"
end

local function problems_error(problems, id)
  return require("klaviyo.model.problems").error(problems, operations.request(id))
end

---@class klaviyo.dispatch
---@field transport klaviyo.transport
---@field revision string
---@field negotiation klaviyo.negotiation
---@field limits table|false
---@field prepared table<string, table<string, klaviyo.prepared>>  by revision and operation
---@field daily table<string, number[]>  see daily.lua
---@field validate boolean
local dispatch = {}
dispatch.__index = dispatch

---What all calls of an operation at a revision have in common.
---@class klaviyo.prepared
---@field id string
---@field operation klaviyo.operation
---@field revision string    that its requests name
---@field guide boolean      whether that dialect has it
---@field openapi boolean    whether that dialect has it
---@field budget table|nil   that its requests count against; nil: they count against none
---@field counted table|nil  the same for requests with additional fields, where these have a limit of their own
---@field daily integer|nil  requests a day, if there is such a limit
---@field about { urgent: boolean|nil, writes: boolean }  for the permits of its requests
---@field urgent { urgent: boolean, writes: boolean }  the same for those that go before others

---@class klaviyo.call
---@field ids? string                   for the path
---@field query? klaviyo.query.options
---@field method_options? table<string, boolean>  options that the method reads itself, for messages
---@field body? fun(d: klaviyo.dialect): table   makes the body in a dialect
---@field problems_in? fun(name: string, revision: string): table[]|nil  problems of the input in a dialect
---@field resource? string              what is written, for pointers
---@field model? table                  what is written, for pointers
---@field not_idempotent? boolean       a repeat would change something
---@field options? table                of this call: revision, timeout, attempt_timeout, max_attempts, validate

---@class klaviyo.wire.response
---@field document userdata|nil
---@field status integer
---@field request userdata
---@field spec table  what the core was asked to send

local NOTHING = {} -- options of a call that has none

---The dialect to begin with, and whether the other may be tried.
---@param revision string
---@return "guide"|"openapi" name
---@return boolean open
function dispatch:dialect(revision)
  return self.negotiation:dialect(revision)
end

---The rate of an operation: the one given to the client, or the one of the published specs.
---@param id string
---@param revision string
---@return table rate
function dispatch:rate(id, revision)
  local limits = self.limits
  return limits and limits[id] or operations.limit(id, revision)
end

---The budget that a request counts against, as the core takes it.
---@param bucket string
---@param rate table
---@param urgent? boolean  whether it takes the whole burst at once
---@return table
function dispatch:budget(bucket, rate, urgent)
  local scale = self.limits and self.limits.scale or 1
  return { bucket = bucket, urgent = urgent, burst = rate.burst or rate[1], steady = rate.steady or rate[2],
    burst_window = scale, steady_window = 60 * scale }
end

-- Whether an operation may change something, so that a lease is needed for it.
local function writes(operation)
  return operation.method ~= "GET" and not operation.asks
end

local function prepare(self, id, revision)
  local operation = operations.get(id)
  if operation.beside then
    revision = revisions.companion(revision)
  end
  return {
    id = id, operation = operation, revision = revision,
    guide = operations.available(operation, "guide", revision),
    openapi = operation.beside or operations.available(operation, "openapi", revision),
    budget = self.limits ~= false and self:budget(id, self:rate(id, revision), operation.urgent) or nil,
    counted = self.limits ~= false and operation.rate_with_additional
      and self:budget(operations.with_additional(id), operation.rate_with_additional) or nil,
    daily = self.limits ~= false and self:rate(id, revision).daily or nil,
    about = { urgent = operation.urgent, writes = writes(operation) },
    urgent = { urgent = true, writes = writes(operation) },
  }
end

-- An operation at a revision that `negotiation` knows: prepared by the first call of it.
local function prepared_for(self, id, revision)
  local of_revision = self.prepared[revision]
  if not of_revision then
    of_revision = {}
    self.prepared[revision] = of_revision
  end
  local prepared = of_revision[id]
  if not prepared then
    prepared = prepare(self, id, revision)
    of_revision[id] = prepared
  end
  return prepared
end

---The path of an operation. An id becomes one segment: a slash in it is escaped.
---@param operation klaviyo.operation
---@param id? string
---@return string
function dispatch.path(operation, id)
  if not operation.after then
    return operation.before
  elseif type(id) ~= "string" or id == "" or id == "." or id == ".." then
    error(("%s: the id is a string and not empty, found %s"):format(operation.path,
      require("klaviyo.model.suggest").show(id)), 2)
  end
  return operation.before .. core.escape(id) .. operation.after
end

-- Why an operation cannot be performed in a dialect that does not have it.
local function unavailable(prepared, name)
  local operation = prepared.operation
  local since = operation[name] and revisions.since("operations", operation.id)
  local reason = since and revisions.hint(since) or operation.instead
    or ("only the %s dialect has it"):format(negotiate.other[name])
  return errors.new { kind = "validation", message = ("revision %s has no request to %s in the %s dialect; %s"):format(
    prepared.revision, operation.purpose, name, reason) }
end

-- The target of a request: path and query.
local function target_of(prepared, call, name)
  local path = dispatch.path(prepared.operation, call.ids)
  if not prepared[name] then
    return nil, unavailable(prepared, name)
  elseif not call.query or next(call.query) == nil then
    return path
  end
  local params, problems = query().build(prepared.id, name, call.query, prepared.revision, call.method_options)
  if not params then
    return nil, problems_error(problems, prepared.id)
  end
  return #params > 0 and path .. "?" .. query().encode(params) or path
end

-- The request for an operation, as the core takes it.
---@param prepared klaviyo.prepared
---@param call klaviyo.call
---@param name "guide"|"openapi"
---@return table|nil spec
---@return klaviyo.error|nil err
local function make_spec(self, prepared, call, name)
  local target, problem = target_of(prepared, call, name)
  if not target then
    return nil, problem
  end
  local spec = { method = prepared.operation.method, target = target, once = call.not_idempotent,
    budget = prepared.counted and call.query and call.query.additional_fields and prepared.counted or prepared.budget }
  local options = call.options
  if options then
    spec.timeout, spec.deadline, spec.attempt_timeout = options.timeout, options.deadline, options.attempt_timeout
    spec.max_attempts, spec.repeat_on_guess = options.max_attempts, options.repeat_on_guess
  end
  if prepared.revision ~= self.revision then
    spec.revision = prepared.revision
  end
  if call.body then
    local model = call.body(dialect.get(name))
    local body, message = json.encode(model, core.is_plain(model))
    if not body then
      return nil, errors.new { kind = "validation", message = message }
    end
    spec.body = body
  end
  return spec
end

-- Adds to each error of a response the place of its field in the caller's own table.
local function locate(err, call, name)
  for _, item in ipairs(err and err.errors or {}) do
    local source = type(item.source) == "table" and item.source or {}
    if call.resource and type(source.pointer) == "string" then
      item.path = dialect.get(name).path(call.resource, source.pointer, call.model)
    end
  end
  return err
end

-- Adds to the refusal of a request what the credential must have been granted for it.
local function with_scopes(err, operation)
  if err and err.kind == "forbidden" then
    err.scopes = {}
    for i, scope in ipairs(operation.scopes) do
      err.scopes[i] = scope
    end
  end
  return err
end

local function perform(self, prepared, call, name)
  local spec, problem = make_spec(self, prepared, call, name)
  if not spec then
    return nil, problem
  end
  local spent = prepared.daily and require("klaviyo.wire.daily").count(self.daily, prepared.id, prepared.daily,
    self.limits and self.limits.scale or 1)
  if spent then
    return nil, spent
  end
  local options = call.options or NOTHING
  local before_send = options.before_send
  if before_send then
    before_send()
  end
  local status, result, request = self.transport:perform(spec, options.urgent and prepared.urgent or prepared.about)
  if not status then
    return nil, with_scopes(locate(result, call, name), prepared.operation), request
  end
  return { status = status, document = result, request = request, spec = spec }
end

-- Whether only the other dialect has the operation, or can express its query.
local function is_of_other(prepared, call, name, other)
  if not prepared[name] then
    return prepared[other]
  elseif not prepared[other] then
    return false
  end
  local options, id, revision = call.query, prepared.id, prepared.revision
  return options and next(options) ~= nil and query().build(id, name, options, revision) == nil
    and query().build(id, other, options, revision) ~= nil
end

-- The operation of a call, the dialect to begin with, and whether the other may be tried.
local function begin(self, id, call, revision)
  local name, open = self.negotiation:dialect(revision)
  local prepared = prepared_for(self, id, revision)
  if prepared.operation.beside then
    return prepared, "openapi", false
  elseif open and (call.query or not (prepared.guide and prepared.openapi))
    and is_of_other(prepared, call, name, negotiate.other[name]) then
    return prepared, negotiate.other[name], open
  end
  return prepared, name, open
end

-- The problems of a call's input in a dialect; nil if there are none, or if validation is switched off.
local function problems_in(self, call, name, revision)
  local wanted = (call.options or NOTHING).validate
  if wanted == nil then
    wanted = self.validate
  end
  local problems = wanted and call.problems_in and call.problems_in(name, revision) or nil
  return problems and dialect.add_pointers(problems, name, call.resource, call.model)
end

-- The dialect of the call: the first one, unless only the other has all the fields that are given.
local function choose(self, id, call, revision)
  local prepared, name, open = begin(self, id, call, revision)
  if not call.problems_in then
    return prepared, name, open
  end
  local problems, other = problems_in(self, call, name, revision), negotiate.other[name]
  if problems and open and require("klaviyo.model.problems").elsewhere(problems)
    and not call.problems_in(other, revision) then
    return prepared, other, open
  end
  return prepared, name, open, problems
end

-- Options of a call of which so many attempts have been made. A call in the other dialect gets one in any case.
local function after_attempts(options, attempts)
  if not (options and options.max_attempts) then
    return options
  end
  local copy = {}
  for name, value in pairs(options) do
    copy[name] = value
  end
  copy.max_attempts = math.max(1, options.max_attempts - attempts)
  return copy
end

-- The same call in the other dialect, unless its input is invalid there.
local function perform_other(self, prepared, call, name, revision, attempts)
  local problems = problems_in(self, call, name, revision)
  if problems then
    return nil, problems_error(problems, prepared.id)
  end
  local options = call.options
  call.options = after_attempts(options, attempts)
  local response, err, request = perform(self, prepared, call, name)
  call.options = options
  if err and err.attempts then
    err.attempts = err.attempts + attempts
  end
  return response, err, request
end

-- The error to return of two: what an attempt of either may have done is not undone by how the other ended.
local function with_outcome(err, first, second)
  err.outcome = (second.outcome == "happened" or first.outcome == "none") and second.outcome or first.outcome
  return err
end

---Why the input of a call would be refused before it is sent; nil if it would not.
---@param id string
---@param call klaviyo.call
---@return klaviyo.error|nil
function dispatch:refusal(id, call)
  local _, _, _, problems = choose(self, id, call, (call.options or NOTHING).revision or self.revision)
  return problems and problems_error(problems, id)
end

---Performs an operation.
---@param id string
---@param call klaviyo.call
---@return klaviyo.wire.response|nil
---@return klaviyo.error|nil err
---@return userdata|nil request
function dispatch:call(id, call)
  local revision = (call.options or NOTHING).revision or self.revision
  local prepared, name, open, problems = choose(self, id, call, revision)
  if problems then
    return nil, problems_error(problems, id)
  end
  local response, err, request = perform(self, prepared, call, name)
  if not response and open and negotiate.differs(id, call.resource, err) then
    -- A 400 persisted nothing: the same call may go out once more in the other dialect.
    local other = negotiate.other[name]
    local second, second_err, second_request = perform_other(self, prepared, call, other, revision,
      err.attempts or 1)
    if second then
      self.negotiation:learn(revision, other, "an error in the other dialect")
      response = second
    elseif second_err.kind == "bad_request" or second_err.kind == "validation" then
      err = with_outcome(negotiate.explain(id, call.resource, err, other, second_err), err, second_err)
    else
      err, request = with_outcome(second_err, err, second_err), second_request
    end
  end
  if open and response and response.document then
    self.negotiation:observe(revision, response.document)
  end
  return response, err, request
end

-- The first page of a list in one dialect.
local function first_page(self, prepared, call, name, prefetch)
  local spec, problem = make_spec(self, prepared, call, name)
  if not spec then
    return nil, problem
  end
  local pages = self.transport:pages(spec, prefetch)
  local document, err = self.transport:next_document(pages)
  if not document then
    return nil, with_scopes(err, prepared.operation) or errors.new { kind = "json",
      message = ("the response to the request to %s has no body"):format(prepared.operation.purpose) }
  end
  return pages, document
end

---Begins to read a list page by page.
---@param id string
---@param call klaviyo.call
---@param prefetch boolean  have the next page on its way while this one is read
---@return userdata|nil pages
---@return userdata|klaviyo.error first_document_or_error
function dispatch:pages(id, call, prefetch)
  local revision = (call.options or NOTHING).revision or self.revision
  local prepared, name, open = begin(self, id, call, revision)
  local pages, first = first_page(self, prepared, call, name, prefetch)
  if not pages and open and negotiate.differs(id, call.resource, first) then
    local other = negotiate.other[name]
    local second, document = first_page(self, prepared, call, other, prefetch)
    if second then
      self.negotiation:learn(revision, other, "an error in the other dialect")
      pages, first = second, document
    else
      first = negotiate.explain(id, call.resource, first, other, document)
    end
  end
  if pages and open then
    self.negotiation:observe(revision, first)
  end
  return pages, first
end

---The next page of a list.
---@param pages userdata
---@param is_last? boolean  whether no page is wanted after it
---@return userdata|nil document  nil alone at the end
---@return klaviyo.error|nil err
function dispatch:next_document(pages, is_last)
  return self.transport:next_document(pages, is_last)
end

local new = { path = dispatch.path }

---@param fields { transport: klaviyo.transport, revision: string, dialect: string?, limits: table|false|nil,
---  validate: boolean }
---@return klaviyo.dispatch
function new.new(fields)
  local transport = fields.transport
  return setmetatable({
    transport = transport, revision = fields.revision, limits = fields.limits, validate = fields.validate,
    prepared = {}, daily = {},
    negotiation = negotiate.new(fields.dialect, function(event)
      events.emit(transport.core, event)
    end),
  }, dispatch)
end

return new
