-- SPDX-License-Identifier: MIT
--- `vars` of a campaign file: the values of --set, and below them the defaults of the file and of its folder. A
--- variable without a value is an error where it is read, and not an empty text in a message.

local suggest = require "klaviyo.model.suggest"

local variables = {}

local SCALAR = { string = true, number = true, boolean = true }

---Whether a value can be that of a variable.
---@param name any
---@param value any
---@return boolean
function variables.is_valid(name, value)
  return type(name) == "string" and name:find "^[%a_][%w_]*$" ~= nil and SCALAR[type(value)] == true
end

-- Takes the defaults that a file names: vars { discount = "20%" }.
local function declare(self, list)
  if type(list) ~= "table" then
    error("vars takes a table of defaults: vars { discount = \"20%\" }, found " .. suggest.show(list), 3)
  end
  for name, value in next, list do
    if not variables.is_valid(name, value) then
      error(("vars: %s is a name of letters, digits and _ with a text, a number, true or false, found %s"):format(
        suggest.show(name), suggest.show(value)), 3)
    elseif self.values[name] == nil or self.is_default[name] then -- that of the file goes before that of the folder
      self.values[name], self.is_default[name] = value, true
    end
  end
end

local function unknown(self, name)
  return ("there is no variable %s%s: --set %s=VALUE gives it a value, vars { %s = ... } a default"):format(
    suggest.show(name), suggest.phrase(name, suggest.names(self.values)), tostring(name), tostring(name))
end

---The `vars` of the files of one evaluation.
---@param given table<string, string>     by --set
---@param defaults table<string, any>     of the folder
---@return table vars
---@return table<string, boolean> read    the variables that were read
---@return table<string, any> values      all that have a value
function variables.new(given, defaults)
  local self = { values = {}, is_default = {}, read = {} }
  for name, value in pairs(defaults) do
    self.values[name], self.is_default[name] = value, true
  end
  for name, value in pairs(given) do
    self.values[name], self.is_default[name] = value, nil
  end
  local vars = setmetatable({}, { __name = "vars",
    __index = function(_, name)
      if self.values[name] == nil then
        error(unknown(self, name), 2)
      end
      self.read[name] = true
      return self.values[name]
    end,
    __newindex = function(_, name)
      error(("vars.%s is read only: vars { %s = ... } gives it a default"):format(tostring(name), tostring(name)), 2)
    end,
    __call = function(vars, list)
      declare(self, list)
      return vars
    end })
  return vars, self.read, self.values
end

return variables
