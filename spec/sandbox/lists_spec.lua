-- SPDX-License-Identifier: MIT
--- Lists over the wire: pages, filters and sorts end to end, in both dialects.
local wire = require "spec.support.wire"

describe("sandbox lists", function()
  local box, client

  after_each(function()
    client:close()
    box:stop()
  end)

  local function names(json)
    local list = {}
    for i, data in ipairs(json.data) do
      list[i] = data.attributes.definition.name
    end
    return list
  end

  local function path_of(url)
    return url:sub(#box.url + 1)
  end

  local function next_of(json)
    local url = json.links.next
    return type(url) == "string" and path_of(url) or nil
  end

  local function prev_of(json)
    local url = json.links.prev
    return type(url) == "string" and path_of(url) or nil
  end

  --- Walks from a path to the end, by next links.
  local function walk(path, between)
    local all, last = {}, nil
    while path do
      local answer = client:get(path)
      assert.equal(200, answer.status, answer.body)
      for _, name in ipairs(names(answer.json)) do
        all[#all + 1] = name
      end
      last = answer.json
      path = next_of(answer.json)
      if between then
        between(#all)
      end
    end
    return all, last
  end

  wire.each_dialect(function(dialect)
    describe("in " .. dialect, function()
      before_each(function()
        box, client = wire.start(nil, dialect)
        for i = 1, 25 do
          wire.create(client, {}, { definition = { name = ("C%02d"):format(i),
            builder = i % 2 == 0 and "canvas" or "wizard" } })
          box:advance(1)
        end
      end)

      it("neither lose nor repeat what was there when rows are added, and go back", function()
        for _, sort in ipairs { "created_at", "-created_at", "updated_at", "-updated_at", "name", "-name", "id",
          "-id" } do
          local added = 0
          local all, last = walk("/api/campaigns?page[size]=4&sort=" .. sort, function()
            added = added + 1
            if added <= 3 then
              wire.create(client, {}, { definition = { name = "C00" .. sort } })
            end
          end)
          local seen = {}
          for _, name in ipairs(all) do
            assert.is_nil(seen[name] and name:match "^C%d%d$")
            seen[name] = true
          end
          for i = 1, 25 do
            assert.is_true(seen[("C%02d"):format(i)], sort)
          end
          local back, path = {}, prev_of(last)
          while path do
            local json = client:get(path).json
            for i, name in ipairs(names(json)) do
              table.insert(back, i, name)
            end
            path = prev_of(json)
          end
          local expected = {}
          for i = 1, 25 do
            local name = sort:sub(1, 1) == "-" and ("C%02d"):format(26 - i) or ("C%02d"):format(i)
            expected[i] = name
          end
          local plain = {}
          for _, name in ipairs(back) do
            if name:match "^C%d%d$" then
              plain[#plain + 1] = name
            end
          end
          for _, name in ipairs(names(last)) do
            if name:match "^C%d%d$" then
              plain[#plain + 1] = name
            end
          end
          assert.same(expected, plain)
          client:get "/api/campaigns"
        end
      end)

      it("sort the newest change first by default", function()
        assert.equal("C25", names(client:get("/api/campaigns").json)[1])
        local id = client:get("/api/campaigns?sort=name&page[size]=1").json.data[1].id
        client:patch("/api/campaigns/" .. id, wire.body("campaign", id, { definition = { color = "#fff" } }))
        assert.equal("C01", names(client:get("/api/campaigns").json)[1])
      end)

      it("filter by every field", function()
        local function count(filter)
          local answer = client:get("/api/campaigns?filter=" .. filter)
          assert.equal(200, answer.status, answer.body)
          return #answer.json.data
        end
        assert.equal(9, count "contains(name,'c0')")
        assert.equal(12, count "equals(builder,'canvas')")
        assert.equal(25, count "equals(archived,false)")
        assert.equal(0, count "equals(archived,true)")
        assert.equal(5, count "less-than(created_at,2026-04-14T12:00:05Z)")
        assert.equal(6, count "less-or-equal(created_at,2026-04-14T12:00:05Z)")
        assert.equal(4, count "and(greater-than(updated_at,2026-04-14T12:00:20Z),contains(name,%22C%22))")
        assert.equal(1, count("greater-or-equal(created_at,2026-04-14T12:00:03Z),"
          .. "less-than(created_at,2026-04-14T12:00:04Z)"))
        local ids = client:get("/api/campaigns?page[size]=2").json.data
        assert.equal(2, count("any(id,[%22" .. ids[1].id .. "%22,'" .. ids[2].id .. "'])"))
      end)

      it("refuse what they do not know, with the parameter", function()
        for query, parameter in pairs { ["filter=equals(name,'x')"] = "filter", ["filter=contains(nme,'x')"] = "filter",
          ["filter=contains(name,'x'"] = "filter", ["sort=color"] = "sort", ["sort="] = "sort",
            ["include=x"] = "include",
          ["page[size]=0"] = "page[size]", ["page[size]=101"] = "page[size]", ["page[size]=x"] = "page[size]",
          ["page[cursor]=x"] = "page[cursor]", ["page[number]=1"] = "page[number]",
            ["fields[campaigns]=id"] = "fields[campaigns]",
          ["limit=5"] = "limit" } do
          local answer = client:get("/api/campaigns?" .. query)
          assert.equal(400, answer.status, query)
          assert.same({ parameter }, wire.pointers(answer))
        end
        local answer = client:get "/api/campaigns?sort=color&page[size]=0&x=1"
        assert.same({ "page[size]", "sort", "x" }, wire.pointers(answer))
      end)

      it("hold a cursor against the list it came from", function()
        local cursor = client:get("/api/campaigns?page[size]=2").json.links.next:match "cursor%%5D=(.*)$"
        assert.equal(200, client:get("/api/campaigns?page[size]=5&page[cursor]=" .. cursor).status)
        assert.equal(400, client:get("/api/campaigns?sort=name&page[cursor]=" .. cursor).status)
        assert.equal(400, client:get("/api/campaign-messages?page[cursor]=" .. cursor).status)
        assert.equal(400, client:get("/api/campaigns?page[cursor]=" .. cursor .. "AA").status)
      end)

      it("of messages filter by campaign and status", function()
        local made = wire.create(client, { { name = "A", details = { channel = "email" } },
          { name = "B", details = { channel = "email" } } })
        local other = wire.create(client)
        wire.schedule(client, made.messages[1], { send_time = "2026-06-01T14:00:00Z", strategy = "static" })
        local field = dialect == "guide" and "campaign.id" or "campaign_id"
        local function ids(filter)
          local answer = client:get("/api/campaign-messages?sort=id&filter=" .. filter)
          assert.equal(200, answer.status, answer.body)
          local list = {}
          for i, data in ipairs(answer.json.data) do
            list[i] = data.id
          end
          return list
        end
        assert.same(made.messages, ids("equals(" .. field .. ",'" .. made.id .. "')"))
        assert.same({ made.messages[1] }, ids("equals(status,'" .. (dialect == "guide" and "SCHEDULED"
          or "scheduled") .. "')"))
        assert.same({ made.messages[2] }, ids("contains(name,'b'),equals(" .. field .. ",'" .. made.id .. "')"))
        assert.same(other.messages, ids("any(id,['" .. other.messages[1] .. "'])"))
        assert.same({}, ids("equals(" .. field .. ",'nope')"))
        for _, filter in ipairs { "equals(" .. (dialect == "guide" and "campaign_id" or "campaign.id") .. ",'x')",
          "equals(status,'" .. (dialect == "guide" and "draft" or "DRAFT") .. "')" } do
          assert.equal(400, client:get("/api/campaign-messages?filter=" .. filter).status)
        end
      end)

      it("of messages hold twenty by default, of campaigns a hundred", function()
        local messages = {}
        for i = 1, 30 do
          messages[i] = { name = "M" .. i }
        end
        wire.create(client, messages)
        assert.equal(20, #client:get("/api/campaign-messages").json.data)
        assert.equal(30, #client:get("/api/campaign-messages?page[size]=100").json.data)
        for _ = 26, 104 do
          wire.create(client, {})
        end
        assert.equal(100, #client:get("/api/campaigns").json.data)
      end)
    end)
  end)

  it("of audiences and variations are the guide's alone", function()
    box, client = wire.start()
    local made = wire.create(client)
    wire.create(client)
    local answer = client:get("/api/campaign-audiences?filter=equals(campaign.id,'" .. made.id .. "')")
    assert.equal(1, #answer.json.data)
    assert.equal(made.audiences[1], answer.json.data[1].id)
    assert.equal(2, #client:get("/api/campaign-audiences").json.data)
    answer = client:get("/api/campaign-variations?filter=equals(campaign-message.id,'" .. made.messages[1] .. "')")
    assert.equal(1, #answer.json.data)
    client.headers.revision = "2026-10-15"
    assert.equal(405, client:get("/api/campaign-audiences").status)
    assert.equal(405, client:get("/api/campaign-variations").status)
  end)
end)
