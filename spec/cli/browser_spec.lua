-- SPDX-License-Identifier: MIT
--- Opening an address: the program is started without a shell.

local browser = require "klaviyo.cli.terminal.browser"
local native = require "klaviyo.terminal"
local process = require "spec.support.process"

describe("browser.open #process", function()
  local directory, path

  setup(function()
    directory, path = process.directory(), os.getenv "PATH"
  end)

  teardown(function()
    native.set_environment("PATH", path)
    process.remove(directory)
  end)

  local function desktop(name)
    return name == "DISPLAY" and ":9" or nil
  end

  local function opener(script)
    process.write(directory .. "/xdg-open", "#!/bin/sh\n" .. script .. "\n")
    os.execute("chmod +x " .. directory .. "/xdg-open")
    native.set_environment("PATH", directory .. ":" .. path)
  end

  it("gives the address as it is", function()
    opener(('printf "%%s" "$1" >%s/given'):format(directory))
    local address = "http://127.0.0.1/?a=$(id)&b='; exit 3 #"
    assert.is_true(browser.open(address, desktop))
    assert.equal(address, process.read(directory .. "/given"))
  end)

  it("says why it is not open", function()
    opener "exit 3"
    assert.same({ nil, "xdg-open ended with 3" }, { browser.open("http://127.0.0.1/", desktop) })
    native.set_environment("PATH", directory .. "/nothing")
    local opened, message = browser.open("http://127.0.0.1/", desktop)
    native.set_environment("PATH", path)
    assert.is_nil(opened)
    assert.matches("xdg%-open: No such file", message)
    assert.same({ nil, "there is no desktop here" }, { browser.open("http://127.0.0.1/", function() end) })
  end)
end)

describe("terminal.start #process", function()
  it("tells the status, or that the program runs", function()
    assert.equal(0, native.start({ "true" }, 5))
    assert.equal(7, native.start({ "sh", "-c", "exit 7" }, 5))
    assert.equal(128 + 15, native.start({ "sh", "-c", "kill $$" }, 5))
    assert.is_true(native.start({ "sleep", "1" }, 0))
  end)

  it("takes a list of words alone", function()
    for _, wrong in ipairs { {}, { 1 }, { "a", "b", "c", "d", "e", "f", "g", "h", "i" } } do
      assert.has_error(function()
        native.start(wrong, 1)
      end)
    end
  end)
end)
