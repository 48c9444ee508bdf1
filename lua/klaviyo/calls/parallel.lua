-- SPDX-License-Identifier: MIT
--- Running several functions at once, in whatever loop there is.

local errors = require "klaviyo.model.error"
local suggest = require "klaviyo.model.suggest"

local parallel = {}

-- The first result of a function that raised: it is raised again, after all have ended.
local function first_raised(results)
  for _, result in ipairs(results) do
    if not result[1] then
      return result
    end
  end
end

---Refuses names beside a list that are no options of it.
---@param list table
---@param names string[]
---@param what string  "all"
function parallel.check_options(list, names, what)
  for name in pairs(list) do
    if type(name) ~= "number" and not suggest.contains(names, name) then
      error(("%s has no option %s%s; there are %s"):format(what, suggest.show(name), suggest.phrase(name, names),
        suggest.list(names)), 3)
    end
  end
end

---@param loop table
---@param functions function[]
---@param options? { limit: integer?, all: boolean? }
---@return table|nil values  the first result of each, in order; with all = true: { value | nil, err } each
---@return klaviyo.error|nil err  the first failure
---@return integer|nil count  how many functions there were; nil with an error
function parallel.run(loop, functions, options)
  options = options or {}
  for i, fn in ipairs(functions) do
    if type(fn) ~= "function" then
      error(("all: element %d is a %s, not a function"):format(i, type(fn)), 3)
    end
  end
  local misplaced = loop.check()
  if misplaced then
    return nil, errors.new { kind = "place", message = misplaced }
  end
  local results = loop.all(functions, options.limit or 32)
  local raised = first_raised(results)
  if raised then
    error(raised[2], 0)
  end
  local values, failure = {}, nil
  for i, result in ipairs(results) do
    if options.all then
      values[i] = { result[2], result[3] }
    else
      values[i] = result[2]
      if result[2] == nil and result[3] ~= nil then
        failure = failure or result[3]
      end
    end
  end
  if failure then
    return nil, failure
  end
  return values, nil, #functions
end

return parallel
