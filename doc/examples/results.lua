local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

-- What was sent since a day, summed up by campaign: one report, however many campaigns there are.
local report, err = kl:results { since = "2030-06-01", before = "2030-07-01", by = "campaign",
  conversion_metric = "Placed Order", statistics = { "recipients", "open_rate", "conversion_value" } }
if not report then
  print(err.kind, err)                             -- "not_found": the account has no metric of this name
  return
end
print("as of", report.read_at)
for _, row in ipairs(report) do
  -- What the report does not have, such as opens of an SMS, is nil and never 0.
  print(row.campaign_id, row.recipients, row.open_rate or "-", row.conversion_value)
end
