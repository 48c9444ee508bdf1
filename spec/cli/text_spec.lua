-- SPDX-License-Identifier: MIT
-- Text for a terminal: nothing remote steers it, and what is measured is what is shown.

local text = require "klaviyo.cli.terminal.text"

describe("text.hang", function()
  it("breaks what is too long, below its beginning", function()
    assert.same({ "  short" }, text.hang("  short", 20))
    assert.same({ "  one two", "  three" }, text.hang("  one two three", 12))
    assert.same({ "\27[1mone two\27[0m" }, text.hang("\27[1mone two\27[0m", 10))
  end)
end)

describe("text.clean", function()
  it("leaves text as it is", function()
    for _, s in ipairs { "", "plain", "Mother's Day – ½ off", "日本語", "🎉 party", "e\204\129" } do
      assert.equal(s, text.clean(s))
    end
  end)

  it("lets nothing through that steers a terminal", function()
    assert.equal("?[31mred", text.clean "\27[31mred")
    assert.equal("a?b", text.clean "a\194\155b")        -- CSI in one character
    assert.equal("a?b", text.clean "a\155b")            -- CSI in one byte
    assert.equal("?]0;title?", text.clean "\27]0;title\7")
    assert.equal("abc?def", text.clean "abc\127def")
    assert.equal("safe?txt.exe", text.clean "safe\226\128\174txt.exe") -- right-to-left override
    assert.equal("a b c", text.clean "a\nb\tc")
    assert.equal("a?b", text.clean "a\0b")
  end)

  it("makes UTF-8 of everything", function()
    for _, s in ipairs { "\255\254", "\192\175", "\237\160\128", "\195", "\226\130", "x\245\128\128\128" } do
      assert.is_nil(text.clean(s):find "[\128-\255]")
    end
    assert.equal("é?", text.clean "é\128")
  end)
end)

describe("text.width and text.cut", function()
  it("count columns, not bytes", function()
    assert.equal(5, text.width "héllo")
    assert.equal(4, text.width "日本")
    assert.equal(1, text.width "e\204\129")
    assert.equal(3, text.width "\27[31mred\27[0m")
  end)

  it("cut to columns and never through a character", function()
    assert.equal("héll...", text.cut("héllo wörld", 7))
    assert.equal("日本…", text.cut("日本語テキスト", 5, "…"))
    assert.equal("short", text.cut("short", 5))
    for columns = 1, 12 do
      assert.is_true(text.width(text.cut("日本語 and more", columns, "…")) <= columns)
    end
  end)

  it("is in small letters for comparing, beyond ASCII too", function()
    for capital, lower in pairs { ["Ärzte ÉCOLE ÷×"] = "ärzte école ÷×", ["ŁÓDŹ ŻÓŁĆ"] = "łódź żółć",
      ["ΑΘΗΝΑ"] = "αθηνα", ["МОСКВА ЁЖ"] = "москва ёж", ["Ạ"] = "ạ",
      ["日本"] = "日本", ["plain"] = "plain", ["\255\195"] = "\255\195" } do
      assert.equal(lower, text.lower(capital))
      assert.equal(lower, text.lower(lower))
    end
  end)

  it("clip to bytes, and end with a whole character", function()
    assert.equal("abc", text.clip("abc", 3))
    assert.equal("ab... (3 bytes in all)", text.clip("abc", 2))
    assert.equal("a... (5 bytes in all)", text.clip("a\195\164\195\164", 2))
    assert.equal("a\195\164... (5 bytes in all)", text.clip("a\195\164\195\164", 3))
  end)

  it("wrap at spaces and between items", function()
    assert.same({ "one two", "three" }, text.wrap("one two three", 8))
    assert.same({ "a b, c d,", "e f" }, text.wrap_items({ "a b", "c d", "e f" }, 10))
  end)
end)
