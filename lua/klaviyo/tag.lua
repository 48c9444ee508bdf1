-- SPDX-License-Identifier: MIT
--- A tag: a label of the account, which campaigns have.

local object = require "klaviyo.objects.object"

---@alias klaviyo.a_tag klaviyo.tag|string|klaviyo.reference
---@alias klaviyo.bulk klaviyo.campaign|string|(klaviyo.campaign|string)[]

---@class klaviyo.tag : klaviyo.object
---@field name string
local methods = {}

---Attaches the tag to campaigns. One that has it already keeps it. (OpenAPI: tag_campaigns)
---@param campaigns klaviyo.bulk  one, or a list; objects or ids
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, campaigns: klaviyo.bulk, done: klaviyo.done.boolean)
---@overload fun(self, campaigns: klaviyo.bulk, options: klaviyo.call_options, done: klaviyo.done.boolean)
function methods:attach(campaigns, options)
  return require("klaviyo.calls.tag_campaigns").change(self._client, "attach", self, campaigns, options)
end

---Detaches the tag from campaigns. One that has it not stays without it. (OpenAPI: remove_tag_from_campaigns)
---@param campaigns klaviyo.bulk  one, or a list; objects or ids
---@param options? klaviyo.call_options  of a call
---@return boolean|nil true
---@return klaviyo.error|nil
---@overload fun(self, campaigns: klaviyo.bulk, done: klaviyo.done.boolean)
---@overload fun(self, campaigns: klaviyo.bulk, options: klaviyo.call_options, done: klaviyo.done.boolean)
function methods:detach(campaigns, options)
  return require("klaviyo.calls.tag_campaigns").change(self._client, "detach", self, campaigns, options)
end

return object.define("tag", methods)
