-- Related resources: from any object to its neighbours, as objects or as ids alone.
--
--   lua examples/related.lua            in a sandbox of its own: no account, nothing is sent
--   lua examples/related.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST)

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

local kl, sandbox = support.start()
local campaign = support.campaign(kl, "Related")
local message = campaign.messages[1]
if sandbox then
  sandbox:tag { name = "spring", campaign = campaign.id, message = message.id }
end

-- A field reads what is here already; a call asks the service.
print(("here:     %d messages"):format(#campaign.messages))
print(("asked:    %d messages"):format(#check(campaign:messages())))
print(("ids:      %d of audiences"):format(#check(campaign:related("audiences", { ids = true }))))

-- Upwards, from an id alone.
local audience = check(kl.messages:related(message.id, "audience"))
print("audience: " .. audience.name)
print("campaign: " .. check(audience:related "campaign").name)

-- Tags of a message are read since revision 2026-07-15.pre: the revision can be given for one call.
local tags = check(message:tags { revision = "2026-07-15.pre" })
for _, tag in ipairs(tags) do
  print("tag:      " .. tag.name)
end

-- Nothing there is no error: nil alone.
local variation = check(message:variations())[1]
local image, err = variation:image { revision = "2026-07-15.pre" }
check(image or not err, err)
print("image:    " .. tostring(image))

check(campaign:archive())
support.finish(kl, sandbox)
