-- SPDX-License-Identifier: MIT
--- What every object does: fields that are loaded, changed and set.

local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

-- The body of the last request that the sandbox saw.
local function last(sandbox)
  local requests = sandbox:requests()
  return requests[#requests]
end

local function decoded(request)
  return require("klaviyo.model.json").decode(request.body)
end

for _, dialect in ipairs { "guide", "openapi" } do
  describe("an object (" .. dialect .. ")", function()
    local sandbox, kl, campaign

    setup(function()
      sandbox, kl = support.start {
        sandbox = { dialect = dialect == "openapi" and "openapi" or nil },
        dialect = dialect,
      }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      campaign = assert(kl.campaigns:create(support.sale()))
    end)

    -- What raises, with its message, which begins with the line of this file.
    local function refused(fn)
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("object_spec.lua:%d+: ", message)
      return message
    end

    it("raise when a field is read of one that only its id is known of, and say how to load it", function()
      local plain = assert(kl.campaigns:get(campaign.id))
      assert.equal(4, #plain.messages)
      local message = plain.messages[1]
      for _, name in ipairs { "status", "name", "scheduling", "created_at", "is_tracking_opens", "newer_than_us" } do
        local text = refused(function()
          return message[name]
        end)
        assert.matches("message." .. name .. " is not loaded", text, 1, true)
        assert.matches("message:refresh()", text, 1, true)
        assert.matches('include = { "messages" }', text, 1, true)
        assert.matches(message.id, text, 1, true)
      end
      assert.matches('include = { "audiences" }', refused(function()
        return plain.audiences[1].name
      end), 1, true)
      assert.is_false(message:is_loaded())
      assert.is_true(plain:is_loaded())
    end)

    it("raise when a field is read that the request left out, and say how to get it", function()
      local asked = { fields = { message = { "name" } }, include = { "messages" } }
      local ways = {
        get = function()
          return assert(kl.messages:get(campaign.messages[1].id, { fields = asked.fields }))
        end,
        list = function()
          return assert(kl.messages:list { fields = asked.fields }).data[1]
        end,
        ["the next page"] = function()
          local page = assert(kl.messages:list { fields = asked.fields, page_size = 1 })
          return assert(page:next()).data[1]
        end,
        each = function()
          local newest
          for message in kl.messages:each { fields = asked.fields, page_size = 2 } do
            newest = message
          end
          return newest
        end,
        included = function()
          return assert(kl.campaigns:get(campaign.id, asked)).messages[1]
        end,
      }
      for way, read in pairs(ways) do
        local message = read()
        assert.is_string(message.name, way)
        assert.is_true(message:is_loaded())
        assert.is_string(tostring(message))
        for _, name in ipairs { "status", "scheduling", "created_at" } do
          local text = refused(function()
            return message[name]
          end)
          assert.matches(("message.%s is not loaded"):format(name), text, 1, true, way)
          assert.matches(('add "%s" to fields = { message = ... }'):format(name), text, 1, true)
        end
        assert.is_nil(message.newer_than_us)
        assert(message:refresh())
        assert.equal("DRAFT", message.status)
      end
      local whole = assert(kl.campaigns:get(campaign.id, asked))
      assert.is_string(whole.created_at) -- its own fields were not chosen
    end)

    it("know id, type and methods without having been loaded, and are printed", function()
      local message = assert(kl.campaigns:get(campaign.id)).messages[1]
      assert.equal(campaign.messages[1].id, message.id)
      assert.equal("campaign-message", message.type)
      assert.is_nil(message.raw)
      assert.equal("klaviyo.message " .. message.id, tostring(message))
      assert.is_nil(message:changes())
      message.name = "Renamed"
      assert.equal("Renamed", message.name)
      assert.same({ name = "Renamed" }, message:changes())
      assert.equal('klaviyo.message ' .. message.id .. ' "Renamed"', tostring(message))
      message:discard()
      assert(message:refresh())
      assert.is_true(message:is_loaded())
      assert.equal("DRAFT", message.status)
      assert.equal("Blast", message.name)
    end)

    it("raise when a list is read that no response carried, however it is read", function()
      sandbox:tag { name = "spring", campaign = campaign.id }
      sandbox:tag { name = "sale", campaign = campaign.id }
      local tags = assert(kl.campaigns:get(campaign.id, { include = { "messages" } })).tags
      if dialect == "openapi" then
        assert.equal("table", type(tags)) -- its response names the tags
      else
        for what, read in pairs {
          length = function()
            return #tags
          end,
          index = function()
            return tags[1]
          end,
          write = function()
            tags[1] = "x"
          end,
        } do
          local text = refused(read)
          assert.matches("campaign.tags is not loaded", text, 1, true, what)
          assert.matches('campaign:related("tags")', text, 1, true, what)
          assert.matches('include = { "tags" }', text, 1, true, what)
        end
        for _, read in ipairs { ipairs, next, pairs } do
          local steps = 0
          assert.is_false((pcall(function()
            for _ in read(tags) do
              steps = steps + 1
            end
            steps = "none were seen" -- it passed for an empty list
          end)))
          assert.equal(0, steps)
        end
        assert.equal("klaviyo.campaign.tags (not loaded)", tostring(tags))
        assert.equal(2, #assert(campaign:tags()))
        assert.equal(2, #assert(kl.campaigns:get(campaign.id, { include = { "tags" } })).tags)
      end
      local stub = assert(kl.campaigns:get(campaign.id)).audiences[1]
      assert.matches("audience.messages is not loaded", refused(function()
        return #stub.messages
      end), 1, true)
      assert.equal(2, #assert(stub:messages()))
      assert.matches("audience.campaign is not loaded", refused(function()
        return stub.campaign
      end), 1, true)
    end)

    it("send a changed leaf of a nested table alone", function()
      campaign.send_settings.send_timezone = "Europe/Paris"
      assert(campaign:save())
      assert.same({ definition = { send_settings = { send_timezone = "Europe/Paris" } } },
        decoded(last(sandbox)).data.attributes)
      assert.equal("STATIC", campaign.send_settings.send_strategy)
      assert.equal("Europe/Paris", campaign.send_settings.send_timezone)
    end)

    it("notice a list that was changed in place, and keep an empty one a list", function()
      local audience = campaign.audiences[2]
      audience.excluded[1] = nil
      assert(audience:save())
      assert.matches('"excluded":%[%]', last(sandbox).body)
      assert.same({}, audience.excluded)
    end)

    it("clear a field with klaviyo.null", function()
      assert(campaign:update { description = "text" })
      assert.equal("text", campaign.description)
      campaign.description = klaviyo.null
      assert(campaign:save())
      assert.matches('"description":null', last(sandbox).body)
      assert.equal(klaviyo.null, campaign.description)
    end)

    it("refuse what cannot be set, and nil", function()
      assert.has_error(function()
        campaign.id = "X"
      end)
      assert.has_error(function()
        campaign.messages[1].status = "SENT"
      end)
      assert.error_matches(function()
        campaign.name = nil
      end, "klaviyo.null")
      assert.error_matches(function()
        campaign.nmae = "X"
      end, 'did you mean "name"%?%); update { extra = { nmae = %.%.%. } } writes an unknown field')
      local updated = campaign:update { extra = { nmae = "X" } }
      assert.is_nil(updated) -- this service has none either, but it was asked
      assert.same({ nmae = "X" }, decoded(last(sandbox)).data.attributes.definition)
    end)

    it("give the decoded resource back as raw", function()
      assert.equal("campaign", campaign.raw.type)
      assert.equal(campaign.id, campaign.raw.id)
      assert.equal("Summer Sale 2026", campaign.raw.attributes.definition.name)
    end)

    it("ask the service when a list of links is called", function()
      local messages = assert(campaign:messages {})
      assert.equal(4, #messages)
      assert.equal(campaign.messages[1], messages[1])
      local ids = assert(campaign:related("messages", { ids = true }))
      assert.equal(messages[1].id, ids[1])
    end)
  end)
end
