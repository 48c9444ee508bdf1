-- SPDX-License-Identifier: MIT
-- Values between two processes: they arrive as they were, and what is no data is named with its place.

local crossing = require "klaviyo.cli.plan.crossing"
local json = require "klaviyo.model.json"

describe("crossing", function()
  local function back(value)
    return crossing.decode(assert(crossing.encode(value, math.huge)))
  end

  it("brings every kind of data back as it was", function()
    for _, value in ipairs { "", "a\0b\255:E", ("x"):rep(70000), 0, -1, 2 ^ 53, 0.1, 1e300, -1e-300, math.huge,
      -math.huge, true, false, json.null, {}, { 1, 2, { 3 } }, { a = { b = "c" }, [1] = "x", [1.5] = "y" } } do
      assert.same(value, back(value))
    end
    local nan = back(0 / 0)
    assert.is_true(nan ~= nan)
  end)

  it("keeps integers, floats and arrays apart", function()
    local type_of = rawget(math, "type") -- not in LuaJIT
    if type_of then
      local smallest = rawget(math, "mininteger")
      assert.equal("integer", type_of(back(3)))
      assert.equal("float", type_of(back(3.0)))
      assert.equal(smallest, back(smallest))
    end
    assert.is_true(json.is_array(back(json.array())))
    assert.is_true(json.is_array(back { list = json.array { 1 } }.list))
    assert.is_false(json.is_array(back {}))
  end)

  it("copies a table that occurs twice, and refuses one that contains itself", function()
    local shared = { "x" }
    assert.same({ { "x" }, { "x" } }, back { shared, shared })
    local cyclic = { list = {} }
    cyclic.list[1] = cyclic
    local text, problem = crossing.encode(cyclic, math.huge)
    assert.is_nil(text)
    assert.same({ path = "list[1]", problem = "contains itself" }, problem)
  end)

  it("refuses what is no data, with its place", function()
    for _, case in ipairs {
      { { a = { print } }, "a[1]", "is a function" },
      { { a = coroutine.create(print) }, "a", "is a thread" },
      { { a = io.stdout }, "a", "is a userdata" },
      { { a = { [{}] = 1 } }, "a", "has a name that is a table" },
      { print, "", "is a function" },
    } do
      local text, problem = crossing.encode(case[1], math.huge)
      assert.is_nil(text)
      assert.equal(case[2], problem.path)
      assert.matches(case[3], problem.problem, 1, true)
    end
    local deep = {}
    for _ = 1, 101 do
      deep = { deep }
    end
    local _, problem = crossing.encode({ a = deep }, math.huge)
    assert.same({ path = "a[1][1]", problem = "holds more than 100 tables within each other" }, problem)
  end)

  it("refuses objects where the caller says what is plain", function()
    local _, problem = crossing.encode({ a = setmetatable({}, {}) }, math.huge, function(value)
      return getmetatable(value) == nil
    end)
    assert.equal("a", problem.path)
    assert.matches("is an object", problem.problem)
  end)

  it("stops at a limit, also for tables that occur very often", function()
    local many = {}
    for _ = 1, 40 do
      many = { many, many }
    end
    local text, problem = crossing.encode(many, 10000)
    assert.is_nil(text)
    assert.is_true(problem.is_large)
    assert.is_string(crossing.encode("x", 4))
    assert.is_nil((crossing.encode("xx", 4)))
  end)
end)
