-- SPDX-License-Identifier: MIT
--- Lists, page by page: what `list`, `each` and related lists stand on.

local callback = require "klaviyo.model.callback"
local errors = require "klaviyo.model.error"
local graphs = require "klaviyo.objects.identity_map"
local options_of = require "klaviyo.model.options"
local verbs = require "klaviyo.calls.crud"

local walk = {}

-- Options of the walk itself: of one object after the other, and of all at once.
local EACH = { limit = true, prefetch = true }
local ALL = { limit = true, prefetch = true, ids = true }

local function check_options(options)
  options_of.need_table(options)
  local limit, prefetch = options.limit, options.prefetch
  if limit ~= nil and (type(limit) ~= "number" or limit < 0 or limit % 1 ~= 0) then
    error(("limit is a whole number, 0 or more, got %s"):format(tostring(limit)), 4)
  elseif prefetch ~= nil and type(prefetch) ~= "boolean" then
    error(("prefetch is a boolean, got %s"):format(type(prefetch)), 4)
  end
end

-- Begins; a small limit asks for no more than it needs.
local function begin(client, operation, asked, options)
  local limit, page_size = options.limit, tonumber(asked.query.page_size) or 100
  return client._dispatch:pages(operation, asked, options.prefetch ~= false and (not limit or limit > page_size))
end

-- The objects of a page, `most` at most.
local function objects_of(graph, document, most)
  local list = document:find(0, "data")
  if not list or document:type(list) ~= "array" then
    return {}
  end
  local objects = graph:adopt_all(document, list)
  for i = #objects, most + 1, -1 do
    objects[i] = nil
  end
  return objects
end

---Iterates over the objects of a list. A failure in the middle raises its klaviyo.error: a loop that ended without a
---word would pass for a complete one.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options? table   of the query, and limit, prefetch
---@return fun(): klaviyo.object|nil
function walk.each(client, operation, ids, options)
  options = options or {}
  check_options(options)
  -- An iterator has no deadline over all: the loop that it is in may take its time.
  local query, call = verbs.split(options, EACH)
  local asked = { ids = ids, query = query, options = call, own = EACH }
  -- A table and not upvalues: in its generational mode Lua 5.4 takes whatever is put into an old upvalue for old, and
  -- so would keep page after page.
  local state = { objects = {}, at = 0, left = options.limit or math.huge }

  -- The objects of the next page; nil at the end.
  local function next_objects()
    local document, err
    if state.pages then
      document, err = client._dispatch:next_document(state.pages)
    else
      state.pages, document = begin(client, operation, asked, options)
      err = not state.pages and document
    end
    if err then
      error(err, 0)
    end
    return document and objects_of(graphs.new(client, document), document, state.left)
  end

  return function()
    local at = state.at + 1
    local object = state.objects[at]
    while not object and state.left > 0 do
      state.objects = {}
      local objects = next_objects()
      if not objects then
        state.left = 0
        return nil
      end
      state.objects, state.left = objects, state.left - #objects
      at, object = 1, objects[1]
    end
    state.at = at
    return object
  end
end

---All of a list at once: objects, or ids alone.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options? table
---@param graph? klaviyo.identity_map  where the objects belong; their own otherwise
---@return table|nil
---@return klaviyo.error|nil
function walk.all(client, operation, ids, options, graph)
  options = options or {}
  check_options(options)
  local query, call = verbs.begin(client, options, ALL)
  local pages, document = begin(client, operation, { ids = ids, query = query, options = call, own = ALL }, options)
  if not pages then
    return nil, document
  end
  local out, left = {}, options.limit or math.huge
  local own = graph or graphs.new(client)
  while document and left > 0 do
    own:add(document)
    local list = document:find(0, "data")
    local node = list and document:type(list) == "array" and document:next(list) or nil
    while node and left > 0 do
      out[#out + 1] = options.ids and document:get(node, "id") or own:adopt(document, node)
      left = left - 1
      node = document:next(list, node)
    end
    local err
    if left > 0 then
      document, err = client._dispatch:next_document(pages)
    end
    if err then
      return nil, err
    end
  end
  return out
end

-- One page ------------------------------------------------------------------------------------------------------------

---@class klaviyo.page
---@field data klaviyo.object[]   the objects of this page
---@field has_next boolean
---@field has_prev boolean
---@field raw table               the decoded answer
local page = {}
local page_mt = { __name = "klaviyo.page" }

function page_mt:__index(name)
  if name == "raw" then
    return self._document:decode(0)
  end
  return page[name]
end

local function make_page(client, document, call)
  local data = objects_of(graphs.new(client, document), document, math.huge)
  local function link(name)
    local url = document:get(0, "links." .. name)
    return type(url) == "string" and url or nil
  end
  return setmetatable({
    data = data, has_next = link "next" ~= nil, has_prev = link "prev" ~= nil,
    _client = client, _document = document, _call = call, _next = link "next", _prev = link "prev",
  }, page_mt)
end

local function follow(self, url)
  if not url then
    return nil
  end
  local spec = { target = url }
  for name, value in pairs(self._call.spec) do
    spec[name] = name == "target" and url or value
  end
  local status, document = self._client._dispatch.transport:perform(spec)
  if not status then
    return nil, document
  end
  return make_page(self._client, document, self._call)
end

---The page after this one.
---@return klaviyo.page|nil  nil alone: there is none
---@return klaviyo.error|nil
function page:next()
  return follow(self, self._next)
end

---The page before this one.
---@return klaviyo.page|nil
---@return klaviyo.error|nil
function page:prev()
  return follow(self, self._prev)
end

---The objects of this page, for a loop.
---@return fun(): klaviyo.object|nil
function page:items()
  local i = 0
  return function()
    i = i + 1
    return self.data[i]
  end
end

callback.extend(page, { items = true })

---One page of a list.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options? table
---@return klaviyo.page|nil
---@return klaviyo.error|nil
function walk.page(client, operation, ids, options)
  local query, call_options = verbs.split(options)
  local answer, err = client._dispatch:call(operation, { ids = ids, query = query, options = call_options })
  if not answer then
    return nil, err
  elseif not answer.document then
    return nil, errors.new { kind = "json", message = operation .. " was answered without a body" }
  end
  return make_page(client, answer.document, answer)
end

return walk
