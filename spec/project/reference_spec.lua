-- SPDX-License-Identifier: MIT
--- The reference that `make doc` writes: its order, its links, its examples, its wording.

local contents = require "doc.contents"
local process = require "spec.support.process"
local reference = require "doc.reference"

local quote = process.quote
local pages = reference.pages()

-- Pages that are texts, and have their examples in them; the specs of those run them.
local TEXTS = "Guides"

local function each_page(visit)
  for _, group in ipairs(contents) do
    for _, page in ipairs(group) do
      visit(page, group.title)
    end
  end
end

describe("the reference", function()
  it("opens with what a user meets first", function()
    local first = {}
    for i, page in ipairs(contents[1]) do
      first[i] = page[1]
    end
    assert.same({ "client", "builder", "campaign", "message", "errors", "testing" }, first)
  end)

  it("shows the core under Internals alone", function()
    each_page(function(page, group)
      for i = 3, #page do
        local is_internal = page[i].name:find "^klaviyo%.core" or page[i].name == "klaviyo.terminal"
        assert.equal(group == "Internals", is_internal ~= nil and is_internal ~= false, page[i].name)
      end
    end)
  end)

  it("has a title of words on each page, once", function()
    local seen = {}
    for _, page in ipairs(pages) do
      local title = page[2]:match "<title>(.-) %- lua%-klaviyo</title>"
      assert.is_truthy(title and not title:find "%.md" and not seen[title], page[1])
      seen[title] = true
      assert.equal(1, select(2, page[2]:gsub("<h1", "")), page[1] .. " has no heading, or several")
    end
  end)

  it("has no entry that begins with What: the thing is named first", function()
    local found = {}
    for _, page in ipairs(pages) do
      for tag, text in page[2]:gmatch "<(%w+)[^>]*>(What [^<]+)" do
        found[#found + 1] = tag ~= "a" and page[1] .. ": " .. text or nil
      end
    end
    assert.same({}, found)
  end)

  it("says of each field since which revision there is it, and whether that is documented", function()
    local fields, count = require("doc.pages").fields(), 0
    for row in fields:gmatch "<tr><td>(.-)</tr>" do
      count = count + 1
      assert.is_truthy(row:find "20%d%d%-%d%d%-%d%d[.pre]*, documented" or row:find "2026%-10%-15, unverified", row)
    end
    assert.is_true(count > 100)
    local function cell(name)
      return fields:match("<code>" .. name .. "</code></td><td>[^<]*</td><td>.-</td><td>(.-)</td>")
    end
    assert.equal("2026-10-15, unverified", cell "ab_test")
    assert.equal("2026-10-15, unverified", cell "ab_test.winner_metric")
    assert.equal("guide: 2026-04-15.pre, documented<br>openapi: 2026-10-15, unverified", cell "tracking_params")
    assert.equal("2026-04-15.pre, documented", cell "is_tracking_opens")
  end)

  it("says which operations live on beside the preview revisions, and why send jobs have no method", function()
    local text = require("doc.pages").operations()
    assert.matches("campaign-send-jobs", text, 1, true)
    assert.equal(18, select(2, text:gsub("and beside the preview revisions", "")))
    assert.matches("openapi from 2026-10-15", text, 1, true)
  end)

  it("has links that lead to something", function()
    local targets = { ["reference.css"] = true }
    for _, page in ipairs(pages) do
      targets[page[1]] = true
      for id in page[2]:gmatch ' id="([^"]+)"' do
        targets[page[1] .. "#" .. id] = true
      end
    end
    local count = 0
    for _, page in ipairs(pages) do
      for href in page[2]:gmatch '<a[^>]- href="([^"]+)"' do
        local target = href:find "^#" and page[1] .. href or href
        assert.is_true(href:find "^https?:" ~= nil or targets[target] == true, page[1] .. " leads to " .. href)
        count = count + 1
      end
      for src in page[2]:gmatch '<img[^>]- src="([^"]+)"' do
        assert.is_truthy(io.open("doc/" .. src), page[1] .. " shows " .. src):close()
      end
    end
    assert.is_true(count > 500)
  end)

  it("has all its types either described or plain", function()
    for _, page in ipairs(pages) do
      assert.is_nil(page[2]:find("See the annotations", 1, true), page[1])
    end
  end)
end)

describe("the examples of the reference #process", function()
  local sandbox, environment

  setup(function()
    sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
    environment = ("KLAVIYO_BASE_URL=%s KLAVIYO_API_KEY=pk_test LUA_PATH=%s LUA_CPATH=%s "):format(sandbox.url,
      quote(package.path), quote(package.cpath))
    local klaviyo = require "klaviyo"
    local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test" }
    for _, name in ipairs { "Winter Sale", "Newsletter" } do
      local draft = klaviyo.campaign(name)
      draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Hello" }
      assert(kl.campaigns:create(draft))
    end
    kl:close()
    sandbox:snapshot()
  end)

  teardown(function()
    sandbox:stop()
  end)

  local wanted = {}
  each_page(function(page, group)
    if group ~= TEXTS then
      wanted[page[1]] = true
      it("run: " .. page[1], function()
        assert.is_string(reference.example(page[1]), "doc/examples/" .. page[1] .. ".lua is missing")
        sandbox:restore()
        local output, code = process.run(environment .. (os.getenv "KLAVIYO_LUA" or "lua5.4") .. " doc/examples/"
          .. page[1] .. ".lua", 30)
        assert.equal(0, code, output)
      end)
    end
  end)

  it("are all shown", function()
    local pipe = assert(io.popen "ls doc/examples")
    for file in pipe:lines() do
      assert.is_true(wanted[file:match "^(.*)%.lua$"], file)
    end
    pipe:close()
  end)
end)
