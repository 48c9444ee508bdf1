local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local sale = klaviyo.campaign "Summer Sale"
  :description "Two audiences, three messages"
  :timezone "America/New_York"
sale:audience("VIP", { included = { "VIP_LIST" } })
  :email { name = "Early", subject = "A day before the others", from_email = "hello@example.com",
           from_label = "Example" }
  :sms { name = "Early, in short", body = "The sale is on" }
sale:audience("Everyone else", { included = { "NEWSLETTER" }, excluded = { "VIP_LIST" } })
  :email { name = "Doors open", subject = "It starts", from_email = "hello@example.com", from_label = "Example" }

assert(sale:validate())                           -- checks it without sending anything
local campaign = assert(kl.campaigns:create(sale)) -- one POST, all or nothing
print(campaign.name, #campaign.audiences, #campaign.messages)
