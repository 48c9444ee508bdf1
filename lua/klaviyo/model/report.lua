-- SPDX-License-Identifier: MIT
--- Statistics of campaigns: their names, what rates are made of, and sums over several groupings. Pure functions.

local suggest = require "klaviyo.model.suggest"

local report = {}

---@class klaviyo.statistics
---@field recipients? integer
---@field delivered? integer
---@field delivery_rate? number            delivered / recipients; rates are from 0 to 1
---@field bounced? integer
---@field bounce_rate? number              bounced / recipients
---@field failed? integer
---@field failed_rate? number              failed / recipients
---@field bounced_or_failed? integer
---@field bounced_or_failed_rate? number   bounced_or_failed / recipients
---@field opens? integer                   every opening
---@field opens_unique? integer            recipients who opened
---@field open_rate? number                opens_unique / delivered
---@field clicks? integer                  every click
---@field clicks_unique? integer           recipients who clicked
---@field click_rate? number               clicks_unique / delivered
---@field click_to_open_rate? number       clicks_unique / opens_unique
---@field unsubscribes? integer
---@field unsubscribe_uniques? integer     recipients who unsubscribed
---@field unsubscribe_rate? number         unsubscribe_uniques / delivered
---@field spam_complaints? integer
---@field spam_complaint_rate? number      spam_complaints / delivered
---@field conversions? integer             events of the conversion metric that count for the message
---@field conversion_uniques? integer      recipients with such an event
---@field conversion_rate? number          conversion_uniques / delivered
---@field conversion_value? number         money, in the currency of the account
---@field average_order_value? number      conversion_value / conversions
---@field revenue_per_recipient? number    conversion_value / recipients
---@field message_segment_count_sum? integer  text messages that were sent, of all parts
---@field text_message_credit_usage_amount? number
---@field text_message_spend? number       money
---@field text_message_roi? number         conversion_value / text_message_spend

---One row of a report. What the report does not have is nil, never 0.
---@class klaviyo.result : klaviyo.statistics
---@field campaign_id? string      nil where rows are summed up by channel alone
---@field campaign_name? string    where the campaign was given as an object
---@field message_id? string
---@field message_name? string
---@field channel? string          "email", "sms", "push" or "whatsapp", or what else the service says
---@field variation_id? string
---@field variation_name? string

---The counts of the service.
report.counts = { "recipients", "delivered", "bounced", "failed", "bounced_or_failed", "opens", "opens_unique",
  "clicks", "clicks_unique", "unsubscribes", "unsubscribe_uniques", "spam_complaints", "conversions",
  "conversion_uniques", "conversion_value", "message_segment_count_sum", "text_message_credit_usage_amount",
  "text_message_spend" }

---The rates of the service: what is divided by what.
---@type table<string, { [1]: string, [2]: string }>
report.rates = {
  delivery_rate = { "delivered", "recipients" }, bounce_rate = { "bounced", "recipients" },
  failed_rate = { "failed", "recipients" }, bounced_or_failed_rate = { "bounced_or_failed", "recipients" },
  open_rate = { "opens_unique", "delivered" }, click_rate = { "clicks_unique", "delivered" },
  click_to_open_rate = { "clicks_unique", "opens_unique" }, unsubscribe_rate = { "unsubscribe_uniques", "delivered" },
  spam_complaint_rate = { "spam_complaints", "delivered" }, conversion_rate = { "conversion_uniques", "delivered" },
  average_order_value = { "conversion_value", "conversions" },
  revenue_per_recipient = { "conversion_value", "recipients" },
  text_message_roi = { "conversion_value", "text_message_spend" },
}

---What a report has where no statistics are named.
report.default = { "recipients", "delivered", "bounced_or_failed", "opens_unique", "open_rate", "clicks_unique",
  "click_rate", "unsubscribe_uniques", "unsubscribe_rate", "conversions", "conversion_uniques", "conversion_rate",
  "conversion_value", "revenue_per_recipient" }

---The time frames that have a name.
report.timeframes = { "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "this_year",
  "last_year", "last_7_days", "last_30_days", "last_90_days", "last_365_days", "last_3_months", "last_12_months" }

---What rows can be summed up by.
report.dimensions = { "campaign", "message", "variation", "channel" }

-- The names of all statistics.
local function names()
  local list = {}
  for _, name in ipairs(report.counts) do
    list[#list + 1] = name
  end
  for _, name in ipairs(suggest.names(report.rates)) do
    list[#list + 1] = name
  end
  return list
end

-- What is wrong with a list of words; nil if nothing is.
local function wrong_word(list, allowed, option, what)
  if type(list) ~= "table" or #list == 0 then
    return ("option %s is a list of %ss, got %s"):format(option, what,
      type(list) == "table" and "an empty table" or suggest.show(list))
  end
  for _, word in ipairs(list) do
    if not suggest.contains(allowed, word) then
      return ("option %s: there is no %s %s%s; there are %s"):format(option, what, suggest.show(word),
        suggest.phrase(word, allowed), suggest.list(allowed))
    end
  end
end

---@param list any
---@return string|nil message
function report.wrong_statistics(list)
  return wrong_word(list, names(), "statistics", "statistic")
end

---@param list any
---@return string|nil message
function report.wrong_dimensions(list)
  return wrong_word(list, report.dimensions, "by", "grouping")
end

---The statistics to ask for: those that are wanted, and those that their rates are made of, so that they can be summed
---up.
---@param wanted string[]
---@return string[]
function report.with_parts(wanted)
  local list, known = {}, {}
  local function add(name)
    if not known[name] then
      known[name] = true
      list[#list + 1] = name
    end
  end
  for _, name in ipairs(wanted) do
    add(name)
    for _, part in ipairs(report.rates[name] or {}) do
      add(part)
    end
  end
  return list
end

-- What the rate of a sum is made of: rows that lack a part are left out of both, such as SMS of the rate of opens.
local function add_parts(parts, row)
  for name, of in pairs(report.rates) do
    local above, below = row[of[1]], row[of[2]]
    if above and below then
      local sum = parts[name] or { 0, 0 }
      sum[1], sum[2], parts[name] = sum[1] + above, sum[2] + below, sum
    end
  end
  parts.rows = (parts.rows or 0) + 1
end

-- A rate of a sum; nil if no row has the parts, or for a division by zero.
local function rate_of(parts, name)
  local sum = parts[name]
  return sum and sum[2] > 0 and sum[1] / sum[2] or nil
end

-- The fields of a row that say what it is of.
local FIELDS = { campaign = { "campaign_id" }, channel = { "channel" },
  message = { "campaign_id", "message_id", "message_name", "channel" },
  variation = { "campaign_id", "message_id", "message_name", "channel", "variation_id", "variation_name" } }

---Sums rows up. Counts are added; rates are computed again, but for a sum of one row, which keeps those of the service.
---A count that only some of the rows have is the sum of those, and its rate is of their recipients alone.
---@param rows klaviyo.result[]
---@param dimensions string[]
---@param statistics string[]
---@return klaviyo.result[]  in the order in which each first occurs
function report.sum(rows, dimensions, statistics)
  local fields, sums, by_key, parts = {}, {}, {}, {}
  for _, dimension in ipairs(dimensions) do
    for _, field in ipairs(FIELDS[dimension]) do
      fields[field] = true
    end
  end
  local order = suggest.names(fields)
  for _, row in ipairs(rows) do
    local key, values = {}, {}
    for i, field in ipairs(order) do
      key[i], values[field] = tostring(row[field]), row[field]
    end
    local text = table.concat(key, "\0")
    local sum = by_key[text]
    if not sum then
      sum = values
      by_key[text], sums[#sums + 1], parts[sum] = sum, sum, {}
    end
    add_parts(parts[sum], row)
    for _, name in ipairs(statistics) do
      if row[name] ~= nil then
        sum[name] = report.rates[name] and row[name] or (sum[name] or 0) + row[name]
      end
    end
  end
  for _, sum in ipairs(sums) do
    for _, name in ipairs(statistics) do
      if parts[sum].rows > 1 and report.rates[name] then
        sum[name] = rate_of(parts[sum], name)
      end
    end
  end
  return sums
end

return report
