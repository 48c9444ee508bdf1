-- SPDX-License-Identifier: MIT
local csv = require "klaviyo.cli.csv"

describe("comma-separated values", function()
  it("are as RFC 4180 has them", function()
    assert.equal('name,count,rate\r\n"Sale, ""big""",1000000,0.125\r\n,,\r\n"two\nlines",0,\r\n',
      csv.write({ "name", "count", "rate" }, { { name = 'Sale, "big"', count = 1e6, rate = 0.125 }, {},
        { name = "two\nlines", count = 0 } }))
  end)

  it("hold no formula of a name from outside", function()
    for _, name in ipairs { "=1+1", "+1", "-1", "@SUM(A1)", "\tx" } do
      assert.equal("name\r\n'" .. name .. "\r\n", csv.write({ "name" }, { { name = name } }))
    end
    assert.equal("n\r\n-0.5\r\n", csv.write({ "n" }, { { n = -0.5 } })) -- a number is one
  end)
end)
