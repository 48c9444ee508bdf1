-- SPDX-License-Identifier: MIT
--- Several functions at once, at most so many.

local group = require "klaviyo.loop.group"

-- Runs functions in coroutines that are resumed in turn until all have ended. Returns the results, and how many ran at
-- once at most.
local function run(functions, limit)
  local threads, most, ended = {}, 0, 0
  local results, over = group.begin(functions, limit, function(thread, failed)
    threads[#threads + 1] = { thread, failed }
    most = math.max(most, #threads)
  end, function()
    ended = ended + 1
  end)
  while not over() do
    local entry = table.remove(threads, 1)
    local ok, message = coroutine.resume(entry[1])
    if not ok then
      entry[2](message)
    elseif coroutine.status(entry[1]) ~= "dead" then
      table.insert(threads, entry)
    end
  end
  assert.equal(1, ended)
  return results, most
end

describe("group.begin", function()
  it("has the results in the functions' order, with their number", function()
    local results = run({
      function() coroutine.yield() return "a", nil end,
      function() return "b" end,
      function() end,
    }, 3)
    assert.same({ { true, "a", nil, n = 3 }, { true, "b", n = 2 }, { true, n = 1 } }, results)
  end)

  it("runs at most as many at once as the limit says", function()
    local functions = {}
    for i = 1, 20 do
      functions[i] = function() coroutine.yield() return i end
    end
    local results, most = run(functions, 4)
    assert.equal(4, most)
    assert.equal(20, results[20][2])
  end)

  it("reports what one raises, and runs the others", function()
    local results = run({ function() error("no", 0) end, function() return 1 end }, 1)
    assert.same({ { false, "no", n = 2 }, { true, 1, n = 2 } }, results)
  end)

  it("is over at once with nothing to do", function()
    assert.same({}, (run({}, 2)))
  end)
end)
