-- SPDX-License-Identifier: MIT
-- The globals of a campaign file: what it can use, and that nothing else is within its reach.

local campaign_file = require "klaviyo.cli.plan.campaign_file"

describe("the program of a campaign file", function()
  -- What an expression is in a file, as a text.
  local function value_of(expression)
    return campaign_file.parse(("return { name = tostring(%s) }"):format(expression), "x.lua").model.name
  end

  it("reaches nothing outside", function()
    for _, name in ipairs { "os", "io", "require", "load", "loadstring", "dofile", "loadfile", "debug", "package",
      "getmetatable", "setmetatable", "rawset", "_G", "getfenv", "setfenv", "collectgarbage", "jit", "coroutine",
      "print", "string.dump", '("").dump' } do
      assert.equal("nil", value_of(name), name)
    end
  end)

  it("has the basics of the language", function()
    for _, name in ipairs { "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring",
      "type", "unpack", "string.rep", "table.concat", "math.floor" } do
      assert.matches("^function", value_of(name), name)
    end
  end)

  it("changes nothing for the files after it", function()
    campaign_file.parse('string.rep = nil; table.concat = nil; return { name = "X" }', "x.lua")
    assert.is_function(string.rep)
    assert.matches("^function", value_of "string.rep")
  end)
end)
