-- SPDX-License-Identifier: MIT
-- What the scripts of the benchmark have in common: their options, `--name value`, and the file of their results.

local json = require "cjson"

local settings = {}

---@param arguments string[]
---@param defaults table<string, number|string|false>  by name: the value without the option
---@return table<string, number|string|false>
function settings.parse(arguments, defaults)
  local given = {}
  for name, value in pairs(defaults) do
    given[name] = value
  end
  for i = 1, #arguments, 2 do
    local name = arguments[i]:match "^%-%-(%w+)$"
    if defaults[name] == nil or arguments[i + 1] == nil then
      io.stderr:write(("bench: cannot understand %s; see the top of %s\n"):format(arguments[i], arguments[0]))
      os.exit(2)
    end
    given[name] = tonumber(arguments[i + 1]) or arguments[i + 1]
  end
  return given
end

---Writes results as JSON.
---@param path string|false  false: nowhere
---@param results table
function settings.save(path, results)
  if path then
    local file = assert(io.open(path, "w"))
    file:write(json.encode(results), "\n")
    file:close()
  end
end

return settings
