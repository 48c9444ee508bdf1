-- SPDX-License-Identifier: MIT
--- The callback style of methods; spec/client/behaviour_spec.lua has it with real calls in every loop.

local callback = require "klaviyo.model.callback"

local unpack = table.unpack or unpack -- LuaJIT

local function class()
  return callback.extend({
    get = function(_, ...) return select("#", ...), ... end,
    each = function(_, fn) return fn end,
  }, { each = true })
end

-- An object whose loop runs what is spawned at once, and keeps count of it.
local function object(methods)
  local loop = { spawned = 0 }
  function loop.spawn(fn, done)
    loop.spawned = loop.spawned + 1
    done(fn())
  end
  return setmetatable({ loop = loop }, { __index = methods }), loop
end

describe("callback.extend", function()
  it("calls a function given last with all results, and leaves it out of the arguments", function()
    local one, loop = object(class())
    local results
    one:get("a", nil, "c", function(...)
      results = { n = select("#", ...), ... }
    end)
    assert.equal(1, loop.spawned)
    assert.equal(4, results.n)
    assert.same({ 3, "a", nil, "c" }, { unpack(results, 1, 4) })
  end)

  it("returns the results where no function is given last", function()
    local one, loop = object(class())
    local count, first = one:get "a"
    assert.equal(1, count)
    assert.equal("a", first)
    assert.equal(0, (one:get()))
    assert.equal(0, loop.spawned)
  end)

  it("leaves methods alone that take a function anyway", function()
    local one, loop = object(class())
    assert.equal(print, one:each(print))
    assert.equal(0, loop.spawned)
  end)

  it("finds the loop of the client that an object belongs to", function()
    local client, loop = object {}
    local called
    setmetatable({ _client = client }, { __index = class() }):get(function()
      called = true
    end)
    assert.is_true(called)
    assert.equal(1, loop.spawned)
  end)
end)
