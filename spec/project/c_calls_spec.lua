-- SPDX-License-Identifier: MIT
--- spec/support/c_calls.lua, on which the specs of layers rest.

local c_calls = require "spec.support.c_calls"

local function path_of(path)
  return path
end

describe("c_calls #text", function()
  it("finds the functions that a file defines for others", function()
    assert.same({ "one", "two", "three" }, c_calls.defined(table.concat({
      "int one(void) {", "}", "struct s *two(int a,", "         char *b) {", "}",
      "static int hidden(void) {", "}", "int declared(void);", "enum e three(void (*f)(int)) {", "}",
    }, "\n")))
  end)

  it("finds a cycle, and none where there is none", function()
    local line = { { from = "a", to = "b" }, { from = "b", to = "c" }, { from = "a", to = "c" } }
    assert.is_nil(c_calls.cycle(line, path_of))
    line[#line + 1] = { from = "c", to = "b" }
    assert.same({ "b", "c", "b" }, c_calls.cycle(line, path_of))
    assert.is_nil(c_calls.cycle(line, function(path)
      return path == "a" and "a" or "b and c"
    end))
  end)

  it("finds what a file includes and names of another", function()
    local uses, found = c_calls.uses({ "src/sandbox/base/text.c", "src/sandbox/base/arena.c",
      "src/sandbox/store/sql.c" }, "src/sandbox/"), {}
    for _, use in ipairs(uses) do
      found[use.from:match "[^/]+$" .. " " .. use.name] = use.to
    end
    assert.equal("src/sandbox/store/sql.h", found["sql.c store/sql.h"])
    assert.equal("src/sandbox/base/arena.c", found["sql.c sbx_arena_alloc"])
    assert.is_nil(found["arena.c sbx_sql_add"])
  end)
end)
