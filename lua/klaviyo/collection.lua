-- SPDX-License-Identifier: MIT
--- kl.campaigns, kl.audiences, kl.messages, kl.variations: the same methods for each; and kl.lists, kl.segments,
--- kl.templates, kl.tags and kl.metrics, which have names and are read.

local call_options = require "klaviyo.calls.call_options"
local callbacks = require "klaviyo.model.callback"
local crud = require "klaviyo.calls.crud"

---@class klaviyo.collection
---@field resource string
---@field _client klaviyo.client
local collection = {}

-- Loaded on use: most programs change nothing, or follow no relationship.
local function change()
  return require "klaviyo.calls.change"
end
local function relationship()
  return require "klaviyo.calls.relationship"
end

-- What to do with a reference where none can stand: "; give the name alone".
local function hint(value, what)
  return type(value) == "table" and require("klaviyo.model.reference").of(value) and what or ""
end

local function need_id(id, method)
  if type(id) ~= "string" or id == "" then
    error(("%s takes an id, got %s%s"):format(method, id == "" and "an empty string" or crud.describe(id),
      hint(id, "; find takes a name")), 3)
  end
  return id
end

---Creates a resource. A campaign comes with audiences, messages and variations, in one atomic call, and is read back
---whole. After a lost response, the client looks up what happened: nothing is created twice. (Guide: Create a campaign)
---@param model klaviyo.new  builder or plain table; a new audience names its campaign, a message its campaign and
---                       audience, a variation its message (object or id)
---@param options? klaviyo.write_options  fields, and those of a call: revision, timeout, attempt_timeout,
---                   max_attempts, validate
---@return klaviyo.object|nil
---@return klaviyo.error|nil  with the campaign as well: it was created, but could not be read completely
---@overload fun(self, model: klaviyo.new, done: klaviyo.done.object)
---@overload fun(self, model: klaviyo.new, options: klaviyo.write_options, done: klaviyo.done.object)
function collection:create(model, options)
  crud.need_fields(model, "create takes a builder or a table")
  local plain = require("klaviyo.builder").model(model)
  return require("klaviyo.calls.create").create(self._client, self.resource, plain, options)
end

---Reads one resource.
---@param id string
---@param options? klaviyo.read_options  include, fields, and those of a call; additional_fields = { "profile_count" }
---                   of a list or segment: its size, at 1 request a second and 15 a minute
---@return klaviyo.object|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.object)
---@overload fun(self, id: string, options: klaviyo.read_options, done: klaviyo.done.object)
function collection:get(id, options)
  return crud.get(self._client, self.resource, need_id(id, "get"), options)
end

---Reads one page of the list.
---@param options? klaviyo.list_options  filter, sort, include, fields, page_size, cursor, and those of a call
---@return klaviyo.page|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.page)
---@overload fun(self, options: klaviyo.list_options, done: klaviyo.done.page)
function collection:list(options)
  return require("klaviyo.calls.pages").page(self._client, crud.operation(self.resource, "list"), nil, options)
end

-- What an iterator is made of by its options, or nothing where a callback is to get what it gives.
local function iterate(self, method, options, callback, make)
  if type(options) == "function" and callback == nil then
    options, callback = nil, options
  elseif callback ~= nil and type(callback) ~= "function" then
    error(("%s takes options and a callback, got a %s"):format(method, type(callback)), 2)
  end
  local iterator = make(options)
  if not callback then
    return iterator
  end
  return require("klaviyo.calls.pages").give(self._client.loop, iterator, callback)
end

---Iterates over the whole list, page by page; the next page is read ahead. A failure in the middle raises its
---klaviyo.error. With a callback it returns at once where a call with one does: the callback gets each object, then nil
---at the end, or nil and the error; it ends the list by returning false.
---@param options? klaviyo.each_options  as for list; and limit (objects at most), prefetch (default true)
---@param callback? fun(one: klaviyo.object|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.object|nil  nothing with a callback
function collection:each(options, callback)
  return iterate(self, "each", options, callback, function(given)
    return require("klaviyo.calls.pages").each(self._client, crud.operation(self.resource, "list"), nil, given)
  end)
end

---Changes fields of one resource, without reading it first.
---@param id string
---@param changes klaviyo.changes  the fields to change; klaviyo.null clears one; of details, `channel` goes with them
---@param options? klaviyo.write_options
---@return klaviyo.object|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, changes: klaviyo.changes, done: klaviyo.done.object)
---@overload fun(self, id: string, changes: klaviyo.changes, options: klaviyo.write_options, done: klaviyo.done.object)
function collection:update(id, changes, options)
  crud.need_fields(changes, "update takes a table of fields")
  return change().update(self._client, self.resource, need_id(id, "update"), changes, options)
end

---Deletes one resource. A campaign is archived instead, with all its content.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function collection:delete(id, options)
  return change().delete(self._client, self.resource, need_id(id, "delete"), options)
end

---Clones one resource. (Guide: Clone a campaign)
---@param id string
---@param options? klaviyo.clone_options  name; campaign for an audience, audience for a message; fields, and those of
---                   a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.object)
---@overload fun(self, id: string, options: klaviyo.clone_options, done: klaviyo.done.object)
function collection:clone(id, options)
  local _, call = call_options.begin(self._client, options)
  local source, err = self:get(need_id(id, "clone"), call)
  if not source then
    return nil, err
  end
  return source:clone(call_options.with(options or {}, call))
end

---Reads the resources behind a relationship of one resource, without reading the resource itself.
---@param id string
---@param name string     "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone
---@return klaviyo.related|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, name: string, done: klaviyo.done.related)
---@overload fun(self, id: string, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function collection:related(id, name, options)
  return relationship().read(self._client, self.resource, need_id(id, "related"), name, options)
end

local campaigns = {}
for name, method in pairs(collection) do
  campaigns[name] = method
end

---Archives a campaign with all its content. This cannot be undone.
---@param id string
---@param options? klaviyo.call_options
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.boolean)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.boolean)
function campaigns:archive(id, options)
  return change().delete(self._client, self.resource, need_id(id, "archive"), options)
end

---Reads a campaign with its audiences, messages and variations, in as few calls as the dialect allows.
---@param id string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.campaign|nil
---@return klaviyo.error|nil
---@overload fun(self, id: string, done: klaviyo.done.campaign)
---@overload fun(self, id: string, options: klaviyo.call_options, done: klaviyo.done.campaign)
function campaigns:tree(id, options)
  return require("klaviyo.calls.read_tree").read(self._client, need_id(id, "tree"), options)
end

---Returns a campaign with ids in the place of names, without sending it; several in one look-up for each kind of name.
---Creating a campaign and changing one do the same before they send anything.
---@param model klaviyo.new|klaviyo.new[]  builder or plain table, or a list of them
---@param options? klaviyo.call_options
---@return klaviyo.new_campaign|klaviyo.new_campaign[]|nil
---@return klaviyo.error|nil  kind "validation": what is unknown or ambiguous, all at once; `candidates` is a list of
---what may be meant: { type, id, name, created_at }. In a list, paths begin with the campaign's place: `[2].audiences`
---@overload fun(self, model: klaviyo.new|klaviyo.new[], done: klaviyo.done.model)
---@overload fun(self, model: klaviyo.new|klaviyo.new[], options: klaviyo.call_options, done: klaviyo.done.model)
function campaigns:resolve(model, options)
  crud.need_fields(model, "resolve takes a builder, a table, or a list of them")
  local builder = require "klaviyo.builder"
  local plain = builder.model(model) or {}
  if plain[1] ~= nil then
    local list = {}
    for i, one in ipairs(plain) do
      crud.need_fields(one, ("resolve takes builders and tables in its list, element %d"):format(i))
      list[i] = builder.model(one)
    end
    plain = list
  end
  return require("klaviyo.calls.create").resolve(self._client, plain, options)
end

---Iterates over campaigns with their audiences, messages and variations, in as few requests as the dialect allows:
---where campaigns come without variations, the list of all messages is read beside them, or the messages by campaign if
---that takes fewer requests. A failure in the middle raises its klaviyo.error. A callback is served as by `each`.
---@param options? klaviyo.trees_options  filter; sort (default "created_at": only in this order and its reverse
---                       both lists are read side by side); limit (campaigns at most), page_size, prefetch (default
---                       true), and those of a
---                       call
---@param callback? fun(one: klaviyo.campaign|nil, err: klaviyo.error|nil): boolean|nil
---@return fun(): klaviyo.campaign|nil  nothing with a callback
function campaigns:trees(options, callback)
  return iterate(self, "trees", options, callback, function(given)
    return require("klaviyo.calls.trees").each(self._client, given)
  end)
end

local variations = {}
for name, method in pairs(collection) do
  variations[name] = method
end

variations.clone = nil -- the API clones campaigns, audiences and messages

---@class klaviyo.named  kl.lists, kl.segments, kl.templates, kl.tags, kl.metrics
---@field resource string
---@field list fun(self: klaviyo.named, options?: klaviyo.list_options): klaviyo.page|nil, klaviyo.error|nil
---@field each fun(self: klaviyo.named, options?: klaviyo.each_options): fun(): klaviyo.object|nil
---@field get fun(self, id: string, options?: klaviyo.read_options): klaviyo.object|nil, klaviyo.error|nil
---@field _client klaviyo.client
local named = { list = collection.list, each = collection.each, get = collection.get }

---Finds the one of a name, which is compared exactly. One request; where there is none of the name, a listing for
---suggestions as well. Metrics cannot be asked for by name, so they are listed.
---@param name string
---@param options? klaviyo.call_options  of a call
---@return klaviyo.object|nil
---@return klaviyo.error|nil  kind "not_found": none has the name, and the message says which is meant, or which there
---are; kind "validation": several have it. `candidates` is a list of what may be meant: { id, name }
---@overload fun(self, name: string, done: klaviyo.done.object)
---@overload fun(self, name: string, options: klaviyo.call_options, done: klaviyo.done.object)
function named:find(name, options)
  if type(name) ~= "string" or name == "" then
    error(("find takes a name, got %s%s"):format(name == "" and "an empty string" or crud.describe(name),
      hint(name, "; give the name alone, a string")), 2)
  end
  return require("klaviyo.calls.find_named").find(self._client, self.resource, name, options)
end

-- The API lists metrics and tags, and has no request for one of them.
local listed = { list = named.list, each = named.each, find = named.find }

function listed:get(id, options)
  return require("klaviyo.calls.find_named").listed(self._client, self.resource, need_id(id, "get"), options)
end

---@class klaviyo.tags : klaviyo.named  kl.tags
local tags = { list = listed.list, each = listed.each, find = listed.find, get = listed.get }

---Creates a tag. After a lost response it is not repeated; the error says how to look. (OpenAPI: create_tag)
---@param model { name: string }  its name
---@param options? klaviyo.write_options  fields, and those of a call
---@return klaviyo.tag|nil
---@return klaviyo.error|nil
---@overload fun(self, model: { name: string }, done: klaviyo.done.tag)
---@overload fun(self, model: { name: string }, options: klaviyo.write_options, done: klaviyo.done.tag)
function tags:create(model, options)
  return require("klaviyo.calls.tag_campaigns").create(self._client, model, options)
end

---Attaches a tag to campaigns. One that has it already keeps it. (OpenAPI: tag_campaigns)
---@param tag klaviyo.a_tag  object, id, or a reference with its name
---@param to klaviyo.bulk  campaigns: one, or a list; objects or ids
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, tag: klaviyo.a_tag, to: klaviyo.bulk, done: klaviyo.done.boolean)
---@overload fun(self, tag: klaviyo.a_tag, to: klaviyo.bulk, options: klaviyo.call_options, done: klaviyo.done.boolean)
function tags:attach(tag, to, options)
  return require("klaviyo.calls.tag_campaigns").change(self._client, "attach", tag, to, options)
end

---Detaches a tag from campaigns. One that has it not stays without it. (OpenAPI: remove_tag_from_campaigns)
---@param tag klaviyo.a_tag  object, id, or a reference with its name
---@param to klaviyo.bulk  campaigns: one, or a list; objects or ids
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, tag: klaviyo.a_tag, to: klaviyo.bulk, done: klaviyo.done.boolean)
---@overload fun(self, tag: klaviyo.a_tag, to: klaviyo.bulk, options: klaviyo.call_options, done: klaviyo.done.boolean)
function tags:detach(tag, to, options)
  return require("klaviyo.calls.tag_campaigns").change(self._client, "detach", tag, to, options)
end

for _, methods in ipairs { collection, campaigns, variations, named, listed, tags } do
  callbacks.extend(methods, { each = true, trees = true })
end

local METHODS = { campaign = campaigns, audience = collection, message = collection, variation = variations,
  list = named, segment = named, template = named, tag = tags, metric = listed }

-- A method that a collection has not: a mistake in the program, such as kl.campaigns:find.
local function absent(resource, name)
  if type(name) ~= "string" or name:find "^_" then
    return nil
  end
  local suggest = require "klaviyo.model.suggest"
  local names = suggest.names(METHODS[resource])
  error(("kl.%ss has no %s%s; there are %s"):format(resource, suggest.show(name), suggest.phrase(name, names),
    suggest.list(names)), 3)
end

local function new(client, resource)
  local methods = METHODS[resource]
  return setmetatable({ resource = resource, _client = client }, { __name = "klaviyo.collection",
    __index = function(_, name)
      local method = methods[name]
      return method == nil and absent(resource, name) or method
    end })
end

return { new = new, methods = METHODS }
