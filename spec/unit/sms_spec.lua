-- SPDX-License-Identifier: MIT
--- Text messages counted as 3GPP TS 23.038 and 23.040 have them.

local sms = require "klaviyo.model.sms"

local function counted(text)
  local made = sms.count(text)
  return ("%s %d/%d %d"):format(made.encoding, made.units, made.parts, made.left)
end

describe("sms.count", function()
  it("counts the GSM alphabet in septets: 160 alone, 153 in each of several", function()
    assert.equal("GSM-7 0/0 160", counted "")
    assert.equal("GSM-7 160/1 0", counted(("x"):rep(160)))
    assert.equal("GSM-7 161/2 145", counted(("x"):rep(161)))
    assert.equal("GSM-7 306/2 0", counted(("x"):rep(306)))
    assert.equal("GSM-7 307/3 152", counted(("x"):rep(307)))
    assert.equal("GSM-7 160/1 0", counted(("é"):rep(160)))
    assert.equal("GSM-7 10/1 150", counted "@£$¥ΔΩ\n\rÅß")
  end)

  it("counts the extension table twice, and splits none of it", function()
    for character in ("\f^{}\\[~]|€"):gmatch "[%z\1-\127\194-\244][\128-\191]*" do
      assert.equal("GSM-7 2/1 158", counted(character), character)
    end
    assert.equal("GSM-7 160/1 0", counted(("€"):rep(80)))
    assert.equal("GSM-7 162/2 143", counted(("€"):rep(81))) -- 76 of them fill 152 of 153
    assert.equal("GSM-7 306/3 151", counted(("x"):rep(152) .. "€" .. ("x"):rep(150) .. "€"))
  end)

  it("counts anything else as UCS-2: 70 alone, 67 in each of several", function()
    assert.equal("UCS-2 70/1 0", counted(("ê"):rep(70)))
    assert.equal("UCS-2 71/2 63", counted(("ê"):rep(71)))
    assert.equal("UCS-2 134/2 0", counted("ê" .. ("x"):rep(133)))
    assert.equal("UCS-2 135/3 66", counted("ê" .. ("x"):rep(134)))
    for _, character in ipairs { "`", "\t", "ç", "’", "\0" } do -- Ç is in the alphabet, ç is not
      assert.equal("UCS-2 1/1 69", counted(character), character)
    end
    assert.equal("UCS-2 2/1 68", counted "€ê") -- no extension table there
  end)

  it("counts a surrogate pair twice, and does not split it", function()
    assert.equal("UCS-2 70/1 0", counted(("🎉"):rep(35)))
    assert.equal("UCS-2 72/2 61", counted(("🎉"):rep(36))) -- 33 pairs fill 66 of 67
    assert.equal(36, sms.count(("🎉"):rep(36)).characters)
  end)

  it("names the characters that force UCS-2", function()
    assert.same({}, sms.count("plain").forced_by)
    assert.same({ { character = "’", code = "U+2019", count = 2 }, { character = "🎉", code = "U+1F389", count = 1 } },
      sms.count("it’s a €5 sale ’🎉").forced_by)
  end)
end)

describe("sms.opt_out", function()
  it("is added by the service, in the text, or missing", function()
    assert.equal("added", sms.opt_out { body = "Sale", add_opt_out_language = true })
    assert.equal("missing", sms.opt_out { body = "Sale", add_opt_out_language = false })
    assert.equal("missing", sms.opt_out { add_opt_out_language = require("klaviyo").null })
    for _, body in ipairs { "Reply STOP to end", "Txt STOP.", "to opt out: x", "To Opt-Out", "unsubscribe: x" } do
      assert.equal("in_text", sms.opt_out { body = body }, body)
    end
    for _, body in ipairs { "A non-stop sale", "NON-STOP SALE", "STOPPING at nothing", "Stop by today" } do
      assert.equal("missing", sms.opt_out { body = body }, body)
    end
  end)

  it("comes with what else the service adds", function()
    assert.same({ "add_org_prefix", "add_opt_out_language" },
      sms.additions { add_opt_out_language = true, add_org_prefix = true, shorten_links = false })
  end)
end)
