-- SPDX-License-Identifier: MIT
-- What the numbers of an A/B test say, against values of the same test from statistics tables.

local ab_verdict = require "klaviyo.cli.ab_verdict"

local function row(name, opens, delivered, more)
  local made = { variation_name = name, delivered = delivered, opens_unique = opens }
  for key, value in pairs(more or {}) do
    made[key] = value
  end
  return made
end

local function verdicts(...)
  return ab_verdict.of({ ... }, function(one)
    return one.variation_name
  end)
end

describe("the verdict of an A/B test", function()
  it("knows the chance of a difference", function()
    -- z = 1.96 and z = 2.5758 are 5 % and 1 %
    assert.near(0.0500, ab_verdict.chance(500 + 31, 1000, 500 - 12.8, 1000), 0.002)
    assert.near(1, ab_verdict.chance(10, 100, 10, 100), 1e-6)
    assert.near(0.0124, ab_verdict.chance(120, 1000, 86, 1000), 0.0002) -- z = 2.501
    assert.equal(1, ab_verdict.chance(0, 10, 0, 10))
    assert.equal(1, ab_verdict.chance(10, 10, 10, 10))
  end)

  it("names who is ahead only where chance seldom does that", function()
    local ahead = verdicts(row("A", 300, 1000), row("B", 400, 1000))[1]
    assert.equal("ahead", ahead.verdict)
    assert.equal("B", ahead.ranking[1].variation)
    assert.matches("^opens: B 40%.0 %% %(400 of 1000%), A 30%.0 %% .*; B is ahead: .*less than 1 of 100 tests$",
      ab_verdict.sentence(ahead))
    local open = verdicts(row("A", 300, 1000), row("B", 310, 1000))[1]
    assert.equal("open", open.verdict)
    assert.matches("no winner: chance alone makes such a difference in 63 of 100 tests", ab_verdict.sentence(open))
  end)

  it("calls a small sample one", function()
    for _, numbers in ipairs { { 3, 40, 9, 41 }, { 9, 1000, 40, 1000 }, { 995, 1000, 900, 1000 } } do
      local small = verdicts(row("A", numbers[1], numbers[2]), row("B", numbers[3], numbers[4]))[1]
      assert.equal("small", small.verdict)
      assert.is_nil(small.chance)
      assert.matches("a small sample, too few to tell", ab_verdict.sentence(small))
    end
  end)

  it("takes into account that the best of several was chosen", function()
    local two = verdicts(row("A", 300, 1000), row("B", 345, 1000))[1]
    local three = verdicts(row("A", 300, 1000), row("B", 345, 1000), row("C", 280, 1000))[1]
    assert.equal("ahead", two.verdict)
    assert.equal("open", three.verdict)
    assert.near(3 * two.chance, three.chance, 1e-9)
  end)

  it("compares what all variations have, and nothing else", function()
    local clicks = { clicks_unique = 20 }
    assert.same({}, verdicts(row("A", nil, 100), row("B", 50, 100)))
    assert.same({}, verdicts(row("A", 0, 0), row("B", 0, 0)))
    local both = verdicts(row("A", 300, 1000, clicks), row("B", 400, 1000, clicks))
    assert.equal("open_rate", both[1].measure)
    assert.equal("click_rate", both[2].measure)
    assert.equal(2, #both)
  end)
end)
