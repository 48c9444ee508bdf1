-- SPDX-License-Identifier: MIT
--- Holds what is written about the interface against the interface: annotations, meta files, pages, man page.

local process = require "spec.support.process"
local annotations = require "doc.annotations"
local klaviyo = require "klaviyo"
local sandbox = require "klaviyo.sandbox"

local META = "lua/klaviyo/meta/"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function sorted(list)
  table.sort(list)
  return list
end

-- The names of the functions in a table, or of all its values.
local function names_in(values, kind)
  local names = {}
  for name, value in pairs(values) do
    if type(name) == "string" and not name:find "^_" and (not kind or type(value) == kind) then
      names[#names + 1] = name
    end
  end
  return sorted(names)
end

-- The names that a source documents for an owner; every one of them has an annotation that fits its arguments.
local function documented(path, owner)
  local names, seen = {}, {}
  for _, found in ipairs((annotations.file(path))) do
    if found.owner == owner and found.block and not seen[found.name] then
      seen[found.name] = true
      names[#names + 1] = found.name
    end
  end
  return sorted(names)
end

local function fields_of(path, class)
  local names = {}
  local _, classes = annotations.file(path)
  for _, block in ipairs(classes) do
    for _, field in ipairs(block.class == class and block.fields or {}) do
      names[#names + 1] = field.name
    end
  end
  return sorted(names)
end

local function functions_of(path, owner)
  local found = {}
  for _, item in ipairs((annotations.file(path))) do
    if item.owner == owner then
      found[item.name] = item
    end
  end
  return found
end

local function join(...)
  local names, seen = {}, {}
  for _, list in ipairs { ... } do
    for _, name in ipairs(list) do
      if not seen[name] then
        seen[name] = true
        names[#names + 1] = name
      end
    end
  end
  return sorted(names)
end

-- What the annotations of all public sources say of their own functions.
describe("annotations", function()
  local SOURCES = {
    { "init", "klaviyo" }, { "client", "client" }, { "collection", "collection" },
    { "collection", "campaigns" }, { "calls/pages", "page" }, { "base", "methods" }, { "campaign", "methods" },
    { "audience", "methods" }, { "message", "methods" }, { "variation", "methods" },
    { "model/filter", "filter" },
    { "model/time", "time" }, { "builder", "campaign_methods" }, { "builder", "audience_methods" },
    { "model/error", "klaviyo_error" }, { "meta/core", "core" }, { "meta/core", "client" },
    { "meta/core", "request" }, { "meta/core", "pages" }, { "meta/core", "document" }, { "meta/core", "watch" },
    { "meta/terminal", "terminal" }, { "meta/sandbox", "module" }, { "meta/sandbox", "server" },
  }

  for _, source in ipairs(SOURCES) do
    it(("fit the functions of %s in %s.lua"):format(source[2], source[1]), function()
      local count = 0
      for name, found in pairs(functions_of("lua/klaviyo/" .. source[1] .. ".lua", source[2])) do
        local where = ("%s.lua:%d: %s"):format(source[1], found.line, name)
        assert.is_truthy(found.block, where .. " has no documentation")
        local params = {}
        for _, param in ipairs(found.block.params) do
          params[#params + 1] = param.name
        end
        assert.same(found.arguments, params, where)
        assert.is_true(found.block.doc ~= "" or #params + #found.block.returns > 0, where .. " says nothing")
        count = count + 1
      end
      assert.is_true(count > 0)
    end)
  end
end)

-- Scripts of users rely on these names. One that is changed on purpose is written down by
-- `lua spec/support/interface.lua > spec/project/interface.txt`, and goes into the change log.
describe("the public names", function()
  it("are those that are written down", function()
    local written, lines = {}, require("spec.support.interface").lines()
    for line in read "spec/project/interface.txt":gmatch "[^\n]+" do
      written[#written + 1] = line
    end
    assert.same(written, lines)
  end)
end)

describe("the module", function()
  it("has what its class says, and no more", function()
    local said = join(fields_of("lua/klaviyo/init.lua", "klaviyo"), documented("lua/klaviyo/init.lua", "klaviyo"))
    local parts = {}
    for name in read "lua/klaviyo/init.lua":gmatch "\nfunction parts%.([%w_]+)" do
      parts[#parts + 1] = name
      assert.is_not_nil(klaviyo[name], name)
    end
    assert.same(said, join(parts, { "all", "lease", "recheck", "results", "run" }))
    for _, name in ipairs(said) do
      assert.is_not_nil(klaviyo[name], name)
    end
  end)

  it("has filters that are all described", function()
    assert.same(names_in(klaviyo.filter, "function"), join(fields_of("lua/klaviyo/model/filter.lua", "klaviyo.filters"),
      documented("lua/klaviyo/model/filter.lua", "filter")))
  end)

  it("has builders whose methods are all described", function()
    local builder = klaviyo.campaign "name"
    local audience = builder:audience("name", {})
    -- a name that is not there is answered with those that are
    for class, value in pairs { campaign = builder, audience = audience } do
      local ok, message = pcall(function()
        return value.zzzzzzzz
      end)
      assert.is_false(ok)
      local live = {}
      for name in message:match "there are (.*)$":gmatch "[%w_]+" do
        live[#live + 1] = name ~= "and" and name ~= "or" and name or nil
      end
      assert.same(sorted(live), join(fields_of("lua/klaviyo/builder.lua", "klaviyo." .. class .. "_builder"),
        documented("lua/klaviyo/builder.lua", class .. "_methods")), class)
    end
  end)
end)

describe("objects", function()
  it("have methods that are all described", function()
    local shared = documented("lua/klaviyo/base.lua", "methods")
    for _, name in ipairs { "campaign", "audience", "message", "variation" } do
      assert.same(names_in(require("klaviyo." .. name).methods, "function"),
        join(shared, documented("lua/klaviyo/" .. name .. ".lua", "methods")), name)
    end
  end)

  it("have the fields of the schema in their classes", function()
    local schema = require "klaviyo.model.schema"
    for _, name in ipairs { "campaign", "audience", "message", "variation" } do
      for _, field in ipairs(fields_of("lua/klaviyo/" .. name .. ".lua", "klaviyo." .. name)) do
        local known = schema.find(schema.resources[name].fields, field)
          or require("klaviyo.wire.dialect").relationships[name][field]
        assert.is_truthy(known, name .. "." .. field)
      end
    end
  end)
end)

describe("clients and collections", function()
  it("have methods that are all described", function()
    assert.same(names_in(require("klaviyo.client").methods, "function"),
      documented("lua/klaviyo/client.lua", "client"))
    local methods = require("klaviyo.collection").methods
    local verbs = documented("lua/klaviyo/collection.lua", "collection")
    assert.same(verbs, names_in(methods.message, "function"))
    assert.same(join(verbs, documented("lua/klaviyo/collection.lua", "campaigns")),
      names_in(methods.campaign, "function"))
  end)
end)

-- The C modules: the tables they register, what they are at run time, and the meta files.
describe("the core's meta file", function()
  local TABLES = {
    { "src/core/module.c", "functions", "core" }, { "src/core/lua_client.c", "methods", "client" },
    { "src/core/lua_request.c", "methods", "request" }, { "src/core/lua_pages.c", "methods", "pages" },
    { "src/core/lua_document.c", "methods", "document" }, { "src/core/lua_nginx_poller.c", "methods", "watch" },
    { "src/core/lua_relay.c", "methods", "relay" },
  }
  for _, entry in ipairs(TABLES) do
    it("names what " .. entry[1] .. " registers", function()
      local registered = annotations.registered(entry[1])[entry[2]]
      assert.is_truthy(registered and #registered > 0, "no table found")
      assert.same(sorted(registered), documented(META .. "core.lua", entry[3]))
    end)
  end

  it("names what the loaded modules have", function()
    local core = require "klaviyo.core"
    assert.same(names_in(core, "function"), documented(META .. "core.lua", "core"))
    local terminal = require "klaviyo.terminal"
    assert.same(names_in(terminal, "function"), documented(META .. "terminal.lua", "terminal"))
    local document = assert(core.document "{}")
    for _, name in ipairs(documented(META .. "core.lua", "document")) do
      assert.is_function(document[name], name)
    end
    document:close()
  end)
end)

describe("the sandbox's meta file", function()
  it("names the methods that are registered, and that a server has", function()
    local said = documented(META .. "sandbox.lua", "server")
    assert.same(sorted(annotations.registered("src/sandbox/lua/module.c").methods), said)
    local server = assert(sandbox.start { port = 0 })
    for _, name in ipairs(said) do
      assert.is_function(server[name], name)
    end
    for _, name in ipairs(fields_of(META .. "sandbox.lua", "klaviyo.sandbox.server")) do
      assert.is_truthy(name == "ca_file" or server[name], name)
    end
    server:stop()
  end)

  it("names the options that start knows", function()
    local ok, message = pcall(sandbox.start, { nonsense = true })
    assert.is_false(ok)
    local known = {}
    for name in message:match "known: (.*)$":gmatch "[%w_]+" do
      known[#known + 1] = name
    end
    assert.same(sorted(known), fields_of(META .. "sandbox.lua", "klaviyo.sandbox.options"))
  end)

  it("names what a fault is made of", function()
    local members = {}
    for name in read "src/sandbox/control/control.c":match "SHAPE%(fault_shape,(.-)%);":gmatch '%u+%("([%w_]+)"' do
      members[#members + 1] = name
    end
    assert.same(sorted(members), fields_of(META .. "sandbox.lua", "klaviyo.sandbox.fault"))
  end)
end)

describe("the core's options", function()
  it("are all known to the description of the client's", function()
    local known = {}
    for _, option in ipairs(require("klaviyo.model.options").client) do
      known[option[1]] = true
    end
    local own = { basic = true, permits = true, events = true } -- set by the client itself
    for _, name in ipairs(fields_of(META .. "core.lua", "klaviyo.core.config")) do
      assert.is_truthy(known[name] or own[name], name)
    end
  end)

  it("have the defaults that the description says", function()
    local _, classes = annotations.file(META .. "core.lua")
    local defaults = {}
    for _, option in ipairs(require("klaviyo.model.options").client) do
      defaults[option[1]] = option.default
    end
    for _, class in ipairs(classes) do
      for _, field in ipairs(class.class == "klaviyo.core.config" and class.fields or {}) do
        local said = field.text:match "default (%d+)$" or field.text:match "default (%d+):"
        if said then
          assert.equal(defaults[field.name], tonumber(said), field.name)
        end
      end
    end
  end)
end)

describe("doc/klaviyo.1", function()
  it("names every command and every option", function()
    -- `make man` writes it anew
    assert.equal(require("doc.man").page(), read "doc/klaviyo.1")
  end)

  it("shows the examples as they are to be typed", function()
    if not process.find "groff" then
      return pending "groff is not installed"
    end
    local page = process.run "env -u LD_PRELOAD groff -man -Tutf8 -P-c doc/klaviyo.1 2>&1"
    page = page:gsub("\\\n +", ""):gsub(".\8", "")
    for _, example in ipairs { 'klaviyo show "Summer Sale 2026"', "--exec 'notify-send \"$KLAVIYO_MESSAGE\"",
      "completion bash > ~/.local", "plan campaigns/ --check" } do
      assert.matches(example, page, 1, true)
    end
  end)

  it("names every environment variable that is for users", function()
    local said, found = {}, {}
    for _, variable in ipairs(require("klaviyo.cli.environment").variables) do
      said[#said + 1] = variable[1]
    end
    local own = { KLAVIYO_DEBUG = true, KLAVIYO_SANDBOX_PID = true }
    local pipe = assert(io.popen 'grep -rhoE "getenv[ (]*.KLAVIYO_[A-Z_]+" lua/klaviyo')
    for line in pipe:lines() do
      local name = line:match "KLAVIYO_[A-Z_]+"
      if not own[name] then
        own[name] = true
        found[#found + 1] = name
      end
    end
    pipe:close()
    assert.same(sorted(said), sorted(found))
  end)
end)

-- Types for language servers: a plain `table`, `function` or `any` tells an editor nothing.
describe("types", function()
  local PUBLIC = {
    { "init", "klaviyo" }, { "client", "client" }, { "collection", "collection" }, { "collection", "campaigns" },
    { "calls/pages", "page" }, { "base", "methods" }, { "campaign", "methods" }, { "audience", "methods" },
    { "message", "methods" }, { "variation", "methods" }, { "model/filter", "filter" }, { "model/time", "time" },
    { "builder", "campaign_methods" }, { "builder", "audience_methods" }, { "model/error", "klaviyo_error" },
    { "oauth", "oauth" }, { "model/events", "events" }, { "objects/object", "none" },
    { "meta/sandbox", "module" }, { "meta/sandbox", "server" },
  }

  -- What is public and takes or gives any value, and why.
  local ANY = {
    ["init.recheck return"] = "the result of whichever call it was",
    ["model/error.recheck return"] = "the result of whichever call it was",
    ["model/error.is value"] = "asks of any value whether it is an error",
    ["model/error.new fields"] = "the library's own: an error may have more fields",
    ["model/error.from_core fields"] = "the library's own: the core's table",
    ["model/error.set_recheck how"] = "the library's own: the result of whichever call it was",
    ["model/filter.is value"] = "asks of any value whether it is a filter",
    ["model/time.parts text"] = "reads any value, and says what is wrong with one that is no text",
    ["model/time.parse text"] = "reads any value, and says what is wrong with one that is no text",
    ["model/time.http text"] = "reads any value: a header may be absent",
    ["model/time.date text"] = "reads any value, and says what is wrong with one that is no text",
    ["client.event_error"] = "what a program raised",
    ["model/events.observe failed"] = "the library's own: what a program raised",
    ["meta.is"] = "asks of any value whether it is an error",
  }

  local function is_vague(kind)
    for word, after in kind:gmatch "%f[%w_%.](%l+)%f[^%w_%.](<?)" do
      if word == "any" or word == "function" or word == "table" and after == "" then
        return true
      end
    end
    return kind == ""
  end

  local used

  local function check(found, where, kind)
    local vague = is_vague(kind)
    used[where] = used[where] or vague
    found[#found + 1] = vague and not ANY[where] and ("%s: %q"):format(where, kind) or nil
  end

  it("are said of every parameter, result and field, and say something", function()
    local found, count = {}, 0
    used = {}
    for _, source in ipairs(PUBLIC) do
      local functions, classes = annotations.file("lua/klaviyo/" .. source[1] .. ".lua")
      for _, one in ipairs(functions) do
        if one.owner == source[2] and one.block then
          for _, param in ipairs(one.block.params) do
            count = count + 1
            check(found, ("%s.%s %s"):format(source[1], one.name, param.name), param.type)
          end
          for _, result in ipairs(one.block.returns) do
            check(found, ("%s.%s return"):format(source[1], one.name), result.type)
          end
        end
      end
      for _, block in ipairs(classes) do
        for _, field in ipairs(block.fields) do
          check(found, source[1] .. "." .. field.name, field.type)
        end
      end
    end
    for _, path in ipairs { "tables", "collections" } do
      local functions, classes = annotations.file(META .. path .. ".lua")
      for _, block in ipairs(classes) do
        for _, field in ipairs(block.fields) do
          count = count + 1
          check(found, "meta." .. field.name, field.type)
        end
      end
      for _, one in ipairs(functions) do
        for _, values in ipairs { one.block.params, one.block.returns } do
          for _, value in ipairs(values) do
            check(found, "meta." .. one.name, value.type)
          end
        end
      end
    end
    assert.same({}, found)
    assert.is_true(count > 300)
    for where in pairs(ANY) do
      found[#found + 1] = not used[where] and where .. " is on the list, and vague no more" or nil
    end
    assert.same({}, found)
  end)

  it("are there for every field that an object has", function()
    local schema = require "klaviyo.model.schema"
    local relationships = require("klaviyo.wire.dialect").relationships
    for _, name in ipairs { "campaign", "audience", "message", "variation" } do
      local said = {}
      for _, field in ipairs(fields_of("lua/klaviyo/" .. name .. ".lua", "klaviyo." .. name)) do
        said[field] = true
      end
      local methods = require("klaviyo." .. name).methods
      for _, field in ipairs(schema.names(schema.resources[name].fields)) do
        assert.is_true(said[field] or field == "id", name .. "." .. field)
      end
      for field in pairs(relationships[name]) do
        assert.is_true(said[field] or methods[field] ~= nil, name .. "." .. field)
      end
    end
  end)

  -- Methods that never wait, or whose callback is a parameter.
  local NO_CALLBACK = { changes = true, discard = true, is_loaded = true, fields = true, to_table = true, each = true,
    trees = true, items = true, now = true, close = true, run = true }

  it("have an overload for each call that takes a callback", function()
    local count = 0
    for _, source in ipairs { { "client", "client" }, { "collection", "collection" }, { "collection", "campaigns" },
      { "calls/pages", "page" }, { "base", "methods" }, { "campaign", "methods" }, { "audience", "methods" },
      { "message", "methods" }, { "variation", "methods" } } do
      for name, found in pairs(functions_of("lua/klaviyo/" .. source[1] .. ".lua", source[2])) do
        if not NO_CALLBACK[name] then
          local params = found.block.params
          local last = params[#params]
          assert.equal(last and last.optional and 2 or 1, #found.block.overloads, source[1] .. "." .. name)
          for _, overload in ipairs(found.block.overloads) do
            assert.matches("^fun%(self.*, done: klaviyo%.done%.%l+%)$", overload, source[1] .. "." .. name)
            count = count + 1
          end
        end
      end
    end
    assert.is_true(count > 50)
  end)

  it("are a class of its own for each collection, with its methods and its resource", function()
    for name, methods in pairs(require("klaviyo.collection").methods) do
      local names = documented(META .. "collections.lua", name .. "s")
      if name == "tag" then -- these three stand with their code
        names[#names + 1], names[#names + 2], names[#names + 3] = "attach", "create", "detach"
        table.sort(names)
      end
      assert.same(names_in(methods, "function"), names)
      local get = functions_of(META .. "collections.lua", name .. "s").get
      assert.equal(("klaviyo.%s|nil"):format(name), get.block.returns[1].type)
      local list = functions_of(META .. "collections.lua", name .. "s").list
      assert.equal(("klaviyo.%s_page|nil"):format(name), list.block.returns[1].type)
    end
    for _, block in ipairs((select(2, annotations.file "lua/klaviyo/client.lua"))) do
      for _, field in ipairs(block.class == "klaviyo.client" and block.fields or {}) do
        if require("klaviyo.collection").methods[field.name:gsub("s$", "")] then
          assert.equal("klaviyo." .. field.name, field.type)
        end
      end
    end
  end)

  it("of options have the defaults and the names that the code has", function()
    local sources = { each_options = "calls/pages", trees_options = "calls/trees",
      related_options = "calls/pages", clone_options = "calls/clone",
      schedule_all_options = "calls/schedule", cancel_options = "calls/cancel_all", list_options = "wire/query",
      read_options = "wire/query", recheck_options = "calls/recheck" }
    for class, source in pairs(sources) do
      local fields = fields_of(META .. "tables.lua", "klaviyo." .. class)
      assert.is_true(#fields > 0, class)
      local text = read("lua/klaviyo/" .. source .. ".lua")
      for _, field in ipairs(fields) do
        assert.is_truthy(text:find("%f[%w_]" .. field .. "%f[^%w_]"), class .. "." .. field)
      end
    end
    assert.same(join(require("klaviyo.model.options").of_a_call),
      fields_of(META .. "tables.lua", "klaviyo.call_options"))
  end)
end)

describe("meta/tables.lua", function()
  it("has the options, fields, enumerations and defaults that are checked by", function()
    -- `make man` writes it anew
    assert.equal(require("doc.meta").file(), read(META .. "tables.lua"))
    assert.equal(require("doc.meta").collections(), read(META .. "collections.lua"))
  end)

  it("declares with the sources every type that annotations name", function()
    local declared, named = { ["klaviyo.null"] = true }, {}
    local pipe = assert(io.popen "grep -rhE -- '---@(class|alias|param|field|return|type|overload)' lua/klaviyo")
    for line in pipe:lines() do
      local class = line:match "@class%s+([%w_%.]+)" or line:match "@alias%s+([%w_%.]+)"
      declared[class or 0] = true
      for name in line:gmatch "%f[%w_%.]klaviyo%.[%w_%.]+" do
        named[#named + 1] = { (name:gsub("%.+$", "")), line }
      end
    end
    pipe:close()
    assert.is_true(#named > 100)
    for _, item in ipairs(named) do
      assert.is_true(declared[item[1]], item[2])
    end
  end)
end)

describe("the reference", function()
  it("names each kind of error that the core and the Lua layer make", function()
    local known = {}
    for _, kind in ipairs(require("doc.pages").kinds()) do
      known[kind[1]] = true
    end
    for name in read "src/core/error.c":gmatch '%[KLV_ERROR_%w+%] = "([%w_]+)"' do
      assert.is_true(name == "none" or known[name] == true, name)
    end
    local pipe = assert(io.popen 'grep -rhoE "errors?\\.new *\\{ *kind = .[a-z_]+" lua/klaviyo')
    local count = 0
    for line in pipe:lines() do
      local name = line:match '"([%w_]+)$'
      count = count + 1
      assert.is_true(name ~= nil and known[name] == true, line)
    end
    pipe:close()
    assert.is_true(count > 5)
  end)

  it("has a text for each option, field, operation, endpoint and command", function()
    local pages = require "doc.pages"
    assert.is_true(#pages.endpoints() >= 19)
    for _, name in ipairs(pages.names) do
      local page = pages[name]()
      assert.is_nil(page:match "<td>nil</td>", name)
      assert.is_true(#page > 500, name)
    end
    for _, option in ipairs(require("klaviyo.model.options").client) do
      assert.is_true(#option[3] > 10, option[1])
    end
  end)
end)
