local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local draft = klaviyo.campaign "Objects":description "To be cleared"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Hello" }
local campaign = assert(kl.campaigns:create(draft))

campaign.description = klaviyo.null                -- null clears a field; nil would leave it
print(campaign:changes().description == klaviyo.null)
campaign:discard()
assert(campaign:update { description = klaviyo.null })
assert(campaign:refresh())

for _, message in ipairs(assert(campaign:related "messages")) do
  print(message.name, message.audience.id, message.raw.type)
end
