-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"

describe("json.encode", function()
  it("writes scalars", function()
    assert.equal("true", json.encode(true))
    assert.equal("null", json.encode(json.null))
    assert.equal('"a\\nb"', json.encode "a\nb")
    assert.equal("0.5", json.encode(0.5))
  end)

  it("writes whole numbers without a fraction, and with all their digits", function()
    assert.equal("25", json.encode(25))
    assert.equal("25", json.encode(25.0))
    assert.equal("-3", json.encode(-3.0))
    assert.equal("[9007199254740991,1e+300]", (json.encode { 9007199254740991, 1e300 }:gsub("1.0+1?e", "1e")))
    assert.equal('{"id":9007199254740991}', json.encode { id = 9007199254740991 })
  end)

  it("keeps the digits of a fraction", function()
    local third = 1 / 3
    assert.equal(third, tonumber(json.encode(third)))
    assert.equal("[0.1]", json.encode { 0.1 })
  end)

  it("writes an empty table as an object, and a tagged one as an array", function()
    assert.equal("{}", json.encode {})
    assert.equal("[]", json.encode(json.array()))
    assert.equal('{"a":[]}', json.encode { a = json.array {} })
    assert.equal("[[],[]]", json.encode { json.array(), json.array() })
    assert.equal('{"kv_pairs":{}}', json.encode { kv_pairs = {} })
  end)

  it("leaves the tables as they were", function()
    local list, t = json.array(), { n = 1 / 3 }
    json.encode { list, t }
    assert.equal(0, #list)
    assert.is_nil(next(list))
    assert.equal(1 / 3, t.n)
  end)

  it("writes one table that stands twice", function()
    local list = json.array()
    assert.equal("[[],[],[]]", json.encode { list, list, json.array() })
  end)

  it("knows an array by the name of its metatable, whoever made it", function()
    local other = setmetatable({}, { __name = "klaviyo.array" })
    assert.is_true(json.is_array(other))
    assert.equal("[]", json.encode(other))
    assert.is_true(json.is_array(json.array()))
    assert.is_false(json.is_array {})
    assert.is_false(json.is_array "x")
    assert.is_false(json.is_array(setmetatable({}, { __metatable = "locked" })))
  end)

  it("is not deceived by data that look like its tokens", function()
    for attempt = 1, 3 do
      local text = ("~klaviyo<%d>1"):format(attempt)
      local value = { a = json.array(), b = text, [text] = 1 / 3, c = { "~klaviyo<1>" } }
      local decoded = assert(json.decode(json.encode(value)))
      assert.equal(text, decoded.b)
      assert.equal(1 / 3, decoded[text])
      assert.equal("~klaviyo<1>", decoded.c[1])
      assert.is_truthy(json.encode(value):find('"a":[]', 1, true))
    end
  end)

  local function refused(value, ...)
    local text, message = json.encode(value)
    assert.is_nil(text)
    for _, part in ipairs { ... } do
      assert.is_truthy(message:find(part, 1, true), message)
    end
  end

  it("refuses what has no JSON form, and says where", function()
    refused({ data = { list = { 1, print } } }, "data.list[2]", "function")
    refused({ a = { b = 0 / 0 } }, "a.b", "no JSON form")
    refused({ a = math.huge }, "a: ")
    refused({ a = coroutine.create(print) }, "a: ", "thread")
    refused(print, "function")
  end)

  it("refuses a table that contains itself", function()
    local t = { inner = {} }
    t.inner.again = t
    refused(t, "inner.again", "contains itself")
  end)

  it("refuses what is deeper than any body", function()
    local t = {}
    for _ = 1, 300 do
      t = { t }
    end
    refused(t, "deeper than 200")
  end)

  it("refuses tables that are neither a list nor an object", function()
    refused({ a = { 1, 2, x = 3 } }, "a: ", '"x"')
    refused({ a = { 1, nil, 3, nil, nil, 6 } }, "a: ", "gaps")
    refused({ a = { [1.5] = 1 } }, "a: ", "gaps")
    refused({ a = json.array { x = 1 } }, "a: ", '"x"')
    refused({ [true] = 1 }, "gaps")
  end)

  it("refuses strings and names that are not UTF-8", function()
    for _, bad in ipairs { "\255", "\192\175", "\237\160\128", "\244\144\128\128", "a\226\130", "\128" } do
      refused({ a = { "ok", bad } }, "a[2]", "UTF-8")
      refused({ [bad] = 1 }, "UTF-8")
    end
    local good = "é € 𝄞 \127 /"
    assert.equal(good, json.decode(json.encode { good })[1])
  end)

  it("says bad bytes after good ones of every length", function()
    refused({ "é€𝄞é\194" }, "byte 12")
  end)
end)
