-- SPDX-License-Identifier: MIT
--- spec/support/source.lua, on which the specs of layers and words rest.

local source = require "spec.support.source"

describe("source #text", function()
  it("reads C without comments, strings and characters", function()
    local code = source.code("x.c", [[a(); /* b(); */ c("d(\"e\")"); // f();
      g('"'); h();]])
    for name in ("bdef"):gmatch "." do
      assert.is_nil(code:find(name, 1, true), name)
    end
    for name in ("acgh"):gmatch "." do
      assert.is_truthy(code:find(name .. "(", 1, true), name)
    end
  end)

  it("reads Lua without comments and strings, and keeps its lines", function()
    local code = source.code("x.lua", "a() -- b()\nc [==[d() ]] e()]==] --[[ f()\n]] g('h()', \"i()\\\"j()\") k[1]()")
    assert.equal(2, select(2, code:gsub("\n", "")))
    assert.equal("ackg", (code:gsub("[^%a]", ""):gsub("gk", "kg")))
  end)
end)
