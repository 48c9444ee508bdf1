-- SPDX-License-Identifier: MIT
local f = require "klaviyo.model.filter"
local grammars = require "klaviyo.wire.grammar"
local json = require "klaviyo.model.json"
local random = require "spec.support.random"

local function grammar(id, dialect)
  return grammars.of(id)[dialect or "openapi"].filter
end

describe("filter", function()
  it("writes every operator", function()
    local written = {
      equals = 'equals(x,"a")', less_than = "less-than(x,1)", less_or_equal = "less-or-equal(x,1)",
      greater_than = "greater-than(x,1)", greater_or_equal = "greater-or-equal(x,1)", contains = 'contains(x,"a")',
      contains_any = 'contains-any(x,["a"])', contains_all = 'contains-all(x,["a"])',
      starts_with = 'starts-with(x,"a")', ends_with = 'ends-with(x,"a")', any = 'any(x,["a"])',
    }
    for name, text in pairs(written) do
      assert.equal(text, f.encode(f[name]("x", name:find("_or_") and 1 or name:find("_than") and 1 or "a")))
    end
    assert.equal("has(x)", f.encode(f.has "x"))
    assert.equal('has(x,"a")', f.encode(f.has("x", "a")))
  end)

  it("has short names for ranges", function()
    local time = "2026-01-01T00:00:00Z"
    assert.equal("greater-than(x," .. time .. ")", f.encode(f.after("x", time)))
    assert.equal("greater-or-equal(x," .. time .. ")", f.encode(f.since("x", time)))
    assert.equal("less-than(x," .. time .. ")", f.encode(f.before("x", time)))
    assert.equal("less-or-equal(x," .. time .. ")", f.encode(f.until_("x", time)))
  end)

  it("combines, and flattens what was combined", function()
    local a, b, c = f.equals("a", 1), f.equals("b", 2), f.equals("c", 3)
    assert.equal("and(equals(a,1),equals(b,2),equals(c,3))", f.encode(f.all(f.all(a, b), c)))
    assert.equal("and(equals(a,1),equals(b,2))", f.encode(f.all { a, b }))
    assert.equal("equals(a,1)", f.encode(f.all(a)))
    assert.equal("and(equals(a,1),has(x))", f.encode(f.all(a, f.raw "has(x)")))
  end)

  it("never changes", function()
    local list = { "a", "b" }
    local filter = f.any("id", list)
    list[1] = "changed"
    assert.equal('any(id,["a","b"])', f.encode(filter))
    assert.has_error(function()
      filter.value = 1
    end, "a filter cannot be changed; make another")
    assert.has_error(function()
      setmetatable(filter, {})
    end)
    assert.equal('any(id,["a","b"])', tostring(filter))
    assert.is_true(f.is(filter))
    assert.is_false(f.is {})
  end)

  it("escapes quotes, backslashes and control characters, and leaves the rest", function()
    assert.equal([[contains(name,"Mother's \"Day\" \\ é\n\u0001")]],
      f.encode(f.contains("name", "Mother's \"Day\" \\ é\n\1")))
    assert.equal('equals(x,"a,b)(")', f.encode(f.equals("x", "a,b)(")))
  end)

  it("writes numbers bare and whole ones without a fraction", function()
    assert.equal("equals(x,20)", f.encode(f.equals("x", 20.0)))
    assert.equal("equals(x,-0.5)", f.encode(f.equals("x", -0.5)))
    assert.equal("any(x,[1,2])", f.encode(f.any("x", { 1, 2 })))
    assert.equal("equals(x,true)", f.encode(f.equals("x", true)))
  end)

  it("refuses values that have no form", function()
    for _, value in ipairs { 0 / 0, math.huge, -math.huge, json.null, {}, { 1, "a" }, { {} } } do
      local text, problems = f.encode(f.any("x", value))
      assert.is_nil(text)
      assert.equal("filter", problems[1].path)
    end
    assert.is_nil((f.encode(f.equals("x", { 1 }))))
  end)

  it("raises where it is misused", function()
    assert.error_matches(function()
      f.equals(nil, 1)
    end, "the field is a name")
    assert.error_matches(function()
      f.equals("x")
    end, "found nothing")
    assert.error_matches(function()
      f.all()
    end, "one filter or more")
    assert.error_matches(function()
      f.all(f.equals("a", 1), "b")
    end, "argument 2")
    assert.error_matches(function()
      f.raw ""
    end, "is a string")
  end)
end)

describe("filter.encode with a grammar", function()
  it("knows fields by their short and their wire names", function()
    for _, name in ipairs { "campaign_id", "campaign.id" } do
      assert.equal('equals(campaign.id,"C")', f.encode(f.equals(name, "C"), grammar("get_campaign_messages", "guide")))
      assert.equal('equals(campaign_id,"C")', f.encode(f.equals(name, "C"), grammar "get_campaign_messages"))
    end
    assert.equal("less-than(created,2026-01-01T00:00:00Z)",
      f.encode(f.before("created_at", "2026-01-01T00:00:00Z"), grammar "get_campaign_messages"))
    assert.equal('equals(campaign-message.id,"M")',
      f.encode(f.equals("message_id", "M"), grammar("get_campaign_variations", "guide")))
  end)

  it("spells a status as the dialect does", function()
    for _, status in ipairs { "SENT", "sent" } do
      assert.equal('equals(status,"SENT")', f.encode(f.equals("status", status),
        grammar("get_campaign_messages", "guide")))
      assert.equal('equals(status,"sent")', f.encode(f.equals("status", status), grammar "get_campaign_messages"))
    end
  end)

  it("brings times to UTC and takes epoch seconds", function()
    local rules = grammar "get_campaigns"
    assert.equal("greater-than(created_at,2025-12-31T22:00:00Z)",
      f.encode(f.after("created_at", "2026-01-01T00:00:00+02:00"), rules))
    assert.equal("greater-than(created_at,2026-01-01T00:00:00.25Z)",
      f.encode(f.after("created_at", "2026-01-01T00:00:00.25Z"), rules))
    assert.equal("greater-than(created_at,1970-01-02T00:00:00Z)", f.encode(f.after("created_at", 86400), rules))
  end)

  local function problem(filter, rules)
    local text, problems = f.encode(filter, rules)
    assert.is_nil(text)
    assert.equal(1, #problems)
    assert.equal("filter", problems[1].parameter)
    return problems[1].message
  end

  it("refuses fields and operators that the operation does not have, with what was meant", function()
    local rules = grammar "get_campaigns"
    assert.matches('did you mean "name"', problem(f.contains("nane", "x"), rules))
    assert.matches('it takes "contains"', problem(f.equals("name", "x"), rules))
    assert.matches('it takes "any"', problem(f.equals("id", "x"), rules))
    assert.equal('equals(id,"x")', f.encode(f.equals("id", "x"), grammar("get_campaigns", "guide")))
  end)

  it("refuses values of the wrong type", function()
    local rules = grammar "get_campaigns"
    assert.matches("needs true or false", problem(f.equals("archived", "false"), rules))
    assert.matches("needs a string", problem(f.contains("name", 1), rules))
    assert.matches("offset", problem(f.after("created_at", "2026-01-01"), rules))
    assert.matches("offset", problem(f.after("created_at", "2026-01-01T00:00:00"), rules))
    assert.matches('did you mean "wizard"', problem(f.equals("builder", "wizzard"), rules))
    assert.matches('did you mean "SENT"', problem(f.equals("status", "SEND"), grammar "get_campaign_messages"))
    assert.matches("in place 1 of the list", problem(f.any("id", { "a", "b" }),
      { id = { wire = "id", type = "boolean", operators = { "any" } } }))
  end)

  it("tells all problems at once", function()
    local _, problems = f.encode(f.all(f.equals("a", 1), f.equals("b", 2)), grammar "get_campaigns")
    assert.equal(2, #problems)
  end)

  it("leaves a text in the service's own notation alone", function()
    assert.equal("equals(x,'y')", f.encode("equals(x,'y')", grammar "get_campaigns"))
    assert.equal("equals(x,'y')", f.encode(f.raw "equals(x,'y')", grammar "get_campaigns"))
    assert.matches("must be made with", problem(12, grammar "get_campaigns"))
    assert.matches("must be made with", problem("", grammar "get_campaigns"))
  end)

  it("writes strings that JSON reads back, whatever is in them", function()
    local r = random.new(7)
    for _ = 1, 500 do
      local bytes = {}
      for i = 1, r.int(0, 12) do
        bytes[i] = r.pick { "a", "'", '"', "\\", ",", "(", ")", "é", "\n", "\0", "\31", "\127", "𝄞", "]" }
      end
      local text = table.concat(bytes)
      local value = assert(f.encode(f.contains("name", text), grammar "get_campaigns")):match("^contains%(name,(.*)%)$")
      assert.equal(text, json.decode("[" .. value .. "]")[1])
    end
  end)
end)
