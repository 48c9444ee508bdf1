-- Messages: add one to an audience, change its tracking, copy it to another audience, delete it.
--
--   lua examples/messages.lua            in its own sandbox: no account, nothing is sent
--   lua examples/messages.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST)

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

local kl, sandbox = support.start()
local campaign = support.campaign(kl, "Messages")
local vip, everyone = campaign.audiences[1], campaign.audiences[2]

local reminder = check(kl.messages:create { campaign = campaign, audience = vip, name = "Reminder" })
check(kl.variations:create { message = reminder, name = "Reminder text",
  details = { channel = "sms", body = "Only today" } })
print("created:  " .. reminder.name .. ", " .. reminder.status)

local email = vip.messages[1]
check(email:update { is_tracking_opens = false })
print("tracking: opens " .. tostring(email.is_tracking_opens) .. ", clicks " .. tostring(email.is_tracking_clicks))

local copy = check(email:clone { audience = everyone })
print("copied:   " .. copy.name .. " to " .. everyone.name)

check(reminder:delete())
for _, message in ipairs(check(campaign:messages())) do
  print("left:     " .. message.name)
end

check(campaign:archive())
support.finish(kl, sandbox)
