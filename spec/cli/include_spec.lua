-- SPDX-License-Identifier: MIT
-- include: files of the folder, and nothing beyond it.

local campaign_file = require "klaviyo.cli.plan.campaign_file"
local failure = require "klaviyo.cli.terminal.failure"
local file_set = require "klaviyo.cli.plan.file_set"
local process = require "spec.support.process"

describe("include", function()
  local above, directory

  before_each(function()
    above = process.directory()
    directory = above .. "/campaigns"
    process.run("mkdir -p " .. process.quote(directory .. "/parts"))
  end)

  after_each(function()
    process.remove(above)
  end)

  local function write(name, content)
    process.write(directory .. "/" .. name, content)
  end

  local function read(text)
    write("sale.lua", text)
    return file_set.read({ args = {} }, { directory .. "/sale.lua" })[1].model
  end

  -- What is said, with the folder left out.
  local function refused(text)
    local ok, problem = pcall(read, text)
    assert.is_false(ok)
    assert.is_true(failure.is(problem), tostring(problem))
    assert.equal(failure.codes.input, problem.code)
    return (problem.message:gsub((directory .. "/"):gsub("%p", "%%%0"), ""))
  end

  it("returns what a file returns: a table, a function, or the data of JSON", function()
    write("brand.lua", 'return { label = "Shop" }')
    write("parts/teaser.lua", 'return function(name) return name .. " of " .. include "zone.json".zone end')
    write("parts/zone.json", '{ "zone": "Berlin" }')
    assert.equal("Shop", read('return { name = include "brand.lua".label }').name)
    assert.equal("Teaser of Berlin", read('return { name = include "parts/teaser.lua" "Teaser" }').name)
    assert.equal("Berlin", read('return { name = include "./parts/zone.json".zone }').name)
  end)

  it("is relative to the file that includes", function()
    write("parts/a.lua", 'return "a " .. include "b.lua"')
    write("parts/b.lua", 'return "b"')
    assert.equal("a b", read('return { name = include "parts/a.lua" }').name)
  end)

  it("gives each file tables of its own", function()
    write("brand.lua", 'string.rep = nil; return { label = "Shop" }')
    assert.equal("Shop xx", read('include "brand.lua".label = "changed"\n'
      .. 'return { name = include "brand.lua".label .. " " .. ("x"):rep(2) }').name)
  end)

  it("may make the campaign, whose lines are those of the file that includes", function()
    write("parts/base.lua", "return function(name) return campaign(name) end")
    write("sale.lua", 'local sale = include "parts/base.lua" "X"\nsale:audience("A", { included = { "L" } })\n'
      .. '  :email { name = "E", subjct = "x" }\nreturn sale')
    local file = file_set.read({ args = {} }, { directory .. "/sale.lua" })[1]
    assert.equal(3, file:line "audiences[1].messages[1].subjct")
  end)

  it("does not leave the folder", function()
    process.write(above .. "/secret.lua", 'return "secret"')
    process.run(("ln -s ../secret.lua %s/link.lua; ln -s .. %s/up; ln -s sale.lua %s/self.lua"):format(directory,
      directory, directory))
    for _, name in ipairs { "../secret.lua", "parts/../../secret.lua", above .. "/secret.lua", "..",
      "a\\\\..\\\\b.lua" } do
      assert.matches("^sale.lua:2: include: .* is outside of the folder", refused(('\ninclude "%s"'):format(name)))
    end
    assert.matches("^sale.lua:1: include: link.lua is a link that leads out", refused 'include "link.lua"')
    assert.matches("^sale.lua:1: include: up/secret.lua is a link that leads out", refused 'include "up/secret.lua"')
  end)

  it("is relative to the folder in which a file is named, also where that is a link", function()
    process.write(above .. "/real.lua", 'return { name = include "brand.lua" }')
    write("brand.lua", 'return "inside"')
    process.write(above .. "/brand.lua", 'return "outside"')
    process.run(("ln -s ../real.lua %s/linked.lua"):format(directory))
    assert.equal("inside", file_set.read({ args = {} }, { directory .. "/linked.lua" })[1].model.name)
  end)

  it("refuses files that include each other", function()
    write("a.lua", 'return include "b.lua"')
    write("b.lua", '\nreturn include "a.lua"')
    assert.equal("b.lua:2: include: a.lua includes itself: a.lua includes b.lua includes a.lua",
      refused 'return include "a.lua"')
    assert.matches("includes itself", refused 'include "sale.lua"')
  end)

  it("says what is wrong with a file, and where", function()
    write("broken.lua", "\nx = = 1")
    write("raises.lua", '\n\nerror "boo"')
    write("broken.json", '{\n"a" }')
    write("notes.txt", "")
    assert.matches("^broken.lua:2: unexpected symbol", refused 'include "broken.lua"')
    assert.equal("raises.lua:3: boo", refused 'include "raises.lua"')
    assert.matches("^broken.json:2: ", refused 'include "broken.json"')
    assert.matches("^sale.lua:1: include: none.lua: No such file", refused 'include "none.lua"')
    assert.matches("^sale.lua:1: include: parts is no file", refused 'include "parts"')
    assert.matches("^sale.lua:1: include: notes.txt: is a .txt file; a campaign file is", refused 'include "notes.txt"')
    assert.matches("^sale.lua:1: include takes the name of a file, found 3", refused "include(3)")
    write("loop.lua", "\nwhile true do end")
    assert.matches("^loop.lua:2: runs for too long", refused 'include "loop.lua"')
  end)

  it("is refused in a text that is no file of a folder", function()
    local ok, problem = pcall(campaign_file.parse, 'include "a.lua"', "stdin")
    assert.is_false(ok)
    assert.matches("^stdin:1: include: this text is no file of a folder", problem.message)
  end)

  it("makes a file a part of another, and no campaign of its folder", function()
    write("brand.lua", "return function() end")
    write("sale.lua", 'include "brand.lua"; return campaign "X"')
    local files = file_set.read({ args = {} }, { directory })
    assert.equal(1, #files)
    write("sale.lua", 'include "brand.lua"; error "boo"')
    local _, problem = pcall(file_set.read, { args = {} }, { directory })
    assert.matches("sale.lua:1: boo$", problem.message)
    assert.is_false((pcall(file_set.read, { args = {} }, { directory, directory .. "/brand.lua" })))
  end)
end)
