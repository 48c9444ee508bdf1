-- SPDX-License-Identifier: MIT
--- The texts about the tree: every file that they name exists; in doc/architecture.md, with the function that it names.

local source = require "spec.support.source"

local text = source.read "doc/architecture.md"

local function exists(path)
  local pipe = assert(io.popen("ls -d " .. path .. " 2>/dev/null"))
  local found = pipe:read "*a"
  pipe:close()
  return found ~= ""
end

local FOLDERS = { lua = true, src = true, spec = true, doc = true, examples = true, bench = true }

for path, least in pairs { ["doc/architecture.md"] = 50, ["CONTRIBUTING.md"] = 30, ["SECURITY.md"] = 15 } do
  it(path .. " names files and folders that exist #text", function()
    local missing, count = {}, 0
    for name in source.read(path):gmatch "%f[%w_][%w_]+/[%w_%./%*]*" do
      if FOLDERS[name:match "^[^/]+"] then
        count = count + 1
        name = name:gsub("%.$", "")
        missing[#missing + 1] = not exists(name) and name or nil
      end
    end
    assert.same({}, missing)
    assert.is_true(count >= least)
  end)
end

describe("doc/architecture.md #text", function()
  it("names functions that are in their files", function()
    local missing, count = {}, 0
    for path, name in text:gmatch "`([%w_/]+%.[chlua]+)` `([%w_%.:]+)`" do
      count = count + 1
      if not source.code(path):find(name, 1, true) and not source.read(path):find('"' .. name .. '"', 1, true) then
        missing[#missing + 1] = path .. ": " .. name
      end
    end
    assert.same({}, missing)
    assert.is_true(count > 25)
  end)

  it("goes each of the four ways in numbered steps", function()
    local ways = 0
    for section in (text .. "\n## "):gsub("\n## ", "\0"):gmatch "%z(%Z+)" do
      local expected = 0
      for number in section:gmatch "\n(%d+)%. " do
        expected = expected + 1
        assert.equal(expected, tonumber(number))
      end
      ways = ways + (expected > 5 and 1 or 0)
    end
    assert.equal(4, ways)
  end)
end)
