-- SPDX-License-Identifier: MIT
--- Problems that validation found before anything was sent, as an error object of the same shape as the server's.

local errors = require "klaviyo.model.error"
local path = require "klaviyo.model.path"

local problems = {}

---@class klaviyo.problem
---@field path? string       where, in the caller's own table: `audiences[1].messages[2].subject`
---@field pointer? string    the JSON pointer of the same place in the body
---@field parameter? string  the query parameter, for a query
---@field message string     what is wrong and what is allowed, as the end of a sentence that begins with the path
---@field found? any
---@field allowed? any
---@field elsewhere? boolean  the field exists in the other dialect

-- `subject must be ...`, or the message alone if it has no path.
local function sentence(problem)
  if problem.path and problem.path ~= "" then
    return problem.path .. " " .. problem.message
  end
  return problem.message
end

local function as_error(problem)
  return {
    code = "invalid", title = "Invalid input", detail = sentence(problem), path = problem.path,
    source = { pointer = problem.pointer, parameter = problem.parameter },
  }
end

---Whether some of the input exists in the other dialect alone.
---@param list klaviyo.problem[]
---@return boolean
function problems.elsewhere(list)
  for _, problem in ipairs(list) do
    if problem.elsewhere then
      return true
    end
  end
  return false
end

-- Whether one place comes before another: list items by their number, names by the alphabet, what has no place last.
local function is_before(a, b)
  if #a == 0 or #b == 0 then
    return #a > #b
  end
  for i = 1, math.min(#a, #b) do
    local one, other = a[i], b[i]
    if one ~= other then
      if type(one) == type(other) then
        return one < other
      end
      return type(one) == "number"
    end
  end
  return #a < #b
end

-- Sorts problems by their place: the order in which they were found is that of the keys of a table, which differs from
-- run to run.
local function sort(list)
  local keys, rank = {}, {}
  for i, problem in ipairs(list) do
    keys[problem], rank[problem] = path.parse(problem.path or ""), i
  end
  table.sort(list, function(a, b)
    if is_before(keys[a], keys[b]) then
      return true
    end
    return not is_before(keys[b], keys[a]) and rank[a] < rank[b]
  end)
end

---Makes one error object of all problems, in the order of their places.
---@param list klaviyo.problem[]
---@param what string  what was not sent: "the request to create a campaign"
---@return klaviyo.error  kind "validation"
function problems.error(list, what)
  local details, out = {}, {}
  sort(list)
  for i, problem in ipairs(list) do
    out[i] = as_error(problem)
    details[i] = out[i].detail
  end
  local message = ("%s was not sent: %s"):format(what, table.concat(details, "; "))
  return errors.new { kind = "validation", message = message, errors = out, problems = list }
end

return problems
