-- SPDX-License-Identifier: MIT
--- The methods that every writable resource has.

local crud = require "klaviyo.calls.crud"
local object = require "klaviyo.objects.object"

local base = {}

-- Loaded on use: most programs change nothing, or follow no relationship.
local function change()
  return require "klaviyo.calls.change"
end
local function relationship()
  return require "klaviyo.calls.relationship"
end

---@class klaviyo.resource : klaviyo.object
local methods = {}

---Returns the unsaved changes, leaf by leaf; nil if there are none.
---@return klaviyo.changes|nil
function methods:changes()
  return object.changes(self)
end

---Drops the unsaved changes.
---@return self
function methods:discard()
  object.discard(self)
  return self
end

---Returns whether the fields of the object were read. An object that a response only named by its id has methods but no
---fields: reading a field raises, and the message says how to load it.
---@return boolean
function methods:is_loaded()
  return object.is_loaded(self)
end

---Iterates over the fields that were loaded, with their values: `for name, value in campaign:fields() do`.
---Relationships come last; what was not loaded is left out. In Lua 5.3 and 5.4, and in OpenResty, `pairs(campaign)`
---does the same.
---@return fun(): string|nil, klaviyo.value
function methods:fields()
  return object.fields(self)
end

---Returns the object as plain tables that any JSON library encodes, under the names of this library: its fields,
---unsaved changes included, and what it holds (a campaign's audiences, their messages, ...). What was not loaded is
---left out. An object that is met again, that it belongs to, or of which only the id is known, is `{ id, type }`.
---A null is klaviyo.null, which is lua-cjson's. An empty list is written as `[]` by OpenResty's lua-cjson; lua-cjson
---2.1.0 has no mark for it and writes `{}`.
---@return table<string, klaviyo.json>
function methods:to_table()
  return object.to_table(self)
end

-- A PATCH with these fields alone; the object shows what the service made of them.
local function patch(self, changes, options)
  local updated, err = change().update(self._client, object.resource_of(self), self.id, changes, options,
    self._identity_map)
  return updated and self, err
end

---Sends the changed fields; sends nothing if there are none. After a failure the changes are kept.
---@param options? klaviyo.write_options  fields, and those of a call
---@return self|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.object)
---@overload fun(self, options: klaviyo.write_options, done: klaviyo.done.object)
function methods:save(options)
  local changes = self:changes()
  if not changes then
    return self
  end
  local live = self._live
  local saved, err = patch(self, changes, options)
  object.discard(self, not saved and live or nil)
  return saved, err
end

---Sets fields and saves them in one call. After a failure the fields are as before.
---@param changes klaviyo.changes
---@param options? klaviyo.write_options
---@return self|nil
---@return klaviyo.error|nil
---@overload fun(self, changes: klaviyo.changes, done: klaviyo.done.object)
---@overload fun(self, changes: klaviyo.changes, options: klaviyo.write_options, done: klaviyo.done.object)
function methods:update(changes, options)
  crud.need_fields(changes, "update takes a table of fields")
  return patch(self, changes, options)
end

---Reads the resource again, and the relationships in `include`. Unsaved changes are kept.
---@param options? klaviyo.read_options  include, fields, and those of a call
---@return self|nil
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.object)
---@overload fun(self, options: klaviyo.read_options, done: klaviyo.done.object)
function methods:refresh(options)
  local fresh, err = crud.get(self._client, object.resource_of(self), self.id, options, self._identity_map)
  if not fresh then
    return nil, err
  end
  return self
end

---Deletes the resource. A campaign is archived instead, with all its content.
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.boolean)
---@overload fun(self, options: klaviyo.call_options, done: klaviyo.done.boolean)
function methods:delete(options)
  return change().delete(self._client, object.resource_of(self), self.id, options)
end

---Reads the resources behind a relationship.
---@param name string      "messages", "campaign", ...
---@param options? klaviyo.related_options  ids = true: the ids alone; fields, cursor, limit, and those of a call
---@return klaviyo.related|nil  an object or a list, as the relationship is; nil alone: there is none
---@return klaviyo.error|nil
---@overload fun(self, name: string, done: klaviyo.done.related)
---@overload fun(self, name: string, options: klaviyo.related_options, done: klaviyo.done.related)
function methods:related(name, options)
  return relationship().read(self._client, object.resource_of(self), self.id, name, options, self._identity_map)
end

---The methods of a resource: its own, and those that all have.
---@param own table
---@return table
function base.methods(own)
  for name, method in pairs(methods) do
    own[name] = own[name] or method
  end
  return own
end

return base
