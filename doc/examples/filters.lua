local klaviyo = require "klaviyo"
local kl = klaviyo.client {}
local f = klaviyo.filter

local recent_sales = f.all(f.contains("name", "Sale"), f.after("created_at", "2026-01-01T00:00:00Z"))
for campaign in kl.campaigns:each { filter = recent_sales } do
  print(campaign.name)
end

local page, err = kl.campaigns:list { filter = f.equals("nam", "Sale") }
assert(not page)
print(err)                                         -- ... did you mean "name"?
