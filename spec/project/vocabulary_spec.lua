-- SPDX-License-Identifier: MIT
--- Words that the project gave up for the field's standard terms (the glossary is in CONTRIBUTING.md): no file and no
--- identifier bears one, and no text uses one.

local source = require "spec.support.source"

-- Words of names: what stands between underscores, in whatever case. Where `within` is given (patterns for paths), the
-- word is retired there alone, for elsewhere it is good English. `whole` retires the name that is nothing but the word,
-- `begins` names that begin with it.
local NAMES = {
  { "settle", "advance, release, reconcile" },
  { "settled", "advance, release, reconcile" },
  { "likeness", "find_created" },
  { "burn", "zeroize" },
  { "doubt", "outcome_unknown" },
  { "flying", "in_flight" },
  { "told", "reported" },
  { "repeatable", "idempotent" },
  { "exchange", "transaction", within = { "^src/sandbox/", "^spec/c/" } },
  { "box", "instance", within = { "^src/sandbox/", "^spec/c/" } },
  { "sbx_player", "sbx_fault_player", begins = true },
  { "answer", "response", within = { "^src/" } },
  { "refuse", "reject", within = { "^src/" } },
  { "watch", "nginx_poller", within = { "^src/core/", "^spec/c/" } },
  { "turn", "waiter, mutex", within = { "^src/core/", "^spec/c/core/", "^lua/klaviyo/calls/" } },
  { "walk", "pages", within = { "^src/core/", "^lua/klaviyo/calls/", "^lua/klaviyo/wire/" } },
  { "graph", "identity_map", within = { "^src/core/", "^lua/klaviyo/" } },
  { "hierarchy", "read_tree, normalize", within = { "^lua/klaviyo/" }, but = { "message_hierarchy" } },
  { "together", "parallel", within = { "^lua/klaviyo/" } },
  { "session", "dispatch", within = { "^lua/klaviyo/" }, but = { "ssl_session_fetch" } },
  { "once", "not_idempotent", whole = true, within = { "^src/core/request", "^src/core/retry" } },
  { "left", "sent, may_have_arrived", whole = true, within = { "^src/core/request", "^src/core/transfer" } },
  { "facts", "describe", within = { "^lua/klaviyo/cli/" } },
  { "moment", "time", within = { "^lua/klaviyo/cli/" } },
}

-- Names of files that say nothing, by folder.
local FILES = {
  ["lua/klaviyo/calls/"] = { "together", "request", "settle", "turn", "walk", "graph", "hierarchy" },
  ["lua/klaviyo/cli/"] = { "tree", "take_back", "moment", "facts", "record", "shape", "source", "target", "identity" },
  ["lua/klaviyo/wire/"] = { "session", "tree" },
  ["src/sandbox/"] = { "box", "exchange", "player", "page", "documents" },
}

-- Phrases in texts (patterns for lower case), and what to write instead.
local PHRASES = {
  { "%f[%w_]settle[sd]?%f[^%w_]", "find out, end, agree" },
  { "%f[%w_]settling%f[^%w_]", "find out, end, agree" },
  { "%f[%w_]likeness%f[^%w_]", "what identifies it" },
  { "%f[%w_]burn[st]?%f[^%w_]", "zeroize, overwrite with zeros" },
  { "%f[%w_]burned%f[^%w_]", "zeroized, overwritten with zeros" },
  { "%f[%w_]want%s+of%s+memory", "out of memory" },
  { "%f[%w_]in%s+doubt%f[^%w_]", "the outcome is unknown" },
  { "%f[%w_]told%f[^%w_]", "reported, said, given" },
  { "%f[%w_]flying%f[^%w_]", "in flight" },
}

local ROOTS = "lua src spec doc examples bench packaging .ci Makefile README.md SECURITY.md CHANGELOG.md "
  .. "CONTRIBUTING.md"

-- All files of the project's own writing: no fixtures, no corpora, no pictures, nothing compiled (LuaRocks leaves it
-- beside the source); and not this list of words.
local files = source.files(ROOTS, "! -name '*.o' ! -path '*/fixtures/*' ! -path '*/corpus/*' "
  .. "! -path '*/node_modules/*' ! -path '*/images/*.svg' ! -name '*.png' ! -path spec/project/vocabulary_spec.lua")

local function any(list, test)
  for _, item in ipairs(list or {}) do
    if test(item) then
      return true
    end
  end
  return false
end

local function matching(pattern)
  local list = {}
  for _, path in ipairs(files) do
    list[#list + 1] = path:find(pattern) and path or nil
  end
  return list
end

local function matches(entry, name)
  if entry.whole then
    return name == entry[1]
  elseif entry.begins then
    return name:sub(1, #entry[1]) == entry[1]
  end
  return ("_" .. name .. "_"):find("[^%a]" .. entry[1] .. "[^%a]") ~= nil
end

-- The retired word in a name, if it has one.
local function retired(name, path)
  local lower = name:lower()
  for _, entry in ipairs(NAMES) do
    local here = not entry.within or any(entry.within, function(pattern)
      return path:find(pattern)
    end)
    local but = any(entry.but, function(good)
      return lower:find(good, 1, true)
    end)
    if here and not but and matches(entry, lower) then
      return entry
    end
  end
end

describe("no retired word #text", function()
  it("is in the name of a file", function()
    local found = {}
    for _, path in ipairs(matching "") do
      local name = path:match "([^/]+)$":gsub("%.%w+$", ""):gsub("%-", "_")
      local entry = retired(name, path)
      found[#found + 1] = entry and ("%s: %s is retired (%s)"):format(path, entry[1], entry[2]) or nil
      for folder, names in pairs(FILES) do
        if path:sub(1, #folder) == folder and any(names, function(word) return word == name end) then
          found[#found + 1] = path .. ": this name is retired"
        end
      end
    end
    assert.same({}, found)
  end)

  it("is in an identifier", function()
    local found = {}
    for _, path in ipairs(matching "%.[chl][ua]?a?$") do
      local seen = {}
      for number, line in source.lines(source.code(path)) do
        for name in line:gmatch "[%a_][%w_]*" do
          local entry = not seen[name] and retired(name, path)
          seen[name] = true
          found[#found + 1] = entry and ("%s:%d: %s (%s)"):format(path, number, name, entry[2]) or nil
        end
      end
    end
    assert.same({}, found)
  end)

  it("is in a comment, a message or a page", function()
    local found = {}
    for _, path in ipairs(matching "") do
      local text = source.read(path):lower():gsub('"settle"', "") -- an event's type, which scripts know
      for _, phrase in ipairs(PHRASES) do
        for number, line in source.lines(text:find(phrase[1]) and text or "") do
          local said = line:match(phrase[1])
          found[#found + 1] = said and ("%s:%d: %q (write: %s)"):format(path, number, said, phrase[2]) or nil
        end
      end
    end
    assert.same({}, found)
  end)

  it("is found where there is none to find", function()
    local code = source.code("x.c", "int a; /* walk */ char *b = \"walk\"; // walk\n'\"' walk();")
    assert.equal(1, select(2, code:gsub("walk", "")))
    code = source.code("x.lua", "local a = 1 -- walk\nlocal b = [==[walk]]]==] --[[ walk\n]] .. 'walk' walk()")
    assert.equal(1, select(2, code:gsub("walk", "")))
    assert.is_table(retired("klv_bucket_settle", "src/core/limits.c"))
    assert.is_table(retired("VIEW_GRAPH", "src/core/lua_view.c"))
    assert.is_nil(retired("sbx_fault_player_start", "src/sandbox/serve/fault_player.c"))
    assert.is_table(retired("sbx_player_start", "src/sandbox/serve/fault_player.c"))
    assert.is_nil(retired("saturn", "src/core/limits.c"))
    assert.is_nil(retired("once", "lua/klaviyo/calls/raw_request.lua"))
  end)
end)
