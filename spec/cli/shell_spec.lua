-- SPDX-License-Identifier: MIT
--- Commands in the shell.

local shell = require "klaviyo.cli.terminal.shell"

describe("shell #process", function()
  it("quotes any value as one word", function()
    for _, value in ipairs { "", "a b", "it's", "$(echo no)", "`id`", "\\", "a\nb", "*", "--x" } do
      assert.equal(value, (shell.read("printf %s " .. shell.quote(value))))
    end
    assert.equal("'a' 'b c'", shell.line { "a", "b c" })
  end)

  it("quotes for people only where it is needed", function()
    assert.equal("sale.lua", shell.word "sale.lua")
    assert.equal("'Summer Sale'", shell.word "Summer Sale")
    assert.equal("''", shell.word "")
  end)

  it("reads what a command writes, and its status", function()
    local output, status = shell.read "printf 'a\\nb'; exit 3"
    assert.equal("a\nb", output)
    assert.equal(3, status)
    assert.equal(0, select(2, shell.read "true"))
  end)

  it("runs a command, and says how it ended", function()
    assert.same({ true, 0 }, { shell.run "true" })
    assert.same({ false, 5 }, { shell.run "exit 5" })
  end)
end)
