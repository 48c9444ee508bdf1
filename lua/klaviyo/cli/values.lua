-- SPDX-License-Identifier: MIT
--- Converters of option values for argparse. A wrong value is rejected with the option's name, what is allowed, and
--- what was found.

local suggest = require "klaviyo.model.suggest"

local values = {}

---The words that a converter accepts, for shell completion.
---@type table<function, string[]>
values.words = setmetatable({}, { __mode = "k" })

local function refuse(option, allowed, value, names)
  return nil, ("%s is %s, found %s%s"):format(option, allowed, suggest.show(value), names
    and suggest.phrase(value, names) or "")
end

---Accepts a whole number.
---@param option string
---@param least integer
---@param most? integer
---@return fun(value: string): integer|nil, string|nil
function values.whole(option, least, most)
  local allowed = most and ("a whole number from %d to %d"):format(least, most)
    or ("a whole number, %d or more"):format(least)
  return function(value)
    local number = value:find "^[+-]?%d+$" and tonumber(value)
    if not number or number < least or number > (most or 1e9) then
      return refuse(option, allowed, value)
    end
    return number
  end
end

---Accepts any text but an empty one.
---@param option string
---@param what string  "the name of a metric"
---@return fun(value: string): string|nil, string|nil
function values.filled(option, what)
  return function(value)
    if not value:find "%S" then
      return refuse(option, what, value)
    end
    return value
  end
end

---Accepts a number of seconds.
---@param option string
---@return fun(value: string): number|nil, string|nil
function values.seconds(option)
  return function(value)
    local number = value:find "^%d*%.?%d+$" and tonumber(value)
    if not number or number <= 0 or number > 1e9 then
      return refuse(option, "a number of seconds above 0", value)
    end
    return number
  end
end

---Accepts one of several words.
---@param option string
---@param names string[]
---@param form? fun(value: string): string  normalizes what was typed, such as string.upper
---@return fun(value: string): string|nil, string|nil
function values.one_of(option, names, form)
  local function convert(value)
    local word = form and form(value) or value
    if not suggest.contains(names, word) then
      return refuse(option, "one of " .. suggest.list(names), word, names)
    end
    return word
  end
  values.words[convert] = names
  return convert
end

return values
