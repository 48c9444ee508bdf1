-- SPDX-License-Identifier: MIT
--- Problems that validation found before anything was sent, as an error object of the same shape as the server's.

local errors = require "klaviyo.model.error"

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

---Makes one error object of all problems.
---@param list klaviyo.problem[]
---@param what string  what was not sent: "the request to create a campaign"
---@return klaviyo.error  kind "validation"
function problems.error(list, what)
  local details, out = {}, {}
  for i, problem in ipairs(list) do
    out[i] = as_error(problem)
    details[i] = out[i].detail
  end
  local message = ("%s was not sent: %s"):format(what, table.concat(details, "; "))
  return errors.new { kind = "validation", message = message, errors = out, problems = list }
end

return problems
