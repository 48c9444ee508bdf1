-- Tracking audit: finds email drafts that do not track opens or clicks; --fix turns both on.
--
--   lua examples/tracking_audit.lua [--fix]            in its own sandbox
--   lua examples/tracking_audit.lua --live [--fix]     in your account (KLAVIYO_API_KEY)

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check

local kl, sandbox = support.start()
if not support.live then
  local one, two = support.campaign(kl, "Good"), support.campaign(kl, "Quiet")
  check(one.messages[1]:update { is_tracking_opens = true, is_tracking_clicks = true })
  check(two.messages[1]:update { is_tracking_opens = false })
end

local function is_email(message)
  for _, variation in ipairs(message.variations) do
    if variation.channel == "email" then
      return true
    end
  end
  return false
end

local count, wrong = 0, 0
for message in kl.messages:each { filter = klaviyo.filter.equals("status", "DRAFT"), include = "variations" } do
  if is_email(message) then
    count = count + 1
    if message.is_tracking_opens == false or message.is_tracking_clicks == false then
      wrong = wrong + 1
      print(("%s %s: opens %s, clicks %s"):format(message.id, message.name, tostring(message.is_tracking_opens),
        tostring(message.is_tracking_clicks)))
      if support.has "--fix" then
        check(message:update { is_tracking_opens = true, is_tracking_clicks = true })
        print "  both are on now"
      end
    end
  end
end
print(("%d emails in draft, %d without full tracking"):format(count, wrong))

support.finish(kl, sandbox)
