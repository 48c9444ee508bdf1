-- SPDX-License-Identifier: MIT
--- Texts that are collected before the first is written.

local spool = require "klaviyo.cli.spool"

describe("a spool", function()
  local function all(texts)
    local list = {}
    for text in texts:each() do
      list[#list + 1] = text
    end
    return list
  end

  it("has no texts at first", function()
    local texts = spool.new()
    assert.same({}, all(texts))
    assert.equal(0, texts.count)
    texts:close()
  end)

  it("gives back what was added, in order and more than once", function()
    for _, count in ipairs { 3, 40000 } do
      local texts, expected = spool.new(), {}
      for i = 1, count do
        expected[i] = ("%d\n\tline\n%s"):format(i, i % 7 == 0 and "" or ("x"):rep(i % 50))
        texts:add(expected[i])
      end
      texts:add ""
      expected[count + 1] = ""
      assert.equal(count + 1, texts.count)
      assert.same(expected, all(texts))
      assert.same(expected, all(texts))
      texts:close()
    end
  end)

  it("keeps few of them in memory", function()
    local texts = spool.new()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    for i = 1, 20000 do
      texts:add(("%d %s"):format(i, ("x"):rep(500)))
    end
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 1024)
    local count = 0
    for text in texts:each() do
      count = count + 1
      assert.equal(tostring(count), text:match "^%d+")
    end
    assert.equal(20000, count)
    texts:close()
  end)

  it("keeps all of them in memory where there can be no temporary file", function()
    local tmpfile, texts = io.tmpfile, spool.new()
    io.tmpfile = function() -- luacheck: ignore 122
      return nil, "No space left on device"
    end
    finally(function()
      io.tmpfile = tmpfile -- luacheck: ignore 122
    end)
    for i = 1, 2000 do
      texts:add(("%04d%s"):format(i, ("x"):rep(500)))
    end
    assert.equal(2000, #all(texts))
    assert.matches("^2000x", all(texts)[2000])
    texts:close()
  end)
end)
