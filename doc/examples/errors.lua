local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local campaign, err = kl.campaigns:get "NO_SUCH_CAMPAIGN"
assert(not campaign and klaviyo.error.is(err))
print(err.kind, err.status, err.outcome)           -- decide by these
print(err)                                         -- show this: it never holds a key

local sale = klaviyo.campaign "Sale"
sale:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", bdy = "The sale is on" }
campaign, err = kl.campaigns:create(sale)          -- rejected before anything is sent
if not campaign and err.kind == "validation" then
  for _, problem in ipairs(err.errors) do
    print(problem.path, problem.detail)
  end
elseif not campaign and err.outcome == "unknown" then
  campaign = err:recheck { reconcile = 60 }        -- it may have been created: do not repeat it, look again
end
print(campaign)
