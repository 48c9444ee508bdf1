-- SPDX-License-Identifier: MIT
-- luacheck: std max+busted
local process = require "spec.support.process"
local support = require "spec.support.document"
local cjson = require("cjson").new()

local accept, same = support.accept, support.same
local has_integers = math.type ~= nil

describe("the memory of core.document", function()
  local function campaign(i)
    return ('{"type":"campaign","id":"01JXYZ1234ABCDEFGHIJK%05d","attributes":{"definition":{"name":"Sale %d",'
      .. '"builder":"wizard","archived":false,"color":"#4A90D9","description":null,"send_settings":{'
      .. '"send_timezone":"America/New_York","send_strategy":"STATIC"}},"created_at":"2026-04-14T12:00:00+00:00"},'
      .. '"relationships":{"campaign-messages":{"data":[{"type":"campaign-message","id":"01JXYZ1234ABCDEFGHIJK0001"}],'
      .. '"links":{"self":"https://a.klaviyo.com/api/campaigns/01JXYZ1234ABCDEFGHIJK%05d/relationships/messages/",'
      .. '"related":"https://a.klaviyo.com/api/campaigns/01JXYZ1234ABCDEFGHIJK%05d/campaign-messages/"}}},'
      .. '"links":{"self":"https://a.klaviyo.com/api/campaigns/01JXYZ1234ABCDEFGHIJK%05d/"}}'):format(i, i, i, i, i)
  end

  local page
  setup(function()
    local parts = {}
    for i = 1, 300 do
      parts[i] = campaign(i)
    end
    page = '{"data":[' .. table.concat(parts, ",") .. "]}"
  end)

  it("is the text and little more", function()
    assert.is_true(accept(page):memory() < #page * 1.6 + 1000)
    local dense = "[" .. ("1,"):rep(50000) .. "1]"
    assert.is_true(accept(dense):memory() < #dense * 6)
    assert.equal(50001, accept(dense):length())
  end)

  it("goes back at close, which may be repeated", function()
    local doc = accept(page)
    doc:close()
    doc:close()
    assert.equal("klaviyo.document (closed)", tostring(doc))
    for _, name in ipairs { "get", "find", "type", "length", "key", "next", "lookup", "decode", "text", "memory" } do
      assert.error_matches(function() doc[name](doc) end, "document is closed")
    end
    assert.equal("klaviyo.document (2 bytes)", tostring(accept "[]"))
  end)

  it("belongs to documents alone", function()
    local doc = accept "[]"
    for _, other in ipairs { 1, "x", {}, io.stdout } do
      for _, name in ipairs { "get", "close", "memory" } do
        assert.error(function() doc[name](other) end)
      end
      assert.error(function() getmetatable(doc).__gc(other) end)
    end
    getmetatable(doc).__gc(doc)
    assert.error_matches(function() doc:get() end, "document is closed")
  end)

  it("outlives a close from a finalizer that runs while values are made", function()
    local expected = cjson.decode(page)
    for _ = 1, 20 do
      local doc, closed = accept(page), 0
      local function close()
        doc:close()
        closed = closed + 1
      end
      if has_integers then
        for _ = 1, 10 do
          setmetatable({}, { __gc = close })
        end
      else
        for _ = 1, 10 do
          getmetatable(newproxy(true)).__gc = close
        end
      end
      local value = doc:decode()
      assert.is_true(same(expected, value))
      collectgarbage()
      assert.equal(10, closed)
      assert.error_matches(function() doc:decode() end, "document is closed")
    end
  end)

  local bound = 10e6 -- bytes of text that may be there at once, of 130 MB that are made
  for _, mode in ipairs(_VERSION == "Lua 5.4" and { "incremental", "generational" } or { "incremental" }) do
    local function most(way, count)
      local output = process.run(("%s spec/support/documents_alive.lua %s %s %d"):format(
        os.getenv "KLAVIYO_LUA" or "lua5.4", mode, way, count or 300))
      local text, heap = output:match "^(%d+)%s+(%-?%d+)"
      return assert(tonumber(text), output), tonumber(heap)
    end

    it(("is reported to the collector, %s"):format(mode), function()
      assert.is_true(most "none" < bound)
    end)

    -- A loop over pages holds one while the next is made. In Lua 5.4's generational mode, what has seen two collections
    -- is not looked at again.
    it(("does not grow old while the next is made, %s"):format(mode), function()
      assert.is_true(most "held" < bound)
    end)

    it(("is found however old it is, %s"):format(mode), function()
      assert.is_true(most "steps" < bound)
    end)

    -- The finalizer of a userdata that is old has run, and the userdata itself is there.
    it(("leaves no more than a part of the heap behind, %s"):format(mode), function()
      local _, heap = most("held", 3000)
      assert.is_true(heap < 100e3, heap)
    end)
  end

  it("is not collected while the host has stopped the collector", function()
    collectgarbage "stop"
    local canary = setmetatable({ {} }, { __mode = "v" })
    for _ = 1, 50 do
      accept(page)
    end
    local alive = canary[1] ~= nil
    collectgarbage "restart"
    assert.is_true(alive)
  end)
end)
