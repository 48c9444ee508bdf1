-- SPDX-License-Identifier: MIT
--- The text by which another process looks again: what is in it, and what is refused when it is read.

local core = require "klaviyo.core"
local json = require "klaviyo.model.json"
local random = require "spec.support.random"
local recheck_token = require "klaviyo.calls.recheck_token"
local service_clock = require "klaviyo.calls.service_clock"

local CLIENT = { options = { base_url = "https://a.klaviyo.com/", revision = "2026-04-15.pre", api_key = "pk_secret" } }

local function record()
  return { kind = "create", operation = "create_campaign", resource = "campaign", parents = {},
    names = { { name = "VIP", included = { "L" } } },
    sent = { fields = { name = "S\195\164le", description = json.null }, tags = { "T" }, audiences = {
      { fields = { included = { "L" } }, messages = { { fields = { name = "M" }, variations = {
        { fields = { details = { channel = "sms", body = "b" } } } } } } } } } }
end

local function write(given, clock)
  return recheck_token.write(CLIENT, given or record(), clock or service_clock.new(core.now() - 5, 1800000000.5),
    { kind = "timeout" }, "unknown")
end

-- The same text with something else in it.
local function forged(change)
  local given = record()
  change(given)
  return write(given)
end

describe("the text of a call that ended without a known outcome", function()
  it("says what was sent, when and where, and how it ended", function()
    local read = assert(recheck_token.read(write()))
    assert.equal("create", read.kind)
    assert.equal("S\195\164le", read.sent.fields.name)
    assert.equal(json.null, read.sent.fields.description)
    assert.equal("b", read.sent.audiences[1].messages[1].variations[1].fields.details.body)
    assert.equal("VIP", read.names[1].name)
    assert.equal("https://a.klaviyo.com", read.service)
    assert.equal("2026-04-15.pre", read.revision)
    assert.equal(1800000000.5, read.earliest)
    assert.is_true(math.abs(os.time() - 5 - read.began) <= 1)
    assert.equal("timeout", read.cause)
    assert.equal("unknown", read.outcome)
  end)

  it("survives the blanks of a shell, and is safe in an URL and a file name", function()
    local text = write()
    assert.matches("^[%w%._-]+$", text)
    assert(recheck_token.read("  " .. text .. "\n"))
  end)

  it("is of any length", function()
    for length = 0, 40 do
      local given = record()
      given.sent.fields.name = ("x"):rep(length) .. "\127\n"
      assert.equal(given.sent.fields.name, assert(recheck_token.read(write(given))).sent.fields.name)
    end
  end)

  it("is refused if it was cut or changed", function()
    local text = write()
    for at = 1, #text - 1, 7 do
      local read, wrong = recheck_token.read(text:sub(1, at))
      assert.is_nil(read)
      assert.equal("string", type(wrong))
      local byte = text:sub(at, at)
      assert.is_nil((recheck_token.read(text:sub(1, at - 1) .. (byte == "A" and "B" or "A") .. text:sub(at + 1))))
    end
    for _, other in ipairs { "", " ", "klaviyo1.", "klaviyo1.AAAA", "klaviyo2.AAAA.00000000", "pk_secret",
      ("A"):rep(1048577) } do
      assert.is_nil((recheck_token.read(other)))
    end
  end)

  it("is refused if it says something else than it may", function()
    for name, change in pairs {
      kind = function(r) r.kind = "send" end,
      resource = function(r) r.resource = "account" end,
      parents = function(r) r.parents = { campaign = { 1 } } end,
      ids = function(r)
        for i = 1, 1001 do
          r.parents["p" .. i] = "x"
        end
      end,
      control = function(r) r.parents = { campaign = "a\nb" } end,
      long = function(r) r.source = ("x"):rep(4097) end,
      content = function(r) r.sent = { fields = "x" } end,
      none = function(r) r.sent = nil end,
      list = function(r) r.sent.audiences = "x" end,
      deep = function(r)
        local part = r.sent
        for _ = 1, 6 do
          part.audiences = { { fields = {} } }
          part = part.audiences[1]
        end
      end,
      names = function(r) r.names = { { name = 5 } } end,
      update = function(r) r.kind = "update" end,
      schedule = function(r) r.kind, r.id = "schedule", "M" end,
      cancel = function(r) r.kind = "cancel" end,
    } do
      assert.is_nil((recheck_token.read(forged(change))), name)
    end
  end)

  it("is read or refused, whatever it is", function()
    local r = random.new(17)
    for _ = 1, 2000 do
      local bytes = {}
      for i = 1, r.int(0, 60) do
        bytes[i] = string.char(r.int(0, 255))
      end
      local read, wrong = recheck_token.read((r.chance(2) and "klaviyo1." or "") .. table.concat(bytes))
      assert.is_nil(read)
      assert.equal("string", type(wrong))
    end
  end)

  it("holds no credential", function()
    assert.is_nil(write():find("pk_secret", 1, true))
    local plain = json.encode(assert(recheck_token.read(write())))
    assert.is_nil(plain:find("pk_secret", 1, true))
  end)
end)
