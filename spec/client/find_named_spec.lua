-- SPDX-License-Identifier: MIT
--- What campaigns refer to, read by name: kl.lists, kl.segments, kl.templates, kl.tags, kl.metrics.
local klaviyo = require "klaviyo"
local script = require "spec.support.script"
local support = require "spec.support.sandbox"

for _, case in ipairs { { "2026-04-15.pre", "2026-07-15" }, { "2026-07-15.pre", "2026-07-15" },
  { "2026-10-15", "2026-10-15" } } do
  describe("what has a name (" .. case[1] .. ")", function()
    local sandbox, kl

    before_each(function()
      sandbox, kl = support.start { revision = case[1] }
      sandbox:list { id = "L1", name = "VIP customers" }
      sandbox:list { id = "L2", name = "Newsletter" }
      sandbox:segment { id = "S1", name = "Lapsed 90 days", is_starred = true }
      sandbox:template { id = "T1", name = "Summer", html = "<p>Hi</p>" }
      sandbox:template { id = "T2", name = "Summer" }
      sandbox:tag { id = "G1", name = "sale" }
      sandbox:metric { id = "M1", name = "Placed Order", integration = "Shopify" }
      sandbox:clear_requests()
    end)

    after_each(function()
      kl:close()
      sandbox:stop()
    end)

    it("is found by it in one request, with revision " .. case[2], function()
      assert.equal("L1", assert(kl.lists:find "VIP customers").id)
      assert.equal("S1", assert(kl.segments:find "Lapsed 90 days").id)
      assert.equal("G1", assert(kl.tags:find "sale").id)
      assert.equal("M1", assert(kl.metrics:find "Placed Order").id)
      local requests = sandbox:requests()
      assert.equal(4, #requests)
      for _, request in ipairs(requests) do
        assert.equal(case[2], request.revision)
        assert.equal(200, request.status)
      end
    end)

    it("is read, listed and walked as everything else", function()
      local list = assert(kl.lists:get "L1")
      assert.equal("klaviyo.list L1 \"VIP customers\"", tostring(list))
      assert.equal("list", list.type)
      assert.matches("^%d%d%d%d%-", list.created_at)
      assert.is_true(assert(kl.segments:get "S1").is_starred)
      assert.equal("<p>Hi</p>", assert(kl.templates:get "T1").html)
      assert.equal("sale", assert(kl.tags:get "G1").name)
      assert.equal("Shopify", assert(kl.metrics:get "M1").integration.name)
      local f = klaviyo.filter
      assert.equal("L2", assert(kl.lists:list { sort = "name", page_size = 1 }).data[1].id)
      assert.equal(2, #assert(kl.templates:list { filter = f.contains("name", "summ") }).data)
      assert.equal("M1", assert(kl.metrics:list { filter = f.equals("integration.name", "Shopify") }).data[1].id)
      for i = 1, 21 do
        sandbox:list { id = ("N%02d"):format(i) }
      end
      local count = 0
      for _ in kl.lists:each() do
        count = count + 1
      end
      assert.equal(23, count)
    end)

    it("is refused with what may be meant", function()
      local none, err = kl.lists:find "VIP custmers"
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
      assert.equal("none", err.outcome)
      assert.equal('no list is named "VIP custmers" (did you mean "VIP customers"?)', err.message)
      assert.same({ { id = "L1", name = "VIP customers" } }, err.candidates)
      none, err = kl.lists:find "vip customers"
      assert.is_nil(none)
      assert.matches('did you mean "VIP customers"', err.message, 1, true)
      none, err = kl.lists:find "Something else entirely"
      assert.is_nil(none)
      assert.equal('no list is named "Something else entirely"; there are "VIP customers", "Newsletter"', err.message)
      assert.same({}, err.candidates)
      none, err = kl.templates:find "Something else entirely"
      assert.is_nil(none)
      assert.equal('no template is named "Something else entirely"; there are "Summer"', err.message)
      none, err = kl.templates:find "Summer"
      assert.is_nil(none)
      assert.equal("validation", err.kind)
      assert.equal('2 templates are named "Summer": T1, T2; choose one by its id', err.message)
      assert.same({ { id = "T1", name = "Summer" }, { id = "T2", name = "Summer" } }, err.candidates)
      none, err = kl.tags:get "nope"
      assert.is_nil(none)
      assert.equal("not_found", err.kind)
    end)

    it("is checked before it is sent", function()
      local bad, err = kl.lists:list { page_size = 11 }
      assert.is_nil(bad)
      assert.matches("from 1 to 10", err.message)
      bad, err = kl.lists:list { filter = klaviyo.filter.contains("name", "VIP") }
      assert.is_nil(bad)
      assert.equal("validation", err.kind)
      for _, name in ipairs { "caf\233", "\237\160\128" } do
        bad, err = kl.lists:find(name)
        assert.is_nil(bad)
        assert.equal("validation", err.kind)
        assert.matches('needs text in UTF-8 in place 1 of the list for "name"', err.message, 1, true)
        bad, err = kl.campaigns:create(klaviyo.campaign "C":audience("A", { included = { klaviyo.list(name) } })
          :sms { name = "T", body = "x" })
        assert.is_nil(bad)
        assert.matches("could not be looked up by name: .*needs text in UTF%-8", err.message)
      end
      assert.error_matches(function() kl.lists:find "" end, "find takes a name, got an empty string")
      assert.error_matches(function() kl.lists:find(klaviyo.list "VIP") end,
        'find takes a name, got list "VIP"; give the name alone, a string')
      assert.error_matches(function() kl.lists:find {} end, "find takes a name, got table$")
      assert.error_matches(function() kl.lists:get(klaviyo.list "VIP") end,
        'get takes an id, got list "VIP"; find takes a name')
      assert.error_matches(function() kl.tags:attach("G1", klaviyo.list "VIP") end,
        'attach takes campaigns or their ids, got list "VIP" at 1')
      assert.error_matches(function() kl.lists:find("VIP", { page_size = 1 }) end,
        "find has no option page_size")
      assert.same({}, sandbox:requests())
    end)

    it("has the account beside it", function()
      sandbox:account { organization = "The Shop", timezone = "Europe/Paris" }
      local account = assert(kl:account())
      assert.equal("Europe/Paris", account.timezone)
      assert.equal("The Shop", account.contact_information.organization_name)
      assert.equal("/api/accounts", sandbox:requests()[1].path)
      assert.equal(case[2], sandbox:requests()[1].revision)
    end)
  end)
end

describe("a name of which the service answers others too", function()
  it("is compared exactly", function()
    local page = '{"data":[{"type":"list","id":"A","attributes":{"name":"vip"}},'
      .. '{"type":"list","id":"B","attributes":{"name":"VIP"}}]}'
    local server = script.server { answer = function()
      return script.answer(200, page)
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
      assert.equal("B", assert(kl.lists:find "VIP").id)
      kl:close()
    end)
  end)

  it("is not that of another kind, of nothing with an id, or of the same thing once more", function()
    local function resource(kind, id)
      return ('{"type":"%s","id":"%s","attributes":{"name":"VIP"}}'):format(kind, id)
    end
    local model = { name = "Sale", audiences = { { included = { { list = "VIP" } } } } }
    for items, id in pairs { [resource("segment", "A")] = false, [resource("list", "")] = false,
      [resource("list", "A") .. "," .. resource("list", "A") .. "," .. resource("segment", "B")] = "A" } do
      local server = script.server { answer = function(request)
        return script.answer(200, ('{"data":[%s]}'):format(request.target:find "/segments" and "" or items))
      end }
      script.run(server, function()
        local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
        local one, err = kl.lists:find "VIP"
        local resolved, refused = kl.campaigns:resolve(model)
        if id then
          assert.equal(id, assert(one, err).id)
          assert.same({ id }, assert(resolved, refused).audiences[1].included)
        else
          assert.is_nil(one)
          assert.equal('no list is named "VIP"; there are no lists', err.message)
          assert.is_nil(resolved)
          assert.matches('names the list "VIP", and there is none; there are no lists', refused.message)
        end
        kl:close()
      end)
    end
  end)

  it("is not there, and nothing is said of others that cannot be listed", function()
    local server = script.server { answer = function(request)
      return script.answer(request.target:find "filter=" and 200 or 500, '{"data":[]}')
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false, max_attempts = 1 }
      local none, err = kl.lists:find "VIP"
      assert.is_nil(none)
      assert.equal('no list is named "VIP"', err.message)
      none, err = kl.campaigns:create { name = "Sale", audiences = { { included = { { list = "VIP" } } } } }
      assert.is_nil(none)
      assert.matches('names the list "VIP", and there is none$', err.message)
      kl:close()
    end)
  end)

  it("is not there where the account has no answer either", function()
    local server = script.server { answer = function()
      return script.answer(200, '{"data":[]}')
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
      local none, err = kl.lists:find "VIP"
      assert.is_nil(none)
      assert.equal('no list is named "VIP"; there are no lists', err.message)
      none, err = kl:account()
      assert.is_nil(none)
      assert.matches("holds no account", err.message)
      kl:close()
    end)
  end)
end)
