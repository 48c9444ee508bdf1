-- SPDX-License-Identifier: MIT
-- luacheck: std max+busted
local core = require "klaviyo.core"
local random = require "spec.support.random"
local support = require "spec.support.document"
local cjson = require("cjson").new()

local accept, refuse, same = support.accept, support.refuse, support.same
local null = cjson.null
local has_integers = math.type ~= nil
local unpack = table.unpack or unpack

describe("core.document", function()
  describe("values", function()
    it("reads every kind of value at the root", function()
      for text, value in pairs {
        ["null"] = null, ["true"] = true, ["false"] = false, ["0"] = 0, ["-1"] = -1, [" 12 "] = 12,
        ["1.5"] = 1.5, ["-2e3"] = -2000, ["1E+2"] = 100, ["25e-1"] = 2.5, ['""'] = "", ['"a"'] = "a",
        ["\r\n\t 7 \n"] = 7,
      } do
        assert.equal(value, accept(text):get())
      end
      assert.same({}, accept("[]"):get())
      assert.same({}, accept("{}"):get())
    end)

    it("names the type of each", function()
      for text, name in pairs {
        ["null"] = "null", ["true"] = "boolean", ["false"] = "boolean", ["-12"] = "integer", ["1.0"] = "number",
        ["1e2"] = "number", ['"x"'] = "string", ['"\\n"'] = "string", ["[]"] = "array", ["{}"] = "object",
        ["9223372036854775807"] = "integer", ["-9223372036854775808"] = "integer",
        ["9223372036854775808"] = "number", ["-9223372036854775809"] = "number",
        ["10000000000000000000"] = "number",
      } do
        assert.equal(name, accept(text):type())
      end
    end)

    it("tells null from absent", function()
      local doc = accept '{"a":null}'
      assert.equal(null, doc:get(0, "a"))
      assert.is_nil(doc:get(0, "b"))
    end)

    it("tells an empty array from an empty object", function()
      local value = accept('{"a":[],"o":{}}'):decode()
      assert.equal("klaviyo.array", getmetatable(value.a).__name)
      assert.is_nil(getmetatable(value.o))
      assert.equal(getmetatable(value.a), getmetatable(accept("[[1]]"):decode()[1]))
    end)

    it("keeps integers integers where Lua has them", function()
      local value = accept("[1, 1.0, 9007199254740993, 9223372036854775807, -9223372036854775808, -0]"):decode()
      assert.equal(6, #value)
      assert.equal(1, value[1])
      if has_integers then
        assert.equal("integer", math.type(value[1]))
        assert.equal("float", math.type(value[2]))
        assert.equal("9007199254740993", tostring(value[3]))
        assert.equal(math.maxinteger, value[4])
        assert.equal(math.mininteger, value[5])
        assert.equal("0", tostring(value[6]))
      else
        assert.equal(2 ^ 63, value[4])
        assert.equal(-2 ^ 63, value[5])
      end
    end)

    it("takes the last of equal keys, wherever it is asked", function()
      local doc = accept '{"a":1,"b":2,"\\u0061":3}'
      assert.equal(3, doc:get(0, "a"))
      assert.equal(3, doc:decode().a)
      assert.equal(3, doc:length())
    end)
  end)

  describe("numbers", function()
    local hard = {
      "0.1", "0.3", "123456789.123456789", "9007199254740993.0", "9007199254740992.5", "9007199254740993e0",
      "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324",
      "2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623159e308", "179769313486231580793e289",
      "1e22", "1e23", "123e-25", "8.5e22", "1e-22", "3.5844466002796428e+298", "0.000000000000000000000000000001",
      "100000000000000016777215", "100000000000000016777216.000000000000001", "1e400", "-1e400", "1e-400", "-1e-400",
      "0.0", "-0.0", "-0e1",
      "1" .. ("0"):rep(400) .. "e-400", "0." .. ("0"):rep(400) .. "1e401",
    }

    it("rounds like the C library", function()
      for _, text in ipairs(hard) do
        local found = accept(text):get()
        assert.equal(tonumber(text .. (has_integers and not text:find "[.e]" and ".0" or "")), found, text)
        assert.equal(1 / tonumber(text) < 0, 1 / found < 0, text)
      end
    end)

    it("takes exponents of any length", function()
      assert.equal(0, accept("0e999999999999"):get())
      assert.equal(1 / 0, accept("1e999999999999999999999"):get())
      assert.equal(-1 / 0, accept("-1e999999999999999999999"):get())
      assert.equal(0, accept("1e-999999999999999999999"):get())
      assert.equal(1, accept("1e" .. ("0"):rep(2000)):get())
    end)

    it("decides a tie by digits far behind the point", function()
      local tie = "9007199254740993" -- between two doubles; to even is down
      assert.equal(9007199254740992.0, accept(tie .. "." .. ("0"):rep(2000)):get())
      assert.equal(9007199254740994.0, accept(tie .. "." .. ("0"):rep(2000) .. "1"):get())
      assert.equal(9007199254740994.0, accept(tie .. "." .. ("0"):rep(780) .. "1"):get())
    end)

    it("reads back every double that was written with 17 digits", function()
      local draw = random.new(20260415)
      for _ = 1, 5000 do
        local number = draw.int(1, 2 ^ 30) / draw.int(1, 2 ^ 30) * 10.0 ^ draw.int(-300, 300)
        for _, format in ipairs { "%.17g", "%.15g", "%.3e" } do
          local text = format:format(number)
          local json = text:find "[.e]" and text or text .. ".0"
          assert.equal(tonumber(json), accept(json):get(), json)
        end
      end
    end)

    it("does not depend on the locale", function()
      local before = os.setlocale(nil, "numeric")
      for _, name in ipairs { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "ru_RU.UTF-8" } do
        if os.setlocale(name, "numeric") then
          local short, long = accept("0.5"):get(), accept("0.12345678901234567890123"):get()
          os.setlocale(before, "numeric")
          assert.equal(1 / 2, short)
          assert.equal(0.12345678901234568, long)
          return
        end
      end
      pending "no locale with a decimal comma is installed"
    end)

    it("refuses what the grammar does not have", function()
      for _, text in ipairs {
        "01", "-01", "00", "+1", ".5", "1.", "1.e5", "-", "- 1", "0x10", "NaN", "nan", "Infinity", "-Infinity",
        "inf", "1e", "1e+", "1e5.5", "--1", "1_0", "1f", "-.5", "0b1", "1 2", "\239\188\145",
      } do
        refuse(text)
        refuse("[" .. text .. "]")
        refuse('{"a":' .. text .. "}")
      end
    end)
  end)

  describe("strings", function()
    it("resolves every escape", function()
      assert.equal('"\\/\b\f\n\r\t', accept([["\"\\\/\b\f\n\r\t"]]):get())
      assert.equal("a\0b", accept([["a\u0000b"]]):get())
      assert.equal("\195\169\226\130\172\240\159\152\128", accept([["\u00e9\u20AC\uD83d\uDe00"]]):get())
      assert.equal("\240\144\128\128\244\143\191\191", accept([["\ud800\udc00\udbff\udfff"]]):get())
    end)

    it("resolves every code of the basic plane as lua-cjson does", function()
      for high = 0, 255 do
        local parts = {}
        for low = 0, 255 do
          if high < 0xd8 or high > 0xdf then
            parts[#parts + 1] = ("\\u%02x%02X"):format(high, low)
          end
        end
        local text = '"' .. table.concat(parts) .. '"'
        assert.equal(cjson.decode(text), accept(text):get())
      end
    end)

    it("resolves long strings, and escapes anywhere in them", function()
      local draw = random.new(5)
      for length = 0, 70 do
        local plain = ("x"):rep(length)
        for _, escape in ipairs { "\\n", "\\u00e9", "\\ud83d\\ude00", "\195\169", "\\\\" } do
          local at = draw.int(0, length)
          local text = '"' .. plain:sub(1, at) .. escape .. plain:sub(at + 1) .. '"'
          assert.equal(cjson.decode(text), accept(text):get())
          local member = "{" .. text .. ":[" .. text .. "]}"
          assert.is_true(same(cjson.decode(member), accept(member):get()))
        end
      end
      local long = '"' .. ("\\u20ac0123456789"):rep(5000) .. '"'
      assert.equal(cjson.decode(long), accept(long):get())
    end)

    it("tells strings apart that look alike, however often they come", function()
      local alike = {}
      for length = 0, 45 do
        for at = 0, length do
          alike[#alike + 1] = ("a"):rep(at) .. (at < length and "b" or "") .. ("a"):rep(length - at - 1)
        end
      end
      local members = {}
      for i, text in ipairs(alike) do
        members[i] = ('{"%s":"%s"}'):format(text, alike[#alike + 1 - i])
      end
      local body = table.concat(members, ",")
      local value = accept("[" .. body .. "," .. body .. "," .. body .. "]"):decode()
      for i = 1, #value do
        local place = (i - 1) % #alike + 1
        assert.same({ [alike[place]] = alike[#alike + 1 - place] }, value[i])
      end
    end)

    it("refuses halves of surrogate pairs", function()
      for _, text in ipairs {
        [["\ud800"]], [["\udbff"]], [["\udc00"]], [["\udfff"]],
        [["\udc00\ud800"]], [["\ud800\u0041"]], [["\ud800x"]], [["\ud800\n"]],
        [["\ud800\ud800\udc00"]], [["\uD83D\uDE0"]],
      } do
        assert.equal("syntax", refuse(text).code)
        assert.equal("syntax", refuse("{" .. text .. ":1}").code)
      end
    end)

    it("refuses other escapes and bare control characters", function()
      for _, text in ipairs { [["\x"]], [["\u00"]], [["\u00g0"]], [["\U0041"]], [["\0"]], [["\'"]], [["\u 041"]] } do
        assert.equal("syntax", refuse(text).code)
      end
      for byte = 0, 31 do
        for _, length in ipairs { 0, 1, 15, 16, 40 } do
          local err = refuse('"' .. ("x"):rep(length) .. string.char(byte) .. '"')
          assert.equal("syntax", err.code)
          assert.equal(length + 1, err.offset)
        end
      end
      assert.equal("\127", accept('"\127"'):get())
    end)

    it("checks UTF-8 like the table of RFC 3629", function()
      local function valid(text)
        local doc, err = core.document('"' .. text .. '"')
        assert(doc or err.code == "utf8", err and err.message)
        return doc ~= nil and doc:get() == text
      end
      local function expected(a, b)
        if a < 0xc2 or a > 0xf4 then return 0 end
        local low = a == 0xe0 and 0xa0 or a == 0xf0 and 0x90 or 0x80
        local high = a == 0xed and 0x9f or a == 0xf4 and 0x8f or 0xbf
        if b < low or b > high then return 0 end
        return a < 0xe0 and 2 or a < 0xf0 and 3 or 4
      end
      for a = 0x80, 0xff do
        for b = 0x80, 0xff do
          local length, start = expected(a, b), string.char(a, b)
          assert.equal(length == 2, valid(start))
          assert.equal(length == 3, valid(start .. "\128"))
          assert.equal(length == 4, valid(start .. "\191\128"))
          if length > 2 then
            assert.is_false(valid(start .. ("\128"):rep(length - 3) .. "\192"))
          end
        end
        assert.is_false(valid(string.char(a)))
        assert.is_false(valid(string.char(a) .. "a"))
      end
    end)

    it("finds a bad byte wherever it stands", function()
      for length = 0, 70 do
        local err = refuse('"' .. ("x"):rep(length) .. "\255" .. ("y"):rep(20) .. '"')
        assert.equal("utf8", err.code)
        assert.equal(length + 1, err.offset)
        err = refuse('{"' .. ("\195\169"):rep(length) .. '\192\128":1}')
        assert.equal("utf8", err.code)
        assert.equal(length * 2 + 2, err.offset)
        assert.equal(length + 3, err.column)
      end
    end)
  end)

  describe("errors", function()
    it("say what was expected, what was found, and where", function()
      for text, expected in pairs {
        ['{"a":1,}'] = { "syntax", 7, 1, 8, "expected a key in quotes, found '}'" },
        ["{a:1}"] = { "syntax", 1, 1, 2, "expected a key in quotes, found 'a'" },
        ['{"a" 1}'] = { "syntax", 5, 1, 6, "expected a colon after a key, found '1'" },
        ['{"a":1 "b"'] = { "syntax", 7, 1, 8, "expected a comma or } after a member, found '\"'" },
        ["[1,]"] = { "syntax", 3, 1, 4, "expected a value, found ']'" },
        ["[,1]"] = { "syntax", 1, 1, 2, "expected a value, found ','" },
        ["[1\n 2]"] = { "syntax", 4, 2, 2, "expected a comma or ] after an element, found '2'" },
        ["[1}"] = { "syntax", 2, 1, 3, "expected a comma or ] after an element, found '}'" },
        ["[1]x"] = { "syntax", 3, 1, 4, "expected the end of the text, found 'x'" },
        ["[1]\0"] = { "syntax", 3, 1, 4, "expected the end of the text, found byte 0x00" },
        ["[trie]"] = { "syntax", 3, 1, 4, "expected true, false or null, found 'i'" },
        ["<html>"] = { "syntax", 0, 1, 1, "expected a value, found '<'" },
        ["\239\187\191[]"] = { "syntax", 0, 1, 1, "expected a value, found a byte order mark" },
        ["[1]\11"] = { "syntax", 3, 1, 4, "expected the end of the text, found byte 0x0b" },
        ["/**/1"] = { "syntax", 0, 1, 1, "expected a value, found '/'" },
        ["'a'"] = { "syntax", 0, 1, 1, "expected a value, found '''" },
        ['["\195\169\n"]'] = { "syntax", 4, 1, 4, "expected control characters to be escaped, found byte 0x0a" },
        ['["\255"]'] = { "utf8", 2, 1, 3, "expected UTF-8, found byte 0xff" },
        [""] = { "truncated", 0, 1, 1, "the text ends too early, expected a value" },
        ["[\n\n"] = { "truncated", 3, 3, 1, "the text ends too early, expected a value" },
        ['["ab'] = { "truncated", 4, 1, 5, "the text ends too early, expected the quote that ends a string" },
        ["[[]"] = { "truncated", 3, 1, 4, "the text ends too early, expected a comma or ] after an element" },
        ["tru"] = { "truncated", 3, 1, 4, "the text ends too early, expected true, false or null" },
        ['"\195'] = { "truncated", 2, 1, 3, "the text ends too early, expected UTF-8" },
      } do
        local err = refuse(text)
        local code, offset, line, column, message = unpack(expected)
        assert.same({ code = code, offset = offset, line = line, column = column,
                      message = ("line %d, column %d: %s"):format(line, column, message) }, err)
      end
    end)

    it("calls a text that stops anywhere truncated", function()
      local sample = '{"data":[{"id":"1","on":true,"off":false,"no":null,"n":-12.5e+3,'
        .. '"s":"\195\169\226\130\172\240\159\152\128\\u20ac\\ud83d\\ude00\\n","o":{},"a":[[],1]}],\n "x" : {"y":1}}'
      accept(sample)
      for length = 0, #sample - 1 do
        local err = refuse(sample:sub(1, length))
        assert.equal("truncated", err.code, sample:sub(1, length))
        assert.equal(length, err.offset)
      end
    end)
  end)

  describe("depth", function()
    local function nest(depth)
      return ("["):rep(depth) .. ("]"):rep(depth)
    end

    it("is 128 unless said otherwise", function()
      accept(nest(128))
      local err = refuse(nest(129))
      assert.equal("depth", err.code)
      assert.equal(128, err.offset)
      assert.equal("line 1, column 129: nested deeper than 128 levels", err.message)
    end)

    it("is counted for arrays and objects alike, and not for siblings", function()
      local text = '{"a":[{"b":[]},{},[]]}'
      accept(text, { max_depth = 4 })
      assert.equal("depth", refuse(text, { max_depth = 3 }).code)
      accept("[" .. ("[],"):rep(1000) .. "{}]", { max_depth = 2 })
    end)

    it("stops bombs", function()
      for _, opening in ipairs { "[", '{"a":', '[{"":' } do
        assert.equal("depth", refuse(opening:rep(100000)).code)
        assert.equal("depth", refuse(opening:rep(100000), { max_depth = 1024 }).code)
      end
    end)

    it("goes up to 1024, in Lua values too", function()
      local doc = accept(nest(1024), { max_depth = 1024 })
      local value, depth = doc:decode(), 0
      while value do
        value, depth = value[1], depth + 1
      end
      assert.equal(1024, depth)
      assert.equal(nest(1023), doc:text(doc:next(0)))
    end)

    it("is checked as an option", function()
      for _, depth in ipairs { 0, -1, 1025, 1.5, "deep", true, 1 / 0 } do
        assert.error_matches(function()
          core.document("[]", { max_depth = depth })
        end, "max_depth is an integer from 1 to 1024, found ")
      end
      assert.error(function() core.document("[]", 5) end)
      assert.error(function() core.document() end)
      assert.error(function() core.document {} end)
      accept("[]", {})
    end)
  end)

  describe("nodes", function()
    local text = '{"data":[{"type":"campaign","id":"1","attributes":{"definition":{"name":"Sale"},"":{"":7}}},'
      .. '{"type":"campaign","id":"2"}],"a\\u0062":[10,[20,30]],"links":{"next":null}}'

    it("get follows paths of keys and places", function()
      local doc = accept(text)
      assert.equal("Sale", doc:get(0, "data.1.attributes.definition.name"))
      assert.equal("2", doc:get(nil, "data.2.id"))
      assert.equal(7, doc:get(0, "data.1.attributes.."))
      assert.equal(30, doc:get(0, "ab.2.2"))
      assert.equal(null, doc:get(0, "links.next"))
      assert.same({ name = "Sale" }, doc:get(0, "data.1.attributes.definition"))
      assert.same({ next = null }, doc:get(0, "links"))
      assert.equal("Sale", doc:get(doc:find(0, "data.1"), "attributes.definition.name"))
      assert.same(doc:decode(), doc:get(0, ""))
      for _, path in ipairs {
        "x", "data.0", "data.3", "data.01x", "data.-1", "data.1.5", "data.99999999999999999999", "data.id", "dat",
        "data.1.id.x", "links.next.x", ".", "data.", ".data", "data.1.", "links..next", "a\\u0062", "data.1\0",
      } do
        assert.is_nil(doc:get(0, path), path)
        assert.is_nil(doc:find(0, path), path)
      end
    end)

    it("find gives nodes that the other methods take", function()
      local doc = accept(text)
      assert.equal(0, doc:find())
      assert.equal(0, doc:find(0, ""))
      local data = doc:find(0, "data")
      assert.equal("array", doc:type(data))
      assert.equal(2, doc:length(data))
      assert.equal("data", doc:key(data))
      assert.equal("ab", doc:key(doc:find(0, "ab")))
      assert.is_nil(doc:key())
      assert.is_nil(doc:key(doc:find(data, "1")))
      assert.is_nil(doc:length(doc:find(data, "1.id")))
      assert.equal(0, accept("[]"):length())
      assert.equal(0, accept("{}"):length(0))
    end)

    it("next walks children in order", function()
      local doc = accept(text)
      local keys, node = {}, doc:next(0)
      while node do
        keys[#keys + 1] = doc:key(node)
        node = doc:next(0, node)
      end
      assert.same({ "data", "ab", "links" }, keys)
      local list, sum = doc:find(0, "ab"), 0
      node = doc:next(list, nil)
      while node do
        sum = sum + doc:length(node == doc:find(list, "2") and node or list)
        node = doc:next(list, node)
      end
      assert.equal(4, sum)
      assert.is_nil(accept("[]"):next(0))
      assert.is_nil(accept("{}"):next())
      assert.is_nil(accept("1"):next(0))
    end)

    it("text is the JSON as it came", function()
      local source = ' {"a" : [ 1 , {"b":"x\\n"} , [] ] , "c":-1.50 , "d":"" , "e":{ } } '
      local doc = accept(source)
      for path, expected in pairs {
        [""] = source:match "^%s*(.-)%s*$", a = '[ 1 , {"b":"x\\n"} , [] ]', ["a.2"] = '{"b":"x\\n"}',
        ["a.2.b"] = '"x\\n"', ["a.3"] = "[]", c = "-1.50", d = '""', e = "{ }",
      } do
        assert.equal(expected, doc:text(doc:find(0, path)))
      end
    end)

    it("of other documents, keys, and nonsense raise and never crash", function()
      local doc = accept(text)
      local methods = { "get", "find", "type", "length", "key", "next", "decode", "text" }
      for node = -3, 60 do
        for _, name in ipairs(methods) do
          local ok, err = pcall(doc[name], doc, node)
          assert(ok or err:find "no such node", err)
        end
        for parent = 0, 60 do
          local ok, child = pcall(doc.next, doc, parent, node)
          assert(not ok or child == nil or pcall(doc.type, doc, child))
        end
      end
      for _, node in ipairs { 1, -1, 2 ^ 31, 2 ^ 32, 2 ^ 32 - 1, 2 ^ 53, 2 ^ 63, -2 ^ 63, 0.5, 1 / 0, "0", {}, true } do
        for _, name in ipairs(methods) do
          assert.error(function() doc[name](doc, node) end)
        end
      end
      assert.error_matches(function() doc:get(1) end, "no such node in this document")
      assert.error_matches(function() doc:get "data" end, "a node is an integer")
      assert.error(function() doc:get(0, {}) end)
    end)
  end)

  describe("identity", function()
    it("is type and id of what has both as strings, the last of equal keys", function()
      local doc = accept [=[[{"type":"a","id":"1"},{"id":"\u0033","x":[{"type":"z"}],"type":"b","id":"4"},{"type":"a"},
        {"id":"1"},{"type":1,"id":"1"},{"type":"a","id":null},{},[],"a",null]]=]
      local found, node = {}, doc:next(0)
      while node do
        local wire_type, id = doc:identity(node)
        table.insert(found, wire_type and wire_type .. id or select("#", doc:identity(node)))
        node = doc:next(0, node)
      end
      assert.same({ "a1", "b4", 0, 0, 0, 0, 0, 0, 0, 0 }, found)
      assert.error_matches(function() doc:identity(1000) end, "no such node")
      assert.same({ "a", "1", "b", "4" }, doc:identities(0))
      assert.same({}, doc:identities(doc:next(0))) -- an object
      assert.same({}, accept("[]"):identities(0))
    end)
  end)

  describe("primary", function()
    it("is the top-level data and its type", function()
      for json_type, text in pairs { object = "{}", array = "[1]", null = "null", string = '"x"', integer = "5" } do
        local doc = accept('{"links":{"data":1},"data":' .. text .. "}")
        local node, found = doc:primary()
        assert.equal(doc:find(0, "data"), node)
        assert.equal(json_type, found)
      end
    end)

    it("is nothing without data, beside errors, and in what is no JSON:API document", function()
      for _, text in ipairs { "{}", "[]", "null", '{"meta":{"data":1}}', '{"errors":[],"data":{}}',
        '{"data":{},"errors":null}', '["data"]', '"data"' } do
        assert.equal(0, select("#", accept(text):primary()), text)
      end
    end)
  end)

  describe("lookup", function()
    it("finds resource objects of data and included", function()
      local doc = accept [[{"data":[{"type":"a","id":"1","n":1},{"type":"a","id":"2","n":2}],
        "included":[{"type":"b","id":"1","n":3},{"id":"\u0033","type":"\u0062","n":4},{"type":"b","id":"1","n":5}]}]]
      local function n(kind, id)
        local node = doc:lookup(kind, id)
        return node and doc:get(node, "n")
      end
      for _ = 1, 2 do
        assert.equal(1, n("a", "1"))
        assert.equal(2, n("a", "2"))
        assert.equal(3, n("b", "1"))
        assert.equal(4, n("b", "3"))
        assert.is_nil(n("b", "2"))
        assert.is_nil(n("c", "1"))
        assert.is_nil(n("", ""))
        assert.is_nil(n("a\0", "1"))
      end
    end)

    it("takes data that is one object, and survives any other shape", function()
      local doc = accept '{"data":{"type":"a","id":"1"},"included":[]}'
      assert.equal("1", doc:get(doc:lookup("a", "1"), "id"))
      for _, text in ipairs {
        "[]", "1", "{}", '{"data":null}', '{"data":[1,null,[],{},{"type":"a"},{"id":"1"},{"type":1,"id":"1"}]}',
        '{"data":"x","included":{"type":"z","id":[]}}', '[{"data":[{"type":"a","id":"1"}]}]',
      } do
        assert.is_nil(accept(text):lookup("a", "1"))
      end
      assert.error(function() doc:lookup "a" end)
      assert.error(function() doc:lookup(nil, "1") end)
    end)

    it("finds each of thousands", function()
      local parts = {}
      for i = 1, 5000 do
        parts[i] = ('{"type":"%s","id":"%d"}'):format(i % 2 == 0 and "even" or "odd", i)
      end
      local doc = accept('{"included":[' .. table.concat(parts, ",") .. "]}")
      local before = doc:memory()
      for i = 1, 5000 do
        assert.equal(tostring(i), doc:get(assert(doc:lookup(i % 2 == 0 and "even" or "odd", tostring(i))), "id"))
        assert.is_nil(doc:lookup(i % 2 == 0 and "odd" or "even", tostring(i)))
      end
      assert.is_true(doc:memory() > before)
    end)
  end)
end)
