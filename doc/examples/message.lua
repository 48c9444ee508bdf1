local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

local draft = klaviyo.campaign "Reminder"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Tomorrow at eight" }
local message = assert(kl.campaigns:create(draft)).messages[1]

local look = assert(message:preview { context = { first_name = "Ada" } }).variations[1]
print(look.details.body, look.sms.parts)            -- as it will read, and how many text messages that is

assert(message:schedule { at = "2030-06-01T14:00:00Z", strategy = "throttled", percentage = 25 })
assert(message:wait { until_status = "SCHEDULED", timeout = 60 })
print(message.status, message.scheduling.send_time)

assert(message:reschedule { at = "2030-06-01T16:00:00Z", percentage = 25 }) -- two hours later
assert(message:revert())                           -- a draft again
assert(message:cancel())                           -- and now it will not be sent
print(message.status)
