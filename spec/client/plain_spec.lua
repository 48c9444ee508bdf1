-- SPDX-License-Identifier: MIT
--- Objects as plain tables, and iteration over their fields.

local cjson = require "cjson"
local schema = require "klaviyo.model.schema"
local service = require "spec.support.service"
local support = require "spec.support.sandbox"

local function pairs_of(object)
  local names, values = {}, {}
  for name, value in object:fields() do
    names[#names + 1], values[name] = name, value
  end
  return names, values
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("an object as a plain table (" .. dialect .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start {
        sandbox = { dialect = dialect == "openapi" and "openapi" or nil },
        dialect = dialect,
      }
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    it("has the names and values that reading has", function()
      local message = campaign.audiences[1].messages[1]
      local made = message:to_table()
      for _, name in ipairs { "id", "type", "name", "status", "scheduling", "is_tracking_opens", "created_at" } do
        assert.same(message[name], made[name], name)
      end
      assert.same(message.variations[1].details, made.variations[1].details)
      assert.is_nil(getmetatable(made))
      assert.is_nil(made.raw)
      for name in pairs(made) do
        local known = name == "id" or name == "type" or schema.find(schema.resources.message.fields, name)
          or require("klaviyo.wire.dialect").relationships.message[name]
        assert.is_truthy(known, name)
      end
    end)

    it("holds what the object holds, once, and names what it belongs to", function()
      local made = campaign:to_table()
      assert.equal(2, #made.audiences)
      local message = made.audiences[1].messages[1]
      assert.equal("Blast", message.name)
      assert.equal("It starts", message.variations[1].details.subject)
      assert.same({ id = campaign.id, type = "campaign" }, message.campaign)
      assert.same({ id = message.id, type = message.type }, made.messages[1])
    end)

    it("is encoded by lua-cjson, nulls and lists with it", function()
      local back = cjson.decode(cjson.encode(campaign:to_table()))
      assert.equal("Summer Sale 2026", back.name)
      assert.equal(cjson.null, back.description)
      assert.same({ "LIST_1" }, back.audiences[1].included)
      assert.equal("WhatsApp", back.audiences[2].messages[2].name)
      -- and by the library's own encoder, which has a mark for an empty list
      assert.matches('"excluded":%[%]', (require("klaviyo.model.json").encode(campaign:to_table())))
    end)

    it("leaves out what was not loaded", function()
      local plain = assert(kl.campaigns:get(campaign.id))
      assert.same({ id = campaign.messages[1].id, type = campaign.messages[1].type }, plain.messages[1]:to_table())
      assert.same({ "id", "type" }, (pairs_of(plain.messages[1])))
      local part = assert(kl.messages:get(campaign.messages[1].id, { fields = { message = { "name" } } })):to_table()
      assert.equal("Blast", part.name)
      assert.is_nil(part.status)
    end)

    it("has the changes that were not saved, and is a copy", function()
      local fresh = assert(kl.campaigns:tree(campaign.id))
      fresh.name = "Renamed"
      fresh.audiences[1].included = { "A", "B" }
      local made = fresh:to_table()
      assert.equal("Renamed", made.name)
      assert.same({ "A", "B" }, made.audiences[1].included)
      made.send_settings.send_timezone = "UTC"
      made.audiences[1].included[1] = "C"
      assert.equal("A", fresh.audiences[1].included[1])
      assert.same({ name = "Renamed" }, fresh:changes())
    end)

    it("iterates over the loaded fields, in order, in every Lua", function()
      local fresh = assert(kl.campaigns:tree(campaign.id))
      local names, values = pairs_of(fresh)
      assert.same({ "id", "type", "name" }, { names[1], names[2], names[3] })
      assert.equal("audiences", names[#names - (values.tags and 2 or 1)])
      assert.equal(fresh.name, values.name)
      assert.equal(fresh.audiences[1], values.audiences[1])
      values.send_settings.send_timezone = "UTC" -- the object's own table
      assert.same({ send_settings = { send_timezone = "UTC" } }, fresh:changes())
    end)

    if _VERSION ~= "Lua 5.1" then
      it("gives its fields to pairs", function()
        local seen, expected = {}, {}
        for name in pairs(campaign) do
          seen[#seen + 1] = name
        end
        for name in campaign:fields() do
          expected[#expected + 1] = name
        end
        assert.is_true(#seen > 5)
        assert.same(expected, seen)
      end)
    end
  end)
end

describe("a campaign with more than this library knows", function()
  it("has its newer attributes too, under their names on the wire, and all of an undescribed type", function()
    local body = cjson.encode { data = { type = "campaign", id = "C1",
      attributes = { glitter = { 1, 2 }, definition = { name = "Sale", newest = "x" } },
      relationships = { tags = { data = { { type = "tag", id = "T1" } } } } },
      included = { { type = "tag", id = "T1", attributes = { name = "Red", shade = "dark" } } } }
    service.run({ write = function() end, read = function()
      return service.answer(200, body)
    end }, { max_attempts = 1 }, function(kl)
      local campaign = assert(kl.campaigns:get "C1")
      assert.has_error(function()
        return #campaign.audiences
      end)
      local made = campaign:to_table()
      assert.is_nil(made.audiences)
      assert.same({ 1, 2 }, { made.glitter[1], made.glitter[2] })
      assert.equal("x", made.newest)
      assert.equal("Sale", made.name)
      assert.is_nil(made.definition)
      assert.same({ id = "T1", type = "tag", name = "Red", shade = "dark" }, made.tags[1])
    end)
  end)
end)
