-- SPDX-License-Identifier: MIT
--- The options of a call. Options of the query and options of the call come in one table; these functions tell them
--- apart and give every call one deadline.

local core = require "klaviyo.core"
local options_of = require "klaviyo.model.options"

local call_options = {}

-- These two are internal: `deadline`, an instant on the clock of core.now, see call_options.begin; and `urgent`, for
-- calls that go before others in a shared budget.
local NAMES = { deadline = true, urgent = true }
for _, name in ipairs(options_of.of_a_call) do
  NAMES[name] = true
end

---Splits options into those of the query and those of the call.
---@param options? table
---@param method_options? table<string, boolean>  names that the method reads itself
---@return table|nil query  nil without options
---@return table|nil call
function call_options.split(options, method_options)
  if not options then
    return nil, nil
  end
  options_of.need_table(options)
  local query, call = {}, {}
  for name, value in pairs(options) do
    if NAMES[name] then
      options_of.check_of_a_call(name, value)
      call[name] = value
    elseif not (method_options and method_options[name]) then
      query[name] = value
    end
  end
  return query, call
end

---The same for a method that makes several requests: all of them share one deadline.
---@param client klaviyo.client
---@param options? table
---@param method_options? table<string, boolean>
---@return table query
---@return table call  a new table
function call_options.begin(client, options, method_options)
  local query, call = call_options.split(options or {}, method_options)
  call.deadline = call.deadline or core.now() + (call.timeout or client.options.timeout)
  return query, call
end

---A copy of options with more of them.
---@param options table
---@param more? table
---@return table
function call_options.with(options, more)
  local copy = {}
  for name, value in pairs(options) do
    copy[name] = value
  end
  for name, value in pairs(more or {}) do
    copy[name] = value
  end
  return copy
end

---An option of the call, or else of the client.
---@param client klaviyo.client
---@param options table
---@param name string
---@return any
function call_options.value(client, options, name)
  if options[name] ~= nil then
    return options[name]
  end
  return client.options[name]
end

return call_options
