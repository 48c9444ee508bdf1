-- SPDX-License-Identifier: MIT
--- Problems of validation as one error object.

local errors = require "klaviyo.model.error"
local problems = require "klaviyo.model.problems"

describe("problems.error", function()
  it("has the shape of a service's error, and one sentence for all problems", function()
    local list = {
      { path = "audiences[1].name", pointer = "/data/attributes/audiences/0/name", message = "must be a string" },
      { parameter = "sort", message = "there is no such order" },
      { path = "", message = "a campaign needs an audience" },
    }
    local err = problems.error(list, "the request to create a campaign")
    assert.is_true(errors.is(err))
    assert.equal("validation", err.kind)
    assert.equal("none", err.outcome)
    assert.is_false(err.retryable)
    assert.equal("the request to create a campaign was not sent: audiences[1].name must be a string; there is no such "
      .. "order; a campaign needs an audience", tostring(err))
    assert.equal(list, err.problems)
    assert.same({ pointer = "/data/attributes/audiences/0/name" }, err.errors[1].source)
    assert.equal("audiences[1].name", err.errors[1].path)
    assert.same({ parameter = "sort" }, err.errors[2].source)
    assert.equal("there is no such order", err.errors[2].detail)
  end)
end)

describe("problems.error of problems in any order", function()
  it("has them in the order of their places, those of one place as they were found", function()
    local function paths(...)
      local list = {}
      for i, path in ipairs { ... } do
        list[i] = { path = path, message = ("%d"):format(i) }
      end
      local found = {}
      for i, one in ipairs(problems.error(list, "x").errors) do
        found[i] = one.detail
      end
      return found
    end
    assert.same({ "audiences 4", "audiences[2].included[1] 3", "audiences[2].messages[1] 5",
      "audiences[10].included[9] 1", "name 2", "name 6" }, paths("audiences[10].included[9]", "name",
      "audiences[2].included[1]", "audiences", "audiences[2].messages[1]", "name"))
  end)
end)

describe("problems.elsewhere", function()
  it("is true if the other dialect has a field that this one has not", function()
    assert.is_false(problems.elsewhere {})
    assert.is_false(problems.elsewhere { { message = "x" } })
    assert.is_true(problems.elsewhere { { message = "x" }, { message = "y", elsewhere = true } })
  end)
end)
