-- SPDX-License-Identifier: MIT
--- Which dialect a client speaks: the pinned one, the one of its revision, or, where two published specs describe one
--- revision, the one that the service's responses show. Nothing here sends anything.

local dialect = require "klaviyo.wire.dialect"
local revisions = require "klaviyo.model.revisions"

---@class klaviyo.negotiation
---@field pinned "guide"|"openapi"|nil
---@field learned table<string, "guide"|"openapi">  by revision
---@field known table<string, klaviyo.revision>     revisions that were looked up before
---@field report fun(event: klaviyo.event)
local negotiation = {}
negotiation.__index = negotiation

local negotiate = {}

---The other of the two.
---@type table<string, "guide"|"openapi">
negotiate.other = { guide = "openapi", openapi = "guide" }

---@param revision string
---@return klaviyo.revision  raises a message without a place for a revision that cannot be one
function negotiation:revision(revision)
  local row = self.known[revision]
  if not row then
    local message
    row, message = revisions.find(revision)
    if not row then
      error(message, 0)
    end
    self.known[revision] = row
    if message then
      self.report { type = "revision", revision = revision, taken_as = row.name, why = message }
    end
  end
  return row
end

---The dialect to begin with, and whether the other may be tried.
---@param revision string
---@return "guide"|"openapi" name
---@return boolean open
function negotiation:dialect(revision)
  local spoken = (self.known[revision] or self:revision(revision)).dialect
  local name = self.pinned or self.learned[revision] or spoken
  if name ~= "auto" then
    return name, false
  end
  return "guide", true
end

---Keeps what the service was found to speak, for a revision where that was open.
---@param revision string
---@param name "guide"|"openapi"
---@param why string
function negotiation:learn(revision, name, why)
  if not self.learned[revision] then
    self.learned[revision] = name
    self.report { type = "dialect", dialect = name, revision = revision, why = why }
  end
end

-- The dialect of the first of each type among the included resources that shows one.
local function dialect_of_included(document)
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

---Learns from the shape of a response: of its resource, or the first in its list. A campaign looks the same in both;
---what it includes may not.
---@param revision string
---@param document userdata
function negotiation:observe(revision, document)
  local node, kind = document:primary()
  if kind == "array" then
    node = document:next(node)
  end
  local name = node and dialect.detect(document, node) or dialect_of_included(document)
  if name then
    self:learn(revision, name, "the shape of a response")
  end
end

---Whether an error may come from having spoken the wrong dialect: a 400 that points at a place where the two differ.
---@param operation_id string
---@param resource? string  what was written
---@param err klaviyo.error|nil
---@return boolean
function negotiate.differs(operation_id, resource, err)
  if not err or err.kind ~= "bad_request" then
    return false
  end
  for _, item in ipairs(err.errors or {}) do
    local source = type(item.source) == "table" and item.source or {}
    if type(source.pointer) == "string" and dialect.differs_at(source.pointer, resource) then
      return true
    elseif type(source.parameter) == "string" and dialect.parameter_differs(operation_id, source.parameter) then
      return true
    end
  end
  return false
end

---Of the errors of the two dialects, the one to return. Where the other dialect cannot express the request, its
---reason is added; where the service had nothing to say against the other dialect itself, its second error counts.
---@param operation_id string
---@param resource? string
---@param err klaviyo.error   of the first dialect
---@param name string         the other one
---@param second klaviyo.error
---@return klaviyo.error
function negotiate.explain(operation_id, resource, err, name, second)
  if second.kind == "validation" then
    err.message = ("%s; and in the %s dialect: %s"):format(err.message, name, second.message)
  elseif second.kind == "bad_request" and not negotiate.differs(operation_id, resource, second) then
    return second
  end
  return err
end

---@param pinned "auto"|"guide"|"openapi"|nil
---@param report fun(event: klaviyo.event)
---@return klaviyo.negotiation
function negotiate.new(pinned, report)
  return setmetatable({ pinned = pinned ~= "auto" and pinned or nil, learned = {}, known = {}, report = report },
    negotiation)
end

return negotiate
