-- SPDX-License-Identifier: MIT
-- JSON output for people and scripts.

local json = require "klaviyo.model.json"
local pretty = require "klaviyo.cli.terminal.pretty"

describe("pretty.json", function()
  it("has one order, keeps arrays and null, and escapes what steers a terminal", function()
    local value = { b = 1, a = { json.array(), {} }, n = json.null, s = "\27[31m\194\155\226\128\174", t = true }
    local out = pretty.json(value)
    assert.equal('{"a":[[],{}],"b":1,"n":null,"s":"\\u001b[31m\\u009b\\u202e","t":true}', pretty.line(value))
    assert.equal(pretty.line(value), pretty.line(json.decode(out)):gsub('"a":%[{},{}%]', '"a":[[],{}]'))
    assert.is_nil(out:find "[\127-\255]")
  end)
end)
