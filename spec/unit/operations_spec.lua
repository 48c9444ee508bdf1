-- SPDX-License-Identifier: MIT
local differences = require "spec.support.differences"
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
  it("are the 45 of the OpenAPI files, what the guide has, and what lives on beside them", function()
    assert.equal(45, count("openapi", "2026-07-15.pre"))
    assert.equal(65, count("openapi", "2026-10-15"))
    assert.equal(43, count("guide", "2026-04-15.pre"))
    assert.equal(67, #operations.list)
  end)

  it("are complete", function()
    for _, operation in ipairs(operations.list) do
      assert.equal(operation, operations.get(operation.id))
      assert.is_truthy(operation.path:find "^/api/")
      assert.is_truthy(schema.resources[operation.resource], operation.id)
      assert.is_boolean(operation.guide)
      assert.is_boolean(operation.openapi)
      if not (operation.beside and operation.rate) then
        assert.equal(operation.method == "GET" and "campaigns:read" or "campaigns:write", operation.scopes[1])
        assert.equal(operation.resource == "tag" and "tags:read" or nil, operation.scopes[2])
      end
      assert.matches("^%l+ %l", operation.purpose)
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

  it("know which requests change nothing", function()
    assert.is_true(operations.only_asks("GET", "/api/anything"))
    assert.is_true(operations.only_asks("POST", "/api/template-render"))
    assert.is_true(operations.only_asks("POST", "/api/campaign-values-reports"))
    assert.is_true(operations.only_asks("POST", "/api/campaign-recipient-estimation-jobs"))
    assert.is_false(operations.only_asks("POST", "/api/campaigns"))
    assert.is_false(operations.only_asks("PATCH", "/api/template-render"))
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

  it("differ in nothing from that of a revision whose file is published", function()
    if file.info.version:find "%.pre$" then
      assert.same({}, differences.find(file))
    end
  end)
end)
