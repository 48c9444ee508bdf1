-- SPDX-License-Identifier: MIT
--- What the numbers of an A/B test say: which variation did better, and whether that may be chance. A test of two
--- proportions; where it does not hold, because there are too few events, that is what is said.

local ab_verdict = {}

local EVENTS = 10     -- events, and recipients without one, that each variation needs for the test to hold
local CHANCE = 0.05   -- a difference that chance makes more often than this is not called one

-- What is compared: the count of events, and the recipients it is a share of.
local MEASURES = {
  { name = "open_rate", count = "opens_unique", of = "delivered", words = "opens" },
  { name = "click_rate", count = "clicks_unique", of = "delivered", words = "clicks" },
  { name = "conversion_rate", count = "conversion_uniques", of = "delivered", words = "conversions" },
}

-- The probability that a normal deviate is further from 0 than z (Abramowitz and Stegun 7.1.26, error below 2e-7).
local function two_sided(z)
  local x = math.abs(z) / math.sqrt(2)
  local t = 1 / (1 + 0.3275911 * x)
  local sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return sum * math.exp(-x * x)
end

---The probability that chance alone makes a difference as large as that between two shares.
---@param a integer   events of the first
---@param of_a integer  recipients of the first
---@param b integer
---@param of_b integer
---@return number
function ab_verdict.chance(a, of_a, b, of_b)
  local pooled = (a + b) / (of_a + of_b)
  local spread = math.sqrt(pooled * (1 - pooled) * (1 / of_a + 1 / of_b))
  return spread > 0 and two_sided((a / of_a - b / of_b) / spread) or 1
end

local function is_enough(row, measure)
  local count, whole = row[measure.count], row[measure.of]
  return count >= EVENTS and whole - count >= EVENTS
end

-- The rows by a measure, best first; nil if one lacks it.
local function ranked(rows, measure)
  local list = {}
  for i, row in ipairs(rows) do
    if not row[measure.count] or not row[measure.of] or row[measure.of] <= 0 then
      return nil
    end
    list[i] = row
  end
  table.sort(list, function(a, b)
    return a[measure.count] / a[measure.of] > b[measure.count] / b[measure.of]
  end)
  return list
end

---@class klaviyo.cli.ab_verdict
---@field measure string        "open_rate", "click_rate" or "conversion_rate"
---@field words string          "opens"
---@field verdict "ahead"|"open"|"small"  ahead: the first is better, and chance alone seldom does that; open: it may be
---                             chance; small: there are too few to tell
---@field chance? number        how often chance alone makes such a difference; unless there are too few
---@field ranking { variation: string, rate: number, count: integer, of: integer }[]  best first

---What the numbers of one test say.
---@param rows klaviyo.result[]  its variations
---@param name fun(row: klaviyo.result): string
---@return klaviyo.cli.ab_verdict[]  for each measure that all variations have
function ab_verdict.of(rows, name)
  local verdicts = {}
  for _, measure in ipairs(MEASURES) do
    local list = ranked(rows, measure)
    if list then
      local found = { measure = measure.name, words = measure.words, verdict = "small", ranking = {} }
      local enough = true
      for i, row in ipairs(list) do
        enough = enough and is_enough(row, measure)
        found.ranking[i] = { variation = name(row), rate = row[measure.count] / row[measure.of],
          count = row[measure.count], of = row[measure.of] }
      end
      if enough then
        -- the best of several was chosen because it is the best: each pair is a chance of its own
        local pairs_of_all = #list * (#list - 1) / 2
        found.chance = math.min(1, pairs_of_all * ab_verdict.chance(list[1][measure.count], list[1][measure.of],
          list[2][measure.count], list[2][measure.of]))
        found.verdict = found.chance < CHANCE and "ahead" or "open"
      end
      verdicts[#verdicts + 1] = found
    end
  end
  return verdicts
end

-- A share for people: one decimal, and two where that would be 0.0.
local function percent(share)
  return (share > 0 and share < 0.001 and "%.2f %%" or "%.1f %%"):format(share * 100)
end

---A verdict as a sentence.
---@param found klaviyo.cli.ab_verdict
---@return string
function ab_verdict.sentence(found)
  local parts = {}
  for i, one in ipairs(found.ranking) do
    parts[i] = ("%s %s (%d of %d)"):format(one.variation, percent(one.rate), one.count, one.of)
  end
  local numbers = ("%s: %s"):format(found.words, table.concat(parts, ", "))
  if found.verdict == "small" then
    return numbers .. "; a small sample, too few to tell"
  elseif found.verdict == "open" then
    return ("%s; no winner: chance alone makes such a difference in %.0f of 100 tests"):format(numbers,
      found.chance * 100)
  end
  return ("%s; %s is ahead: chance alone makes such a difference in %s tests"):format(numbers,
    found.ranking[1].variation, found.chance < 0.01 and "less than 1 of 100" or ("%.0f of 100"):format(
      found.chance * 100))
end

return ab_verdict
