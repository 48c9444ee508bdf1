-- Variations: read and change the content of a message.
--
--   lua examples/variations.lua            in its own sandbox: no account, nothing is sent
--   lua examples/variations.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST)

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

local kl, sandbox = support.start()
local campaign = support.campaign(kl, "Variations")

local function show(variation)
  local details = variation.details
  print(("%-6s %s"):format(variation.channel, details.subject or details.body))
end

for _, message in ipairs(campaign.messages) do
  for _, variation in ipairs(message.variations) do
    show(variation)
  end
end

-- A change of one detail sends that detail, and the channel, which says how to read it.
local email = campaign.messages[1].variations[1]
email.details.subject = "It starts tonight"
email.details.preview_text = "At eight"
check(email:save())
show(email)

-- The same without reading it first:
local text = check(kl.variations:update(campaign.messages[2].variations[1].id,
  { details = { channel = "sms", body = "Tonight at eight" } }))
show(text)

check(text:delete())
print(("deleted: %d variations are left"):format(#check(campaign.messages[2]:variations())))

check(campaign:archive())
support.finish(kl, sandbox)
