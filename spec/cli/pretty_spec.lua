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

describe("pretty.text", function()
  it("indents a text, and leaves its numbers and its order alone", function()
    local text = '{"b":12345678901234567890,"a":[1.50,-0.0,1e400,[],{}],"s":"a \\"{}[],: \\\\","e":{},"n":null}'
    assert.equal([[
{
  "b": 12345678901234567890,
  "a": [
    1.50,
    -0.0,
    1e400,
    [],
    {}
  ],
  "s": "a \"{}[],: \\",
  "e": {},
  "n": null
}]], pretty.text(text))
    assert.equal('"\\u009b"', pretty.text '"\194\155"')
    assert.equal("7", pretty.text " 7 ")
  end)

  it("says the same as the text", function()
    for _, text in ipairs { '[[[{"a":[]}]],{"b":{"c":{}}}]', '{"k":"\\\\"}', '[true,false,null,"",{"":""}]' } do
      assert.same(json.decode(text), json.decode(pretty.text(text)))
    end
  end)
end)
