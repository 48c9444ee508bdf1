-- SPDX-License-Identifier: MIT
--- What a name that nothing has may mean.
local candidates = require "klaviyo.model.candidates"

local function named(...)
  local list = {}
  for i, name in ipairs { ... } do
    list[i] = { id = "L" .. i, name = name }
  end
  return list
end

describe("candidates.of_unknown", function()
  it("is what was probably meant, with all that have that name", function()
    local list = named("Twice", "Other", "Twice")
    local rest, near = candidates.of_unknown("list", "Twise", list)
    assert.equal(' (did you mean "Twice"?)', rest)
    assert.same({ list[1], list[3] }, near)
  end)

  it("is all that look alike, with what tells them apart", function()
    local list = named("VIP customers", "vip customers", "VIP\194\160customers", "Other", "VIP customers ",
      "V I P customers", "VIPcustomers")
    local rest, near = candidates.of_unknown("list", "VIP CUSTOMERS", { list[1], list[2], list[3], list[4] })
    assert.equal(' (did you mean "VIP customers", "vip customers" or "VIP\\u{A0}customers"?)', rest)
    assert.same({ list[1], list[2], list[3] }, near)
    assert.equal(' (did you mean "VIP customers", "vip customers", "VIP\\u{A0}customers", "VIP customers ", "V I P '
      .. 'customers", ...?)', (candidates.of_unknown("list", "VIP CUSTOMERS", list)))
    assert.equal(' (did you mean "Café" or "Cafe\\u{301}"?)', (candidates.of_unknown("list", "cafe",
      named("Café", "Cafe\204\129", "Caft"))))
    assert.equal(' (did you mean "Cafe\\u{301}"?)', (candidates.of_unknown("list", "Café", named "Cafe\204\129")))
    assert.equal(' (did you mean "ÉTÉ"?)', (candidates.of_unknown("list", "été", named("ÉTÉ", "x"))))
  end)

  it("is what contains the name, or is contained in it", function()
    local list = named("Bulk 1", "Old VIP", "V.I.P. 2026", "Summer", "")
    local rest, near = candidates.of_unknown("list", "vip", list)
    assert.equal(' (did you mean "Old VIP" or "V.I.P. 2026"?)', rest)
    assert.same({ list[2], list[3] }, near)
    assert.equal(' (did you mean "Summer"?)', (candidates.of_unknown("template", "Summer template", list)))
    assert.matches("^; there are", (candidates.of_unknown("list", "vi", list)))
  end)

  it("is what there is, each name once, if nothing is near", function()
    local rest, near = candidates.of_unknown("list", "Something else", named("Twice", "Twice", "Other", "Twice"))
    assert.equal('; there are "Twice", "Other"', rest)
    assert.same({}, near)
    assert.equal('; there are "a", "b", "c", "d", "e"', (candidates.of_unknown("list", "Something else",
      named("a", "b", "c", "d", "e", "e", "a"))))
    assert.equal('; there are "a", "b", "c", "d", "e", ...', (candidates.of_unknown("list", "Something else",
      named("a", "b", "c", "d", "e", "f"))))
  end)

  it("is nothing of what could not be read, and names no thing without a name", function()
    assert.equal("", (candidates.of_unknown("list", "VIP", nil)))
    assert.equal("; there are no lists", (candidates.of_unknown("list", "VIP", {})))
    assert.equal("", (candidates.of_unknown("list", "VIP", { { id = "L1" } })))
  end)
end)

describe("candidates.several", function()
  it("describes the first of them", function()
    local function id_of(one)
      return one.id
    end
    assert.equal("L1, L2", candidates.several(named("a", "a"), id_of))
    assert.equal("L1, L2, L3, L4, L5, ...", candidates.several(named("a", "a", "a", "a", "a", "a"), id_of))
  end)
end)
