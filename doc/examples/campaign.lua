local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local draft = klaviyo.campaign "Spring Launch"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "It is here" }
local campaign = assert(kl.campaigns:create(draft))

campaign.name = "Spring Launch 2030"
assert(campaign:save())                            -- a PATCH with the name alone

-- All drafts of the campaign; if one fails, those before it become drafts again.
local messages = assert(campaign:schedule { at = "2030-06-01T14:00:00Z", undo = true })
print(messages[1].name, messages[1].status)

local copy = assert(campaign:clone { name = "Spring Launch 2031" })
assert(copy:archive())
