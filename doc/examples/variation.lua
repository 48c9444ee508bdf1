local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local draft = klaviyo.campaign "Tonight"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Tonight at nine" }
local campaign = assert(kl.campaigns:create(draft))

local variation = campaign.messages[1].variations[1]
print(variation.channel, variation.details.body)
assert(variation:update { body = "Tonight at eight" }) -- fields of `details` may stand by themselves
