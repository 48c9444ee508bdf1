-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local write_csv = require "klaviyo.cli.write_csv"

describe("a line of CSV", function()
  it("has a cell for each column, quoted where it must be", function()
    assert.equal("a,b,c\r\n", write_csv.head { "a", "b", "c" })
    assert.equal('1,,"x, ""y""\nz"\r\n', write_csv.line({ "a", "b", "c" }, { a = 1, b = json.null, c = 'x, "y"\nz' }))
    assert.equal("true,-1\r\n", write_csv.line({ "a", "b" }, { a = true, b = -1 }))
  end)

  it("is nothing that a spreadsheet evaluates", function()
    for _, text in ipairs { "=1", " +1", "-1", "@a", "\239\188\157" .. "1" } do
      assert.equal("'" .. text .. "\r\n", write_csv.line({ "a" }, { a = text }))
    end
  end)
end)
