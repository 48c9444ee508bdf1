-- All channels in one call: email, text message, push and WhatsApp, created completely, or not at all.
--
--   lua examples/all_channels.lua            in its own sandbox: no account, nothing is sent
--   lua examples/all_channels.lua --live     in your account (KLAVIYO_API_KEY, KLAVIYO_LIST); nothing is scheduled

package.path = (arg[0]:match "^(.*)/" or ".") .. "/?.lua;" .. package.path
local support = require "support"
local check = support.check

local kl, sandbox = support.start()

-- A plain table works as well as the builder.
local campaign = check(kl.campaigns:create {
  name = "Summer Sale 2026", description = "On every channel", timezone = "America/New_York",
  audiences = {
    { name = "VIP", included = { support.list() }, messages = {
      { channel = "email", name = "Email", subject = "Summer Sale starts now", preview_text = "Up to 40 % off",
        from_email = "hello@example.com", from_label = "Example Brand", reply_to_email = "help@example.com" },
      { channel = "sms", name = "Text", body = "The sale is on", shorten_links = true },
      { channel = "push", name = "Push", title = "Summer Sale", body = "It starts now" },
      { channel = "whatsapp", name = "WhatsApp", template_id = "WHATSAPP_TEMPLATE" },
    } },
  },
})

for _, message in ipairs(campaign.messages) do
  for _, variation in ipairs(message.variations) do
    print(("%-9s %-9s %s"):format(variation.channel, message.name, message.status))
  end
end

-- Every mistake is reported at once, with its path, and nothing was created.
local none, err = kl.campaigns:create { name = "Broken", audiences = { { included = { support.list() }, messages = {
  { channel = "email", name = "Email", subjekt = "Hello" },
  { channel = "sms", name = "Text", body = 42 },
} } } }
for _, problem in ipairs(not none and err.errors or {}) do
  print("wrong: " .. problem.path .. "  " .. problem.source.pointer)
end

check(campaign:archive())
support.finish(kl, sandbox)
