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

  -- What io.tmpfile returns in this spec.
  local function use(...)
    local tmpfile, results = io.tmpfile, { ... }
    io.tmpfile = function() -- luacheck: ignore 122
      return results[1], results[2]
    end
    finally(function()
      io.tmpfile = tmpfile -- luacheck: ignore 122
    end)
  end

  it("gives nothing for the whole where the disk is full", function()
    use((assert(io.open("/dev/full", "r+"))))
    local texts = spool.new()
    assert.error_matches(function()
      for _ = 1, 1000 do
        texts:add(("x"):rep(300))
      end
      all(texts)
    end, "A temporary file cannot be used: No space left on device")
  end)

  it("gives nothing for the whole where the file has lost its end", function()
    local name = os.tmpname()
    finally(function()
      os.remove(name)
    end)
    use((assert(io.open(name, "w+"))))
    local texts, count = spool.new(), 0
    for _ = 1, 1000 do
      texts:add(("x"):rep(300))
    end
    for _ in texts:each() do
      count = count + 1
    end
    assert.equal(1000, count)
    os.execute(("truncate -s 200000 %s"):format(name))
    assert.error_matches(function()
      all(texts)
    end, "A temporary file cannot be used: it ends too early")
    texts:close()
  end)

  it("keeps all of them in memory where there can be no temporary file", function()
    local texts = spool.new()
    use(nil, "No space left on device")
    for i = 1, 2000 do
      texts:add(("%04d%s"):format(i, ("x"):rep(500)))
    end
    assert.equal(2000, #all(texts))
    assert.matches("^2000x", all(texts)[2000])
    texts:close()
  end)
end)
