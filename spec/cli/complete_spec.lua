-- SPDX-License-Identifier: MIT
--- Which words can stand at the cursor.

local commands = require "klaviyo.cli.commands"
local complete = require "klaviyo.cli.complete"

local asked, last_state

local function source(name, words)
  return function(state)
    asked[#asked + 1] = name
    last_state = state
    local list = {}
    for i, word in ipairs(words) do
      list[i] = { word, name }
    end
    return list
  end
end

local SOURCES = {
  campaigns = source("campaigns", { "Summer Sale", "summer two", "Winter",
    "bad\nname", "bad \27[31m", "bad \194\155" }),
  zones = source("zones", { "Europe/Berlin", "Europe/London" }), fields = source("fields", { "id", "name" }),
  profiles = source("profiles", { "default" }), topics = source("topics", { "times" }),
  force = source("force", { "no-list", "no-text" }),
}

describe("complete.candidates", function()
  local parser

  setup(function()
    parser = commands.parser()
  end)

  before_each(function()
    asked = {}
  end)

  local function words_of(...)
    local found, is_files = complete.candidates(parser, { ... }, SOURCES)
    local words = {}
    for i, candidate in ipairs(found) do
      words[i] = candidate[1]
    end
    return words, is_files
  end

  it("knows commands, behind global options too", function()
    assert.same({ "schedule" }, (words_of "sche"))
    assert.same({ "show" }, (words_of("--json", "--profile", "list", "sho")))
    assert.same({}, (words_of("nothing", "")))
    assert.equal(#commands.names, #(words_of ""))
  end)

  it("knows options of the command and of the whole, and their values", function()
    assert.same({ "--archived" }, (words_of("list", "--arch")))
    assert.same({ "--json" }, (words_of("list", "--js")))
    assert.same({ "SENDING", "SENT" }, (words_of("list", "--status", "SE")))
    assert.same({ "SENDING", "SENT" }, (words_of("list", "--status", "se")))
    assert.same({ "--status=SENDING", "--status=SENT" }, (words_of("list", "--status=SE")))
    assert.same({ "throttled" }, (words_of("schedule", "x", "--strategy", "th")))
    assert.same({ "default" }, (words_of("-p", "d")))
    assert.same({}, (words_of("list", "--limit", "1")))
    assert.same({}, (words_of("list", "--nothing=x")))
  end)

  it("knows the choices of arguments", function()
    assert.same({ "status", "stop" }, (words_of("sandbox", "st")))
    assert.same({ "POST", "PUT", "PATCH" }, (words_of("request", "P")))
    assert.same({ "times" }, (words_of("help", "t")))
  end)

  it("asks for campaigns and zones where one is meant, in any case of letters", function()
    assert.same({ "Summer Sale", "summer two" }, (words_of("show", "SUM")))
    assert.same({ "Winter" }, (words_of("show", "--", "W")))
    assert.same({ "Europe/Berlin" }, (words_of("list", "--timezone", "europe/b")))
    assert.same({ "campaigns", "campaigns", "zones" }, asked)
  end)

  it("asks for nothing elsewhere", function()
    words_of "show"
    words_of("show", "--")
    words_of("show", "a", "b")
    words_of("list", "")
    assert.same({}, asked)
  end)

  it("takes several campaigns where a command does", function()
    assert.same({ "Winter" }, (words_of("archive", "one", "two", "win")))
  end)

  it("completes lists of names behind the last comma", function()
    assert.same({ "id,name" }, (words_of("list", "--fields", "id,n")))
    assert.equal("list", last_state.command)
    assert.same({ "--force=no-list,no-text" }, (words_of("schedule", "x", "--force=no-list,no-t")))
  end)

  it("says where names of files fit", function()
    for _, line in ipairs { { "plan", "" }, { "apply", "a.lua", "" }, { "create", "x" }, { "export", "--output", "" },
      { "init", "" }, { "report", "" }, { "schedule", "" }, { "show", "" }, { "apply", "--plan", "" } } do
      assert.is_true((select(2, words_of((table.unpack or unpack)(line)))), line[1])
    end
    assert.is_false((select(2, words_of("cancel", ""))))
  end)

  it("leaves out names that a line cannot hold or a terminal would obey", function()
    assert.same({}, (words_of("show", "bad")))
  end)
end)

describe("complete.split", function()
  local function split(line)
    local words, at, quote = complete.split(line)
    return words, at, quote
  end

  it("takes a line apart as bash does", function()
    local words, at, quote = split [[klaviyo show "Summer Sale" it\'s 'a "b' x]]
    assert.same({ "klaviyo", "show", "Summer Sale", "it's", 'a "b', "x" }, words)
    assert.equal(41, at)
    assert.is_nil(quote)
    assert.same({ "klaviyo", "" }, (split "klaviyo "))
    assert.same({ 'a"b\\c' }, (split [["a\"b\c"]]))
  end)

  it("knows a quote that is still open", function()
    local words, at, quote = split 'klaviyo show "Summer S'
    assert.same({ "klaviyo", "show", "Summer S" }, words)
    assert.equal(14, at)
    assert.equal('"', quote)
  end)
end)

describe("complete.for_bash", function()
  local BREAKS = " \t\n\"'@><=;|&(:"
  local names = { { "Sale: 50 % & \"more\" $x" } }

  it("quotes as the line does", function()
    assert.same({ [[Sale:\ 50\ %\ \&\ \"more\"\ \$x]] }, complete.for_bash(names, "klaviyo show S", BREAKS))
    assert.same({ [[Sale: 50 % & \"more\" \$x]] }, complete.for_bash(names, 'klaviyo show "S', BREAKS))
    assert.same({ [[Sale: 50 % & "more" $x]] }, complete.for_bash(names, "klaviyo show 'S", BREAKS))
    assert.same({ [[it'\''s]] }, complete.for_bash({ { "it's" } }, "klaviyo show 'i", BREAKS))
  end)

  it("leaves out what bash does not replace", function()
    assert.same({ [[\ 50\ %\ \&\ \"more\"\ \$x]] }, complete.for_bash(names, [[klaviyo show Sale:\ 5]], BREAKS))
    assert.same({ "SENT" }, complete.for_bash({ { "--status=SENT" } }, "klaviyo list --status=SE", BREAKS))
    assert.same({ "--status=SENT" }, complete.for_bash({ { "--status=SENT" } }, "klaviyo list --status=SE", " \t"))
  end)
end)

describe("complete.with_descriptions", function()
  it("puts what a word is behind a tab", function()
    assert.same({ "a\twhat it is", "b" }, complete.with_descriptions { { "a", "what\nit is" }, { "b" } })
  end)
end)
