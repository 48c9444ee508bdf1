-- SPDX-License-Identifier: MIT
--- What the specs of validation share: validating a model, and the problems by their paths.

local assert = require "luassert"
local dialects = require "klaviyo.wire.dialect"
local validate = require "klaviyo.model.validate"

local support = {}

---The problems by their path; no two at one path.
function support.found(problems)
  local map = {}
  for _, problem in ipairs(problems or {}) do
    assert.is_nil(map[problem.path], problem.path)
    assert.is_string(problem.message)
    map[problem.path] = problem.message
  end
  return map
end

---The paths of the problems, sorted.
function support.paths(problems)
  local list = {}
  for path in pairs(support.found(problems)) do
    list[#list + 1] = path
  end
  table.sort(list)
  return list
end

---Validates a model that is to be created.
function support.create(model, dialect, resource, more)
  local ctx = { dialect = dialect }
  for name, value in pairs(more or {}) do
    ctx[name] = value
  end
  local problems = validate.create(resource or "campaign", model, ctx)
  return problems and dialects.add_pointers(problems, ctx.dialect == "openapi" and "openapi" or "guide",
    resource or "campaign", model)
end

---A campaign with one message.
function support.message(fields)
  return { name = "x", audiences = { { messages = { fields } } } }
end

return support
