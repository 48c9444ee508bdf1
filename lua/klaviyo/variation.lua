-- SPDX-License-Identifier: MIT
--- A variation: the content of a message for one channel.

local base = require "klaviyo.base"
local call_options = require "klaviyo.calls.call_options"
local dialect = require "klaviyo.wire.dialect"
local object = require "klaviyo.objects.object"
local normalize = require "klaviyo.model.normalize"

---@class klaviyo.variation : klaviyo.resource
---@field name string
---@field channel "email"|"sms"|"push"|"whatsapp"
---@field details klaviyo.details  the fields of the channel, see Fields
---@field created_at string
---@field updated_at string
---@field message klaviyo.message|nil
local methods = base.methods {}

-- A change of details must name the channel again, which says how to read them. (OpenAPI: details is a oneOf)
local function with_channel(self, changes)
  local details = changes and changes.details
  if details == nil and changes and normalize.variation(changes, {}).details then
    return call_options.with({ channel = self.channel }, changes) -- flat: details beside the name
  elseif type(details) ~= "table" or details.channel ~= nil then
    return changes
  end
  return call_options.with(changes, { details = call_options.with({ channel = self.channel }, details) })
end

local update = methods.update

---Returns the unsaved changes, leaf by leaf; nil if there are none.
---@return klaviyo.changes|nil
function methods:changes()
  return with_channel(self, object.changes(self))
end

---Sets fields and saves them, in one call.
---@param changes klaviyo.changes  name, details; or the details flat, as in { subject = "..." }
---@param options? klaviyo.write_options
---@return klaviyo.variation|nil self
---@return klaviyo.error|nil
---@overload fun(self, changes: klaviyo.changes, done: klaviyo.done.variation)
---@overload fun(self, changes: klaviyo.changes, options: klaviyo.write_options, done: klaviyo.done.variation)
function methods:update(changes, options)
  return update(self, with_channel(self, changes), options)
end

-- The object that a response included; otherwise the service is asked for it.
local function included_or_related(self, name, options)
  local relationship = dialect.relationships.variation[name]
  local document = self._document
  local id = document and document:get(self._node, "relationships." .. relationship.wire .. ".data.id")
  local known = type(id) == "string" and self._identity_map:find(dialect.types[relationship.resource], id)
  if known and not options then
    return known
  end
  return self:related(name, options)
end

---Reads the image of the variation. (OpenAPI: get_image_for_campaign_variation)
---@param options? klaviyo.related_options
---@return klaviyo.object|nil  nil alone: it has none
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.object)
---@overload fun(self, options: klaviyo.related_options, done: klaviyo.done.object)
function methods:image(options)
  return included_or_related(self, "image", options)
end

---Reads the translation of the variation. (OpenAPI: get_translation_for_campaign_variation)
---@param options? klaviyo.related_options
---@return klaviyo.object|nil  nil alone: it has none
---@return klaviyo.error|nil
---@overload fun(self, done: klaviyo.done.object)
---@overload fun(self, options: klaviyo.related_options, done: klaviyo.done.object)
function methods:translation(options)
  return included_or_related(self, "translation", options)
end

return object.define("variation", methods)
