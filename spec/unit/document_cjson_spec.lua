-- SPDX-License-Identifier: MIT
-- luacheck: std max+busted
local core = require "klaviyo.core"
local random = require "spec.support.random"
local support = require "spec.support.document"
local cjson = require("cjson").new()

cjson.decode_invalid_numbers(false)

local accept, same = support.accept, support.same

describe("core.document against lua-cjson", function()
  local draw = random.new(8259)
  local pieces = {
    "a", "Z", " ", "0", "\\\"", "\\\\", "\\/", "\\n", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\195\169",
    "\226\130\172", "\240\159\152\128", "campaign", "attributes", "0123456789abcdefghijklmnop",
  }
  local spaces = { "", "", "", "", " ", "\n  ", "\t", "\r\n", "                                " }
  local numbers = { "0", "-0", "1", "-1", "12", "1.5", "-2.25e-3", "1e10", "123456789012", "0.1", "9.99E+99" }
  local words = { "true", "false", "null" }

  local function space()
    return draw.pick(spaces)
  end

  local function str()
    local parts = {}
    for i = 1, draw.int(0, 5) do
      parts[i] = draw.pick(pieces)
    end
    return '"' .. table.concat(parts) .. '"'
  end

  local function value(depth)
    local kind = draw.int(1, depth > 0 and 8 or 5)
    if kind <= 2 then
      return str()
    elseif kind == 3 then
      return draw.pick(numbers)
    elseif kind == 4 then
      return draw.pick(words)
    elseif kind == 5 then
      return ("%d"):format(draw.int(-2 ^ 29, 2 ^ 29))
    end
    local parts, object = {}, kind > 6
    for i = 1, draw.int(0, 6) do
      parts[i] = space() .. (object and str() .. space() .. ":" .. space() or "") .. value(depth - 1) .. space()
    end
    local body = #parts > 0 and table.concat(parts, ",") or space()
    return object and "{" .. body .. "}" or "[" .. body .. "]"
  end

  --- Collects by walking nodes what decode builds at once.
  local function walk(doc, node)
    local kind = doc:type(node)
    if kind ~= "array" and kind ~= "object" then
      return doc:get(node)
    end
    local result, child, count = {}, doc:next(node), 0
    while child do
      count = count + 1
      result[doc:key(child) or count] = walk(doc, child)
      child = doc:next(node, child)
    end
    assert(count == doc:length(node))
    return result
  end

  it("random documents have equal values", function()
    for _ = 1, 4000 do
      local text = space() .. value(5) .. space()
      local doc, expected = accept(text), cjson.decode(text)
      assert(same(expected, doc:decode()), text)
      assert(same(expected, walk(doc, 0)), text)
      assert(same(expected, core.document(doc:text()):get()), text)
    end
  end)

  --- Why lua-cjson takes a text that RFC 8259 does not have, and that is refused here.
  local stricter = {
    "expected UTF%-8, found",                     -- it does not look at bytes beyond ASCII
    "expected control characters to be escaped",  -- nor at control characters in strings
    "expected a digit, found",                    -- 1. and 1.e5
    "expected a value, found '%+'",               -- +1
    "after an? %a+, found '[0-9xX]'",             -- 01, 0x10
    "expected the end of the text, found '[0-9xX]'",
    "expected the end of the text, found byte 0x00",
  }

  local function excused(message)
    for _, pattern in ipairs(stricter) do
      if message:find(pattern) then
        return true
      end
    end
    return message:find "the text ends too early, expected a digit" -- 1. again
  end

  it("mutated documents are refused alike, but for what is listed", function()
    local bytes = { "{", "}", "[", "]", ",", ":", '"', "\\", "0", "-", ".", "e", "\0", "\n", "\127", "\128", "\195",
                    "\237", "\255", "t", "u", "d800", "true", " " }
    local accepted, refused = 0, 0
    for _ = 1, 6000 do
      local text = value(3)
      for _ = 1, draw.int(1, 2) do
        local at, piece = draw.int(1, #text + 1), draw.pick(bytes)
        local kind = draw.int(1, 3)
        text = text:sub(1, at - 1) .. (kind < 3 and piece or "") .. text:sub(kind == 1 and at or at + 1)
      end
      local ok, expected = pcall(cjson.decode, text)
      local doc, err = core.document(text)
      if doc then
        accepted = accepted + 1
        assert(ok, text)
        assert(same(expected, doc:decode()), text)
      else
        refused = refused + 1
        assert(err.offset <= #text and (err.code == "truncated") == (err.offset == #text))
        assert(not ok or excused(err.message), text .. "\n" .. err.message)
      end
    end
    assert.is_true(accepted > 500 and refused > 500)
  end)
end)
