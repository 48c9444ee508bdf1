-- SPDX-License-Identifier: MIT
-- CSV as RFC 4180 has it, and as spreadsheets write it.

local read_csv = require "klaviyo.cli.read_csv"
local write_csv = require "klaviyo.cli.write_csv"

describe("read_csv", function()
  it("reads rows of cells, with CRLF or LF", function()
    for _, line_end in ipairs { "\r\n", "\n", "\r" } do
      assert.same({ { "a", "b" }, { "c", "d" } }, read_csv.rows("a,b" .. line_end .. "c,d" .. line_end))
      assert.same({ { "a", "b" }, { "c", "d" } }, read_csv.rows("a,b" .. line_end .. "c,d"))
    end
  end)

  it("reads cells in quotes, with quotes, separators and line ends in them", function()
    assert.same({ { 'a"b', "c,d", "e\r\nf" }, { "", '"' } }, read_csv.rows '"a""b","c,d","e\r\nf"\n"",""""')
  end)

  it("keeps empty cells and empty lines in their places, but those at the end", function()
    assert.same({ { "", "a", "" }, { "" }, { "", "" } }, read_csv.rows ",a,\n\n,\n\n\n")
    assert.same({ { "a", "" } }, read_csv.rows "a,")
    assert.same({}, read_csv.rows "")
  end)

  it("finds out the separator", function()
    assert.same({ { "a", "b,c" } }, read_csv.rows "a;b,c" and read_csv.rows '"a";"b,c"')
    assert.same({ { "a", "b" }, { "c,d", "e" } }, read_csv.rows "a\tb\nc,d\te\n")
    assert.same({ { "a,b" }, { "c|d" } }, read_csv.rows "sep=|\r\na,b\n\"c|d\"\n")
    assert.same({ { "a", "b" } }, read_csv.rows "sep=]\na]b")
  end)

  it("names the row that is damaged", function()
    for text, expected in pairs {
      ['a\n"b'] = { "has none at its end", 2 },
      ['a,"b"c\n'] = { "something follows the quote", 1 },
      ['a\nb\nc"d\n'] = { "does not begin with one", 3 },
    } do
      local rows, message, row = read_csv.rows(text)
      assert.is_nil(rows)
      assert.matches(expected[1], message)
      assert.equal(expected[2], row)
    end
  end)

  it("reads what write_csv writes", function()
    local columns, row = { "a", "b", "c" }, { a = 'x "y", z', b = "1\r\n2", c = " " }
    assert.same({ columns, { row.a, row.b, row.c } },
      read_csv.rows(write_csv.head(columns) .. write_csv.line(columns, row)))
  end)
end)
