-- SPDX-License-Identifier: MIT
-- What the blocking loop alone has to see to: it resumes coroutines itself.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

describe("the blocking loop", function()
  local sandbox, kl

  setup(function()
    sandbox, kl = support.start { loop = "blocking" }
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  before_each(function()
    sandbox:reset()
  end)

  it("says so when nothing is left that could resume a function", function()
    local ok, message = pcall(klaviyo.all, { function()
      coroutine.yield()
    end, function()
      return assert(kl.campaigns:list())
    end })
    assert.is_false(ok)
    assert.matches("nothing is left that could resume them", message)
    assert.is_not_nil(kl.campaigns:list()) -- and works as before
  end)

  it("lets a function have coroutines of its own", function()
    local results = assert(klaviyo.all { function()
      local inner = coroutine.wrap(function()
        coroutine.yield(#assert(kl.campaigns:list()).data)
        coroutine.yield "second"
      end)
      return { inner(), inner() }
    end, function()
      return #assert(kl.campaigns:list()).data
    end })
    assert.same({ 0, "second" }, results[1])
    assert.equal(0, results[2])
  end)

  it("gives a page that came while somebody else waited", function()
    for i = 1, 4 do
      assert(kl.campaigns:create(support.sale("Sale " .. i)))
    end
    local function walk()
      local count = 0
      for _ in kl.campaigns:each { page_size = 1 } do
        count = count + 1
        assert(kl.campaigns:list())
      end
      return count
    end
    assert.same({ 4, 4, 4 }, assert(klaviyo.all { walk, walk, walk }))
  end)

  it("sleeps in functions at once as long as the longest", function()
    local core = require "klaviyo.core"
    local began = core.now()
    local function nap()
      kl.loop.sleep(0.05)
    end
    assert(klaviyo.all { nap, nap, nap, nap })
    local elapsed = core.now() - began
    assert.is_true(elapsed >= 0.05 and elapsed < 0.15, elapsed)
  end)
end)
