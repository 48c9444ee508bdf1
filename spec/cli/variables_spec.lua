-- SPDX-License-Identifier: MIT
-- Variables of campaign files: where their values come from, and what is said where there is none.

local failure = require "klaviyo.cli.terminal.failure"
local file_set = require "klaviyo.cli.plan.file_set"
local folders = require "spec.support.folder"
local variables = require "klaviyo.cli.plan.variables"

describe("variables", function()
  local folder = folders.for_each(before_each, after_each)

  local function write(name, content)
    return folder:write(name, content)
  end

  local function read(text, set)
    return file_set.read({ args = { set = set } }, { write("sale.lua", text) })[1].model
  end

  local function refused(text, set)
    local ok, problem = pcall(read, text, set)
    assert.is_false(ok)
    assert.is_true(failure.is(problem), tostring(problem))
    return folder:without_path(problem.message), problem
  end

  it("come from --set, as texts", function()
    assert.equal("20%=x string", read('return { name = vars.a .. " " .. type(vars.a) }', { "a=20%=x" }).name)
    assert.equal("", read("return { name = vars.a }", { "a=" }).name)
  end)

  it("have defaults of the file and of its folder, and --set goes before both", function()
    local text = 'vars { a = "file" }\nreturn { name = vars.a .. " " .. vars.b .. " " .. tostring(vars.c) }'
    write("klaviyo.lua", 'return { vars = { a = "folder", b = "folder", c = false } }')
    assert.equal("file folder false", read(text).name)
    assert.equal("set folder false", read(text, { "a=set" }).name)
    assert.equal("file set 1", read(text, { "b=set", "c=1" }).name)
  end)

  it("without a value are an error where they are read", function()
    assert.equal('sale.lua:3: there is no variable "discunt" (did you mean "discount"?): --set discunt=VALUE gives it '
      .. "a value, vars { discunt = ... } a default",
      refused('vars { discount = 1 }\n\nreturn campaign("X " .. vars.discunt)'))
  end)

  it("that are set and read by no file are refused", function()
    local message, problem = refused('vars { discount = "1" }\nreturn campaign("X")', { "discunt=2" })
    assert.equal('--set discunt: no file reads vars.discunt (did you mean "discount"?)', message)
    assert.equal(failure.codes.usage, problem.code)
    assert.matches("the variables are", problem.hint)
    assert.matches("no file reads vars.a", refused('vars { a = "1" }\nreturn campaign "X"', { "a=2" }))
  end)

  it("may be read by one of several files, or by klaviyo.lua", function()
    write("a.lua", 'return { name = vars.a }')
    write("b.lua", 'return { name = "B" }')
    local files = file_set.read({ args = { set = { "a=A", "zone=Europe/Berlin" } } }, { folder.directory,
      write("klaviyo.lua", "return { timezone = vars.zone }") and folder.directory })
    assert.equal("A", files[1].model.name)
    assert.equal("Europe/Berlin", files[2].model.send_settings.send_timezone)
  end)

  it("are refused where --set is no NAME=VALUE, or names one twice", function()
    assert.matches("^%-%-set takes NAME=VALUE", (refused("return {}", { "a" })))
    assert.matches("^%-%-set takes NAME=VALUE", (refused("return {}", { "a b=1" })))
    assert.matches("^%-%-set a is given twice", (refused("return {}", { "a=1", "a=2" })))
  end)

  it("are misused at the line of the file", function()
    assert.matches("^sale.lua:2: vars.a is read only", (refused("\nvars.a = 1")))
    assert.matches("^sale.lua:1: vars takes a table", (refused('vars "a"')))
    assert.matches("^sale.lua:1: vars: \"a\" is a name of letters.*found a table", (refused("vars { a = {} }")))
    assert.matches("^sale.lua:1: name is an object", (refused("return { name = vars }")))
  end)

  it("know what can be a value", function()
    assert.is_true(variables.is_valid("a_1", "x"))
    assert.is_true(variables.is_valid("a", false))
    for _, case in ipairs { { "1a", "x" }, { "a-b", "x" }, { "", "x" }, { 1, "x" }, { "a", {} }, { "a", nil } } do
      assert.is_false(variables.is_valid(case[1], case[2]))
    end
  end)
end)
