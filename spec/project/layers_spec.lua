-- SPDX-License-Identifier: MIT
--- The picture in CONTRIBUTING.md against the tree: who may call whom.

local c_calls = require "spec.support.c_calls"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "*a"
  file:close()
  return text
end

local function files(directory, pattern)
  local list = {}
  local pipe = assert(io.popen(("find %s -name '%s' ! -path '*/fuzz/*' ! -path '*/meta/*'"):format(directory, pattern)))
  for path in pipe:lines() do
    list[#list + 1] = path
  end
  pipe:close()
  table.sort(list)
  return list
end

-- layer -> set of layers it may use, itself included
local allowed = {}
do
  local picture = read "CONTRIBUTING.md":match "```text\n(.-)```"
  for line in picture:gmatch "[^\n]+" do
    local name, uses = line:match "^(%w+).*%->%s*(.*)$"
    if name then
      allowed[name] = { [name] = true }
      for used in uses:gmatch "%w+" do
        allowed[name][used] = true
      end
    end
  end
end

-- The folders of the command that are layers of their own; its other modules are the layer cli.
local COMMAND_FOLDERS = { commands = "commands", plan = "plan", terminal = "screen" }

-- The layer of a module is the folder it is in; modules in lua/klaviyo itself are what users touch.
local function layer_of_module(name)
  if name == "klaviyo.cli" or name == "klaviyo.cli.main" then
    return "program"
  elseif name:find "^klaviyo%.cli%." then
    return COMMAND_FOLDERS[name:match "^klaviyo%.cli%.(%w+)"] or "cli"
  end
  if name == "klaviyo.core" or name == "klaviyo.sandbox" or name == "klaviyo.terminal"
    or name == "klaviyo.redis" then
    return name:match "%w+$"
  end
  local folder = name:match "^klaviyo%.(%w+)%." or name:match "^klaviyo%.(%w+)$"
  return allowed[folder] and folder or "users"
end

local function module_of(path)
  return (path:gsub("^lua/", ""):gsub("/init%.lua$", ""):gsub("%.lua$", ""):gsub("/", "."))
end

-- A source without its comments; strings are left, for they hold what is required.
local function code_of(path)
  local text = read(path)
  if path:find "%.lua$" then
    return (text:gsub("%-%-[^\n]*", ""))
  end
  return (text:gsub("/%*.-%*/", ""))
end

local function layer_of_source(path)
  local module = path:match "^src/(%w+)/"
  if module ~= "core" then
    return module
  end
  local base = path:match "([^/]+)%.[ch]$"
  return (base:find "^lua_" or base == "module" or base == "compat") and "core" or "engine"
end

local lua_files = files("lua/klaviyo", "*.lua")
local c_files = files("src", "*.[ch]")

describe("the picture in CONTRIBUTING.md #text", function()
  it("names all layers", function()
    for _, name in ipairs { "program", "commands", "plan", "cli", "screen", "users", "calls", "objects",
      "wire", "loop", "fleet", "redis", "model", "core", "engine", "sandbox", "terminal" } do
      assert.is_table(allowed[name], name)
    end
  end)

  it("is kept by every require", function()
    local count = 0
    for _, path in ipairs(lua_files) do
      local from = layer_of_module(module_of(path))
      for name in code_of(path):gmatch 'require[%s%(]*"(klaviyo[%w_%.]*)"' do
        local to = layer_of_module(name)
        assert.is_truthy(allowed[from][to], ("%s (%s) requires %s (%s)"):format(path, from, name, to))
        count = count + 1
      end
    end
    assert.is_true(count > 200)
  end)

  it("leaves no cycle of modules that load each other", function()
    local uses, path_of = {}, {}
    for _, path in ipairs(lua_files) do
      path_of[module_of(path)] = path
    end
    for _, path in ipairs(lua_files) do
      for name in ("\n" .. code_of(path)):gmatch '\nlocal [^\n]-require[%s%(]*"(klaviyo[%w_%.]*)"' do
        uses[#uses + 1] = path_of[name] and { from = path, to = path_of[name] } or nil
      end
    end
    assert.is_true(#uses > 200)
    assert.is_nil(c_calls.cycle(uses, function(path) return path end))
  end)

  it("is kept by every include", function()
    local count = 0
    for _, path in ipairs(c_files) do
      local from = layer_of_source(path)
      for name in code_of(path):gmatch '#include%s+"([^"]+)"' do
        local root = path:match "^src/sandbox/" or path:match "^(.*/)"
        local target = (root .. name):gsub("[^/]+/%.%./", "")
        local to = layer_of_source(target)
        assert.is_truthy(io.open(target), ("%s includes %s, which is not there"):format(path, name)):close()
        assert.is_truthy(allowed[from][to], ("%s (%s) includes %s (%s)"):format(path, from, name, to))
        count = count + 1
      end
    end
    assert.is_true(count > 200)
  end)
end)

-- Every file whose code has a word, and is not at one of the places it may have it.
local function misplaced(list, words, may)
  local found = {}
  for _, path in ipairs(list) do
    local code = " " .. code_of(path) .. " "
    for _, word in ipairs(words) do
      if not may(path) and code:find("[^%w_%-]" .. word:gsub("%-", "%%-") .. "[^%w_%-]") then
        found[#found + 1] = path .. ": " .. word
      end
    end
  end
  return found
end

describe("src/core #text", function()
  it("includes no lua.h in its engine", function()
    for _, path in ipairs(c_files) do
      if layer_of_source(path) == "engine" then
        assert.is_nil(code_of(path):match "#include%s*<l[ua]%w+%.h>", path)
      end
    end
  end)

  it("calls only downwards: the binding calls the engine, and there is no cycle of files", function()
    local calls, uses = 0, c_calls.uses(files("src/core", "*.[ch]"), "src/core/")
    for _, use in ipairs(uses) do
      local from, to = layer_of_source(use.from), layer_of_source(use.to)
      assert.is_truthy(allowed[from][to], ("%s uses %s of %s"):format(use.from, use.name, use.to))
      calls = calls + (use.include and 0 or 1)
    end
    assert.is_true(calls > 200)
    assert.is_nil(c_calls.cycle(uses, function(path)
      return path
    end))
  end)

  it("knows no campaign", function()
    for _, path in ipairs(files("src/core", "*.[ch]")) do
      assert.is_nil(code_of(path):lower():match "campaign", path)
    end
  end)
end)

describe("src/sandbox #text", function()
  local order, uses = {}, c_calls.uses(files("src/sandbox", "*.[ch]"), "src/sandbox/")
  for folder in read "CONTRIBUTING.md":match "folders of `src/sandbox`[^`]+`([%w ]+)`":gmatch "%w+" do
    order[#order + 1] = folder
    order[folder] = #order
  end

  it("has the folders that CONTRIBUTING.md names", function()
    for _, path in ipairs(files("src/sandbox", "*.[ch]")) do
      assert.is_truthy(order[path:match "^src/sandbox/([^/]+)/"], path)
    end
  end)

  it("includes and calls only what is in the same folder or in one to its left", function()
    local wrong, calls = {}, 0
    for _, use in ipairs(uses) do
      local from, to = use.from:match "^src/sandbox/([^/]+)/", use.to:match "^src/sandbox/([^/]+)/"
      if order[from] < order[to] then
        wrong[#wrong + 1] = ("%s uses %s of %s"):format(use.from, use.name, use.to)
      end
      calls = calls + (use.include and 0 or 1)
    end
    assert.same({}, wrong)
    assert.is_true(calls > 300)
  end)

  it("has no cycle of files", function()
    assert.is_nil(c_calls.cycle(uses, function(path)
      return (path:gsub("%.[ch]$", ""))
    end))
  end)

  it("includes lua.h where it faces Lua, and nowhere else", function()
    for _, path in ipairs(files("src/sandbox", "*.[ch]")) do
      if not path:find "^src/sandbox/lua/" then
        assert.is_nil(code_of(path):match "#include%s*<l[ua]%w+%.h>", path)
      end
    end
  end)

  it("names nothing of the core's, nor the core of it", function()
    assert.same({}, misplaced(files("src/sandbox", "*.[ch]"), { "klv_fail", "klv_client", "curl_easy_init" },
      function() return false end))
    for _, path in ipairs(files("src/core", "*.[ch]")) do
      assert.is_nil(code_of(path):match "sbx_%w+", path)
    end
  end)
end)

describe("lua/klaviyo #text", function()
  it("opens no socket", function()
    assert.same({}, misplaced(lua_files, { '"socket"', '"luv"', '"socket.core"', "tcpsock" }, function(path)
      return path:find "/loop/"
    end))
  end)

  it("names its hosts in loop/ alone", function()
    assert.same({}, misplaced(lua_files, { "ngx", "vim", "luv" }, function(path)
      return path:find "/loop/"
    end))
  end)

  it("names what fields are called on the wire in dialect/ alone", function()
    local words = { "throttled_options", "timezone_options", "tracking_options", "send_options", "scheduling_info",
      "audience_name" }
    assert.same({}, misplaced(lua_files, words, function(path)
      return path:find "/dialect/"
    end))
  end)

  it("names the types of the wire in dialect/, and among the operations and their queries alone", function()
    local words = { "campaign-message", "campaign-audience", "campaign-variation", "campaign-audience-clone" }
    assert.same({}, misplaced(lua_files, words, function(path)
      return path:find "/dialect/" or path:find "/operations%.lua$" or path:find "/grammar%.lua$"
    end))
  end)

  it("loads nearly nothing until it is used", function()
    for name in code_of "lua/klaviyo/init.lua":gmatch '\nlocal [%w_]+ = require[%s%(]*"([%w_%.]+)"' do
      error("required at once: " .. name)
    end
  end)
end)
