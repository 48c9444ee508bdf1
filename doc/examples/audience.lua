local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local draft = klaviyo.campaign "Lapsed customers"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "We miss you" }
local campaign = assert(kl.campaigns:create(draft))

local audience = campaign.audiences[1]
audience.excluded = { "RECENT_BUYERS" }
assert(audience:save())
local second = assert(audience:clone { name = "The same again" })
print(second.name, table.concat(second.included, ", "))
