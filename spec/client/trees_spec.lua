-- SPDX-License-Identifier: MIT
--- Campaigns with their trees, one after the other: whatever the lists lack and whichever way is taken, each campaign
--- is whole, and memory does not grow with their number.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

local f = klaviyo.filter

for _, dialect in ipairs { "guide", "openapi" } do
  describe("trees (" .. dialect .. ")", function()
    local sandbox, kl
    local is_guide = dialect == "guide"

    setup(function()
      sandbox, kl = support.start { dialect = dialect, revision = support.revisions[dialect], max_attempts = 1 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    -- Campaigns with so many messages each.
    local function fill(count, messages, name)
      local made = {}
      for i = 1, count do
        local campaign = klaviyo.campaign((name or "Sale") .. " " .. i):timezone "America/New_York"
        local audience = campaign:audience(nil, { included = { "LIST" } })
        for n = 1, messages do
          audience:sms { name = ("%d.%d"):format(i, n), body = ("Text %d.%d"):format(i, n) }
        end
        made[i] = assert(kl.campaigns:create(campaign))
      end
      sandbox:clear_requests()
      return made
    end

    -- Reads them all, and returns how many campaigns, messages and variations came.
    local function read(options)
      local campaigns, messages, variations = 0, 0, 0
      for campaign in kl.campaigns:trees(options) do
        campaigns = campaigns + 1
        for _, audience in ipairs(campaign.audiences) do
          for _, message in ipairs(audience.messages) do
            messages, variations = messages + 1, variations + #message.variations
            assert.is_string(message.variations[1].details.channel)
          end
        end
      end
      return { campaigns, messages, variations }
    end

    -- The requests for messages: from the list as a whole, from it by campaign, and by id.
    local function requests()
      local walk, by_campaign, by_id = 0, 0, 0
      for _, request in ipairs(sandbox:requests()) do
        if request.path:find "^/api/campaign%-messages/" then
          by_id = by_id + 1
        elseif request.path:find "^/api/campaign%-messages" then
          local is_narrow = (request.path .. (request.query or "")):find "campaign[_.]id"
          walk, by_campaign = walk + (is_narrow and 0 or 1), by_campaign + (is_narrow and 1 or 0)
        end
      end
      return is_guide and { 0, 0, 0 } or { walk, by_campaign, by_id }
    end

    local function expected(...)
      return is_guide and { 0, 0, 0 } or { ... }
    end

    it("of one campaign come by campaign, or by the id of its one message", function()
      fill(1, 3)
      assert.same({ 1, 3, 3 }, read())
      assert.same(expected(0, 1, 0), requests())
      sandbox:reset()
      fill(1, 1)
      assert.same({ 1, 1, 1 }, read())
      assert.same(expected(0, 0, 1), requests())
    end)

    it("of a few among many come by campaign", function()
      fill(2, 2, "Rare")
      fill(60, 4)
      fill(1, 2, "Rare")
      assert.same({ 3, 6, 6 }, read { filter = f.contains("name", "Rare") })
      -- the first page of messages shows that the list has few of them
      assert.same(expected(1, 1, 0), requests())
    end)

    it("in another order come by campaign", function()
      fill(3, 2)
      assert.same({ 3, 6, 6 }, read { sort = "name" })
      assert.same(expected(0, 3, 0), requests())
    end)

    it("come in pages of any size, and no more than asked for", function()
      fill(12, 2)
      assert.same({ 12, 24, 24 }, read { page_size = 5 })
      assert.same(expected(1, 0, 0), requests())
      assert.same({ 7, 14, 14 }, read { limit = 7, sort = "-created_at" })
      assert.same({ 0, 0, 0 }, read { limit = 0 })
    end)

    it("hold what was added long after the campaign", function()
      local first = fill(1, 1)[1]
      fill(55, 4)
      assert(first.messages[1]:clone { audience = first.audiences[1] })
      for _, sort in ipairs { "created_at", "-created_at" } do
        assert.same({ 56, 222, 222 }, read { page_size = 10, sort = sort })
      end
    end)

    it("are whole though the list of messages lacks them, or shows them as they were", function()
      local made = fill(4, 2)
      local old = assert(kl:request { path = "/api/campaign-messages", raw = true, query = { ["page[size]"] = 100,
        include = "campaign-variations" } })
      sandbox:fail { path = "/api/campaign-messages", lag = "1h", times = 0 }
      assert.same({ 4, 8, 8 }, read())
      sandbox:clear_faults()
      assert(made[2].messages[1]:update { name = "New name" })
      sandbox:fail { path = "/api/campaign-messages", status = 200, body = old.body, times = 0,
        headers = { ["Content-Type"] = "application/vnd.api+json" } }
      sandbox:clear_requests()
      local names = {}
      for campaign in kl.campaigns:trees() do
        names[#names + 1] = campaign.messages[1].name
      end
      assert.same({ "1.1", "New name", "3.1", "4.1" }, names)
      assert.same(expected(1, 0, 1), requests())
    end)

    it("end with the error where something cannot be read", function()
      fill(3, 2)
      for _, path in ipairs { "/api/campaigns", not is_guide and "/api/campaign-messages" or nil } do
        sandbox:fail { path = path, status = 404, times = 0 }
        local ok, err = pcall(read)
        assert.is_false(ok)
        assert.equal("not_found", err.kind)
        sandbox:clear_faults()
      end
    end)

    it("go to a callback, too", function()
      fill(3, 2)
      local names, ended = {}, false
      kl.campaigns:trees(function(campaign, err)
        assert.is_nil(err)
        names[#names + 1] = campaign and campaign.messages[2].variations[1].details.body
        ended = ended or campaign == nil
      end)
      assert.is_true(ended)
      assert.same({ "Text 1.2", "Text 2.2", "Text 3.2" }, names)
    end)

    it("take no include and no fields: they read all there is", function()
      for option, value in pairs { include = { "tags" }, fields = { campaign = { "name" } }, fitler = "x" } do
        local ok, err = pcall(kl.campaigns.trees, kl.campaigns, { [option] = value })
        assert.is_false(ok)
        assert.equal("validation", err.kind)
        assert.matches(option .. " is no option of it", err.message, 1, true)
      end
    end)

    it("take no more memory the more there are", function()
      fill(300, 2)
      local function heap_after(limit)
        local highest, count = 0, 0
        for _ in kl.campaigns:trees { limit = limit, page_size = 10 } do
          count = count + 1
          if count % 50 == 0 then
            collectgarbage()
            collectgarbage()
            highest = math.max(highest, collectgarbage "count")
          end
        end
        return highest
      end
      heap_after(100)
      assert.is_true(heap_after(300) < heap_after(100) + 64)
    end)
  end)
end
