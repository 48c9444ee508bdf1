-- SPDX-License-Identifier: MIT
--- Lists, page by page: what `list`, `each` and related lists stand on.

local call_options = require "klaviyo.calls.call_options"
local callback = require "klaviyo.model.callback"
local errors = require "klaviyo.model.error"
local identity_maps = require "klaviyo.objects.identity_map"
local options_of = require "klaviyo.model.options"
local response = require "klaviyo.calls.response"

local pages = {}

-- Options of the list itself: of one object after the other, and of all at once.
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

local function page_size_of(query)
  return tonumber(query.page_size) or 100
end

-- Begins; a small limit asks for no more than it needs.
local function begin(client, operation, asked, options)
  local limit, page_size = options.limit, page_size_of(asked.query)
  return client._dispatch:pages(operation, asked, options.prefetch ~= false and (not limit or limit > page_size))
end

-- The objects of a page, `most` at most. A page that is no list of resources is an error: the rest of the list would
-- be missing.
local function objects_of(operation, identity_map, document, most)
  local list, err = response.list(operation, document)
  if not list then
    return nil, err
  end
  local objects = identity_map:adopt_all(document, list)
  if #objects ~= document:length(list) then
    return nil, response.odd_element(operation)
  end
  for i = #objects, most + 1, -1 do
    objects[i] = nil
  end
  return objects
end

---Reads a list page by page: returns a function that returns the objects of the next page, and where they belong; nil
---alone at the end; or nil and the error.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options table    of the query, and limit, prefetch
---@return fun(): klaviyo.object[]|nil, klaviyo.identity_map|klaviyo.error|nil
function pages.by_page(client, operation, ids, options)
  -- An iterator has no deadline over all: the loop that it is in may take its time.
  local query, call = call_options.split(options, EACH)
  local asked = { ids = ids, query = query, options = call, method_options = EACH }
  -- A table and not upvalues: in its generational mode Lua 5.4 takes whatever is put into an old upvalue for old, and
  -- so would keep page after page.
  local state = { remaining = options.limit or math.huge }
  return function()
    if state.remaining <= 0 then
      return nil
    end
    local document, err
    if state.pages then
      document, err = client._dispatch:next_document(state.pages, state.remaining <= page_size_of(query))
    else
      state.pages, document = begin(client, operation, asked, options)
      err = not state.pages and document
    end
    if err or not document then
      return nil, err or nil
    end
    local identity_map = identity_maps.new(client, document)
    local objects, odd = objects_of(operation, identity_map, document, state.remaining)
    if not objects then
      return nil, odd
    end
    state.remaining = state.remaining - #objects
    return objects, identity_map
  end
end

---Makes an iterator over objects of a function that returns lists of them. A failure raises its klaviyo.error: a loop
---that ended without a word would pass for a complete one.
---@param next_objects fun(): klaviyo.object[]|nil, any  nil alone at the end; nil and an error
---@return fun(): klaviyo.object|nil
function pages.flatten(next_objects)
  local state = { objects = {}, at = 0 } -- a table, as in by_page
  return function()
    local at = state.at + 1
    local object = state.objects[at]
    while not object and not state.ended do
      state.objects = {}
      local objects, err = next_objects()
      if not objects and err then
        error(err, 0)
      end
      state.ended = not objects
      state.objects = objects or {}
      at, object = 1, state.objects[1]
    end
    state.at = at
    return object
  end
end

pages.check_options = check_options

---Iterates over the objects of a list. A failure in the middle raises its klaviyo.error.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options? table   of the query, and limit, prefetch
---@return fun(): klaviyo.object|nil
function pages.each(client, operation, ids, options)
  options = options or {}
  check_options(options)
  return pages.flatten(pages.by_page(client, operation, ids, options))
end

---Hands what an iterator gives to a callback, one after the other, in the way of calls with a callback.
---@param loop klaviyo.loop
---@param iterator fun(): klaviyo.object|nil
---@param receive fun(one: klaviyo.object|nil, err: klaviyo.error|nil): boolean|nil
function pages.give(loop, iterator, receive)
  local function next_object()
    local ok, result = pcall(iterator)
    if ok then
      return result
    elseif errors.is(result) then
      return nil, result
    end
    error(result, 0)
  end
  -- The first of them as the result of a call, so that it comes once the method has returned, where calls wait outside
  -- of it. The others within a function of the loop: its `done` need not be able to wait.
  loop.spawn(next_object, function(one, err)
    if receive(one, err) == false or not one then
      return
    end
    loop.spawn(function()
      repeat
        one, err = next_object()
      until receive(one, err) == false or not one
    end, function() end)
  end)
end

-- Appends the objects of a page, or their ids alone. Returns how many more are wanted; nil, err for a page that is no
-- list of resources.
local function take(out, operation, identity_map, document, remaining, ids_alone)
  local list, err = response.list(operation, document)
  if not list then
    return nil, err
  end
  identity_map:add(document)
  local node = document:next(list)
  while node and remaining > 0 do
    local one
    if ids_alone then
      one = document:type(node) == "object" and document:get(node, "id")
    else
      one = identity_map:adopt(document, node)
    end
    if not one or (ids_alone and type(one) ~= "string") then
      return nil, response.odd_element(operation)
    end
    out[#out + 1], remaining = one, remaining - 1
    node = document:next(list, node)
  end
  return remaining
end

---All of a list at once: objects, or ids alone.
---@param client klaviyo.client
---@param operation string
---@param ids? string
---@param options? table
---@param identity_map? klaviyo.identity_map  where the objects belong; their own otherwise
---@return table|nil
---@return klaviyo.error|nil
function pages.all(client, operation, ids, options, identity_map)
  options = options or {}
  check_options(options)
  local query, call = call_options.begin(client, options, ALL)
  local asked = { ids = ids, query = query, options = call, method_options = ALL }
  local list_of_pages, document = begin(client, operation, asked, options)
  if not list_of_pages then
    return nil, document
  end
  local out, remaining = {}, options.limit or math.huge
  local own = identity_map or identity_maps.new(client)
  while document and remaining > 0 do
    local err
    remaining, err = take(out, operation, own, document, remaining, options.ids)
    if remaining and remaining > 0 then
      document, err = client._dispatch:next_document(list_of_pages, remaining <= page_size_of(query))
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
---@field raw klaviyo.json         the decoded response
local page = {}
local page_mt = { __name = "klaviyo.page" }

function page_mt:__index(name)
  if name == "raw" then
    return self._document:decode(0)
  end
  return page[name]
end

-- operation: its id; spec: what the core was asked to send.
local function make_page(client, operation, document, spec, request)
  local data, err = objects_of(operation, identity_maps.new(client, document), document, math.huge)
  if not data then
    return nil, err
  end
  -- a link that is none is an error once it is followed: what would come next is not known
  local next_url, no_next = response.link(operation, document, "next")
  local prev_url, no_prev = response.link(operation, document, "prev")
  local following, preceding = next_url or no_next, prev_url or no_prev
  return setmetatable({
    data = data, has_next = following ~= nil, has_prev = preceding ~= nil, _client = client, _operation = operation,
    _document = document, _spec = spec, _request = request, _next = following, _prev = preceding,
  }, page_mt)
end

local function follow(self, url)
  if not url then
    return nil
  elseif type(url) ~= "string" then
    return nil, url
  end
  local spec = call_options.with(self._spec, { target = url })
  local status, document, request = self._client._dispatch.transport:perform(spec)
  if not status then
    return nil, document
  end
  return make_page(self._client, self._operation, document, spec, request)
end

---Reads the page after this one.
---@return klaviyo.page|nil  nil alone: there is none
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.page)
function page:next()
  return follow(self, self._next)
end

---Reads the page before this one.
---@return klaviyo.page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.page)
function page:prev()
  return follow(self, self._prev)
end

---Returns an iterator over the objects of this page.
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
function pages.page(client, operation, ids, options)
  local query, call = call_options.split(options)
  local received, err = client._dispatch:call(operation, { ids = ids, query = query, options = call })
  if not received then
    return nil, err
  end
  return make_page(client, operation, received.document, received.spec, received.request)
end

return pages
