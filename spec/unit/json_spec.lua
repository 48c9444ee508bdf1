-- SPDX-License-Identifier: MIT
local core = require "klaviyo.core"
local json = require "klaviyo.model.json"
local process = require "spec.support.process"
local random = require "spec.support.random"

describe("a lua-cjson that loses quotes", function()
  it("is refused before it writes anything", function()
    local cjson, known = package.loaded.cjson, package.loaded["klaviyo.model.json"]
    package.loaded["klaviyo.model.json"] = nil
    package.loaded.cjson = { new = function()
      return { encode = function() -- as in Neovim 0.12
        return '[""]'
      end }
    end }
    local ok, message = pcall(require, "klaviyo.model.json")
    package.loaded.cjson, package.loaded["klaviyo.model.json"] = cjson, known
    assert.is_false(ok)
    assert.matches("loses the quotes of texts", message)
  end)
end)

-- As in Neovim 0.12: what the program exports comes before a library's own.
local STRANGERS = "void strbuf_append_string(void *buffer, const char *text) { (void)buffer; (void)text; }"

describe("lua-cjson in a program with functions of the same names #process", function()
  local directory

  setup(function()
    directory = process.directory()
    process.write(directory .. "/strangers.c", STRANGERS)
    local output, code = process.run(("cc -shared -fPIC -o %s/strangers.so %s/strangers.c 2>&1"):format(directory,
      directory))
    assert.equal(0, code, output)
  end)

  teardown(function()
    process.remove(directory)
  end)

  local function run(program)
    process.write(directory .. "/program.lua", program)
    return process.run(("LD_PRELOAD=%s/strangers.so LUA_PATH=%s LUA_CPATH=%s %s %s/program.lua 2>&1"):format(directory,
      process.quote(package.path), process.quote(package.cpath),
      process.quote(process.find(os.getenv "KLAVIYO_LUA" or "lua5.4")), directory))
  end

  it("keeps its own, and with them the quotes of texts", function()
    local output, code = run [[
      local json = require "klaviyo.model.json"
      io.write(json.encode { 'a "b" \\ c' }, " ", require("cjson").encode { '"' })
    ]]
    assert.equal([=[["a \"b\" \\ c"] ["\""]]=], output)
    assert.equal(0, code)
  end)

  it("is refused where it has taken the program's before", function()
    local output, code = run 'require "cjson" require "klaviyo.model.json"'
    assert.equal(1, code)
    assert.matches('require "klaviyo" before anything else loads lua-cjson', output, 1, true)
  end)
end)

describe("json.decode", function()
  it("keeps whole numbers whole", function()
    local value = json.decode '{"n":20,"list":[1,2.5],"null":null}'
    assert.equal("20", tostring(value.n))
    assert.equal("1", tostring(value.list[1]))
    assert.equal(2.5, value.list[2])
    assert.equal(json.null, value.null)
  end)

  it("gives nil and a message for what is no JSON", function()
    local value, message = json.decode "{"
    assert.is_nil(value)
    assert.is_string(message)
  end)

  it("never changes the host's lua-cjson", function()
    local cjson = require "cjson"
    assert.equal("{}", cjson.encode {})
    assert.equal("[0.33333333333333]", cjson.encode { 1 / 3 })
  end)
end)

describe("json over OpenResty's lua-cjson", function()
  local fork, kept, klaviyo, support

  -- Everything is loaded anew over the other lua-cjson, and put back afterwards.
  setup(function()
    fork, kept = require "spec.support.cjson_fork", {}
    for name, module in pairs(package.loaded) do
      if name == "cjson" or name:find "^klaviyo" or name == "spec.support.sandbox" then
        kept[name], package.loaded[name] = module, nil
      end
    end
    package.loaded.cjson = fork
    klaviyo, support = require "klaviyo", require "spec.support.sandbox"
  end)

  teardown(function()
    for name in pairs(package.loaded) do
      if name:find "^klaviyo" then
        package.loaded[name] = nil
      end
    end
    for name, module in pairs(kept) do
      package.loaded[name] = module
    end
  end)

  it("knows the arrays of both", function()
    local over = require "klaviyo.model.json"
    assert.are_not.equal(json, over)
    assert.equal("[]", over.encode(over.array()))
    assert.equal('{"a":[]}', over.encode { a = over.array() })
    assert.equal("[[],[1]]", over.encode { over.array(), over.array { 1 } })
    assert.equal("{}", over.encode {})
    assert.equal(1 / 3, tonumber(over.encode(1 / 3)))
  end)

  for _, revision in ipairs { "2026-04-15.pre", "2026-07-15.pre" } do
    it("sends lists as lists, with its marks and with ours: " .. revision, function()
      local sandbox, kl = support.start { revision = revision }
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { "LIST" }, excluded = {} }):email { name = "M", subject = "S" }
      local audience = assert(kl.campaigns:create(sale)).audiences[1]
      for _, list in ipairs { {}, klaviyo.array {}, setmetatable({}, fork.array_mt),
        setmetatable({}, fork.empty_array_mt), fork.empty_array } do
        audience.included = { "LIST" }
        assert(audience:save())
        audience.included = list
        assert(audience:save())
        local seen = sandbox:requests()
        assert.matches('"included":[]', seen[#seen].body, 1, true)
        assert.same({}, audience.included)
      end
      kl:close()
      sandbox:stop()
    end)
  end
end)

describe("json", function()
  -- Random documents; empty arrays are tagged, so that they differ from empty objects afterwards.
  local function value(r, depth)
    local kind = r.int(1, depth > 4 and 5 or 7)
    if kind == 1 then
      return r.int(-1000, 1000)
    elseif kind == 2 then
      return r.int(-1000000, 1000000) / 977
    elseif kind == 3 then
      return r.pick { "", "a", "~klaviyo<1>1", "ü\n\"\\", "\0", "x/y" }
    elseif kind == 4 then
      return r.chance(2)
    elseif kind == 5 then
      return json.null
    elseif kind == 6 then
      local list = json.array()
      for i = 1, r.int(0, 4) do
        list[i] = value(r, depth + 1)
      end
      return list
    end
    local object = {}
    for _ = 1, r.int(0, 4) do
      object[r.pick { "a", "b", "c d", "~klaviyo<1>", "é" }] = value(r, depth + 1)
    end
    return object
  end

  it("reads back what it wrote", function()
    local r = random.new(20260415)
    for i = 1, 500 do
      local before = value(r, 0)
      local text = assert(json.encode(before))
      assert.same({ before }, json.decode("[" .. text .. "]"), i .. ": " .. text)
    end
  end)

  it("writes what the core calls plain without a look of its own, and alike", function()
    local r, plain = random.new(20260416), 0
    for i = 1, 2000 do
      local before = value(r, 3)
      if core.is_plain(before) then
        plain = plain + 1
        assert.equal(assert(json.encode(before)), json.encode(before, true), tostring(i))
      end
    end
    assert.is_true(plain > 200 and plain < 1800, tostring(plain))
  end)

  it("never writes to the tables that it is given", function()
    local lists = json.array()
    local inner = { price = 1.5e300, lists = lists, name = "Sale \240\159\142\137" }
    local given = { a = inner, b = inner, c = 12345678901234567 }
    local steps, written = 0, false
    debug.sethook(function() -- at every instruction
      steps = steps + 1
      written = written or next(lists) ~= nil or inner.price ~= 1.5e300 or given.c ~= 12345678901234567
    end, "", 1)
    local text = json.encode(given)
    debug.sethook()
    assert.is_true(steps > 100)
    assert.is_false(written)
    assert.matches('"lists":[]', text, 1, true)
    assert.matches("1.5", text, 1, true)
  end)

  it("is plain for the core only if every writer writes it alike", function()
    local inside, deep = {}, {}
    inside.a = { b = inside }
    for _ = 1, 100 do
      deep = { deep }
    end
    for _, good in ipairs { "x", 1, -99999999999999, true, json.null, {}, { 1, { a = "b" } }, json.array { "x" },
      { a = {}, b = { json.null, false } }, "\195\169", "Sale \240\159\142\137", { ["\195\169"] = 1 },
      { "\239\191\191", "\244\143\191\191" } } do
      assert.is_true(core.is_plain(good))
    end
    for _, bad in ipairs { "\195", "\195x", "\192\175", "\237\160\128", "\244\144\128\128", "\128", "\240\159\142",
      1.5, 1e14, 0 / 0, 1 / 0, json.array(), { a = json.array() }, { 1, a = 2 },
      { [2] = "gap" }, { [0] = 1 }, { [1.5] = 1 }, { [true] = 1 }, { ["\255"] = 1 }, setmetatable({ a = 1 },
        json.array_metatable), print, { print }, inside, deep, coroutine.create(print), io.stdout } do
      assert.is_false(core.is_plain(bad))
    end
    assert.is_false(core.is_plain())
  end)
end)
