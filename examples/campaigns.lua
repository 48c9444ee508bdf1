-- Campaigns: create, read, change, clone and archive one.
--
--   lua examples/campaigns.lua            in its own sandbox: no account, nothing is sent
--   lua examples/campaigns.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST); it is archived at the end

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local klaviyo = require "klaviyo"
local support = require "support"
local check = support.check

local kl, sandbox = support.start()

-- One atomic call creates the campaign with its audiences and messages.
local draft = klaviyo.campaign "Spring Launch"
  :description "New arrivals"
  :timezone "Europe/Berlin"
draft:audience("Subscribers", { included = { support.list() } })
  :email { name = "Announcement", subject = "Spring is here", from_email = "hello@example.com", from_label = "Example" }
local campaign = check(kl.campaigns:create(draft))
print("created:  " .. campaign.name)

local again = check(kl.campaigns:get(campaign.id))
print("read:     " .. again.name .. ", " .. again.send_settings.send_timezone)

-- Only changed fields are sent; klaviyo.null clears a field.
again.name = "Spring Launch 2027"
again.description = klaviyo.null
check(again:save())
print("changed:  " .. again.name)

local clone = check(again:clone { name = "Spring Launch 2028" })
print(("cloned:   %s, %d message"):format(clone.name, #clone.messages))

check(clone:archive())
check(kl.campaigns:archive(campaign.id))
check(campaign:refresh())
print("archived: " .. tostring(campaign.archived))

support.finish(kl, sandbox)
