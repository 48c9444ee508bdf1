-- SPDX-License-Identifier: MIT
--- Every related path and its linkage, includes and sparse fields, in both dialects.
local cjson = require "cjson"
local wire = require "spec.support.wire"

local null = cjson.null

describe("sandbox", function()
  local box, client, made, variation

  local function begin(dialect)
    box, client = wire.start(nil, dialect)
    made = wire.create(client, {
      { name = "Email", details = { channel = "email", subject = "S" } },
      { name = "Push", details = { channel = "push", title = "T", static_asset_id = 77 }, audience = "aud_2" },
    }, { audiences = { { temporary_id = "aud_1" }, { temporary_id = "aud_2" } } })
    variation = wire.variation(client, made.messages[2])
  end

  after_each(function()
    client:close()
    box:stop()
  end)

  local function get(path)
    local answer = client:get("/api/" .. path)
    assert.equal(200, answer.status, path .. answer.body)
    return answer.json
  end

  local function identifiers(list)
    local ids = {}
    for i, data in ipairs(list) do
      ids[i] = data.type .. " " .. data.id
    end
    table.sort(ids)
    return ids
  end

  wire.each_dialect(function(dialect)
    describe("related resources in " .. dialect, function()
      before_each(function()
        begin(dialect)
      end)

      local function paths()
        local to_one = {
          { "campaign-audiences/" .. made.audiences[1], "campaign", "campaign", made.id },
          { "campaign-messages/" .. made.messages[1], "campaign", "campaign", made.id },
          { "campaign-messages/" .. made.messages[2], "campaign-audience", "campaign-audience", made.audiences[2] },
          { "campaign-variations/" .. variation, "campaign-message", "campaign-message", made.messages[2] },
        }
        local to_many = {
          { "campaigns/" .. made.id, "campaign-audiences", "campaign-audience", made.audiences },
          { "campaigns/" .. made.id, "campaign-messages", "campaign-message", made.messages },
          { "campaign-audiences/" .. made.audiences[2], "campaign-messages", "campaign-message", { made.messages[2] } },
          { "campaign-messages/" .. made.messages[2], "campaign-variations", "campaign-variation", { variation } },
        }
        return to_one, to_many
      end

      it("to one are that resource, and its identifier", function()
        for _, case in ipairs((paths())) do
          local parent, name, kind, id = case[1], case[2], case[3], case[4]
          local whole = get(parent .. "/" .. name)
          assert.equal(id, whole.data.id)
          assert.same(get(kind .. "s/" .. id).data, whole.data)
          assert.same({ type = kind, id = id }, get(parent .. "/relationships/" .. name).data)
        end
      end)

      it("to many are all of them in the order they were made, and their identifiers", function()
        local _, to_many = paths()
        for _, case in ipairs(to_many) do
          local parent, name, kind, ids = case[1], case[2], case[3], case[4]
          local whole, links = get(parent .. "/" .. name), get(parent .. "/relationships/" .. name)
          assert.equal(#ids, #whole.data)
          for i, id in ipairs(ids) do
            assert.same(get(kind .. "s/" .. id).data, whole.data[i])
            assert.same({ type = kind, id = id }, links.data[i])
          end
          assert.equal(box.url .. "/api/" .. parent .. "/" .. name, whole.links.self)
        end
      end)

      it("of what is not there answer 404", function()
        for _, path in ipairs { "campaigns/x/campaign-messages", "campaigns/x/campaign-audiences",
          "campaign-messages/x/campaign", "campaign-messages/x/relationships/campaign-variations",
          "campaign-audiences/x/campaign-messages", "campaign-variations/x/campaign-message" } do
          assert.equal(404, client:get("/api/" .. path).status, path)
        end
      end)

      it("that are many come in pages", function()
        for i = 1, 44 do
          client:post("/api/campaign-messages", wire.body("campaign-message", nil, { definition = { name = "M" .. i } },
            { campaign = { "campaign", made.id }, ["campaign-audience"] = { "campaign-audience", made.audiences[1] } }))
        end
        for path, count in pairs { ["campaigns/" .. made.id .. "/campaign-messages"] = 46,
          ["campaign-audiences/" .. made.audiences[1] .. "/campaign-messages"] = 45,
          ["campaigns/" .. made.id .. "/relationships/campaign-messages"] = 46 } do
          local seen, pages, url, last = {}, 0, "/api/" .. path, nil
          while url do
            local json = client:get(url).json
            pages = pages + 1
            for _, data in ipairs(json.data) do
              assert.is_nil(seen[data.id])
              seen[data.id] = true
              seen[#seen + 1] = data.id
            end
            last = json
            url = json.links.next ~= null and json.links.next and json.links.next:sub(#box.url + 1) or nil
          end
          assert.equal(count, #seen)
          assert.equal(3, pages)
          local back = client:get(last.links.prev:sub(#box.url + 1)).json
          assert.equal(seen[21], back.data[1].id)
        end
        assert.equal(400, client:get("/api/campaigns/" .. made.id .. "/campaign-messages?page[size]=5").status)
      end)

      it("tags are read", function()
        local tag = box:tag { name = "summer", campaign = made.id, message = made.messages[1] }
        local message = "campaign-messages/" .. made.messages[1]
        if dialect == "guide" then
          assert.equal("summer", get("campaigns/" .. made.id .. "/tags").data[1].attributes.name)
          assert.equal(tag, get("campaigns/" .. made.id .. "/relationships/tags").data[1].id)
          assert.equal(404, client:get("/api/" .. message .. "/tags").status)
        else
          local json = get(message .. "/tags")
          assert.equal(tag, json.data[1].id)
          assert.same({ name = "summer" }, json.data[1].attributes)
          assert.same({ { type = "tag", id = tag } }, get(message .. "/relationships/tags").data)
          assert.same({}, get("campaign-messages/" .. made.messages[2] .. "/tags").data)
          assert.same({ { type = "tag", id = tag } }, get("campaigns/" .. made.id).data.relationships.tags.data)
          assert.equal(404, client:get("/api/campaigns/" .. made.id .. "/tags").status)
        end
      end)
    end)

    describe("includes in " .. dialect, function()
      before_each(function()
        begin(dialect)
      end)

      --- Every resource of a document is linked to from another one, and is there once.
      local function check_linkage(json)
        local linked, seen = {}, {}
        local all = {}
        for _, data in ipairs(json.data.id and { json.data } or json.data) do
          linked[data.type .. data.id] = true
          all[#all + 1] = data
        end
        for _, data in ipairs(json.included) do
          all[#all + 1] = data
        end
        for _, data in ipairs(all) do
          assert.is_nil(seen[data.type .. data.id])
          seen[data.type .. data.id] = true
          for _, relation in pairs(data.relationships or {}) do
            local to = relation.data
            if to and to ~= null then
              for _, link in ipairs(to.id and { to } or to) do
                linked[link.type .. link.id] = true
              end
            end
          end
        end
        for _, data in ipairs(json.included) do
          assert.is_true(linked[data.type .. data.id], data.type)
        end
      end

      local function included(path)
        local json = get(path)
        check_linkage(json)
        return identifiers(json.included), json
      end

      it("give each resource once, fully linked", function()
        assert.same({ "campaign-audience " .. made.audiences[1], "campaign-audience " .. made.audiences[2],
          "campaign-message " .. made.messages[1], "campaign-message " .. made.messages[2] },
          (included("campaigns/" .. made.id .. "?include=campaign-audiences,campaign-messages")))
        assert.same({ "campaign " .. made.id },
          (included("campaign-messages?include=campaign")))
        assert.same({ "campaign " .. made.id, "campaign-message " .. made.messages[1] },
          (included("campaign-audiences/" .. made.audiences[1] .. "?include=campaign,campaign-messages")))
        assert.same({ "campaign-message " .. made.messages[2] },
          (included("campaign-variations/" .. variation .. "?include=campaign-message")))
        local other = wire.create(client)
        local ids = included "campaign-messages?include=campaign,campaign-variations"
        assert.equal(2 + 3, #ids)
        assert.equal(2 + 3, #included "campaigns?include=campaign-messages" + 2)
        assert.equal("campaign " .. other.id, ids[2])
      end)

      it("that are not known are refused, with the parameter", function()
        for _, path in ipairs { "campaigns?include=lists", "campaigns/" .. made.id .. "?include=campaign",
          "campaign-messages?include=campaign-audiences" } do
          local answer = client:get("/api/" .. path)
          assert.equal(400, answer.status)
          assert.same({ "include" }, wire.pointers(answer))
        end
      end)

      it("can be cut to sparse fields of each type", function()
        local json = get("campaigns/" .. made.id .. "?include=campaign-messages"
          .. "&fields[campaign]=definition.name,created_at&fields[campaign-message]=created")
        assert.same({ definition = { name = "Summer Sale 2026" }, created_at = wire.NOW }, json.data.attributes)
        assert.same({ created = wire.NOW }, json.included[1].attributes)
        assert.equal(2, #json.data.relationships["campaign-messages"].data)
        assert.equal(400, client:get("/api/campaigns?fields[campaign]=nme").status)
        local answer = client:post("/api/campaigns?fields[campaign]=definition.name", wire.campaign(dialect))
        assert.equal(201, answer.status)
        assert.same({ definition = { name = "Summer Sale 2026" } }, answer.json.data.attributes)
      end)
    end)
  end)

  it("includes variations and tags of campaigns in the guide", function()
    begin "guide"
    local tag = box:tag { name = "summer", campaign = made.id }
    local json = get("campaigns/" .. made.id .. "?include=campaign-variations")
    assert.equal(2, #json.included)
    assert.equal(2, #json.data.relationships["campaign-variations"].data)
    json = get("campaigns/" .. made.id .. "?include=campaign-messages,campaign-variations,tags")
    assert.equal(5, #json.included)
    assert.is_nil(json.data.relationships["campaign-variations"])
    assert.same({ { type = "tag", id = tag } }, json.data.relationships.tags.data)
    local other = wire.create(client)
    box:tag { id = tag, name = "summer", campaign = other.id }
    assert.equal(1, #get("campaigns?include=tags").included)
  end)

  it("reads images and translations of variations in openapi", function()
    begin "openapi"
    local path = "campaign-variations/" .. variation
    local image = get(path .. "/image").data
    assert.equal("77", image.id)
    assert.equal("image", image.type)
    assert.same({ type = "image", id = "77" }, get(path .. "/relationships/image").data)
    assert.equal(null, get(path .. "/translation").data)
    assert.equal(null, get(path .. "/relationships/translation").data)
    assert.is_nil(get(path).data.relationships.translation.data)
    local translation = box:translation { variation = variation, source_locale = "en", target_locales = { "de", "fr" },
      channel = "mobile_push", metadata = { a = 1 } }
    box:image { id = "I2", name = "Other", size = 5, variation = variation, image_url = "https://x.example/i.png" }
    local data = get(path .. "/translation").data
    assert.equal(translation, data.id)
    assert.same({ source_locale = "en", target_locales = { "de", "fr" }, fallback_locale = null,
      channel = "mobile_push",
      metadata = { a = 1 }, created = wire.NOW, updated = wire.NOW }, data.attributes)
    assert.same({ name = "Other", image_url = "https://x.example/i.png", format = "png", size = 5, hidden = false,
      updated_at = wire.NOW }, get(path .. "/image").data.attributes)
    local json = get(path .. "?include=image,translation,campaign-message")
    assert.same({ "campaign-message " .. made.messages[2], "image I2", "translation " .. translation },
      identifiers(json.included))
    local email = wire.variation(client, made.messages[1])
    assert.equal(null, get("campaign-variations/" .. email .. "/image").data)
  end)

  it("has no images or translations in the guide", function()
    begin "guide"
    assert.equal(404, client:get("/api/campaign-variations/" .. variation .. "/image").status)
    assert.equal(400, client:get("/api/campaign-variations/" .. variation .. "?include=image").status)
  end)
end)
