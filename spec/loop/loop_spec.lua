-- SPDX-License-Identifier: MIT
--- Which loop a host has.

local loop = require "klaviyo.loop"

-- Runs fn while a global has another value.
local function with_global(name, value, fn)
  local before = rawget(_G, name)
  rawset(_G, name, value)
  local ok, message = pcall(fn)
  rawset(_G, name, before)
  assert(ok, message)
end

describe("loop.find", function()
  it("gives the loop of that name, with the functions of every loop", function()
    local blocking = loop.find "blocking"
    for _, name in ipairs { "await", "submitted", "sleep", "all", "waiter", "spawn", "closed", "check" } do
      assert.is_function(blocking[name], name)
    end
    assert.equal("blocking", blocking.name)
  end)

  it("is blocking where nobody owns a loop", function()
    assert.equal("blocking", loop.find().name)
  end)

  it("raises for any other name, with those that there are", function()
    assert.error_matches(function()
      loop.find "libev"
    end, 'no loop "libev"; there are "blocking", "nginx" and "uv"')
  end)

  it("needs more of a host than a global of its name", function()
    for name, value in pairs { ngx = { config = {} }, vim = { api = {} } } do
      with_global(name, value, function()
        assert.equal("blocking", loop.find().name, name .. " without a loop")
      end)
    end
  end)
end)
