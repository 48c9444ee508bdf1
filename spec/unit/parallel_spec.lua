-- SPDX-License-Identifier: MIT
--- Several functions at once: what their results and failures come to.

local klaviyo = require "klaviyo"
local parallel = require "klaviyo.calls.parallel"

-- A loop that runs one function after the other.
local function loop(why)
  return {
    check = function()
      return why
    end,
    all = function(functions, limit)
      local results = { limit = limit }
      for i, fn in ipairs(functions) do
        results[i] = { pcall(fn) }
      end
      return results
    end,
  }
end

local function returns(...)
  local values = { ... }
  return function()
    return (table.unpack or unpack)(values, 1, 2)
  end
end

describe("functions at once", function()
  it("give their first results in order", function()
    assert.same({ 1, 2, 3 }, assert(parallel.run(loop(), { returns(1), returns(2), returns(3) })))
    assert.same({}, assert(parallel.run(loop(), {})))
  end)

  it("fail with the first failure, unless all results are wanted", function()
    local functions = { returns(1), returns(nil, "first"), returns(nil, "second") }
    local values, err = parallel.run(loop(), functions)
    assert.is_nil(values)
    assert.equal("first", err)
    values = assert(parallel.run(loop(), functions, { all = true }))
    assert.same({ { 1 }, { nil, "first" }, { nil, "second" } }, values)
  end)

  it("may return nothing, which is no failure", function()
    local values = assert(parallel.run(loop(), { returns(nil), returns(2) }))
    assert.is_nil(values[1])
    assert.equal(2, values[2])
  end)

  it("tell how many there were, which # does not where one returned nothing", function()
    assert.equal(3, select(3, parallel.run(loop(), { returns(nil), returns(nil), returns(nil) })))
    assert.equal(0, select(3, parallel.run(loop(), {})))
    local functions = { returns(1), returns(nil, "first") }
    assert.is_nil((select(3, parallel.run(loop(), functions))))
    assert.equal(2, select(3, parallel.run(loop(), functions, { all = true })))
    assert.equal(2, select(3, klaviyo.all { returns(nil), returns(nil) }))
    local given
    klaviyo.all({ returns(nil) }, function(_, _, count)
      given = count
    end)
    assert.equal(1, given)
  end)

  it("raise what one of them raised, after all have ended", function()
    local ended = false
    local ok, message = pcall(parallel.run, loop(), { function()
      error("no", 0)
    end, function()
      ended = true
    end })
    assert.is_false(ok)
    assert.equal("no", message)
    assert.is_true(ended)
  end)

  it("are not begun where nobody can wait", function()
    local values, err = parallel.run(loop "the loop would stand still", { function()
      error "begun"
    end })
    assert.is_nil(values)
    assert.equal("place", err.kind)
    assert.equal("the loop would stand still", err.message)
  end)

  it("are functions, and their options are known", function()
    for said, given in pairs {
      ["all: element 2 is a number, not a function"] = { returns(1), 5 },
      ['all has no option "limt" (did you mean "limit"?); there are "limit" or "all"'] = { limt = 2 },
      ["all: option limit is a whole number, at least 1, got 0"] = { returns(1), limit = 0 },
      ["all: option limit is a whole number, at least 1, got 1.5"] = { returns(1), limit = 1.5 },
    } do
      local _, message = pcall(parallel.check, given, "function", { "limit", "all" }, "all")
      assert.truthy(message:find(said, 1, true), message)
    end
    parallel.check({ returns(1), limit = 2 }, "function", { "limit", "all" }, "all")
  end)
end)
