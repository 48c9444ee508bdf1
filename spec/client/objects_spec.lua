-- SPDX-License-Identifier: MIT
-- Campaigns, audiences, messages and variations as objects: links, changes, saving, in both dialects.

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
  describe("objects (" .. dialect .. ")", function()
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

    it("are linked, each one object", function()
      assert.equal(2, #campaign.audiences)
      assert.equal(4, #campaign.messages)
      local vip = campaign.audiences[1]
      assert.equal("VIP", vip.name)
      assert.equal(2, #vip.messages)
      assert.equal(vip, vip.messages[1].audience)
      assert.equal(campaign, vip.messages[1].campaign)
      assert.equal("email", vip.messages[1].variations[1].channel)
      assert.equal(vip.messages[1], vip.messages[1].variations[1].message)
    end)

    it("look the same in both dialects", function()
      local message = campaign.audiences[2].messages[1]
      assert.equal("DRAFT", message.status)
      assert.equal("Push", message.name)
      assert.equal("It starts", message.variations[1].details.title)
      assert.equal("America/New_York", campaign.send_settings.send_timezone)
      assert.same({ "LIST_1" }, campaign.audiences[2].excluded)
      assert.matches("^%d%d%d%d%-", message.created_at)
    end)

    it("stop what is scheduled, however the campaign was read, or raise", function()
      assert(campaign.messages[1]:schedule { at = support.tomorrow() })
      local ways = {
        included = function()
          return assert(kl.campaigns:get(campaign.id, { include = { "messages" } }))
        end,
        tree = function()
          return assert(kl.campaigns:tree(campaign.id))
        end,
        page = function()
          return assert(kl.campaigns:list { include = { "messages" } }).data[1]
        end,
        plain = function()
          return assert(kl.campaigns:get(campaign.id))
        end,
        listed = function()
          return assert(kl.campaigns:list()).data[1]
        end,
        walked = function()
          return kl.campaigns:each()()
        end,
      }
      local function count(messages)
        local found = 0
        for _, message in ipairs(messages) do
          found = found + (message.status == "SCHEDULED" and 1 or 0)
        end
        return found
      end
      for name, read in pairs(ways) do
        local one = read()
        local ok, found = pcall(count, one.messages)
        assert.is_true(ok and found == 1 or not ok and tostring(found):find("is not loaded", 1, true) ~= nil, name)
        assert.equal(name == "included" or name == "tree" or name == "page", ok, name)
        assert.equal(1, count(assert(one:messages())), name)
      end
    end)

    it("are not moved by a change, and no part of a change is left out in silence", function()
      sandbox:clear_requests()
      local message = campaign.messages[1]
      for object, name in pairs { [campaign.audiences[1]] = "campaign", [message] = "audience",
        [message.variations[1]] = "message" } do
        local updated, err = object:update { [name] = "X" }
        assert.is_nil(updated)
        assert.equal(name, err.errors[1].path)
        assert.matches("cannot be changed", err.message, 1, true)
      end
      assert.same({}, sandbox:requests())
      local updated, err = message:update({ audience = "X" }, { validate = false })
      assert.is_nil(updated)
      assert.equal("bad_request", err.kind)
      assert.equal("X", decoded(last(sandbox)).data.attributes.definition.audience)
    end)

    it("are not taken for one another where one is named", function()
      local message = campaign.messages[1]
      for _, call in ipairs {
        function() local made = kl.audiences:create { campaign = message, included = { "L" } } return made end,
        function() local made = campaign.audiences[1]:clone { campaign = message } return made end,
      } do
        local ok, raised = pcall(call)
        assert.is_false(ok)
        assert.matches("objects_spec.lua:%d+: campaign: give a campaign or its id, found klaviyo.message", raised)
      end
    end)

    it("refuse options that a verb has no use for, each with what was meant", function()
      local message = campaign.messages[1]
      sandbox:clear_requests()
      local calls = {
        nmae = function(o) return campaign:clone(o) end,
        validte = function(o) return kl.campaigns:create(support.sale(), o) end,
        timeot = function(o) return campaign:delete(o) end,
        revison = function(o) return message:cancel(o) end,
        tiemout = function(o) return campaign:tree(o) end,
        limt = function(o) return campaign:related("messages", o) end,
        undoo = function(o)
          o.at = support.tomorrow()
          return campaign:schedule(o)
        end,
      }
      for name, call in pairs(calls) do
        local done, err = call { [name] = "x" }
        assert.is_nil(done, name)
        assert.equal("validation", err.kind)
        assert.matches(name, err.message, 1, true)
        assert.matches("did you mean", err.message, 1, true)
      end
      assert.has_error(function()
        campaign:schedule { at = support.tomorrow(), undo = "yes" }
      end, 'schedule: undo is true or false, found "yes"')
      for _, object in ipairs { campaign, message } do
        local ok, raised = pcall(function()
          local copy = object:clone { name = 3 }
          return copy
        end)
        assert.is_false(ok)
        assert.matches("objects_spec.lua:%d+: clone: the name of the copy is a string and not empty, found 3", raised)
      end
      assert.same({}, sandbox:requests())
    end)
  end)
end
