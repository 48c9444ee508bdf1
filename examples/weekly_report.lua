-- The weekly report: what was scheduled or sent by campaigns changed in the last seven days, as CSV.
--
--   lua examples/weekly_report.lua > report.csv            of its own sandbox
--   lua examples/weekly_report.lua --live > report.csv     of your account (KLAVIYO_API_KEY): only reads

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check
local f = klaviyo.filter

local kl, sandbox = support.start()
if not support.live then
  local sale = support.campaign(kl, 'The "big" sale, part 1')
  check(sale.messages[1]:schedule { at = support.in_days(1, "14:00:00") })
  support.campaign(kl, "Newsletter")
end

-- A field as in RFC 4180; spreadsheets would take a leading sign for a formula.
local function field(value)
  local text = type(value) == "string" and value or value ~= nil and value ~= klaviyo.null and tostring(value) or ""
  if text:find "^[=+@-]" then
    text = "'" .. text
  end
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function row(...)
  local fields = {}
  for i = 1, select("#", ...) do
    fields[i] = field((select(i, ...)))
  end
  io.write(table.concat(fields, ","), "\r\n")
end

-- The channels of a message's variations, each once.
local function channels_of(message)
  local names, seen = {}, {}
  for _, variation in ipairs(message.variations) do
    names[#names + 1] = not seen[variation.channel] and variation.channel or nil
    seen[variation.channel] = true
  end
  return table.concat(names, " ")
end

row("campaign", "audience", "message", "channel", "status", "strategy", "send_time")
for campaign in kl.campaigns:each { filter = f.since("updated_at", support.in_days(-7, "00:00:00")), sort = "name" } do
  check(campaign:tree())
  for _, audience in ipairs(campaign.audiences) do
    for _, message in ipairs(audience.messages) do
      local plan = type(message.scheduling) == "table" and message.scheduling or {}
      row(campaign.name, audience.name, message.name, channels_of(message), message.status, plan.strategy,
        plan.send_time)
    end
  end
end

support.finish(kl, sandbox)
