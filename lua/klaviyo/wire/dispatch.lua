-- SPDX-License-Identifier: MIT
--- Calls of operations: path, query and body in the right dialect, the budget they count against, and what the client
--- learns about the dialect from the answers.

local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local errors = require "klaviyo.model.error"
local events = require "klaviyo.model.events"
local json = require "klaviyo.model.json"
local operations = require "klaviyo.wire.operations"
local revisions = require "klaviyo.model.revisions"

-- Loaded on use: a first request should not wait for what it does not need.
local function query()
  return require "klaviyo.wire.query"
end

local function problems_error(problems, id)
  return require("klaviyo.model.problems").error(problems, id)
end

---@class klaviyo.session
---@field transport klaviyo.transport
---@field revision string
---@field pinned "auto"|"guide"|"openapi"|nil
---@field learned table<string, "guide"|"openapi">  by revision
---@field claimed table<string, "guide"|"openapi"|"auto">  what the documents say, by revision
---@field limits table|false
---@field budgets table<string, table>  by operation, of the client's own revision
---@field validate boolean
local session = {}
session.__index = session

---@class klaviyo.call
---@field ids? string                   for the path
---@field query? klaviyo.query.options
---@field own? table<string, boolean>   options that the verb takes besides, for messages
---@field body? fun(d: klaviyo.dialect): table   makes the body in a dialect
---@field check? fun(name: string): table[]|nil  problems of the input in a dialect, before anything is sent
---@field resource? string              what is written, for pointers
---@field model? table                  what is written, for pointers
---@field once? boolean                 a repeat would change something
---@field options? table                of this call: revision, timeout, attempt_timeout, max_attempts, validate

---@class klaviyo.answer
---@field document userdata|nil
---@field status integer
---@field dialect "guide"|"openapi"
---@field request userdata
---@field spec table  what the core was asked to send

local NOTHING = {} -- options of a call that has none

---The dialect to begin with, and whether the other may be tried.
---@param revision string
---@return "guide"|"openapi" name
---@return boolean open
function session:dialect(revision)
  local pinned = self.pinned
  if pinned and pinned ~= "auto" then
    return pinned, false
  end
  local name = self.learned[revision]
  if name then
    return name, false
  end
  local claimed = self.claimed[revision]
  if not claimed then
    local message
    claimed, message = revisions.dialect(revision)
    self.claimed[revision] = claimed or error(message, 0)
  end
  if claimed ~= "auto" then
    return claimed, false
  end
  return "guide", true
end

local OTHER = { guide = "openapi", openapi = "guide" }

local function learn(self, revision, name, why)
  if not self.learned[revision] then
    self.learned[revision] = name
    events.emit(self.transport.core, { type = "dialect", dialect = name, revision = revision, why = why })
  end
end

-- The shape of the first of each type among what an answer includes.
local function shape_of_included(document)
  local list = document:find(0, "included")
  local node = list and document:type(list) == "array" and document:next(list)
  local seen = node and {}
  while node do
    local wire_type = document:get(node, "type")
    if wire_type and not seen[wire_type] then
      seen[wire_type] = true
      local name = dialect.detect(document, node)
      if name then
        return name
      end
    end
    node = document:next(list, node)
  end
end

-- Learns from the shape of whatever was read, while the dialect is open: of the resource, or of the first in a list; a
-- campaign alone does not tell, and what it includes may.
local function observe(self, revision, document)
  local node = document:find(0, "data")
  if node and document:type(node) == "array" then
    node = document:next(node)
  end
  local name = node and dialect.detect(document, node) or shape_of_included(document)
  if name then
    learn(self, revision, name, "the shape of an answer")
  end
end

---The rate of an operation: what the client was told, or what the documents say.
---@param id string
---@param revision string
---@return table rate
function session:rate(id, revision)
  local limits = self.limits
  return limits and limits[id] or operations.limit(id, revision)
end

---The budget that a request counts against, as the core takes it.
---@param bucket string
---@param rate table
---@return table
function session:budget(bucket, rate)
  local scale = self.limits and self.limits.scale or 1
  return { bucket = bucket, burst = rate.burst or rate[1], steady = rate.steady or rate[2], burst_window = scale,
    steady_window = 60 * scale }
end

-- That of an operation. It is made once, unless the call names a revision of its own.
local function budget_of(self, id, revision)
  if revision ~= self.revision then
    return self:budget(id, self:rate(id, revision))
  end
  local budget = self.budgets[id]
  if not budget then
    budget = self:budget(id, self:rate(id, revision))
    self.budgets[id] = budget
  end
  return budget
end

---The path of an operation, the id in it as one segment: a slash in an id stays in it.
---@param operation klaviyo.operation
---@param id? string
---@return string
function session.path(operation, id)
  if not operation.after then
    return operation.before
  elseif type(id) ~= "string" or id == "" or id == "." or id == ".." then
    error(("%s: the id is a string and not empty, found %s"):format(operation.path,
      require("klaviyo.model.suggest").show(id)), 2)
  end
  return operation.before .. core.escape(id) .. operation.after
end

---What the core is asked to send for an operation.
---@param id string
---@param call klaviyo.call
---@param name "guide"|"openapi"
---@return table|nil spec
---@return klaviyo.error|nil err
function session:spec(id, call, name)
  local operation, options = operations.get(id), call.options or NOTHING
  local revision = options.revision or self.revision
  local target = session.path(operation, call.ids)
  if not operation[name] then
    return nil, errors.new { kind = "validation",
      message = ("%s does not exist in the %s dialect of revision %s%s"):format(id, name, revision,
        operation.instead and "; " .. operation.instead or "") }
  end
  if call.query and next(call.query) ~= nil then
    local params, problems = query().build(id, name, call.query, revision, call.own)
    if not params then
      return nil, problems_error(problems, id)
    end
    if #params > 0 then
      target = target .. "?" .. query().encode(params)
    end
  end
  local spec = {
    method = operation.method, target = target, once = call.once, timeout = options.timeout,
    deadline = options.deadline, attempt_timeout = options.attempt_timeout, max_attempts = options.max_attempts,
  }
  if revision ~= self.revision then
    spec.revision = revision
  end
  if call.body then
    local model = call.body(dialect.get(name))
    local body, message = json.encode(model, core.is_plain(model))
    if not body then
      return nil, errors.new { kind = "validation", message = message }
    end
    spec.body = body
  end
  if self.limits ~= false then
    spec.budget = budget_of(self, id, revision)
  end
  return spec
end

-- Whether a refusal may come from having spoken the wrong dialect.
local function differs(id, call, err)
  if not err or err.kind ~= "bad_request" then
    return false
  end
  for _, item in ipairs(err.errors or {}) do
    local source = type(item.source) == "table" and item.source or {}
    if type(source.pointer) == "string" and dialect.differs_at(source.pointer, call.resource) then
      return true
    elseif type(source.parameter) == "string" and dialect.parameter_differs(id, source.parameter) then
      return true
    end
  end
  return false
end

-- Tells where in the caller's own table the fields of a refusal are.
local function locate(err, call, name)
  for _, item in ipairs(err and err.errors or {}) do
    local source = type(item.source) == "table" and item.source or {}
    if call.resource and type(source.pointer) == "string" then
      item.path = dialect.get(name).path(call.resource, source.pointer, call.model)
    end
  end
  return err
end

local function perform(self, id, call, name)
  local spec, refused = self:spec(id, call, name)
  if not spec then
    return nil, refused
  end
  local status, result, request = self.transport:perform(spec)
  if not status then
    return nil, locate(result, call, name), request
  end
  return { status = status, document = result, dialect = name, request = request, spec = spec }
end

-- Whether only the other dialect has the operation, or words for what is asked for.
local function is_of_other(id, call, name, other, revision)
  local operation, asked = operations.get(id), call.query
  if not (operation[name] and operation[other]) then
    return operation[other]
  end
  return asked and next(asked) ~= nil and query().build(id, name, asked, revision) == nil
    and query().build(id, other, asked, revision) ~= nil
end

-- The dialect to begin with, and whether the other may be tried.
local function first_dialect(self, id, call, revision)
  local name, open = self:dialect(revision)
  if open and is_of_other(id, call, name, OTHER[name], revision) then
    name = OTHER[name]
  end
  return name, open
end

-- What is wrong with the input of a call in a dialect; nil where nothing is, or nobody wants to know.
local function problems_in(self, call, name)
  if not call.check then
    return nil
  end
  local wanted = (call.options or NOTHING).validate
  if wanted == nil then
    wanted = self.validate
  end
  local problems = wanted and call.check(name) or nil
  return problems and dialect.add_pointers(problems, name, call.resource, call.model)
end

-- The dialect in which the call makes sense: the first one, unless only the other has a place for what is given.
local function choose(self, id, call, revision)
  local name, open = first_dialect(self, id, call, revision)
  local problems = problems_in(self, call, name)
  if problems and open and require("klaviyo.model.problems").elsewhere(problems) and not call.check(OTHER[name]) then
    return OTHER[name], open
  end
  return name, open, problems
end

-- Of two refusals, the one to tell. Where the other dialect has no words for what was asked, that belongs to what is
-- wrong; where the service had nothing to say against the other dialect itself, its second word counts.
local function explain(id, call, err, name, refused)
  if refused.kind == "validation" then
    err.message = ("%s; and in the %s dialect: %s"):format(err.message, name, refused.message)
  elseif refused.kind == "bad_request" and not differs(id, call, refused) then
    return refused
  end
  return err
end

-- The same call in the other dialect, unless that has no place for what is given.
local function perform_other(self, id, call, name)
  local problems = problems_in(self, call, name)
  if problems then
    return nil, problems_error(problems, id)
  end
  return perform(self, id, call, name)
end

---Performs an operation.
---@param id string
---@param call klaviyo.call
---@return klaviyo.answer|nil
---@return klaviyo.error|nil err
---@return userdata|nil request
function session:call(id, call)
  local revision = (call.options or NOTHING).revision or self.revision
  local name, open, problems = choose(self, id, call, revision)
  if problems then
    return nil, problems_error(problems, id)
  end
  local answer, err, request = perform(self, id, call, name)
  if not answer and open and differs(id, call, err) then
    -- A 400 persisted nothing: the same call may go out once more in the other dialect.
    local second, refused, latest = perform_other(self, id, call, OTHER[name])
    if second then
      learn(self, revision, OTHER[name], "a refusal in the other dialect")
      answer = second
    elseif refused.kind == "bad_request" or refused.kind == "validation" then
      err = explain(id, call, err, OTHER[name], refused)
    else
      err, request = refused, latest -- it may have happened
    end
  end
  if open and answer and answer.document then
    observe(self, revision, answer.document)
  end
  return answer, err, request
end

-- The first page of a walk in one dialect.
local function begin_walk(self, id, call, name, prefetch)
  local spec, refused = self:spec(id, call, name)
  if not spec then
    return nil, refused
  end
  local walk = self.transport:pages(spec, prefetch)
  local document, err = self.transport:next_document(walk)
  if not document then
    return nil, err or errors.new { kind = "json", message = id .. " was answered without a body" }
  end
  return walk, document
end

---Begins a walk over the pages of a list.
---@param id string
---@param call klaviyo.call
---@param prefetch boolean
---@return userdata|nil walk
---@return userdata|klaviyo.error first_document_or_error
function session:walk(id, call, prefetch)
  local revision = (call.options or NOTHING).revision or self.revision
  local name, open = first_dialect(self, id, call, revision)
  local walk, first = begin_walk(self, id, call, name, prefetch)
  if not walk and open and differs(id, call, first) then
    local second, document = begin_walk(self, id, call, OTHER[name], prefetch)
    if second then
      learn(self, revision, OTHER[name], "a refusal in the other dialect")
      walk, first = second, document
    else
      first = explain(id, call, first, OTHER[name], document)
    end
  end
  if walk and open then
    observe(self, revision, first)
  end
  return walk, first
end

---The next page of a walk.
---@param walk userdata
---@return userdata|nil document  nil alone at the end
---@return klaviyo.error|nil err
function session:next_document(walk)
  return self.transport:next_document(walk)
end

local new = { path = session.path }

---@param fields table
---@return klaviyo.session
function new.session(fields)
  fields.learned, fields.claimed, fields.budgets = {}, {}, {}
  return setmetatable(fields, session)
end

return new
