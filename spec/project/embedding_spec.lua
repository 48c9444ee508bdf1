-- SPDX-License-Identifier: MIT
--- doc/embedding.md: each statement names tests, and the tests are there.

local source = require "spec.support.source"

local text = source.read "doc/embedding.md"

-- The rows of the tables: { statement, tests }, without heads. One that is not of two cells has no tests.
local function rows()
  local found = {}
  for line in text:gmatch "[^\n]+" do
    local statement, tests = line:match "^| (.+) | (.+) |$"
    if line:find "^|" and line ~= "| Statement | Test |" and line ~= "|---|---|" then
      found[#found + 1] = { statement or line, tests or "" }
    end
  end
  return found
end

-- Text whose line breaks, and the marks of comments at them, do not count.
local function flat(path)
  return (source.read(path):gsub("\n%s*[%*%-/]*%s*", " "))
end

-- Whether a file has a test of these words, or one for each of several things, ("words, %s"):format(thing); one that is
-- not written with `it`, a comment with them.
local function has(path, words)
  if not path:find "_spec%.lua$" then
    return flat(path):find(words, 1, true) ~= nil
  end
  local text_of_spec, escaped = source.read(path), words:gsub("%p", "%%%0")
  for _, form in ipairs { '\n *it%%("%s", ', '\n *fact%%("%s", ', '\n *it%%(%%("%s, %%%%s"%%):format%%(' } do
    if text_of_spec:find(form:format(escaped)) then
      return true
    end
  end
  return false
end

describe("doc/embedding.md", function()
  it("states nothing without a test: behind its introduction there are tables alone", function()
    local body = text:match "\n(## .*)$"
    for line in body:gmatch "[^\n]+" do
      assert.is_truthy(line:find "^## " or line:find "^|", line)
    end
    assert.is_true(#rows() > 40)
  end)

  it("names tests that are there", function()
    local missing, count = {}, 0
    for _, row in ipairs(rows()) do
      local named = 0
      for path, words in row[2]:gmatch '`([%w_/]+%.%l+)` "([^"]+)"' do
        named = named + 1
        missing[#missing + 1] = not has(path, words) and ("%s: %s"):format(path, words) or nil
      end
      local left = row[2]:gsub('`[%w_/]+%.%l+` "[^"]+"', ""):gsub(", ", "")
      assert.equal("", left, row[1])
      assert.is_true(named > 0, row[1])
      count = count + named
    end
    assert.same({}, missing)
    assert.is_true(count > 45)
  end)

  it("has sections for what hosts ask", function()
    for _, heading in ipairs { "Clients", "nginx", "Coroutines and libuv", "Which loop, and a loop of your own",
      "Threads and forks", "Memory", "Logging", "Testing" } do
      assert.is_truthy(text:find("\n## " .. heading .. "\n", 1, true), heading)
    end
  end)
end)
