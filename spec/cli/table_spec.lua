-- SPDX-License-Identifier: MIT
--- Tables on a terminal and in a pipe.

local screen = require "spec.support.screen"
local tables = require "klaviyo.cli.terminal.table"
local text = require "klaviyo.cli.terminal.text"

local COLUMNS = { { title = "NAME" }, { title = "COUNT", right = true } }
local ROWS = { { "A sale with a long name", "7" }, { "B", "1200" } }

local function written(columns)
  local term, lines = screen.new(columns)
  tables.write(term, COLUMNS, ROWS)
  return lines
end

describe("tables.write", function()
  it("separates by tabs, uncut, without a terminal", function()
    assert.same({ "NAME\tCOUNT", "A sale with a long name\t7", "B\t1200" }, written(nil))
  end)

  it("aligns columns, numbers to the right", function()
    assert.same({
      "NAME                     COUNT",
      "A sale with a long name      7",
      "B                         1200",
    }, written(60))
  end)

  it("cuts the widest column until all fit", function()
    for _, line in ipairs(written(24)) do
      assert.is_true(text.width(line) <= 24, line)
    end
    assert.matches("^A sale.*…", written(24)[2])
  end)

  it("writes cells below each other where columns cannot fit", function()
    local lines = written(12)
    assert.matches("^NAME", lines[1])
    assert.matches("^COUNT%s+7$", lines[2])
    assert.equal("", lines[3])
  end)
end)
