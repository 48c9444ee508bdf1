-- SPDX-License-Identifier: MIT
local utf8_text = require "klaviyo.model.utf8_text"

describe("utf8_text", function()
  it("takes every form of UTF-8", function()
    for _, text in ipairs { "", "a", "é € 𝄞 \127 /", "\0", "\244\143\191\191", "\239\191\191" } do
      assert.is_true(utf8_text.is_valid(text), text)
      assert.is_nil(utf8_text.first_invalid(text))
    end
  end)

  it("names the first byte that is none: overlong, half of a pair, beyond the last, cut, or by itself", function()
    for _, bad in ipairs { "\255", "\192\175", "\224\128\128", "\237\160\128", "\240\128\128\128",
      "\244\144\128\128", "\226\130", "\128" } do
      assert.is_false(utf8_text.is_valid("é" .. bad), bad)
      assert.equal(3, utf8_text.first_invalid("é" .. bad))
    end
  end)
end)
