-- SPDX-License-Identifier: MIT
--- Names of lists, segments, templates and tags in the place of their ids.
local klaviyo = require "klaviyo"
local script = require "spec.support.script"
local support = require "spec.support.sandbox"

local unpack = table.unpack or rawget(_G, "unpack")
local list, segment, template, tag = klaviyo.list, klaviyo.segment, klaviyo.template, klaviyo.tag

for _, revision in ipairs { "2026-04-15.pre", "2026-10-15" } do
  describe("names in the place of ids (" .. revision .. ")", function()
    local sandbox, kl

    setup(function()
      sandbox = support.start { revision = revision }
    end)

    teardown(function()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", revision = revision, limits = false }
      sandbox:list { id = "L1", name = "VIP customers" }
      sandbox:list { id = "L2", name = "Newsletter" }
      sandbox:list { id = "L3", name = "Both" }
      sandbox:list { id = "L4", name = "Twice" }
      sandbox:list { id = "L5", name = "Twice" }
      sandbox:segment { id = "S1", name = "Lapsed 90 days" }
      sandbox:segment { id = "S3", name = "Both" }
      sandbox:template { id = "T1", name = "Summer" }
      sandbox:tag { id = "G1", name = "sale" }
      sandbox:clear_requests()
    end)

    after_each(function()
      kl:close()
    end)

    local function campaign(name, audience, email)
      local made = klaviyo.campaign(name or "Sale")
      made:audience("VIP", audience or { included = { list "VIP customers" } })
        :email(email or { name = "Blast", subject = "It starts", from_email = "a@example.com", from_label = "A" })
      return made
    end

    local function seen(method, path)
      local count = 0
      for _, request in ipairs(sandbox:requests()) do
        count = count + (request.method == method and request.path:find(path) and 1 or 0)
      end
      return count
    end

    it("are looked up before a campaign is created, in one request for each kind", function()
      local made = assert(kl.campaigns:create(campaign("Sale", { included = { list "VIP customers", "L2",
        segment "Lapsed 90 days", { list = "Both" } }, excluded = { segment "Both" } },
        { name = "Blast", subject = "It starts", template = template "Summer" })))
      local audience = made.audiences[1]
      assert.same({ "L1", "L2", "S1", "L3" }, audience.included)
      assert.same({ "S3" }, audience.excluded)
      local details = audience.messages[1].variations[1].details
      assert.is_string(details.template_id)
      assert.is_nil(details.template)
      local requests = support.seen(sandbox)
      assert.same({ "GET /api/lists", "GET /api/segments", "GET /api/templates", "POST /api/campaigns" },
        { unpack(requests, 1, 4) })
      assert.equal("T1", sandbox:requests()[4].body:match '"template_id":"(.-)"')
    end)

    it("do not change what the script gave", function()
      local model = { name = "Sale", audiences = { { included = { list "VIP customers" }, messages = {
        { name = "m", details = { channel = "email", template_id = template "Summer" } } } } } }
      assert(kl.campaigns:create(model))
      assert.same({ list = "VIP customers" }, model.audiences[1].included[1])
      assert.same({ template = "Summer" }, model.audiences[1].messages[1].details.template_id)
    end)

    it("may stand in every write that takes an id", function()
      local made = assert(kl.campaigns:create(campaign()))
      local audience, message = made.audiences[1], made.audiences[1].messages[1]
      audience.included = { list "Newsletter" }
      assert(audience:save())
      assert.same({ "L2" }, audience.included)
      assert.is_nil(audience:changes())
      assert(kl.audiences:update(audience.id, { excluded = { segment "Both" } }))
      assert(audience:refresh())
      assert.same({ "S3" }, audience.excluded)
      assert(message.variations[1]:update { template = template "Summer" })
      assert.is_string(message.variations[1].details.template_id)
      assert(message:assign_template(template "Summer"))
      local other = assert(kl.audiences:create { campaign = made, included = { list "Both" } })
      assert.same({ "L3" }, other.included)
      assert.is_true(assert(kl.tags:attach(tag "sale", made)))
      assert.same({ "G1" }, made:related("tags", { ids = true }))
      assert.is_true(assert(kl.tags:detach(tag "sale", made)))
    end)

    if revision ~= "2026-04-15.pre" then
      it("may be those of a new campaign's tags", function()
        local made = assert(kl.campaigns:create(campaign("Sale"):tags { tag "sale" }))
        assert.same({ "G1" }, made:related("tags", { ids = true }))
      end)
    end

    it("are refused together, with what may be meant and where they stand", function()
      local made, err = kl.campaigns:create(campaign("Sale", { included = { list "vip customers", list "Twice",
        list "Lapsed 90 days", segment "Nothing like it" } },
        { name = "m", subject = "s", template = template "Sumer" }))
      assert.is_nil(made)
      assert.equal("validation", err.kind)
      assert.equal("none", err.outcome)
      local found = {}
      for i, item in ipairs(err.errors) do
        found[i] = { item.path, item.detail:match "^%S+ names the (.*)$" }
      end
      local day = os.date "!%Y-%m-%d"
      found[2][2] = found[2][2]:gsub("%d%d%d%d%-%d%d%-%d%d", day)
      assert.same({
        { "audiences[1].included[1]", 'list "vip customers", and there is none (did you mean "VIP customers"?)' },
        { "audiences[1].included[2]", ('list "Twice", and 2 have this name: L4 (created %s), L5 (created %s); give '
          .. 'the id of one'):format(day, day) },
        { "audiences[1].included[3]", 'list "Lapsed 90 days", and there is none; a segment has this name: segment '
          .. '"Lapsed 90 days" (S1)' },
        { "audiences[1].included[4]", 'segment "Nothing like it", and there is none; there are "Lapsed 90 days", '
          .. '"Both"' },
        { "audiences[1].messages[1].template", 'template "Sumer", and there is none (did you mean "Summer"?)' },
      }, found)
      assert.matches("/included/1$", err.errors[2].source.pointer)
      assert.matches("/details/template_id$", err.errors[5].source.pointer)
      assert.same({ "L4", "L5" }, { err.errors[2].candidates[1].id, err.errors[2].candidates[2].id })
      assert.equal("segment", err.errors[3].candidates[1].type)
      assert.equal(5, #err.candidates)
      assert.matches("^%d%d%d%d%-", err.candidates[1].created_at)
      assert.equal(0, seen("POST", "campaigns"))
    end)

    it("are not looked up for what is refused in any case", function()
      local made, err = kl.campaigns:create(campaign("Sale", nil, { name = "m", subjet = "s" }))
      assert.is_nil(made)
      assert.matches('did you mean "subject"', err.message)
      assert.same({}, sandbox:requests())
    end)

    it("cost one listing of a kind for 20 campaigns", function()
      for i = 1, 20 do
        sandbox:list { id = ("N%02d"):format(i), name = "Shop " .. i }
      end
      sandbox:clear_requests()
      local models = {}
      for i = 1, 20 do
        models[i] = campaign("Sale " .. i, { included = { list("Shop " .. i), segment "Both" } })
      end
      local resolved = assert(kl.campaigns:resolve(models))
      assert.equal("N20", resolved[20].audiences[1].included[1])
      assert.equal(3, seen("GET", "^/api/lists")) -- 25 lists, 10 a page
      assert.equal(1, seen("GET", "^/api/segments"))
      for _, model in ipairs(models) do
        assert(kl.campaigns:create(model))
      end
      assert.equal(3, seen("GET", "^/api/lists"))
      assert.equal(1, seen("GET", "^/api/segments"))
      assert.equal(20, seen("POST", "^/api/campaigns$"))
    end)

    it("cost one listing beside the first request where the campaigns come one by one, or all at once", function()
      for i = 1, 20 do
        sandbox:list { id = ("N%02d"):format(i), name = "Shop " .. i }
      end
      sandbox:clear_requests()
      local functions = {}
      for i = 1, 20 do
        functions[i] = function()
          return kl.campaigns:create(campaign("Sale " .. i, { included = { list("Shop " .. i), segment "Both" } }))
        end
      end
      assert(klaviyo.all(functions))
      assert.equal(1 + 3, seen("GET", "^/api/lists"))
      assert.equal(1, seen("GET", "^/api/segments"))
      assert.equal(20, seen("POST", "^/api/campaigns$"))
    end)

    it("are remembered for as long as the client's name_cache says", function()
      assert(kl.campaigns:create(campaign "A"))
      assert(kl.campaigns:create(campaign "B"))
      assert.equal(1, seen("GET", "^/api/lists"))
      assert(kl.campaigns:create(campaign "C", { name_cache = 0 }))
      assert.equal(2, seen("GET", "^/api/lists"))
      local forgetful = klaviyo.client { base_url = sandbox.url, api_key = "pk_test", revision = revision,
        limits = false, name_cache = 0 }
      assert(forgetful.campaigns:create(campaign "D"))
      assert(forgetful.campaigns:create(campaign "E"))
      assert.equal(4, seen("GET", "^/api/lists"))
      forgetful:close()
    end)

    it("are looked up again before they are refused, so that a new list is found", function()
      local new = campaign("Sale", { included = { list "Just made" } })
      assert.is_nil((kl.campaigns:create(new)))
      sandbox:list { id = "L9", name = "Just made" }
      assert.same({ "L9" }, assert(kl.campaigns:create(new)).audiences[1].included)
      assert.is_nil((kl.campaigns:create(campaign("Sale", { included = { list "Twice" } }))))
      sandbox:list { id = "L5", name = "No longer" }
      assert.same({ "L4" }, assert(kl.campaigns:create(campaign("Sale",
        { included = { list "Twice" } }))).audiences[1].included)
    end)

    it("are resolved without sending anything, in one campaign or in many", function()
      local model = assert(kl.campaigns:resolve(campaign("Sale", { included = { list "VIP customers" } },
        { name = "m", template = template "Summer" })))
      assert.same({ "L1" }, model.audiences[1].included)
      assert.same({ name = "m", channel = "email", template_id = "T1" }, model.audiences[1].messages[1])
      local none, err = kl.campaigns:resolve { campaign(), campaign("B", { included = { list "Twice" } }) }
      assert.is_nil(none)
      assert.equal("[2].audiences[1].included[1]", err.errors[1].path)
      assert.equal(0, seen("POST", ""))
      assert.error_matches(function() kl.campaigns:resolve "x" end, "resolve takes a builder")
      assert.error_matches(function() kl.campaigns:resolve { campaign(), 5 } end, "in its list, element 2")
    end)

    it("stay names where validation is switched off, and go out as ids all the same", function()
      local made = assert(kl.campaigns:create(campaign(), { validate = false }))
      assert.same({ "L1" }, made.audiences[1].included)
    end)
  end)
end

describe("a name that cannot be looked up", function()
  it("is an error that says so, and nothing is sent", function()
    local sent = {}
    local server = script.server { answer = function(request)
      sent[#sent + 1] = request.method
      return script.answer(403, '{"errors":[{"code":"permission_denied","detail":"lists:read is missing"}]}')
    end }
    script.run(server, function()
      local kl = klaviyo.client { api_key = "pk_test", base_url = server.url, limits = false }
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { list "VIP" } }):sms { name = "m", body = "b" }
      local made, err = kl.campaigns:create(sale)
      assert.is_nil(made)
      assert.equal(403, err.status)
      assert.equal("none", err.outcome)
      assert.matches('^the list "VIP" could not be looked up by name: ', err.message)
      kl:close()
    end)
    assert.same({ "GET" }, sent)
  end)
end)
