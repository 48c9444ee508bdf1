-- SPDX-License-Identifier: MIT
--- Random numbers that are the same in every Lua, so that a property that fails fails again.

local random = {}

---@class spec.random
---@field int fun(low: integer, high: integer): integer
---@field pick fun(list: any[]): any
---@field chance fun(one_in: integer): boolean

---@param seed integer
---@return spec.random
function random.new(seed)
  local state = seed % 2147483647
  if state == 0 then
    state = 1
  end
  local generator = {}
  -- Lehmer's generator: products stay below 2^53, so that floats do.
  local function step()
    state = (state * 48271) % 2147483647
    return state
  end
  function generator.int(low, high)
    return low + step() % (high - low + 1)
  end
  function generator.pick(list)
    return list[generator.int(1, #list)]
  end
  function generator.chance(one_in)
    return generator.int(1, one_in) == 1
  end
  return generator
end

return random
