-- SPDX-License-Identifier: MIT
local path = require "klaviyo.model.path"

describe("path", function()
  it("is written as scripts write it, and read back", function()
    local keys = { "audiences", 1, "messages", 2, "subject" }
    assert.equal("audiences[1].messages[2].subject", path.format(keys))
    assert.same(keys, path.parse "audiences[1].messages[2].subject")
    assert.same({ "extra", "odd key", "x" }, path.parse(path.format { "extra", "odd key", "x" }))
    assert.same({}, path.parse "")
  end)

  it("becomes a JSON pointer and back, with its escapes", function()
    local keys = { "data", "a/b", "c~d", 1, "x" }
    assert.equal("/data/a~1b/c~0d/0/x", path.to_pointer(keys))
    assert.same(keys, path.from_pointer "/data/a~1b/c~0d/0/x")
    assert.same({ "~1" }, path.from_pointer "/~01")
    assert.equal("", path.to_pointer {})
  end)

  it("ends for any text", function()
    for _, text in ipairs { "[", "]", "a[", "a[x", "a..b", ".", '["a', "a[0]b" } do
      assert.is_table(path.parse(text))
    end
  end)
end)
