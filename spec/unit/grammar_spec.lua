-- SPDX-License-Identifier: MIT
local grammars = require "klaviyo.wire.grammar"
local operations = require "klaviyo.wire.operations"

describe("the grammar of a query", function()
  it("is there for every operation in both dialects, and names its own resource among the fields", function()
    for _, operation in ipairs(operations.list) do
      for _, dialect in ipairs { "guide", "openapi" } do
        local grammar = grammars.of(operation.id)[dialect]
        assert.is_table(grammar, operation.id)
        assert.equal(grammar.fields and operation.resource, grammar.fields and grammar.fields[1], operation.id)
      end
    end
  end)

  it("is what the operation takes", function()
    assert.same({ fields = { "campaign" } }, grammars.of("clone_campaign").openapi)
    assert.same({ cursor = true }, grammars.of("get_message_ids_for_campaign").guide)
    assert.same({ fields = { "message" }, cursor = true }, grammars.of("get_messages_for_campaign").guide)
    assert.same({}, grammars.of("delete_campaign").guide)
    assert.equal("campaign-variations", grammars.of("get_campaign").guide.include.variations)
    assert.is_nil(grammars.of("get_campaign").openapi.include.variations)
    assert.error_matches(function() grammars.of "get_nothing" end, "no operation")
  end)

  it("leaves out the includes that came after a revision, and the fields of what they include", function()
    local before, after = grammars.at("get_campaign", "openapi", "2026-07-15.pre"),
      grammars.at("get_campaign", "openapi", "2026-10-15")
    assert.is_nil(before.include.tags)
    assert.same({ "campaign", "audience", "message" }, before.fields)
    assert.equal("tags", after.include.tags)
    assert.same({ "campaign", "audience", "message", "tag" }, after.fields)
  end)
end)
