-- SPDX-License-Identifier: MIT
-- Campaigns, audiences, messages and variations as objects: links, changes, saving, in both dialects.

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

    -- What raises, with its message, which begins with the line of this file.
    local function refused(fn)
      local ok, message = pcall(fn)
      assert.is_false(ok)
      assert.matches("objects_spec.lua:%d+: ", message)
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

    it("are scheduled and cancelled without having been loaded", function()
      local message = assert(kl.campaigns:get(campaign.id)).messages[1]
      assert(message:schedule { at = support.tomorrow() })
      assert.equal("SCHEDULED", message.status)
      local again = assert(kl.campaigns:get(campaign.id)).messages[1]
      assert(again:cancel())
      assert.equal("CANCELLED", again.status)
      assert(assert(kl.campaigns:get(campaign.id)).audiences[1]:refresh())
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

    it("have no schedule before they are scheduled: null, whatever the dialect", function()
      local message = campaign.messages[1]
      assert.equal(klaviyo.null, message.scheduling)
      assert(message:schedule { at = support.tomorrow() })
      assert.equal("static", message.scheduling.strategy)
      assert(message:revert())
      assert.equal(klaviyo.null, message.scheduling)
      local one = assert(kl.messages:list { fields = { message = "name" } }).data[1]
      assert.is_nil(one.scheduling)
    end)

    it("send changed fields alone", function()
      campaign.name = "Another name"
      assert.same({ name = "Another name" }, campaign:changes())
      assert(campaign:save())
      assert.equal("PATCH", last(sandbox).method)
      assert.same({ definition = { name = "Another name" } }, decoded(last(sandbox)).data.attributes)
      assert.equal("Another name", campaign.name)
      assert.is_nil(campaign:changes())
    end)

    it("send a changed leaf of a nested table alone", function()
      campaign.send_settings.send_timezone = "Europe/Paris"
      assert(campaign:save())
      assert.same({ definition = { send_settings = { send_timezone = "Europe/Paris" } } },
        decoded(last(sandbox)).data.attributes)
      assert.equal("STATIC", campaign.send_settings.send_strategy)
      assert.equal("Europe/Paris", campaign.send_settings.send_timezone)
    end)

    it("repeat the channel with a changed detail", function()
      local variation = campaign.messages[1].variations[1]
      variation.details.subject = "Another subject"
      assert(variation:save())
      assert.same({ channel = "email", subject = "Another subject" },
        decoded(last(sandbox)).data.attributes.definition.details)
      assert.equal("Another subject", variation.details.subject)
      assert.equal("A", variation.details.from_label)
    end)

    it("send a detail that holds data of its own as a whole, whatever of it was changed", function()
      if dialect == "guide" then
        return -- it has none
      end
      local variation = campaign.audiences[2].messages[1].variations[1]
      assert(variation:update { details = { kv_pairs = { a = "1", b = { c = "2" } } } })
      variation.details.kv_pairs.b.c = "3"
      assert.same({ a = "1", b = { c = "3" } }, variation:changes().details.kv_pairs)
      assert(variation:refresh())
      assert(variation:save())
      assert.same({ channel = "push", kv_pairs = { a = "1", b = { c = "3" } } },
        decoded(last(sandbox)).data.attributes.definition.details)
      assert.same({ a = "1", b = { c = "3" } }, variation.details.kv_pairs)
      variation.details.kv_pairs.a = nil
      assert(variation:save())
      assert.same({ b = { c = "3" } }, variation.details.kv_pairs)
    end)

    it("take details flat in an update, and say where they stand when one is set", function()
      local variation = campaign.messages[1].variations[1]
      assert(variation:update { name = "Renamed", subject = "New" })
      assert.same({ name = "Renamed", details = { channel = "email", subject = "New" } },
        decoded(last(sandbox)).data.attributes.definition)
      assert.equal("New", variation.details.subject)
      assert.has_error(function()
        variation.subject = "Newer"
      end, "variation.subject cannot be set: it stands in details, as variation.details.subject")
    end)

    it("take the short name of the zone in an update as well", function()
      assert(campaign:update { timezone = "Europe/Berlin", send_settings = { exit_condition_enabled = false } })
      assert.same({ send_timezone = "Europe/Berlin", exit_condition_enabled = false },
        decoded(last(sandbox)).data.attributes.definition.send_settings)
      assert.equal("Europe/Berlin", campaign.send_settings.send_timezone)
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

    it("notice a list that was changed in place, and keep an empty one a list", function()
      local audience = campaign.audiences[2]
      audience.excluded[1] = nil
      assert(audience:save())
      assert.matches('"excluded":%[%]', last(sandbox).body)
      assert.same({}, audience.excluded)
    end)

    it("save nothing, with no call, if nothing was changed", function()
      local before = #sandbox:requests()
      local _ = campaign.send_settings.send_timezone
      assert.equal(campaign, campaign:save())
      assert.equal(before, #sandbox:requests())
    end)

    it("clear a field with klaviyo.null", function()
      assert(campaign:update { description = "text" })
      assert.equal("text", campaign.description)
      campaign.description = klaviyo.null
      assert(campaign:save())
      assert.matches('"description":null', last(sandbox).body)
      assert.equal(klaviyo.null, campaign.description)
    end)

    it("keep their changes when a save fails", function()
      sandbox:fail { status = 422, method = "PATCH" }
      campaign.name = "Kept"
      local saved, err = campaign:save()
      assert.is_nil(saved)
      assert.equal("http", err.kind)
      assert.equal("Kept", campaign.name)
      assert(campaign:save())
    end)

    it("keep unsaved changes over a refresh", function()
      campaign.name = "Mine"
      assert(campaign:refresh())
      assert.equal("Mine", campaign.name)
      campaign:discard()
      assert.equal("Summer Sale 2026", campaign.name)
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

    it("are archived, cloned and deleted", function()
      local clone = assert(campaign:clone())
      assert.not_equal(campaign.id, clone.id)
      assert.matches("Copy", clone.name)
      assert.equal(4, #clone.messages)
      assert.is_true(clone:archive())
      assert(clone:refresh())
      assert.is_true(clone.archived)
      assert.is_true(campaign.messages[1]:delete())
      assert.equal(3, #assert(campaign:messages()))
      local copy = assert(campaign.messages[2]:clone { audience = campaign.audiences[2] })
      assert.equal("DRAFT", copy.status)
    end)

    it("are scheduled, reverted, cancelled", function()
      local email, sms = campaign.messages[1], campaign.messages[2]
      assert(email:schedule { at = support.tomorrow(), strategy = "throttled", percentage = 25 })
      assert.equal("SCHEDULED", email.status)
      assert.equal("throttled", email.scheduling.strategy)
      assert(email:revert())
      assert.equal("DRAFT", email.status)
      assert(sms:cancel())
      assert.equal("CANCELLED", sms.status)
      local again, err = sms:schedule { at = support.tomorrow() }
      assert.is_nil(again)
      assert.equal("none", err.outcome)
    end)

    it("say that they are scheduled, and that they could not be read again", function()
      local email = campaign.messages[1]
      sandbox:fail { method = "GET", path = "/api/campaign-messages/*", status = 500 }
      local scheduled, unread = email:schedule { at = support.tomorrow() }
      assert.equal(email, scheduled)
      assert.equal("server", unread.kind)
      assert(email:refresh())
      assert.equal("SCHEDULED", email.status)
    end)

    it("are scheduled together, checked first", function()
      local scheduled = assert(campaign:schedule { at = support.tomorrow() })
      assert.equal(4, #scheduled)
      for _, message in ipairs(scheduled) do
        assert.equal("SCHEDULED", message.status)
      end
    end)

    it("are taken back although the time of the call was over", function()
      -- the first is scheduled, and then read so slowly that no time is left for the others
      sandbox:fail { method = "GET", path = "/api/campaign-messages/*", after = #campaign.messages, latency = "2s" }
      local scheduled, err = campaign:schedule { at = support.tomorrow(), undo = true, timeout = 0.6 }
      assert.is_nil(scheduled)
      assert.equal("timeout", err.kind)
      assert.equal(0, #err.scheduled)
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal("DRAFT", message.status)
      end
      local actions = {}
      for _, request in ipairs(sandbox:requests()) do
        actions[request.method] = (actions[request.method] or 0) + (request.path:find "schedule" and 1 or 0)
      end
      assert.equal(1, actions.POST)
      assert.equal(1, actions.PATCH)
    end)

    it("are not scheduled, none of them, if one has nothing to send", function()
      local empty = assert(kl.messages:create { name = "Empty", campaign = campaign, audience = campaign.audiences[1] })
      if dialect == "guide" then
        assert(kl.variations:create { message = empty, name = "V", details = klaviyo.null })
      else
        local made = assert(empty:variations())[1] or assert(kl.variations:create { message = empty, name = "V" })
        assert(made:update { details = klaviyo.null })
      end
      sandbox:clear_requests()
      local scheduled, err = campaign:schedule { at = support.tomorrow() }
      assert.is_nil(scheduled)
      assert.equal("validation", err.kind)
      assert.matches("nothing to send", err.message, 1, true)
      for _, request in ipairs(sandbox:requests()) do
        assert.equal("GET", request.method)
      end
    end)

    it("say which are scheduled if one fails, and take them back if wished", function()
      sandbox:fail { status = 400, method = "POST", path = "/api/campaign-message-schedule", after = 2 }
      local scheduled, err = campaign:schedule { at = support.tomorrow(), undo = true }
      assert.is_nil(scheduled)
      assert.equal(0, #err.scheduled)
      for _, message in ipairs(assert(campaign:messages())) do
        assert.equal("DRAFT", message.status)
      end
    end)
  end)
end
