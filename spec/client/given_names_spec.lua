-- SPDX-License-Identifier: MIT
--- Names that were written as ids are proved before a send: what was renamed meanwhile is not sent to.
local given_names = require "klaviyo.calls.given_names"
local klaviyo = require "klaviyo"
local names = require "klaviyo.calls.names"
local support = require "spec.support.sandbox"

local list, segment, template = klaviyo.list, klaviyo.segment, klaviyo.template

for _, revision in ipairs { "2026-04-15.pre", "2026-10-15" } do
  describe("names before a send (" .. revision .. ")", function()
    local sandbox, kl
    local when = { at = support.tomorrow(14) }

    setup(function()
      sandbox = support.start { revision = revision }
    end)

    teardown(function()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", revision = revision, limits = false }
      sandbox:list { id = "L1", name = "VIP" }
      sandbox:segment { id = "S1", name = "Lapsed" }
      sandbox:template { id = "T1", name = "Summer" }
      sandbox:clear_requests()
    end)

    after_each(function()
      kl:close()
    end)

    local function create(name, included, details)
      local made = klaviyo.campaign(name)
      details = details or {}
      details.name, details.subject, details.from_email, details.from_label = "Blast", "s", "a@example.com", "A"
      made:audience("Audience", { included = included or { list "VIP" } }):email(details)
      return assert(kl.campaigns:create(made))
    end

    local function seen(method, path)
      local count = 0
      for _, request in ipairs(sandbox:requests()) do
        count = count + (request.method == method and request.path:find(path) and 1 or 0)
      end
      return count
    end

    -- Another list has the name now.
    local function rename()
      sandbox:list { id = "L1", name = "Old VIP" }
      sandbox:list { id = "L9", name = "VIP" }
    end

    local function is_refused(done, err, words)
      assert.is_nil(done)
      assert.equal("validation", err.kind)
      assert.equal("none", err.outcome)
      words = words or 'list "VIP" was L1 when it was written, and it is L9 now'
      assert.matches("nothing was scheduled: the " .. words, err.message, 1, true)
      assert.equal(0, seen("POST", "schedule"))
      return err
    end

    -- A campaign whose list was taken from what the client knew.
    local function cached()
      create "First"
      rename()
      local sale = create "Second"
      assert.same({ "L1" }, sale.audiences[1].included)
      sandbox:clear_requests()
      return sale
    end

    it("are looked up again where they were remembered, and refused where they mean something else", function()
      local sale = cached()
      local err = is_refused(sale.messages[1]:schedule(when))
      assert.same({ { "L9", "VIP" } }, { { err.candidates[1].id, err.candidates[1].name } })
      assert.equal(1, seen("GET", "^/api/lists"))
      is_refused(sale:schedule(when))
      is_refused(sale.audiences[1]:schedule(when))
      is_refused(assert(kl.messages:get(sale.messages[1].id)):schedule(when))
      is_refused(assert(kl.campaigns:get(sale.id)):schedule(when))
      assert.equal(1, seen("GET", "^/api/lists")) -- it was read a moment ago
    end)

    it("are sent to once they were written again, or something else was", function()
      local sale = cached()
      is_refused(sale:schedule(when))
      assert(sale.audiences[1]:update { included = { list "VIP" } })
      assert.same({ "L9" }, sale.audiences[1].included)
      assert(sale:schedule(when))
      local other = create "Third"
      rename()
      sandbox:list { id = "L9", name = "New VIP" }
      sandbox:list { id = "L8", name = "VIP" }
      assert(other.audiences[1]:update { included = { "L7" } })
      assert(other.messages[1]:schedule(when))
    end)

    it("are refused where nothing or several things have them now, or they cannot be read", function()
      create "First"
      local one, other = create "Second", create "Third"
      sandbox:list { id = "L1", name = "Old VIP" }
      is_refused(nil, select(2, one:schedule(when)), 'list "VIP" was L1 when it was written, and nothing has this name')
      sandbox:list { id = "L1", name = "VIP" }
      sandbox:list { id = "L2", name = "VIP" }
      assert.is_nil((kl.campaigns:resolve { name = "x", audiences = { { included = { list "VIP" }, messages = {} } } }))
      is_refused(nil, select(2, other:schedule(when)), 'list "VIP" was L1 when it was written, and 2 have this name '
        .. "now: L1, L2")
      sandbox:list { id = "L2", name = "Other" }
      create "Fourth"
      local third = create "Fifth"
      sandbox:fail { path = "/api/lists", status = 403, times = 1 }
      sandbox:clear_requests()
      local done, err = third:schedule(when)
      assert.is_nil(done)
      assert.equal("none", err.outcome)
      assert.matches("nothing was scheduled: the names of lists could not be looked up: ", err.message, 1, true)
      assert.equal(0, seen("POST", "schedule"))
      assert(third:schedule(when))
    end)

    it("are proved before a message is rescheduled, and in copies", function()
      create "First"
      local sale = create "Second"
      assert(sale:schedule(when))
      local copy = assert(sale:clone { name = "Copy" })
      rename()
      -- As if some time had passed: the name is read again.
      assert(kl.campaigns:resolve { name = "x", audiences = { { included = { list "VIP" }, messages = {} } } })
      sandbox:clear_requests()
      local new = { at = support.tomorrow(16) }
      local done, err = sale.messages[1]:reschedule(new)
      is_refused(done, err)
      assert.equal("unchanged", err.left_as)
      assert.equal("SCHEDULED", assert(kl.messages:get(sale.messages[1].id)).status)
      is_refused(copy:schedule(when))
    end)

    it("are not taken for proved where what was read is gone again", function()
      local sale, read_anew = cached(), names.read_anew
      finally(function()
        names.read_anew = read_anew
      end)
      names.read_anew = function()
        return true
      end
      local done, err = sale:schedule(when)
      assert.is_nil(done)
      assert.equal("timeout", err.kind)
      assert.equal("none", err.outcome)
      assert.matches('the list "VIP" could not be looked up in time', err.message, 1, true)
      assert.equal(0, seen("POST", "schedule"))
    end)

    it("cost nothing where they were read for this campaign just now", function()
      local sale = create "First"
      sandbox:clear_requests()
      assert(sale:schedule(when))
      assert.equal(0, seen("GET", "^/api/lists"))
    end)

    it("of 20 campaigns cost a request for ten of a kind", function()
      for i = 1, 20 do
        sandbox:list { id = ("N%02d"):format(i), name = "Shop " .. i }
      end
      sandbox:clear_requests()
      local made = {}
      for i = 1, 20 do
        made[i] = create("Sale " .. i, { list("Shop " .. i), segment "Lapsed" }, { template = template "Summer" })
      end
      sandbox:clear_requests()
      for i = 1, 20 do
        assert(made[i]:schedule(when))
      end
      assert.same({ 2, 1, 1 }, { seen("GET", "^/api/lists"), seen("GET", "^/api/segments"),
        seen("GET", "^/api/templates") })
    end)

    it("of templates are proved too, until another is assigned", function()
      create("First", { "L1" }, { template = template "Summer" })
      sandbox:template { id = "T1", name = "Old summer" }
      sandbox:template { id = "T2", name = "Summer" }
      local sale = create("Second", { "L1" }, { template = template "Summer" })
      sandbox:clear_requests()
      local done, err = sale:schedule(when)
      is_refused(done, err, 'template "Summer" was T1 when it was written, and it is T2 now')
      assert(sale.messages[1]:assign_template(template "Summer"))
      assert(sale:schedule(when))
      local third, fourth = create("Third", { "L1" }, { template = template "Summer" }),
        create("Fourth", { "L1" }, { template = template "Summer" })
      sandbox:template { id = "T2", name = "Old" }
      sandbox:clear_requests()
      is_refused(nil, select(2, third:schedule(when)), 'template "Summer" was T2 when it was written, and nothing has')
      assert(fourth.messages[1].variations[1]:update { template_id = "T1" })
      assert(fourth:schedule(when))
    end)
  end)
end

describe("given_names.record", function()
  it("keeps the names of the last thousand resources", function()
    local client = {}
    for i = 1, 2500 do
      given_names.record(client, "C" .. i, { { kind = "list", name = "VIP", id = "L1" }, at = 1 })
    end
    given_names.record(client, "C", { { kind = "tag", name = "x", id = "G" }, at = 1 })
    local count = 0
    for _ in pairs(client._given.by_id) do
      count = count + 1
    end
    assert.same({ 1000, 1000 }, { count, client._given.last - client._given.first + 1 })
    assert.is_nil(client._given.by_id.C1500)
    assert.equal("L1", client._given.by_id.C2500.listVIP.id)
  end)
end)
