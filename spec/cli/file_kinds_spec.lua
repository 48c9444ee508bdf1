-- SPDX-License-Identifier: MIT
-- Kinds of files, by their names.

local file_kinds = require "klaviyo.cli.plan.file_kinds"

describe("file_kinds", function()
  it("knows Lua, JSON and YAML by the end of a name", function()
    for name, kind in pairs { ["a.lua"] = "lua", ["x/a.b.JSON"] = "json", ["a.yaml"] = "yaml", ["a.yml"] = "yaml" } do
      assert.equal(kind, (file_kinds.of(name)))
    end
  end)

  it("says what another file is", function()
    for name, what in pairs { ["a.lua.lock"] = "is the record", ["x/klaviyo.lua"] = "holds the defaults",
      ["a.csv"] = "klaviyo create %-%-csv", ["a.lua~"] = "is a .lua~ file", ["x.lua/a.toml"] = "is a .toml file" } do
      local kind, other = file_kinds.of(name)
      assert.is_nil(kind)
      assert.matches(what, other)
    end
  end)

  it("knows nothing of a name without an extension", function()
    for _, name in ipairs { "a", "/dev/fd/63", "x.lua/a", "-", ".lua" } do
      assert.same({}, { file_kinds.of(name) })
    end
  end)
end)
