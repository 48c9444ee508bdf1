-- SPDX-License-Identifier: MIT
-- Lists: pages, iteration, limits, prefetching, circles.

local klaviyo = require "klaviyo"
local process = require "spec.support.process"
local support = require "spec.support.sandbox"

describe("a list of campaigns", function()
  local sandbox, kl
  local TOTAL = 23

  setup(function()
    sandbox, kl = support.start { max_attempts = 1 }
    for i = 1, TOTAL do
      local draft = klaviyo.campaign(("Campaign %02d"):format(i))
      draft:audience("All", { included = { "L" } })
      assert(kl:request { method = "POST", path = "/api/campaigns",
        body = require("klaviyo.wire.dialect").get("guide").create("campaign", draft:model()) })
    end
  end)

  teardown(function()
    kl:close()
    sandbox:stop()
  end)

  local function lists_seen()
    local count = 0
    for _, request in ipairs(sandbox:requests()) do
      count = count + (request.method == "GET" and request.path == "/api/campaigns" and 1 or 0)
    end
    return count
  end

  local function calls(fn)
    local before = lists_seen()
    fn()
    return lists_seen() - before
  end

  it("is walked to its end, each object once", function()
    local names, ids = {}, {}
    assert.equal(5, calls(function()
      for campaign in kl.campaigns:each { page_size = 5, sort = "name" } do
        names[#names + 1] = campaign.name
        ids[campaign.id] = true
      end
    end))
    assert.equal(TOTAL, #names)
    assert.equal("Campaign 01", names[1])
    assert.equal("Campaign 23", names[TOTAL])
    local count = 0
    for _ in pairs(ids) do
      count = count + 1
    end
    assert.equal(TOTAL, count)
  end)

  it("holds a few of its pages, however many there are", function()
    local alive, count, most = setmetatable({}, { __mode = "k" }), 0, 0
    local function see(campaign)
      alive[campaign._document], count = true, count + 1
      collectgarbage()
      collectgarbage()
      local there = 0
      for _ in pairs(alive) do
        there = there + 1
      end
      most = math.max(most, there)
    end
    for campaign in kl.campaigns:each { page_size = 1 } do
      see(campaign)
    end
    kl.campaigns:each({ page_size = 1 }, function(campaign, err)
      assert.is_nil(err)
      if campaign then
        see(campaign)
      end
    end)
    assert.equal(2 * TOTAL, count)
    assert.is_true(most <= 4, most .. " pages")
  end)

  it("ends at a limit, without asking for more pages than that takes", function()
    local count = 0
    assert.equal(1, calls(function()
      for _ in kl.campaigns:each { page_size = 5, limit = 5 } do
        count = count + 1
      end
    end))
    assert.equal(5, count)
    assert.equal(2, calls(function()
      for _ in kl.campaigns:each { page_size = 5, limit = 6 } do
        count = count + 1
      end
    end))
    assert.equal(11, count)
  end)

  it("asks for no page behind the limit of a related list", function()
    local messages = {}
    for i = 1, 25 do
      messages[i] = { name = "M" .. i, channel = "sms", body = "text" }
    end
    local box, one = support.start()
    local campaign = assert(one.campaigns:create { name = "Many", audiences = { { included = { "L" },
      messages = messages } } })
    box:clear_requests()
    assert.equal(20, #assert(campaign:related("messages", { limit = 20 })))
    assert.equal(1, #box:requests())
    assert.equal(25, #assert(campaign:related "messages"))
    one:close()
    box:stop()
  end)

  it("takes a whole number for a limit, and says so where it is asked for", function()
    for _, limit in ipairs { -1, 1.5, "10", 0 / 0 } do
      assert.error_matches(function()
        kl.campaigns:each { limit = limit }
      end, "limit is a whole number")
    end
    assert.error_matches(function()
      kl.campaigns:each { prefetch = 1 }
    end, "prefetch is a boolean")
  end)

  it("has the next page on its way while this one is read", function()
    local before, walk = lists_seen(), kl.campaigns:each { page_size = 5 }
    walk()
    process.wait_for("the request for the second page, with no call of ours", function()
      return lists_seen() - before == 2
    end)
    for _ = 2, 5 do
      walk()
    end
    assert.equal(2, lists_seen() - before)
  end)

  it("gives pages with next and prev", function()
    local first = assert(kl.campaigns:list { page_size = 10, sort = "name" })
    assert.equal(10, #first.data)
    assert.is_true(first.has_next)
    assert.is_false(first.has_prev)
    local second = assert(first:next())
    assert.equal("Campaign 11", second.data[1].name)
    local third = assert(second:next())
    assert.equal(3, #third.data)
    assert.is_nil((third:next()))
    assert.equal("Campaign 11", assert(third:prev()).data[1].name)
    local seen = {}
    for campaign in first:items() do
      seen[#seen + 1] = campaign.name
    end
    assert.equal(10, #seen)
  end)

  it("raises the error of a page that fails, and does not end as if complete", function()
    sandbox:fail { status = 503, method = "GET", path = "/api/campaigns", after = 1 }
    local count = 0
    local ok, err = pcall(function()
      for _ in kl.campaigns:each { page_size = 5, prefetch = false } do
        count = count + 1
      end
    end)
    assert.is_false(ok)
    assert.is_true(klaviyo.error.is(err))
    assert.equal("server", err.kind)
    assert.equal(5, count)
  end)

  it("refuses a next link to another origin, and keeps the key home", function()
    sandbox:fail { garbage = '{"data":[],"links":{"next":"https://evil.example/api/campaigns?page=2"}}' }
    local ok, err = pcall(function()
      for _ in kl.campaigns:each {} do
        error "unreachable"
      end
    end)
    assert.is_false(ok)
    assert.equal("origin", err.kind)
  end)

  it("notices a list that goes round in a circle", function()
    local page = ('{"data":[],"links":{"next":"%s/api/campaigns?page%%5Bcursor%%5D=X"}}'):format(sandbox.url)
    sandbox:fail { garbage = page, times = 0 }
    local ok, err = pcall(function()
      for _ in kl.campaigns:each { prefetch = false } do
        error "unreachable"
      end
    end)
    sandbox:clear_faults()
    assert.is_false(ok)
    assert.equal("loop", err.kind)
  end)

  it("can be filtered, sorted, and cut to the fields that are wanted", function()
    local f = klaviyo.filter
    local page = assert(kl.campaigns:list {
      filter = f.all(f.contains("name", "campaign 1"), f.equals("archived", false)), sort = "-name",
      fields = { campaign = { "name" } },
    })
    assert.equal(10, #page.data)
    assert.equal("Campaign 19", page.data[1].name)
    assert.is_nil(page.data[1].raw.attributes.created_at)
  end)
end)
