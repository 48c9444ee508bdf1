-- SPDX-License-Identifier: MIT
--- A helper of busted (`make conformance`): every request that the specs make of a sandbox in the openapi dialect is
--- held against the vendor's file that KLAVIYO_OPENAPI names, and so is every answer. Violations fail the run. It also
--- prints where the library's tables and the file differ, which fails nothing: a revision may bring more than we have.
---
--- What the service refused is left out: specs write wrong things on purpose.

local busted = require "busted"
local differences = require "spec.support.differences"
local json = require "klaviyo.model.json"
local openapi = require "spec.support.openapi"
local sandboxes = require "klaviyo.sandbox"
local schema = require "spec.support.schema"
local script = require "spec.support.script"
local transports = require "klaviyo.wire.transport"

local file = assert(openapi.load(), "KLAVIYO_OPENAPI names no OpenAPI file")
local operations = openapi.operations(file)
local revision = file.info.version
if openapi.has_campaigns(file) then
  require "spec.support.revisions".openapi = revision
end

-- Sandboxes that speak the file's dialect at the file's revision, by URL.
local known = {}
local counts = { requests = 0, bodies = 0, answers = 0 }
local seen = {}
local violations, order = {}, {}

local function violate(operation, message)
  local text = operation.method .. " " .. operation.path .. " " .. message:gsub("/%d+", "/*")
  if not violations[text] then
    order[#order + 1] = text
  end
  violations[text] = (violations[text] or 0) + 1
end

-- The operation of a request; literal paths before those with an id.
local function find(method, path)
  local found
  for _, operation in pairs(operations) do
    local pattern = "^" .. operation.path:gsub("%-", "%%-"):gsub("{%w+}", "[^/]+") .. "/?$"
    if operation.method == method and path:find(pattern) and not (found and operation.path:find "{") then
      found = operation
    end
  end
  return found
end

local function decode_name(name)
  return (name:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- Whether the answer was asked to be sparse: it lacks what the schemas require then.
local function check_query(operation, text)
  local names, sparse = {}, false
  for _, parameter in ipairs(operation.operation.parameters or {}) do
    names[parameter.name] = true
  end
  for pair in text:gmatch "[^&]+" do
    local name = decode_name(pair:match "^[^=]*")
    sparse = sparse or name:find "^fields" ~= nil
    if not names[name] then
      violate(operation, "has no query parameter " .. name)
    end
  end
  return sparse
end

local function check_body(operation, text)
  local body = operation.operation.requestBody
  local rule = body and body.content["application/vnd.api+json"].schema
  if not rule then
    return violate(operation, "takes no body")
  end
  counts.bodies = counts.bodies + 1
  for _, fault in ipairs(schema.check(file, rule, json.decode(text))) do
    violate(operation, "request " .. fault)
  end
end

local function check_answer(operation, status, document, sparse)
  local response = operation.operation.responses[tostring(status)]
  if not response then
    return violate(operation, "is not answered with " .. status)
  end
  local content = response.content and response.content["application/vnd.api+json"]
  counts.answers = counts.answers + 1
  for _, fault in ipairs(content and schema.check(file, content.schema, document:decode(0)) or {}) do
    if not (sparse and fault:find "is required$") then
      violate(operation, "answer " .. fault)
    end
  end
end

local altered = {} -- the origins of sandboxes with such a fault, see watch_faults

-- One call that was answered as wished.
local function check(spec, status, document, is_altered)
  local path, text = spec.target:gsub("^%a+://[^/]+", ""):match "^([^?]*)%??(.*)$"
  local operation = find(spec.method or "GET", path)
  if not operation then
    return -- a path of somebody's own
  end
  counts.requests = counts.requests + 1
  seen[operation] = true
  local sparse = check_query(operation, text)
  if spec.body then
    check_body(operation, spec.body)
  end
  if not is_altered and (type(document) == "userdata" or document == nil) then
    check_answer(operation, status, document, sparse)
  end
end

local SELF, LIBRARY = debug.getinfo(1, "S").source, "@lua/klaviyo/"

local function is_between(info)
  return info.source == SELF or info.source:sub(1, #LIBRARY) == LIBRARY or info.what == "C" or info.what == "tail"
end

local function give(ok, ...)
  if ok then
    return ...
  end
  local message, here = tostring((...)):gsub("^%S*conformance%.lua:%d+: ", "")
  local level = 2
  local info = debug.getinfo(level, "S")
  while here > 0 and info and is_between(info) do
    level = level + 1
    info = debug.getinfo(level, "S")
  end
  error(here > 0 and message or ..., here > 0 and level or 0)
end

-- Calls a method. The library raises mistakes at the first line outside of it, which would be one of this file: they
-- name the next one instead.
local function through(method, ...)
  return give(pcall(method, ...))
end

local function observe(transport, config)
  local own = config.revision
  local perform, pages, next_document = transport.perform, transport.pages, transport.next_document
  local walks = setmetatable({}, { __mode = "k" })
  local function counts_for(spec)
    return known[config.base_url] and (spec.revision or own) == revision
  end
  function transport:perform(spec, ...)
    local status, document, request = through(perform, self, spec, ...)
    if status and counts_for(spec) then
      check(spec, status, document, altered[config.base_url])
    end
    return status, document, request
  end
  function transport:pages(spec, prefetch)
    local walk = through(pages, self, spec, prefetch)
    walks[walk] = spec
    return walk
  end
  function transport:next_document(walk, is_last)
    local document, err = through(next_document, self, walk, is_last)
    if document and walks[walk] and counts_for(walks[walk]) then
      check(walks[walk], 200, document, altered[config.base_url])
    end
    return document, err
  end
  return transport
end

local transport_of = transports.transport
function transports.transport(config, ...)
  local transport, message = transport_of(config, ...)
  return transport and observe(transport, config), message
end

-- Notes faults that give answers of a spec's own, or break them: until they are cleared, answers are not the sandbox's.
local wrapped = {}
local function watch_faults(sandbox)
  local mt = debug.getmetatable(sandbox)
  if wrapped[mt] then
    return
  end
  wrapped[mt] = true
  local index = mt.__index
  function mt.__index(self, name)
    local method = index(self, name)
    if name == "fail" then
      return function(box, fault, ...)
        altered[box.url] = altered[box.url] or fault.body ~= nil or fault.broken ~= nil
        return method(box, fault, ...)
      end
    elseif name == "clear_faults" or name == "reset" then
      altered[self.url] = nil
    end
    return method
  end
end

local start = sandboxes.start
function sandboxes.start(options)
  local sandbox, err = start(options)
  if sandbox then -- it may have the port of one that spoke another dialect
    watch_faults(sandbox)
    known[sandbox.url] = revision >= "2026-07-15" or options and options.dialect == "openapi" or nil
  end
  return sandbox, err
end

-- So may a server that a spec wrote itself.
local serve = script.server
function script.server(...)
  local server = serve(...)
  known[server.url] = nil
  return server
end

busted.subscribe({ "suite", "end" }, function()
  local different = differences.find(file)
  for _, line in ipairs(different) do
    io.write("differs: ", line, "\n")
  end
  table.sort(order)
  local total = 0
  for _, text in ipairs(order) do
    total = total + violations[text]
    io.write(("%5d  %s\n"):format(violations[text], text))
  end
  local used, all, never = 0, 0, {}
  for id, operation in pairs(operations) do
    used, all = used + (seen[operation] and 1 or 0), all + 1
    never[#never + 1] = not seen[operation] and id or nil
  end
  table.sort(never)
  io.write(never[1] and ("no request was seen of: %s\n"):format(table.concat(never, ", ")) or "")
  io.write(("conformance with %s of the OpenAPI file: %d requests (%d with a body) of %d of %d operations, %d answers, "
    .. "%d violations, %d differences\n"):format(revision, counts.requests, counts.bodies, used, all, counts.answers,
    total, #different))
  -- of a file with campaigns, some operations are only called by programs, whose requests are not seen here
  local missing = counts.requests == 0 or never[1] and not openapi.has_campaigns(file)
  if total > 0 or missing then
    busted.publish({ "failure" }, { descriptor = "suite", name = "conformance", trace = false }, nil,
      total > 0 and total .. " violations" or "operations of which no request was seen", {})
  end
  return nil, true
end)
