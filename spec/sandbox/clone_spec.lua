-- SPDX-License-Identifier: MIT
--- Clones are complete, new, and drafts.
local wire = require "spec.support.wire"

describe("sandbox clones", function()
  local box, client, made

  after_each(function()
    client:close()
    box:stop()
  end)

  wire.each_dialect(function(dialect)
    local copy = dialect == "guide" and "Summer Sale 2026 (Copy)" or "Copy of Summer Sale 2026"

    local function tree(id)
      local function get(path)
        return client:get("/api/" .. path).json.data
      end
      local campaign = get("campaigns/" .. id)
      local found = { definition = campaign.attributes.definition, ids = { [id] = true }, audiences = {} }
      for i, link in ipairs(campaign.relationships["campaign-audiences"].data) do
        local audience = get("campaign-audiences/" .. link.id)
        found.ids[link.id] = true
        local from = audience.attributes.definition or audience.attributes
        found.audiences[i] = { name = from.name or from.audience_name, included = from.included,
          excluded = from.excluded,
          priority = from.priority, messages = {} }
        for j, child in ipairs(audience.relationships["campaign-messages"].data) do
          local message = get("campaign-messages/" .. child.id)
          found.ids[child.id] = true
          found.audiences[i].messages[j] = { definition = message.attributes.definition,
            status = wire.status(client, child.id), variations = {} }
          for k, leaf in ipairs(message.relationships["campaign-variations"].data) do
            found.ids[leaf.id] = true
            found.audiences[i].messages[j].variations[k] = get("campaign-variations/" .. leaf.id).attributes.definition
          end
        end
      end
      return found
    end

    describe("in " .. dialect, function()
      before_each(function()
        box, client = wire.start(nil, dialect)
        made = wire.create(client, {
          { name = "Email", details = { channel = "email", subject = "S", template_id = "T" } },
          { name = "Text", details = { channel = "sms", body = "B" }, audience = "aud_2" },
        }, { definition = { description = "d", send_settings = { send_timezone = "Europe/Paris" } },
          audiences = { { temporary_id = "aud_1", included = { "L1" } },
            { temporary_id = "aud_2", included = { "L2" }, excluded = { "L1" } } } })
      end)

      local function clone(kind, data)
        return client:post("/api/" .. kind .. "-clone", wire.encode { data = data })
      end

      local function clone_campaign(id, name)
        return clone("campaign", { type = "campaign", id = id, attributes = dialect == "openapi" and { name = name }
          or nil })
      end

      it("of a campaign have everything, and nothing of its ids or states", function()
        local before = tree(made.id)
        wire.schedule(client, made.messages[1], { send_time = "2026-06-01T14:00:00Z", strategy = "static" })
        box:advance "1h"
        local answer = clone("campaign", dialect == "guide" and { type = "campaign", id = made.id }
          or { type = "campaign", id = made.id, attributes = { name = copy } })
        assert.equal(201, answer.status)
        local data = answer.json.data
        assert.equal(copy, data.attributes.definition.name)
        assert.equal("2026-04-14T13:00:00.000000+00:00", data.attributes.created_at)
        local after = tree(data.id)
        after.definition.name = before.definition.name
        assert.same(before.definition, after.definition)
        assert.same(before.audiences, after.audiences)
        for id in pairs(after.ids) do
          assert.is_nil(before.ids[id])
        end
        assert.equal("SCHEDULED", wire.status(client, made.messages[1]))
      end)

      it("of an archived campaign are not archived", function()
        client:delete("/api/campaigns/" .. made.id)
        local answer = clone("campaign", dialect == "guide" and { type = "campaign", id = made.id }
          or { type = "campaign", id = made.id, attributes = { name = "x" } })
        assert.is_false(answer.json.data.attributes.definition.archived)
        assert.equal("DRAFT", wire.status(client, answer.json.data.relationships["campaign-messages"].data[1].id))
      end)

      it("of an audience go to another campaign, or stay in their own", function()
        local other = wire.create(client)
        local source = made.audiences[2]
        local answer = clone("campaign-audience", { type = "campaign-audience-clone", id = source,
          attributes = { id = source, name = "Moved" }, relationships = { campaign = { data = { type = "campaign",
            id = other.id } } } })
        assert.equal(201, answer.status, answer.body)
        assert.equal("campaign-audience", answer.json.data.type)
        local audience = tree(other.id).audiences[2]
        assert.equal("Moved", audience.name)
        assert.same({ "L2" }, audience.included)
        assert.same({ "L1" }, audience.excluded)
        assert.equal(1, audience.priority)
        assert.equal("B", audience.messages[1].variations[1].details.body)
        answer = clone("campaign-audience", { type = "campaign-audience-clone", id = source,
          attributes = { id = source } })
        assert.equal(201, answer.status)
        assert.equal(3, #tree(made.id).audiences)
        assert.equal("Copy of Audience 2", tree(made.id).audiences[3].name)
        assert.equal(2, #tree(made.id).audiences[2].messages + #tree(made.id).audiences[3].messages)
      end)

      it("of a message go to an audience", function()
        local other = wire.create(client)
        local source = made.messages[1]
        local function body(attributes, audience)
          return { type = "campaign-message", id = source, attributes = attributes,
            relationships = { ["campaign-audience"] = { data = { type = "campaign-audience", id = audience } } } }
        end
        local answer = clone("campaign-message", body({ id = source }, other.audiences[1]))
        assert.equal(201, answer.status)
        assert.equal(other.id, answer.json.data.relationships.campaign.data.id)
        assert.equal("Copy of Email", answer.json.data.attributes.definition.name)
        assert.equal("T", tree(other.id).audiences[1].messages[2].variations[1].details.template_id)
        answer = clone("campaign-message", body({ id = source, name = "Again" }, made.audiences[1]))
        assert.equal("Again", answer.json.data.attributes.definition.name)
        assert.equal(2, #tree(made.id).audiences[1].messages)
      end)

      it("want their ids to agree, and everything they name to be there", function()
        local source = made.audiences[1]
        local answer = clone("campaign-audience", { type = "campaign-audience-clone", id = source,
          attributes = { id = "x" } })
        assert.equal(409, answer.status)
        assert.same({ "/data/attributes/id" }, wire.pointers(answer))
        assert.equal(409, clone("campaign-audience", { type = "campaign-audience", id = source,
          attributes = { id = source } }).status)
        answer = clone_campaign "nope"
        assert.equal(404, answer.status)
        answer = clone("campaign-message", { type = "campaign-message", id = made.messages[1],
          attributes = { id = made.messages[1] },
          relationships = { ["campaign-audience"] = { data = { type = "campaign-audience", id = "nope" } } } })
        assert.equal(404, answer.status)
        assert.same({ "/data/relationships/campaign-audience/data/id" }, wire.pointers(answer))
      end)
    end)
  end)

  it("are named as the file says when no name is given", function()
    box, client = wire.start(nil, "openapi")
    made = wire.create(client)
    local answer = client:post("/api/campaign-clone",
      '{"data":{"type":"campaign","id":"' .. made.id .. '","attributes":{"name":null}}}')
    assert.equal("Copy of Summer Sale 2026", answer.json.data.attributes.definition.name)
    answer = client:post("/api/campaign-clone", '{"data":{"type":"campaign","id":"' .. made.id .. '","attributes":{}}}')
    assert.equal("Copy of Summer Sale 2026", answer.json.data.attributes.definition.name)
  end)

  it("take no attributes in the guide", function()
    box, client = wire.start()
    made = wire.create(client)
    local answer = client:post("/api/campaign-clone",
      '{"data":{"type":"campaign","id":"' .. made.id .. '","attributes":{"name":"x"}}}')
    assert.same({ "/data/attributes" }, wire.pointers(answer))
  end)

  it("keep tags and UTM parameters", function()
    box, client = wire.start()
    made = wire.create(client)
    local tag = box:tag { name = "summer", campaign = made.id, message = made.messages[1] }
    box:tracking_params { message = made.messages[1], params = { { name = "a", value = "b" } } }
    local answer = client:post("/api/campaign-clone", '{"data":{"type":"campaign","id":"' .. made.id .. '"}}')
    local id = answer.json.data.id
    assert.equal(tag, client:get("/api/campaigns/" .. id .. "/tags").json.data[1].id)
    local message = answer.json.data.relationships["campaign-messages"].data[1].id
    assert.equal(tag, client:get("/api/campaign-messages/" .. message .. "/relationships/tags", nil,
      { revision = wire.revisions.openapi }).json.data[1].id)
    assert.equal("a", client:get("/api/campaign-messages/" .. message).json.data.attributes.tracking_params[1].name)
  end)
end)
