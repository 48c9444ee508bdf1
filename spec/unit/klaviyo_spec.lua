-- SPDX-License-Identifier: MIT
local klaviyo = require "klaviyo"

describe("klaviyo", function()
  it("loads its parts on first use, and next to nothing before", function()
    local program = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "[%d.]+"
    local pipe = assert(io.popen((os.getenv "KLAVIYO_LUA" or program) .. [[ -e 'require "klaviyo"
      for name in pairs(package.loaded) do if name:find "^klaviyo" then print(name) end end']]))
    local loaded = {}
    for line in pipe:lines() do
      loaded[#loaded + 1] = line
    end
    pipe:close()
    assert.same({ "klaviyo" }, loaded)
  end)

  it("has what the reference names, and nothing else", function()
    for _, name in ipairs { "client", "campaign", "all", "run" } do
      assert.is_function(klaviyo[name])
    end
    assert.is_table(klaviyo.filter)
    assert.is_userdata(klaviyo.null)
    assert.matches("^%d+%.%d+%.%d+$", klaviyo.version)
    assert.is_true(klaviyo.error.is(klaviyo.error.new { kind = "x", message = "y" }))
    assert.equal("klaviyo.array", getmetatable(klaviyo.array {}).__name)
    assert.is_nil(klaviyo.campaigns)
  end)

  it("raises for arguments of the wrong type, at the caller's line", function()
    local ok, message = pcall(function()
      klaviyo.all "x"
    end)
    assert.is_false(ok)
    assert.matches("klaviyo_spec.lua:%d+: all takes a table of functions, got a string", message)
  end)
end)
