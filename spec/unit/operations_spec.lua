-- SPDX-License-Identifier: MIT
local fields_of_wire = require "klaviyo.wire.dialect.fields"
local openapi = require "spec.support.openapi"
local operations = require "klaviyo.wire.operations"
local schema = require "klaviyo.model.schema"
local types = require "klaviyo.wire.dialect.types"

local function count(dialect, revision)
  local n = 0
  for _, operation in ipairs(operations.list) do
    n = n + (operations.available(operation, dialect, revision) and 1 or 0)
  end
  return n
end

describe("operations", function()
  it("are the 45 of the OpenAPI files, and what the guide has", function()
    assert.equal(45, count("openapi", "2026-07-15.pre"))
    assert.equal(47, count("openapi", "2026-10-15"))
    assert.equal(43, count("guide", "2026-04-15.pre"))
    assert.equal(49, #operations.list)
  end)

  it("are complete", function()
    for _, operation in ipairs(operations.list) do
      assert.equal(operation, operations.get(operation.id))
      assert.is_truthy(operation.path:find "^/api/")
      assert.is_truthy(schema.resources[operation.resource], operation.id)
      assert.is_boolean(operation.guide)
      assert.is_boolean(operation.openapi)
      assert.equal(operation.method == "GET" and "campaigns:read" or "campaigns:write", operation.scopes[1])
      assert.equal(operation.resource == "tag" and "tags:read" or nil, operation.scopes[2])
      assert.matches("^%l+ %l", operation.purpose)
      for _, dialect in ipairs { "guide", "openapi" } do
        assert.is_table(operation.query[dialect])
      end
    end
  end)

  it("have one id each, and one method of a path", function()
    local seen = {}
    for _, operation in ipairs(operations.list) do
      local place = operation.method .. " " .. operation.path
      assert.is_nil(seen[place], place)
      seen[place] = true
    end
  end)

  it("raise for an id that is none", function()
    assert.error_matches(function()
      operations.get "get_campaing"
    end, "no operation")
  end)

  it("have the limits of their revision", function()
    assert.same({ burst = 10, steady = 150 }, (operations.limit("get_campaigns", "2026-04-15.pre")))
    local tags = "get_tags_for_campaign_message"
    assert.same({ burst = 10, steady = 150 }, (operations.limit(tags, "2026-04-15.pre")))
    assert.same({ burst = 3, steady = 60 }, (operations.limit(tags, "2026-07-15.pre")))
    assert.same({ burst = 3, steady = 60 }, (operations.limit("get_tag_ids_for_campaign_message", "2026-10-15")))
    assert.equal("S", select(2, operations.limit(tags, "2026-10-15")))
  end)

  it("are what relationships name", function()
    for _, relationships in pairs(types.relationships) do
      for name, relationship in pairs(relationships) do
        for _, kind in ipairs { "related", "ids" } do
          local operation = operations.get(relationship[kind])
          assert.equal(relationship.resource, operation.resource)
          assert.equal(kind == "ids", operation.path:find("/relationships/", 1, true) ~= nil)
          assert.equal(relationship.many, operation.purpose:find(relationship.resource .. "s of", 1, true) ~= nil, name)
          assert.equal("/" .. relationship.wire, operation.path:match "/[^/]*$")
        end
      end
    end
  end)
end)

describe("operations, beside the vendor's file,", function()
  local file = openapi.load()
  if not file then
    pending "KLAVIYO_OPENAPI names no file"
    return
  end
  local theirs = openapi.operations(file)
  local revision = file.info.version

  local function parameters(operation)
    local found = {}
    for _, parameter in ipairs(operation.parameters or {}) do
      found[parameter.name] = parameter
    end
    return found
  end

  local function set(list)
    local found = {}
    for _, item in ipairs(list or {}) do
      found[item] = true
    end
    return found
  end

  it("have the same methods, paths, scopes and limits", function()
    for id, their in pairs(theirs) do
      local ours = operations.get(id)
      assert.equal(their.method, ours.method)
      assert.equal(their.path, ours.path)
      assert.same(their.operation["x-klaviyo-scopes"], ours.scopes)
      local limit = operations.limit(id, revision)
      assert.equal(their.operation["x-klaviyo-ratelimit"].burst, limit.burst .. "/s")
      assert.equal(their.operation["x-klaviyo-ratelimit"].steady, limit.steady .. "/m")
    end
    for _, ours in ipairs(operations.list) do
      assert.equal(operations.available(ours, "openapi", revision), theirs[ours.id] ~= nil, ours.id)
    end
  end)

  it("take the same filters", function()
    for id, their in pairs(theirs) do
      local filters, ours = {}, operations.get(id).query.openapi.filter
      for _, rule in pairs(ours or {}) do
        filters[rule.wire] = set(rule.operators)
      end
      local expected = {}
      for field, rule in pairs(their.operation["x-klaviyo-filters"] or {}) do
        expected[field] = set(rule.operators.list)
        for _, operator in ipairs(rule.operators.single or {}) do
          expected[field][operator] = true
        end
      end
      assert.same(expected, filters, id)
    end
  end)

  it("take the same sorts, includes, pages and fields", function()
    for id, their in pairs(theirs) do
      local ours, given = operations.grammar(id, "openapi", revision), parameters(their.operation)
      local sorts = {}
      for _, wire in pairs(ours.sort or {}) do
        sorts[wire], sorts["-" .. wire] = true, true
      end
      assert.same(set(given.sort and given.sort.schema.enum), sorts, id)
      local includes = {}
      for _, wire in pairs(ours.include or {}) do
        includes[wire] = true
      end
      assert.same(set(given.include and given.include.schema.items.enum), includes, id)
      assert.equal(given["page[cursor]"] ~= nil, ours.cursor == true, id)
      local size = given["page[size]"]
      assert.equal(size and size.schema.maximum, ours.page_size and ours.page_size.maximum)
      assert.equal(size and size.schema.default, ours.page_size and ours.page_size.default)
      local fields = {}
      for _, resource in ipairs(ours.fields or {}) do
        fields["fields[" .. types.wire[resource] .. "]"] = true
      end
      for name in pairs(given) do
        assert.equal(name:find "^fields" ~= nil, fields[name] == true, id .. " " .. name)
      end
    end
  end)

  it("know every field that can be chosen, and no other", function()
    for _, their in pairs(theirs) do
      for name, parameter in pairs(parameters(their.operation)) do
        local wire = name:match "^fields%[(.*)%]$"
        if wire then
          local ours = {}
          for _, place in pairs(fields_of_wire.sparse(types.resource[wire], "openapi", revision)) do
            ours[place] = true
          end
          assert.same(set(parameter.schema.items.enum), ours, wire)
        end
      end
    end
  end)
end)
