-- SPDX-License-Identifier: MIT
--- The class of each JSON:API type, loaded when the first object of that type is read.

local dialect = require "klaviyo.wire.dialect"

local classes = {}

local MODULES = { campaign = true, audience = true, message = true, variation = true, tag = true }

local function load(resource)
  if MODULES[resource] then
    return require("klaviyo." .. resource)
  end
  return require("klaviyo.related")[resource]
end

-- Unknown types share one class and are not cached: a service may send any number of them.
local by_type = setmetatable({}, {
  __index = function(self, wire_type)
    local resource = dialect.resources[wire_type]
    local class = load(resource or "resource")
    if resource then
      rawset(self, wire_type, class)
    end
    return class
  end,
})

---The class of a JSON:API type.
---@param wire_type string
---@return table
function classes.of(wire_type)
  return by_type[wire_type]
end

---The metatables by JSON:API type, for core.views.
classes.metatables = setmetatable({}, {
  __index = function(self, wire_type)
    local metatable = by_type[wire_type].metatable
    if rawget(by_type, wire_type) then -- kept there, and so here
      rawset(self, wire_type, metatable)
    end
    return metatable
  end,
})

return classes
