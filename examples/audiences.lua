-- Audiences: add one to a campaign, change its lists, copy it to another campaign, delete it.
--
--   lua examples/audiences.lua            in its own sandbox: no account, nothing is sent
--   lua examples/audiences.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST)

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

local kl, sandbox = support.start()
local campaign = support.campaign(kl, "Audiences")

local lapsed = check(kl.audiences:create {
  campaign = campaign, name = "Lapsed", included = { support.list() }, excluded = { "RECENT_BUYERS" },
})
print("created:  " .. lapsed.name .. ", without " .. table.concat(lapsed.excluded, ", "))

table.insert(lapsed.excluded, "UNENGAGED")
check(lapsed:save())
print("changed:  without " .. table.concat(lapsed.excluded, ", "))

local other = support.campaign(kl, "Another campaign")
local copy = check(lapsed:clone { campaign = other })
print("copied:   to " .. check(copy:related "campaign").name)

check(lapsed:delete())
print(("deleted:  %d audiences are left"):format(#check(campaign:audiences())))

check(campaign:archive())
check(other:archive())
support.finish(kl, sandbox)
