-- SPDX-License-Identifier: MIT
--- Pages of help on a terminal.

local help_page = require "klaviyo.cli.help_page"

local function written(blocks, columns)
  local lines = {}
  help_page.write({ style = function(_, _, s)
    return s
  end, line = function(_, ...)
    lines[#lines + 1] = table.concat({ ... })
  end }, blocks, columns or 40)
  return table.concat(lines, "\n")
end

describe("help_page", function()
  it("wraps paragraphs, and separates what is not of one run", function()
    assert.equal("one two\nthree\n\nTitle\n   a     text\n   long  more\n\n   code\n\nend",
      written({ "one two three", { heading = "Title" }, { term = "a", text = "text" }, { term = "long", text = "more" },
        { code = { "code" } }, "end" }, 10))
  end)

  it("hangs the text of items, with their code below", function()
    assert.equal("   name  one two three four five six\n         seven\n         name = 1",
      written { { term = "name", text = "one two three four five six seven", code = "name = 1" } })
    local long = ("x"):rep(30)
    assert.equal("   " .. long .. "\n" .. (" "):rep(29) .. "text", written { { term = long, text = "text" } })
  end)

  it("leaves no blanks at the end of a line", function()
    assert.not_matches(" \n", written { { code = { "a", "", "b" } } })
  end)
end)
