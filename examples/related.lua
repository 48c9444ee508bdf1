-- Related resources: from any object to its neighbours, as objects or as ids alone.
--
--   lua examples/related.lua            in its own sandbox: no account, nothing is sent
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

-- A field reads what was loaded; a call sends a request.
print(("here:     %d messages"):format(#campaign.messages))
print(("asked:    %d messages"):format(#check(campaign:messages())))
print(("ids:      %d of audiences"):format(#check(campaign:related("audiences", { ids = true }))))

-- From an id to the parent.
local audience = check(kl.messages:related(message.id, "audience"))
print("audience: " .. audience.name)
print("campaign: " .. check(audience:related "campaign").name)

-- Messages have tags since revision 2026-07-15.pre: one call can use another revision.
local tags = check(message:tags { revision = "2026-07-15.pre" })
for _, tag in ipairs(tags) do
  print("tag:      " .. tag.name)
end

-- A missing resource is not an error: the result is nil, without err.
local variation = check(message:variations())[1]
local image, err = variation:image { revision = "2026-07-15.pre" }
check(image or not err, err)
print("image:    " .. tostring(image))

check(campaign:archive())
support.finish(kl, sandbox)
