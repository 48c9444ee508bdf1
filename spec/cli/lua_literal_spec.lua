-- SPDX-License-Identifier: MIT
--- Values as Lua source: read back, they are what they were.

local json = require "klaviyo.model.json"
local lua_literal = require "klaviyo.cli.lua_literal"

local load = rawget(_G, "loadstring") or load

local function read_back(value)
  return assert(load("local null = ...; return " .. lua_literal.of(value)))(json.null)
end

describe("lua_literal", function()
  it("is read back as the same value", function()
    for _, value in ipairs { "plain", 'a "quote" and \\', "two\nlines\tand\r", "\27[31m", "é€", 12, 1.5, true, {},
      { 1, 2, 3 }, { name = "x", ["end"] = { "y" }, ["a b"] = false }, json.null } do
      assert.same(value, read_back(value))
    end
  end)

  it("writes nothing that a terminal obeys, and names in order", function()
    assert.equal('"\\027[31m"', lua_literal.quote "\27[31m")
    assert.equal('{ a = 1, ["end"] = "x", z = { 1, 2 } }', lua_literal.of { z = { 1, 2 }, ["end"] = "x", a = 1 })
    assert.equal("null", lua_literal.of(json.null))
  end)
end)
