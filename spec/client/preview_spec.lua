-- SPDX-License-Identifier: MIT
--- How messages look: templates as the service renders them, the other texts filled in here.
local klaviyo = require "klaviyo"
local support = require "spec.support.sandbox"

for _, case in ipairs { { "2026-04-15.pre", "2026-07-15" }, { "2026-07-15.pre", "2026-07-15" },
  { "2026-10-15", "2026-10-15" } } do
  describe("a preview (" .. case[1] .. ")", function()
    local sandbox, kl, campaign, email, text

    setup(function()
      sandbox, kl = support.start { revision = case[1], max_attempts = 1 }
    end)

    teardown(function()
      kl:close()
      sandbox:stop()
    end)

    before_each(function()
      sandbox:reset()
      sandbox:template { id = "T1", name = "Summer", html = '<p>Hi {{ person.name|default:"you" }}</p>',
        text = "Hi {{ person.name }}" }
      local sale = klaviyo.campaign "Sale"
      sale:audience("VIP", { included = { "LIST_1" } })
        :email { name = "Blast", subject = "{{ person.name }}, it {% if x %}starts", from_email = "a@example.com",
                 from_label = "A", template_id = "T1" }
        :sms { name = "Text", body = "Hi {{ person.name }}, it’s on. Reply STOP to end" }
        :push { name = "Push", title = "Now", body = "{{ nobody }}" }
        :whatsapp { name = "WA", template_id = "WT" }
      campaign = assert(kl.campaigns:create(sale))
      email, text = campaign.messages[1], campaign.messages[2]
      sandbox:clear_requests()
    end)

    it("has the template as the service renders it, with revision " .. case[2], function()
      local made = assert(email:preview { context = { person = { name = "J<o" } } })
      assert.equal("email", made.channel)
      assert.equal("Blast", made.name)
      assert.equal("DRAFT", made.status)
      assert.equal(1, #made.variations)
      local variation = made.variations[1]
      assert.same({ id = "T1", name = "Summer", html = "<p>Hi J&lt;o</p>", text = "Hi J<o" }, variation.template)
      assert.equal("J<o, it {% if x %}starts", variation.details.subject)
      assert.same({ { path = "details.subject", tag = "{% if x %}" } }, variation.unrendered)
      local request = sandbox:requests()[1]
      assert.equal(1, #sandbox:requests())
      assert.equal("/api/template-render", request.path)
      assert.equal(case[2], request.revision)
      assert.matches('"context":{"person":{"name":"J<o"}}', request.body, 1, true)
      assert.equal("{{ person.name }}, it {% if x %}starts", email.variations[1].details.subject)
    end)

    it("needs no context", function()
      local made = assert(email:preview())
      assert.equal("<p>Hi you</p>", made.variations[1].template.html)
      assert.matches('"context":{}', sandbox:requests()[1].body, 1, true)
    end)

    it("counts the text that is sent", function()
      local made = assert(text:preview { context = { person = { name = "Jo" } } }).variations[1]
      assert.equal("Hi Jo, it’s on. Reply STOP to end", made.details.body)
      assert.equal("UCS-2", made.sms.encoding)
      assert.equal("U+2019", made.sms.forced_by[1].code)
      assert.equal("in_text", made.sms.opt_out)
      assert.equal(0, #sandbox:requests())
    end)

    it("finds a way to opt out in a tag that the service fills in", function()
      text.variations[1].details.body = "Hi {{ person.name }}: {{ unsubscribe_link }}"
      local made = assert(text:preview()).variations[1]
      assert.equal("Hi : {{ unsubscribe_link }}", made.details.body)
      assert.same({ { path = "details.body", tag = "{{ unsubscribe_link }}" } }, made.unrendered)
      assert.equal("in_text", made.sms.opt_out)
      text.variations[1].details.body = "Hi {{ footer }}"
      local context = { footer = "Reply STOP to end" }
      assert.equal("in_text", assert(text:preview { context = context }).variations[1].sms.opt_out)
      assert.equal("missing", assert(text:preview()).variations[1].sms.opt_out)
    end)

    it("shows all messages of a campaign, and renders a template once", function()
      local added = assert(email:clone { name = "Again" })
      local fresh = assert(kl.campaigns:get(campaign.id)) -- none of its messages is loaded
      sandbox:clear_requests()
      local list = assert(fresh:preview())
      assert.equal(5, #list)
      local by_name = {}
      for _, made in ipairs(list) do
        by_name[made.name] = made.variations[1]
      end
      assert.equal(added.id, list[5].id)
      assert.equal("<p>Hi you</p>", by_name.Again.template.html)
      assert.same({ { path = "details.body", name = "nobody" } }, by_name.Push.missing)
      assert.same({ { path = "details.template_id", tag = "WT" } }, by_name.WA.unrendered)
      assert.is_nil(by_name.WA.template)
      local renders = 0
      for _, seen in ipairs(support.seen(sandbox)) do
        renders = renders + (seen == "POST /api/template-render" and 1 or 0)
      end
      assert.equal(1, renders)
    end)

    it("reads a message that is not loaded, and an assigned copy of a template", function()
      assert(email:assign_template "T1")
      local copy = email.variations[1].details.template_id
      assert.is_not.equal("T1", copy)
      local made = assert(assert(kl.messages:get(email.id)):preview())
      assert.equal(copy, made.variations[1].template.id)
      assert.equal("<p>Hi you</p>", made.variations[1].template.html)
      assert.equal(1, #assert(kl.templates:list()).data) -- the copy is the message's own
    end)

    it("keeps the rest where a template cannot be rendered", function()
      email.variations[1].details.template_id = "nope"
      local made, err = email:preview { context = { person = { name = "Jo" } } }
      assert.equal("not_found", err.kind)
      assert.matches("the template nope could not be rendered", err.message, 1, true)
      assert.equal("none", err.outcome)
      assert.equal(err, made.variations[1].template.err)
      assert.equal("Jo, it {% if x %}starts", made.variations[1].details.subject)
      sandbox:fail { path = "/api/template-render", cut = "body" }
      assert.equal("none", select(2, email:preview()).outcome)
      local gone = assert(kl.messages:get(email.id))
      sandbox:fail { status = 500 }
      made, err = gone:preview()
      assert.is_nil(made)
      assert.equal(500, err.status)
    end)

    it("raises for options that are none", function()
      local _, message = pcall(function()
        email:preview { contexts = {} }
      end)
      assert.matches("preview_spec.lua:%d+: preview has no option contexts", message)
      _, message = pcall(function()
        campaign:preview { context = { "a" } }
      end)
      assert.matches("preview_spec.lua:%d+: preview: context is a table of values by name", message)
    end)
  end)
end
