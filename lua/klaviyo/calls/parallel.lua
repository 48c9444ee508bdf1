-- SPDX-License-Identifier: MIT
--- Running several functions at once, in whatever loop there is.

local blame = require "klaviyo.model.blame"
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

-- How many at once, if that is said. None would end at once, with no function called.
local function check_limit(limit, what)
  if limit ~= nil and not (type(limit) == "number" and limit >= 1 and limit % 1 == 0) then
    blame(("%s: option limit is a whole number, at least 1, got %s"):format(what, suggest.show(limit)))
  end
end

---Refuses a list that is none of `type_of_element`, and names beside it that are no options of it.
---@param list table
---@param type_of_element string  "function"
---@param names string[]
---@param what string  "all"
function parallel.check(list, type_of_element, names, what)
  if type(list) ~= "table" then
    blame(("%s takes a table of %ss, got a %s"):format(what, type_of_element, type(list)))
  end
  for name in pairs(list) do
    if type(name) ~= "number" and not suggest.contains(names, name) then
      blame(("%s has no option %s%s; there are %s"):format(what, suggest.show(name), suggest.phrase(name, names),
        suggest.list(names)))
    end
  end
  check_limit(list.limit, what)
  for i = 1, #list do
    if type(list[i]) ~= type_of_element then
      blame(("%s: element %d is a %s, not a %s"):format(what, i, type(list[i]), type_of_element))
    end
  end
end

---Refuses what is to be called and cannot be.
---@param fn any
---@param what string  "run takes a function"
function parallel.check_function(fn, what)
  if type(fn) ~= "function" and not (getmetatable(fn) or {}).__call then
    blame(("%s, got %s"):format(what, suggest.show(fn)))
  end
end

---Runs a function where calls may wait.
---@param loop table
---@param fn fun(): ...
---@param done? fun(...)
function parallel.begin(loop, fn, done)
  parallel.check_function(fn, "run takes a function")
  if done ~= nil then
    parallel.check_function(done, "run takes a function, and one to call with its results")
  end
  return loop.spawn(fn, done or function() end)
end

---@param loop table
---@param functions function[]
---@param options? { limit: integer?, all: boolean? }
---@return table|nil values  the first result of each, in order; with all = true: { value | nil, err } each
---@return klaviyo.error|nil err  the first failure
---@return integer|nil count  how many functions there were; nil with an error
function parallel.run(loop, functions, options)
  options = options or {}
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
