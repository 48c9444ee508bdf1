-- SPDX-License-Identifier: MIT
local klaviyo = require "klaviyo"
local script = require "spec.support.script"
local support = require "spec.support.sandbox"

describe("kl.tags", function()
  local sandbox, kl, campaign

  before_each(function()
    sandbox, kl = support.start { revision = "2026-10-15" }
    campaign = assert(kl.campaigns:create(support.sale()))
    sandbox:clear_requests()
  end)

  after_each(function()
    kl:close()
    sandbox:stop()
  end)

  local function tags_of(one)
    local names = {}
    for i, tag in ipairs(assert(one:tags())) do
      names[i] = tag.name
    end
    return names
  end

  it("creates a tag, attaches it and detaches it, by objects and ids, once or again", function()
    local other = assert(kl.campaigns:create(support.sale "Another"))
    local tag = assert(kl.tags:create { name = "summer" })
    assert.equal("summer", tag.name)
    for _ = 1, 2 do
      assert.is_true(kl.tags:attach(tag, { campaign, other.id }))
    end
    assert.same({ "summer" }, tags_of(campaign))
    assert.same({ "summer" }, tags_of(other))
    for _ = 1, 2 do
      assert.is_true(kl.tags:detach(tag.id, campaign.id))
    end
    assert.same({}, tags_of(campaign))
    assert.same({ "summer" }, tags_of(other))
  end)

  it("says what was not found", function()
    local tag = assert(kl.tags:create { name = "summer" })
    local none, err = kl.tags:attach(tag, "NOPE")
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
    none, err = kl.tags:detach("NOPE", campaign)
    assert.is_nil(none)
    assert.equal("not_found", err.kind)
  end)

  it("raises for what is no tag, no campaign, no name", function()
    for message, call in pairs {
      ["attach takes a tag or its id, got nil"] = function() kl.tags:attach(nil, campaign) end,
      ["attach takes campaigns or their ids, got klaviyo.audience"] = function()
        kl.tags:attach("T", campaign.audiences[1])
      end,
      ["detach takes a campaign, its id, or a list of them, got an empty list"] = function()
        kl.tags:detach("T", {})
      end,
      ["attach has no option sort"] = function() kl.tags:attach("T", campaign, { sort = "name" }) end,
      ["create takes a table with a name, got string"] = function() kl.tags:create "summer" end,
      ["create: a tag has no field colour"] = function() kl.tags:create { name = "summer", colour = "red" } end,
      ["create: the name of a tag is a string and not empty"] = function() kl.tags:create {} end,
    } do
      local ok, raised = pcall(call)
      assert.is_false(ok)
      assert.matches(message, raised, 1, true)
      assert.matches("^[^:]*tag_campaigns_spec%.lua:%d", raised)
    end
    assert.same({}, sandbox:requests())
  end)
end)

describe("kl.tags beside a server that closes the connection", function()
  local function lost(act)
    local server = script.server { answer = function()
      return nil
    end }
    return script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false, max_attempts = 2 }
      local result, err = act(kl)
      kl:close()
      return result, err, #server.requests
    end)
  end

  it("does not create a tag again, and says how to look", function()
    local tag, err, count = lost(function(kl)
      return kl.tags:create { name = "summer" }
    end)
    assert.is_nil(tag)
    assert.equal("unknown", err.outcome)
    assert.matches('kl.tags:find("summer") tells whether it is there now', err.message, 1, true)
    assert.equal(1, count)
  end)

  it("attaches again: that changes nothing", function()
    local _, _, count = lost(function(kl)
      return kl.tags:attach("T", "C")
    end)
    assert.equal(2, count)
  end)
end)
