-- SPDX-License-Identifier: MIT
--- Shared by all resources: a view of the document that holds them, and the changes that were made.
--
-- A field becomes a Lua value when it is read. JSON objects and arrays become tables that belong to the object:
-- changing one in place changes the object, which is found by comparing it with the document, leaf by leaf.

local callback = require "klaviyo.model.callback"
local core = require "klaviyo.core"
local dialect = require "klaviyo.wire.dialect"
local json = require "klaviyo.model.json"
local schema = require "klaviyo.model.schema"
local sparse_fields = require "klaviyo.wire.sparse_fields"

---@class klaviyo.object
---@field id string
---@field type string       the JSON:API type
---@field raw table<string, klaviyo.json>|nil  the decoded resource object, untouched; nil for one that is known by its
---                   id alone
local object = {}

-- The slots of an object's table, by number, which is cheapest to make and to read (src/core/lua_view.h); everything
-- else is read from the document.
local DOCUMENT, NODE, IDENTITY_MAP = 1, 2, 3
local LIVE = 4 -- tables that were read, and fields that were set, by name
local ID = 5 -- of a stub, which has no document
local SLOTS = { true, true, true, true, true }

-- The same by name, for other modules.
local INNER = { _document = DOCUMENT, _node = NODE, _identity_map = IDENTITY_MAP, _live = LIVE }

-- Loaded on use, as all that a read without mistakes does not need.
local function blame(message)
  require "klaviyo.model.blame"(message)
end

local function reader(self)
  local document, node = self[DOCUMENT], self[NODE]
  return function(path)
    return document:get(node, path)
  end
end

-- Reads a field from the document: nil if it is absent, null if it is null.
local function read(self, resource, name)
  if not self[DOCUMENT] then
    return name == "id" and self[ID] or nil
  end
  return dialect.read(resource, name, reader(self))
end

local function fields_of(resource)
  return schema.resources[resource] and schema.resources[resource].fields or {}
end

-- Fields not loaded --------------------------------------------------------------------------------------------------

-- The include that loads an object which a response named by its id alone.
local INCLUDES = { campaign = "campaign", audience = "audiences", message = "messages", variation = "variations",
  tag = "tags" }
local IN_TREE = { audiences = true, messages = true, variations = true }

local function reject_stub(self, resource, name)
  local include = INCLUDES[resource]
  local remedies = {}
  if getmetatable(self).methods.refresh then
    remedies[#remedies + 1] = ("call %s:refresh()"):format(resource)
  end
  if include then
    remedies[#remedies + 1] = ('read it with include = { "%s" }'):format(include)
  end
  if IN_TREE[include] then
    remedies[#remedies + 1] = "read its campaign with campaigns:tree(id)"
  end
  blame(("%s.%s is not loaded: the response named the %s %s by its id alone; %s"):format(resource, tostring(name),
    resource, tostring(self[ID]), #remedies > 0 and table.concat(remedies, ", or ") or "ask the service for it"))
end

-- Raises for a field that a request left out by choosing others.
local function reject_left_out(self, resource, name)
  local refresh = getmetatable(self).methods.refresh and (", or call %s:refresh()"):format(resource) or ""
  blame(('%s.%s is not loaded: the request chose other fields; add "%s" to fields = { %s = ... }%s'):format(resource,
    name, name, resource, refresh))
end

local function not_loaded(resource, name)
  local tree = IN_TREE[name] and ", or campaigns:tree(id)" or ""
  return ('%s.%s is not loaded: the response says nothing of it; ask with %s:related("%s"), or read the %s with '
    .. 'include = { "%s" }%s'):format(resource, name, resource, name, resource, name, tree)
end

-- Stands for a list that no response has carried. Reading it raises: it must not pass for an empty one. It can be
-- called, as any list: campaign:tags() asks the service. A userdata, so that ipairs, next and # raise in every Lua.
local function unloaded_list(resource, name, ask)
  local function reject()
    blame(not_loaded(resource, name))
  end
  return core.placeholder {
    __name = "klaviyo.unloaded", __call = ask, __index = reject, __newindex = reject, __len = reject,
    __pairs = reject, __ipairs = reject,
    __tostring = function()
      return ("klaviyo.%s.%s (not loaded)"):format(resource, name)
    end,
  }
end

-- Related objects -----------------------------------------------------------------------------------------------------

-- Calling a list, as in campaign:messages { ... }, asks the service for it.
local function asker(name)
  return function(_, owner, ...)
    return owner:related(name, ...)
  end
end

-- The objects that a response names in a relationship: a list, one object, or nil where it says that there is none.
-- The second result is false if no response has said anything.
local function related_objects(self, relationship)
  local document = self[DOCUMENT]
  local data = document and document:find(self[NODE], relationship.path)
  local kind = data and document:type(data)
  if not relationship.many then
    local wire_type, id
    if kind == "object" then
      wire_type, id = document:identity(data)
    end
    return wire_type and self[IDENTITY_MAP]:link(wire_type, id), kind == "object" or kind == "null"
  elseif kind ~= "array" and kind ~= "null" then -- a null says that there are none
    return relationship.unloaded, false
  end
  local list, map, named = setmetatable({}, relationship.list), self[IDENTITY_MAP], document:identities(data)
  for i = 1, #named, 2 do
    list[#list + 1] = map:link(named[i], named[i + 1])
  end
  return list, true
end

-- Changes ------------------------------------------------------------------------------------------------------------

-- The fields of a table whose changes are sent one by one; nil for a leaf. A table that the schema does not describe (a
-- push message's data, or a field newer than this library) is sent whole.
local function parts_of(resource, name, value, before)
  if not (json.is_object(value) and json.is_object(before)) then
    return nil
  elseif resource == "variation" and name == "details" then
    return schema.details[value.channel or before.channel] or {}
  end
  local field = schema.find(fields_of(resource), name)
  return field and field.fields
end

-- The parts of a table that have changed; nil if none has. A removed key is not a change: PATCH leaves absent fields
-- alone, and null clears one.
local function changed_parts(now, before)
  local changed
  for key, value in pairs(now) do
    if not json.same(value, before[key]) then
      changed = changed or {}
      changed[key] = value
    end
  end
  return changed
end

-- The change of a field; nil if it is as before.
local function change_of(resource, name, value, before)
  if parts_of(resource, name, value, before) then
    return changed_parts(value, before)
  elseif json.same(value, before) then
    return nil
  elseif type(value) == "table" and json.is_array(before) then
    return json.array(value)
  end
  return value
end

---The changes that were not saved, leaf by leaf.
---@param self klaviyo.object
---@return table|nil  nil if there are none
function object.changes(self)
  local changes
  local resource = getmetatable(self).resource
  for name, value in pairs(self[LIVE] or {}) do
    local change = change_of(resource, name, value, read(self, resource, name))
    if change ~= nil then
      changes = changes or {}
      changes[name] = change
    end
  end
  return changes
end

---Forgets the changes that were not saved.
---@param self klaviyo.object
---@param instead? table  what counts as changed from now on: an earlier `_live` of the object
function object.discard(self, instead)
  self[LIVE] = instead
end

---Points an object to its newer state. Changes that were not saved stay.
---@param self klaviyo.object
---@param document userdata
---@param node integer
function object.rebase(self, document, node)
  local changes = object.changes(self)
  self[DOCUMENT], self[NODE], self[ID] = document, node, nil
  self[LIVE] = nil
  if changes then
    local resource = getmetatable(self).resource
    self[LIVE] = {}
    for name, change in pairs(changes) do
      local base = read(self, resource, name)
      if parts_of(resource, name, change, base) then
        for key, value in pairs(change) do
          base[key] = value
        end
        change = base
      end
      self[LIVE][name] = change
    end
  end
end

-- Reading and writing a field ----------------------------------------------------------------------------------------

-- Fields of the JSON:API resource object itself.
local function special(self, name)
  if name == "raw" then
    return self[DOCUMENT] and self[DOCUMENT]:decode(self[NODE])
  elseif name == "type" then
    return dialect.types[getmetatable(self).resource]
      or (self[DOCUMENT] and self[DOCUMENT]:get(self[NODE], "type"))
  end
end

-- Read by the core without Lua: methods, and the paths of fields that need no conversion.
local function direct_fields(methods, resource)
  local fields = {}
  for name, field in pairs(dialect.fields[resource] or {}) do
    if not field.decode and not field.parts then
      fields[name] = #field.paths == 1 and field.paths[1] or field.paths
    end
  end
  for name, method in pairs(methods) do
    fields[name] = method
  end
  return fields
end

local function make_index(methods, resource, relationships)
  local fields = dialect.fields[resource] or {}
  return core.reader(direct_fields(methods, resource), function(self, name)
    if name == "_client" then
      return self[IDENTITY_MAP].client
    elseif INNER[name] then
      return self[INNER[name]]
    elseif relationships[name] then
      local value, known = related_objects(self, relationships[name])
      if not known and not relationships[name].many then
        blame(not_loaded(resource, name))
      end
      return value
    elseif type(name) ~= "string" then
      return nil
    elseif name == "raw" or name == "type" then
      return special(self, name)
    elseif not self[DOCUMENT] and name ~= "id" and name:sub(1, 1) ~= "_" then
      reject_stub(self, resource, name)
    end
    local value = read(self, resource, name)
    if value == nil and fields[name] and sparse_fields.is_partial(self[DOCUMENT], dialect.types[resource]) then
      reject_left_out(self, resource, name)
    elseif type(value) == "table" then
      object.set(self, name, value)
    end
    return value
  end)
end

-- Whether a field is read-only. One that is read-only in one dialect alone may be set while the dialect is not known.
local function is_read_only(self, field)
  if type(field.read_only) ~= "string" then
    return field.read_only
  end
  local dispatch = self[IDENTITY_MAP].client._dispatch
  local name, open = dispatch:dialect(dispatch.revision)
  return not open and schema.holds(field.read_only, name)
end

local function make_newindex(methods, resource, relationships)
  return function(self, name, value)
    if SLOTS[name] then
      rawset(self, name, value)
      return
    end
    local field = schema.find(fields_of(resource), name)
    if (field and is_read_only(self, field)) or relationships[name] or methods[name]
      or name == "raw" or name == "type" then
      error(("%s.%s cannot be set"):format(resource, tostring(name)), 2)
    elseif value == nil then
      error(("%s.%s: klaviyo.null clears a field, nil does not"):format(resource, tostring(name)), 2)
    elseif resource == "variation" and require("klaviyo.model.normalize").is_detail(name) then
      error(("variation.%s cannot be set: it stands in details, as variation.details.%s"):format(name, name), 2)
    elseif not field and type(name) == "string" then
      local near = require("klaviyo.model.suggest").nearest(name, schema.names(fields_of(resource)))
      if near then
        error(("%s has no field %q (did you mean %q?); update { extra = { %s = ... } } writes an unknown field")
          :format(resource, name, near, name), 2)
      end
    end
    object.set(self, name, value)
  end
end

---Sets a field, known to this library or not.
---@param self klaviyo.object
---@param name string
---@param value any
function object.set(self, name, value)
  local live = rawget(self, LIVE) or {}
  live[name] = value
  rawset(self, LIVE, live)
end

---Whether a response held the object itself. One that was only named, by its id, has no fields to read.
---@param self klaviyo.object
---@return boolean
function object.is_loaded(self)
  return self[DOCUMENT] ~= nil
end

---A field or relationship, if it is known: reading it here never raises.
---@param self klaviyo.object
---@param name string
---@return any  nil if it is not loaded
function object.peek(self, name)
  local mt = getmetatable(self)
  local relationship = mt.relationships[name]
  if relationship then
    local value, known = related_objects(self, relationship)
    return known and value or nil
  end
  local live = self[LIVE] and self[LIVE][name]
  if live ~= nil then
    return live
  end
  return read(self, mt.resource, name)
end

-- Classes ------------------------------------------------------------------------------------------------------------

local function describe(self)
  local resource, name = getmetatable(self).resource, object.peek(self, "name")
  local text = ("klaviyo.%s %s"):format(resource, self.id or "?")
  return type(name) == "string" and ("%s %q"):format(text, name) or text
end

-- The relationships of a resource that are read as fields: all that have no method of their name.
local function links_of(resource, methods)
  local links = {}
  for name, relationship in pairs(dialect.relationships[resource] or {}) do
    if not methods[name] then
      local link_to = { path = "relationships." .. relationship.wire .. ".data", many = relationship.many }
      if relationship.many then
        local ask = asker(name)
        link_to.list = { __name = "klaviyo.list", __call = ask }
        link_to.unloaded = unloaded_list(resource, name, ask)
      end
      links[name] = link_to
    end
  end
  return links
end

-- Loaded on use: most programs read the fields that they name.
local function plain()
  return require "klaviyo.objects.plain"
end

---Iterates over the fields that were loaded.
---@param self klaviyo.object
---@return fun(): string|nil, any
function object.fields(self)
  return plain().fields(self)
end

---The object as a plain table.
---@param self klaviyo.object
---@return table
function object.to_table(self)
  return plain().to_table(self)
end

-- The methods that never wait, of objects that are only read too.
local AT_HAND = { "is_loaded", "fields", "to_table" }

---Makes the class of a resource.
---@param resource string
---@param methods table
---@return table class
function object.define(resource, methods)
  for _, name in ipairs(AT_HAND) do
    methods[name] = methods[name] or object[name]
  end
  callback.extend(methods, { changes = true, discard = true, is_loaded = true, fields = true, to_table = true })
  local relationships = links_of(resource, methods)
  local mt = {
    __name = "klaviyo." .. resource,
    resource = resource,
    methods = methods,
    relationships = relationships,
    __tostring = describe,
    __pairs = object.fields, -- Lua 5.3 and 5.4, OpenResty
    __index = make_index(methods, resource, relationships),
    __newindex = make_newindex(methods, resource, relationships),
  }
  local class = { resource = resource, methods = methods, metatable = mt }
  function class.new(identity_map, document, node, id)
    return setmetatable({ document, node, identity_map, nil, id }, mt)
  end
  return class
end

---@param value any
---@return string|nil resource  nil if it is no object of ours
function object.resource_of(value)
  local mt = type(value) == "table" and getmetatable(value)
  return type(mt) == "table" and type(mt.__name) == "string" and mt.__name:find "^klaviyo%." and mt.resource or nil
end

return object
