-- SPDX-License-Identifier: MIT
-- Several campaign files at once: which files a name stands for, and what is said of those that are none.

local failure = require "klaviyo.cli.terminal.failure"
local file_set = require "klaviyo.cli.plan.file_set"
local folders = require "spec.support.folder"
local process = require "spec.support.process"

local CAMPAIGN = 'return campaign "%s"'

describe("file sets", function()
  local folder = folders.for_each(before_each, after_each)

  local function path(name)
    return folder:path(name)
  end

  local function write(name, content)
    return folder:write(name, content or CAMPAIGN:format(name))
  end

  -- The campaigns of names, in their order.
  local function read(...)
    local names = {}
    for i, file in ipairs(file_set.read({ args = {} }, { ... })) do
      names[i] = file.model.name
    end
    return names
  end

  local function refused(...)
    local ok, problem = pcall(file_set.read, { args = {} }, { ... })
    assert.is_false(ok)
    assert.is_true(failure.is(problem), tostring(problem))
    assert.equal(failure.codes.input, problem.code)
    return problem
  end

  it("are files in the order of their names", function()
    assert.same({ "b.lua", "a.json" }, read(write "b.lua", write("a.json", '{ "name": "a.json" }')))
  end)

  it("are the campaign files of a folder, sorted, and nothing else in it", function()
    write "b.lua"
    write "a.lua"
    write("c.json", '{ "name": "c.json" }')
    write("klaviyo.lua", "return {}")
    write "a.lua.lock"
    write ".hidden.lua"
    write "notes.txt"
    process.run("mkdir " .. process.quote(path "old.lua"))
    assert.same({ "a.lua", "b.lua", "c.json" }, read(folder.directory))
    assert.equal(path "a.lua", file_set.read({ args = {} }, { folder.directory .. "/" })[1].name)
  end)

  it("tell a file or a folder from the name of a campaign", function()
    for word, is_path in pairs { ["sale.lua"] = true, ["a/b.json"] = true, [folder.directory] = true,
      ["Summer Sale"] = false,
      ["Sale/Text"] = false, ["v2.0 launch"] = false, ["-"] = false } do
      assert.equal(is_path, file_set.is_path(word), word)
    end
  end)

  it("have each file once, whatever leads to it", function()
    local a = write "a.lua"
    process.run(("cd %s && ln -s a.lua z.lua"):format(process.quote(folder.directory)))
    assert.same({ "a.lua" }, read(a, folder.directory, folder.directory .. "/./a.lua", path "z.lua"))
  end)

  it("have many files", function()
    for i = 1, 300 do
      write(("a-campaign-with-a-long-name-%03d.lua"):format(i))
    end
    local names = read(folder.directory)
    assert.equal(300, #names)
    assert.equal("a-campaign-with-a-long-name-300.lua", names[300])
  end)

  it("name the problems of all files in one failure", function()
    write("b.lua", "\nreturn 3 +")
    write("c.json", "[]")
    write "a.lua"
    local problem = refused(folder.directory)
    assert.matches("^2 of 3 files cannot be read", problem.message)
    assert.equal(2, #problem.details)
    assert.matches("b.lua:2: ", problem.details[1])
    assert.matches("c.json:1: is not a JSON object", problem.details[2])
  end)

  it("say what a file of another kind is, and what is allowed", function()
    for name, message in pairs {
      ["sale.txt"] = "sale.txt: is a .txt file$",
      ["sale.lua.lock"] = "is the record of klaviyo apply",
      ["klaviyo.lua"] = "holds the defaults of its folder",
    } do
      local problem = refused(write(name))
      assert.matches(message, problem.message)
      assert.matches("FILE.lua", problem.hint)
    end
    assert.matches("No such file", refused(path "none.lua").message)
  end)

  it("refuse a folder without campaign files", function()
    write "notes.txt"
    local problem = refused(folder.directory)
    assert.matches("there is no campaign file in this folder", problem.message)
    assert.matches("FILE.json", problem.hint)
  end)

  it("read a file without an extension by its text", function()
    assert.same({ "X" }, read(write("sale", '{ "name": "X" }')))
  end)
end)
