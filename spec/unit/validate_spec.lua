-- SPDX-License-Identifier: MIT
local json = require "klaviyo.model.json"
local models = require "spec.support.models"
local random = require "spec.support.random"
local schema = require "klaviyo.model.schema"
local support = require "spec.support.validation"
local validate = require "klaviyo.model.validate"

local null = json.null

local create, found, message, paths = support.create, support.found, support.message, support.paths

describe("validate.create", function()
  it("finds nothing wrong with a right campaign", function()
    local r = random.new(1)
    for _, dialect in ipairs { "guide", "openapi" } do
      for _ = 1, 300 do
        local problems = create(models.campaign(r, dialect), dialect)
        assert.is_nil(problems, problems and problems[1].path .. " " .. problems[1].message)
      end
      assert.is_nil(create(models.campaign(r, dialect, true), dialect))
    end
  end)

  it("tells all problems at once, with paths, pointers, what was found and what is allowed", function()
    local problems = create({ name = "", send_settings = { send_timezone = "Europe/Berln", send_strategy = "static" },
      audiences = { { included = "L" },
        { messages = { { name = "m", channel = "email", subjet = "x", body = "b" } } } } })
    assert.same({ "audiences[1].included", "audiences[2].messages[1].body", "audiences[2].messages[1].subjet", "name",
      "send_settings.send_strategy", "send_settings.send_timezone" }, paths(problems))
    local messages = found(problems)
    assert.matches("must be a list, found \"L\"", messages["audiences[1].included"])
    assert.matches("belongs to sms or push, not to email", messages["audiences[2].messages[1].body"])
    assert.matches('did you mean "subject"', messages["audiences[2].messages[1].subjet"])
    assert.matches('did you mean "Europe/Berlin"', messages["send_settings.send_timezone"])
    for _, problem in ipairs(problems) do
      if problem.path == "send_settings.send_strategy" then
        assert.equal("static", problem.found)
        assert.same({ "STATIC", "LOCAL_TIMEZONE", "THROTTLED" }, problem.allowed)
        assert.equal("/data/attributes/definition/send_settings/send_strategy", problem.pointer)
      elseif problem.path == "audiences[2].messages[1].body" then
        assert.equal("/data/attributes/messages/0/definition/variations/0/definition/details/body", problem.pointer)
      end
    end
  end)

  it("wants an audience in the guide alone", function()
    for _, model in ipairs { { name = "x" }, { name = "x", audiences = {} }, { name = "x", audiences = null } } do
      assert.same({ "audiences" }, paths(create(model, "guide")))
      assert.is_nil(create(model, "openapi"))
    end
    assert.matches("must be a list", found(create({ name = "x", audiences = "A" }, "guide")).audiences)
    assert.matches("must be a list", found(create({ name = "x", audiences = { a = 1 } }, "openapi")).audiences)
  end)

  it("wants names in the guide alone", function()
    local model = { audiences = { { messages = { { channel = "sms" } } } } }
    assert.same({ "audiences[1].messages[1].name", "name" }, paths(create(model, "guide")))
    assert.is_nil(create(model, "openapi"))
    model.name, model.audiences[1].messages[1].name = null, null
    assert.is_nil(create(model, "openapi"))
    assert.same({ "audiences[1].messages[1].name", "name" }, paths(create(model, "guide")))
  end)

  it("knows temporary ids", function()
    local function linked(messages)
      return create { name = "x", audiences = { { temporary_id = "a" }, { temporary_id = "b" } }, messages = messages }
    end
    assert.is_nil(linked { { name = "m", audience_temporary_id = "b" } })
    assert.matches('did you mean "a"?', found(linked { { name = "m", audience_temporary_id = "A" } })
      ["messages[1].audience_temporary_id"])
    assert.matches("is missing", found(linked { { name = "m" } })["messages[1].audience_temporary_id"])
    assert.matches("must be a string", found(linked { { name = "m", audience_temporary_id = 1 } })
      ["messages[1].audience_temporary_id"])
    assert.matches("is inside its audience", found(create(message { name = "m", audience_temporary_id = "b" }))
      ["audiences[1].messages[1].audience_temporary_id"])
    local twice = { { temporary_id = "a" }, { temporary_id = "a" } }
    assert.same({ "audiences[2].temporary_id" }, paths(create { name = "x", audiences = twice }))
    assert.same({ "audiences[1].temporary_id" }, paths(create { name = "x", audiences = { { temporary_id = "" } } }))
  end)

  it("allows one variation of a message in the guide, several in openapi, and none in both", function()
    local two = message { name = "m", variations = { { details = { channel = "sms" } }, { details = null } } }
    assert.same({ "audiences[1].messages[1].variations" }, paths(create(two, "guide")))
    assert.is_nil(create(two, "openapi"))
    for _, dialect in ipairs { "guide", "openapi" } do
      assert.is_nil(create(message { name = "m" }, dialect))
      assert.is_nil(create(message { name = "m", variations = {} }, dialect))
    end
    assert.is_nil(create(message { name = "m", variations = null }, "openapi"))
    assert.same({ "audiences[1].messages[1].variations" },
      paths(create(message { name = "m", variations = null }, "guide")))
  end)

  it("wants a channel that there is", function()
    assert.matches('did you mean "email"', found(create(message { name = "m", channel = "emial" }))
      ["audiences[1].messages[1].channel"])
    assert.matches("is missing", found(create(message { name = "m", subject = "x" }))
      ["audiences[1].messages[1].channel"])
    assert.matches("is missing", found(create(message { name = "m", details = {} }))
      ["audiences[1].messages[1].details.channel"])
    assert.matches("cannot be 12", found(create(message { name = "m", details = { channel = 12 } }))
      ["audiences[1].messages[1].details.channel"])
    assert.matches("must be a table", found(create(message { name = "m", details = "email" }))
      ["audiences[1].messages[1].details"])
  end)

  it("refuses details in two places", function()
    assert.same({ "audiences[1].messages[1].subject" },
      paths(create(message { name = "m", subject = "x", details = { channel = "email" } })))
    assert.same({ "audiences[1].messages[1].details", "audiences[1].messages[1].subject" },
      paths(create(message { name = "m", subject = "x", details = { channel = "email" }, variations = {} })))
    assert.same({ "audiences[1].messages[1].variations[1].subject" }, paths(create(message { name = "m",
      variations = { { subject = "x", details = { channel = "email" } } } })))
    assert.same({ "timezone" }, paths(create { name = "x", timezone = "UTC", audiences = { {} },
      send_settings = { send_timezone = "UTC" } }))
  end)

  it("says which dialect has a field that this one has not", function()
    local model = message { name = "m", channel = "sms", add_org_prefix = true, is_add_utm = true }
    local messages = found(create(model, "guide"))
    assert.matches("openapi dialect alone", messages["audiences[1].messages[1].add_org_prefix"])
    assert.matches("openapi dialect alone", messages["audiences[1].messages[1].is_add_utm"])
    assert.is_nil(create(model, "openapi"))
    model = { name = "x", audiences = { {} },
      send_settings = { send_strategy = "THROTTLED", throttle_percentage = 25 } }
    assert.is_nil(create(model, "guide"))
    assert.matches("guide dialect alone", found(create(model, "openapi"))["send_settings.throttle_percentage"])
  end)

  it("knows that a percentage goes with throttling", function()
    local function settings(fields)
      return paths(create { name = "x", audiences = { {} }, send_settings = fields })
    end
    assert.same({ "send_settings.throttle_percentage" }, settings { throttle_percentage = 25 })
    assert.same({ "send_settings.throttle_percentage" },
      settings { throttle_percentage = 25, send_strategy = "STATIC" })
    assert.same({}, settings { throttle_percentage = null, send_strategy = "STATIC" })
    local function changes(fields, current)
      return paths(validate.update("campaign", { send_settings = fields }, { send_settings = current }))
    end
    assert.same({}, changes { throttle_percentage = 25 })
    assert.same({}, changes({ throttle_percentage = 25 }, { send_strategy = "THROTTLED" }))
    assert.same({ "send_settings.throttle_percentage" }, changes({ throttle_percentage = 25 },
      { send_strategy = "STATIC" }))
    assert.same({ "send_settings.throttle_percentage" },
      changes({ throttle_percentage = 25, send_strategy = "LOCAL_TIMEZONE" }, { send_strategy = "THROTTLED" }))
  end)

  it("refuses what the service sets, and what has no place in this form", function()
    local read_only = found(create(message { name = "m", status = "DRAFT", tracking_params = {}, id = "M",
      scheduling = {}, created_at = "x" }))
    for _, name in ipairs { "status", "tracking_params", "id", "scheduling", "created_at" } do
      assert.matches("is read%-only", read_only["audiences[1].messages[1]." .. name])
    end
    assert.matches("to set it, it needs revision 2026%-10%-15 or later",
      read_only["audiences[1].messages[1].tracking_params"])
    assert.matches("inside a new campaign", found(create { name = "x", audiences = { { priority = 1 } } })
      ["audiences[1].priority"])
    assert.matches("inside a new campaign", found(create(message { is_tracking_opens = true }, "openapi"))
      ["audiences[1].messages[1].is_tracking_opens"])
    assert.is_nil(create(message { name = "m", is_tracking_opens = true }, "guide"))
    assert.same({ "audiences[1].messages[1].cost" }, paths(create(message { channel = "sms", cost = 1 }, "openapi")))
    assert.same({ "archived" }, paths(create({ name = "x", archived = true, audiences = { {} } }, "guide")))
    assert.is_nil(create({ archived = true }, "openapi"))
  end)

  it("survives anything in the place of a table", function()
    for _, thing in ipairs { 1, "x", true, null } do
      assert.is_truthy(create { name = "x", audiences = thing })
      assert.is_truthy(create { name = "x", audiences = { thing } })
      assert.is_truthy(create { name = "x", audiences = { { messages = thing } } })
      assert.is_truthy(create { name = "x", audiences = { { messages = { thing } } } })
      assert.is_truthy(create(message { name = "m", variations = { thing } }))
      assert.is_truthy(create { name = "x", audiences = { {} }, messages = thing })
      assert.is_truthy(create { name = "x", audiences = { {} }, send_settings = thing })
      assert.is_truthy(create { name = "x", audiences = { {} }, extra = thing })
      assert.is_truthy(create { name = "x", audiences = { {} }, [thing == null and 1 or thing] = 1 })
    end
  end)

  it("lets extra fields through, and names them where a field is unknown", function()
    assert.is_nil(create { name = "x", extra = { new = 1 }, audiences = { { extra = { a = {} } } },
      send_settings = { extra = { b = 1 } } })
    assert.matches("extra = {", found(create { name = "x", colour = 1, audiences = { {} } }).colour)
    assert.same({ "extra" }, paths(create { name = "x", extra = "y", audiences = { {} } }))
  end)

  it("wants the parents of children", function()
    local function missing(resource, parents)
      return paths(create({ name = "x" }, "guide", resource, { parents = parents }))
    end
    assert.same({ "campaign" }, missing("audience", {}))
    assert.same({ "audience", "campaign" }, missing("message", { audience = "" }))
    assert.same({ "message" }, missing("variation", {}))
    assert.same({}, missing("message", { audience = "A", campaign = "C" }))
  end)

  it("lets a message of the guide be created without its variation alone", function()
    local problems = create({ name = "m", channel = "sms", body = "x" }, "guide", "message")
    assert.same({ "body", "channel" }, paths(problems))
    assert.matches("create the message, then its variation", found(problems).body)
    assert.is_nil(create({ name = "m", channel = "sms", body = "x" }, "openapi", "message"))
    assert.is_nil(create({ name = "m" }, "guide", "message"))
  end)

  it("takes auto for the guide", function()
    assert.same(paths(create({ name = "x" }, "guide")), paths(create({ name = "x" }, "auto")))
    assert.same({ "audiences" }, paths(validate.create("campaign", { name = "x" })))
  end)

  it("raises for a model that is no table", function()
    assert.error_matches(function()
      validate.create("campaign", "x")
    end, "a table is needed")
  end)
end)

describe("validate.update", function()
  local function update(resource, changes, dialect, more)
    local ctx = more or {}
    ctx.dialect = dialect
    return validate.update(resource, changes, ctx)
  end

  it("finds nothing wrong with random changes", function()
    local r = random.new(2)
    for _, dialect in ipairs { "guide", "openapi" } do
      for _, resource in ipairs { "campaign", "audience", "message", "variation" } do
        for _ = 1, 100 do
          local changes = models.resource(r, resource, dialect, "update")
          if resource == "variation" and r.chance(2) then
            changes.details = models.details(r, r.pick(schema.channels), dialect, "update")
          end
          local problems = update(resource, changes, dialect)
          assert.is_nil(problems, problems and problems[1].path .. " " .. problems[1].message)
        end
      end
    end
    assert.is_nil(update("campaign", {}))
  end)

  it("knows what null can clear", function()
    assert.is_nil(update("campaign", { color = null, description = null }, "guide"))
    assert.same({ "name" }, paths(update("campaign", { name = null }, "guide")))
    assert.is_nil(update("campaign", { name = null, send_settings = null }, "openapi"))
    assert.same({ "send_settings.send_timezone" },
      paths(update("campaign", { send_settings = { send_timezone = null } }, "guide")))
    assert.is_nil(update("campaign", { send_settings = { throttle_percentage = null } }, "guide"))
    assert.is_nil(update("variation", { name = null, details = null }, "guide"))
    assert.is_nil(update("variation", { details = { channel = "email", template_id = null } }, "guide"))
    assert.same({ "details.subject" },
      paths(update("variation", { details = { channel = "email", subject = null } }, "openapi")))
  end)

  it("wants the channel repeated", function()
    assert.same({ "details.channel" }, paths(update("variation", { details = { subject = "x" } })))
    assert.is_nil(update("variation", { channel = "email", subject = "x" }))
    assert.matches("belongs to email", found(update("variation", { details = { channel = "sms", subject = "x" } }))
      ["details.subject"])
    assert.is_nil(update("variation", { details = { channel = "sms", cost = 1.5 } }, "openapi"))
  end)

  it("refuses what cannot be changed", function()
    assert.same({ "archived", "builder" }, paths(update("campaign", { archived = true, builder = "canvas" }, "guide")))
    assert.is_nil(update("campaign", { archived = true, builder = "canvas" }, "openapi"))
    assert.same({ "status", "tracking_params" }, paths(update("message", { status = "SENT", tracking_params = {} })))
    assert.same({ "has_non_draft_messages" }, paths(update("audience", { has_non_draft_messages = false })))
    assert.same({ "audiences" }, paths(update("campaign", { audiences = {} })))
    assert.matches("change the variation itself", found(update("message", { subject = "x" })).subject)
    assert.same({ "variations" }, paths(update("message", { variations = {} }, "openapi")))
  end)

  it("lets a name it has never heard of through, unless it resembles one that it knows", function()
    assert.is_nil(update("campaign", { brand_new = 1 }))
    assert.same({ "descripton" }, paths(update("campaign", { descripton = "x" })))
    assert.is_nil(update("campaign", { descripton = "x" }, "guide", {
      present = function(path)
        return path == "descripton"
      end }))
    assert.is_nil(update("campaign", { send_settings = { brand_new = 1 }, extra = { descripton = 1 } }))
    assert.is_nil(update("variation", { details = { channel = "sms", brand_new = true } }))
  end)
end)
