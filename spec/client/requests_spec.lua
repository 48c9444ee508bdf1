-- SPDX-License-Identifier: MIT
--- What a job costs in requests, as the sandbox's log has them: no job makes a request for each object where a list
--- with includes has it. doc/performance.md has these numbers as a table.

local sandboxes = require "klaviyo.sandbox"
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

local SPOKEN = {
  { revision = "2026-04-15.pre", dialect = "guide" },
  { revision = "2026-07-15.pre", dialect = "openapi" },
  { revision = "2026-10-15", dialect = "openapi" },
}

-- A campaign with two audiences and ten messages. The guide has no place for the names of new audiences.
local function ten_messages(names)
  local campaign = klaviyo.campaign "Summer Sale":timezone "America/New_York"
  for i = 1, 2 do
    local audience = campaign:audience(names and names[i] or nil, { included = { "LIST_" .. i } })
    for n = 1, 5 do
      audience:email { name = ("%d.%d"):format(i, n), subject = "It starts", from_email = "a@example.com",
        from_label = "A" }
    end
  end
  return campaign
end

-- A request without what is different each time: ids, the origin, and the query's encoding.
local function pattern(request)
  local path = request.path:gsub("%?.*", ""):gsub("%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w%w", "ID")
  return request.method .. " " .. path
end

for _, spoken in ipairs(SPOKEN) do
  describe(("requests (%s, %s)"):format(spoken.dialect, spoken.revision), function()
    local sandbox, kl
    local is_guide = spoken.dialect == "guide"

    setup(function()
      sandbox = assert(sandboxes.start { port = 0 })
      kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", limits = false, revision = spoken.revision,
        dialect = is_guide and "guide" or nil }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
    end)

    -- Runs a job and returns its requests: how often each kind was sent, and all of them.
    local function requests_of(job)
      sandbox:clear_requests()
      job()
      local counts, all = {}, sandbox:requests()
      for _, request in ipairs(all) do
        local kind = pattern(request)
        counts[kind] = (counts[kind] or 0) + 1
      end
      return counts, all
    end

    local function created()
      return assert(kl.campaigns:create(ten_messages()))
    end

    it("create a campaign and read it back", function()
      local campaign
      local counts = requests_of(function()
        campaign = created()
      end)
      assert.same({ ["POST /api/campaigns"] = 1, ["GET /api/campaigns/ID"] = 1,
        ["GET /api/campaign-messages"] = not is_guide and 1 or nil }, counts)
      assert.equal(10, #campaign.messages)
      for _, message in ipairs(campaign.messages) do
        assert.equal("It starts", message.variations[1].details.subject)
      end
    end)

    it("name audiences that a creation could not, and no others", function()
      local counts = requests_of(function()
        assert(kl.campaigns:create(ten_messages { "VIP" }))
      end)
      assert.equal(is_guide and 1 or nil, counts["PATCH /api/campaign-audiences/ID"])
    end)

    it("schedule all drafts of a campaign: look, schedule, look", function()
      local campaign, scheduled = created(), nil
      local counts, all = requests_of(function()
        scheduled = assert(campaign:schedule { at = support.tomorrow() })
      end)
      assert.same({ ["GET /api/campaign-messages"] = 2, ["POST /api/campaign-message-schedule"] = 10 }, counts)
      assert.equal("GET", all[1].method) -- all are checked before the first
      assert.equal("GET", all[12].method)
      assert.equal(10, #scheduled)
      for i, message in ipairs(scheduled) do
        assert.equal("SCHEDULED", message.status)
        assert.equal("SCHEDULED", campaign.messages[i].status)
      end
    end)

    it("schedule all drafts of an audience", function()
      local campaign = created()
      local counts = requests_of(function()
        assert.equal(5, #assert(campaign.audiences[2]:schedule { at = support.tomorrow() }))
      end)
      assert.same({ ["GET /api/campaign-audiences/ID/campaign-messages"] = 1, ["GET /api/campaign-messages"] = 2,
        ["POST /api/campaign-message-schedule"] = 5 }, counts)
    end)

    it("stop scheduling at the first failure, and look once", function()
      local campaign, err = created(), nil
      sandbox:fail { method = "POST", path = "/api/campaign-message-schedule", after = 4, status = 409 }
      local counts = requests_of(function()
        err = select(2, campaign:schedule { at = support.tomorrow() })
      end)
      assert.same({ ["GET /api/campaign-messages"] = 2, ["POST /api/campaign-message-schedule"] = 5 }, counts)
      assert.equal(4, #err.scheduled)
      assert.equal("SCHEDULED", err.scheduled[4].status)
    end)

    it("cancel all messages of a campaign: cancel, then look", function()
      local campaign = created()
      assert(campaign:schedule { at = support.tomorrow() })
      local counts, all = requests_of(function()
        assert(campaign:cancel())
      end)
      assert.same({ ["PATCH /api/campaign-message-schedule/ID"] = 10, ["GET /api/campaign-messages"] = 1 }, counts)
      assert.equal("GET", all[11].method)
      assert.equal("CANCELLED", campaign.messages[10].status)
    end)

    -- Campaigns with one to four messages each. Returns how many messages there are.
    local function fill(count)
      local messages = 0
      for i = 1, count do
        local campaign = klaviyo.campaign(("Sale %03d"):format(i)):timezone "America/New_York"
        local audience = campaign:audience(nil, { included = { "LIST" } })
        for n = 1, i % 4 + 1 do
          audience:sms { name = ("%d.%d"):format(i, n), body = ("Text %d.%d"):format(i, n) }
          messages = messages + 1
        end
        assert(kl.campaigns:create(campaign))
      end
      return messages
    end

    it("read many campaigns with their trees", function()
      local messages = fill(121)
      for _, sort in ipairs { "created_at", "-created_at" } do
        local campaigns, seen = 0, 0
        local counts = requests_of(function()
          for campaign in kl.campaigns:trees { sort = sort } do
            campaigns = campaigns + 1
            for _, message in ipairs(campaign.audiences[1].messages) do
              assert.equal("Text " .. message.name, message.variations[1].details.body)
              seen = seen + 1
            end
          end
        end)
        assert.same({ 121, messages }, { campaigns, seen })
        assert.same({ ["GET /api/campaigns"] = 2,
          ["GET /api/campaign-messages"] = not is_guide and math.ceil(messages / 100) or nil }, counts)
      end
    end)

    it("copy a campaign under a new name", function()
      local campaign, copy = created(), nil
      local counts = requests_of(function()
        copy = assert(campaign:clone { name = "Autumn Sale" })
      end)
      assert.same({ ["POST /api/campaign-clone"] = 1, ["GET /api/campaigns/ID"] = 1,
        ["PATCH /api/campaigns/ID"] = is_guide and 1 or nil,
        ["GET /api/campaign-messages"] = not is_guide and 1 or nil }, counts)
      assert.equal("Autumn Sale", copy.name)
      assert.equal("It starts", copy.messages[10].variations[1].details.subject)
    end)
  end)
end
