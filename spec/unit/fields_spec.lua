-- SPDX-License-Identifier: MIT
--- The table of wire places, and what follows from it: an entry in schema.lua is all that a new field needs.

local core = require "klaviyo.core"

-- The modules anew, without those that hold C code, so that a change of the schema stays in one test.
local function reload()
  for name in pairs(package.loaded) do
    if name:find "^klaviyo%." and not name:find "^klaviyo%.core" and name ~= "klaviyo.sandbox"
      and name ~= "klaviyo.terminal" then
      package.loaded[name] = nil
    end
  end
end

local function problem_of(problems, path)
  for _, problem in ipairs(problems or {}) do
    if problem.path == path then
      return problem.message
    end
  end
end

describe("a field that is added to the schema", function()
  local loaded, dialects, fields, json, validate, query

  before_each(function()
    loaded = {}
    for name, module in pairs(package.loaded) do
      loaded[name] = module
    end
    reload()
  end)

  after_each(function()
    reload()
    for name, module in pairs(loaded) do
      package.loaded[name] = module
    end
  end)

  local function add(resource, field)
    table.insert(require("klaviyo.model.schema").resources[resource].fields, field)
    dialects = require "klaviyo.wire.dialect"
    fields = require "klaviyo.wire.dialect.fields"
    json = require "klaviyo.model.json"
    validate = require "klaviyo.model.validate"
    query = require "klaviyo.wire.query"
  end

  local function heat(more)
    local field = { "heat", "integer", range = { 1, 5 }, doc = "How hot it is.", source = "openapi: Definition" }
    for key, value in pairs(more or {}) do
      field[key] = value
    end
    return field
  end

  local function read(resource, name, object)
    local document = assert(core.document(json.encode(object)))
    return dialects.read(resource, name, function(path)
      return document:get(0, path)
    end)
  end

  for _, name in ipairs { "guide", "openapi" } do
    it("is read, written, chosen, pointed at and validated: " .. name, function()
      add("campaign", heat())
      local d = dialects.get(name)
      assert.equal(3, read("campaign", "heat", { attributes = { definition = { heat = 3 } } }))
      assert.equal(4, d.create("campaign", { name = "x", heat = 4 }).data.attributes.definition.heat)
      assert.same({ heat = 5 }, d.update("campaign", "C", { heat = 5 }).data.attributes.definition)
      assert.equal("definition.heat", fields.sparse("campaign", name).heat)
      assert.same({ { "fields[campaign]", "definition.heat" } },
        query.build("get_campaign", name, { fields = { campaign = "heat" } }))
      assert.equal("/data/attributes/definition/heat", d.pointer("campaign", "heat"))
      assert.equal("heat", d.path("campaign", "/data/attributes/definition/heat"))
      local model = { name = "x", audiences = { { included = { "L" } } }, heat = 9 }
      assert.equal("must be from 1 to 5, found 9",
        problem_of(validate.create("campaign", model, { dialect = name }), "heat"))
      model.heat = 5
      assert.is_nil(validate.create("campaign", model, { dialect = name }))
      assert.is_false(dialects.differs_at("/data/attributes/definition/heat", "campaign"))
    end)
  end

  it("tells the dialects apart, if one alone has it", function()
    add("campaign", heat { dialect = "openapi" })
    assert.is_true(dialects.differs_at("/data/attributes/definition/heat", "campaign"))
    local document = assert(core.document '{"type":"campaign","attributes":{"definition":{"heat":null}}}')
    assert.equal("openapi", dialects.detect(document, 0))
    assert.is_nil(fields.sparse("campaign", "guide").heat)
    assert.matches("exists in the openapi dialect alone",
      problem_of(validate.update("campaign", { heat = 1 }, { dialect = "guide" }), "heat"))
  end)

  it("is refused before the revision that brought it, with the way to name that", function()
    add("message", heat { dialect = "openapi", since = "2026-10-15" })
    assert.is_nil(fields.sparse("message", "openapi", "2026-07-15.pre").heat)
    assert.equal("definition.heat", fields.sparse("message", "openapi", "2026-10-15").heat)
    local _, problems = query.build("get_campaign_message", "openapi", { fields = { message = "heat" } },
      "2026-07-15.pre")
    assert.matches("it needs revision 2026-10-15 or later", problem_of(problems, "fields.message[1]"), 1, true)
    for revision, known in pairs { ["2026-07-15.pre"] = false, ["2026-10-15"] = true, ["2027-01-15"] = true } do
      local problem = problem_of(validate.update("message", { heat = 1 }, { dialect = "openapi", revision = revision }),
        "heat")
      assert.equal(known, problem == nil, revision)
      assert.is_true(known or problem:find("--revision 2026-10-15", 1, true) ~= nil)
    end
  end)
end)

describe("fields", function()
  local fields = require "klaviyo.wire.dialect.fields"
  local schema = require "klaviyo.model.schema"

  it("have a place in each dialect that has them, wherever they are read", function()
    for resource, description in pairs(schema.all()) do
      for _, described in ipairs(description.response or description.fields) do
        local field = fields.of[resource][described[1]]
        for _, dialect in ipairs(field and described[1] ~= "id" and { "guide", "openapi" } or {}) do
          if field[dialect] then
            assert.is_true(schema.has(described, dialect))
            local found = false
            for _, path in ipairs(field.paths) do
              found = found or path == "attributes." .. field[dialect]
            end
            assert.is_true(found, resource .. "." .. described[1])
          end
        end
      end
    end
  end)

  it("tell the dialects apart where one alone has a place, and by the object that it stands in", function()
    local function signs(resource)
      local by_place = {}
      for _, sign in ipairs(fields.signs(resource)) do
        by_place[sign[1]] = sign[2]
      end
      return by_place
    end
    assert.same({ ["attributes.definition.send_settings.throttle_percentage"] = "guide" }, signs "campaign")
    assert.same({
      ["attributes.definition.status"] = "openapi", ["attributes.definition.tracking_options"] = "openapi",
      ["attributes.definition.ab_test"] = "openapi",
      ["attributes.definition.send_options"] = "openapi", ["attributes.name"] = "guide",
      ["attributes.status"] = "guide",
      ["attributes.scheduling_info"] = "guide", ["attributes.tracking_params"] = "guide",
      ["attributes.definition.is_tracking_opens"] = "guide", ["attributes.definition.is_tracking_clicks"] = "guide",
    }, signs "message")
    local audience = signs "audience"
    assert.equal("openapi", audience["attributes.definition"])
    assert.equal("guide", audience["attributes.audience_name"])
    assert.same({}, signs "tag")
  end)

  it("mark what the service rewrites", function()
    assert.is_true(schema.find(schema.details.email, "template_id").rewritten)
    assert.is_nil(schema.find(schema.details.email, "subject").rewritten)
  end)
end)
