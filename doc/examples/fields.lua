local klaviyo = require "klaviyo"
local kl = klaviyo.client {}

-- A plain table with the fields below serves as well as the builder.
local campaign = assert(kl.campaigns:create {
  name = "Plain tables",
  send_settings = { send_timezone = "Europe/Berlin" },
  audiences = { {
    included = { "VIP_LIST" },
    messages = { { name = "Text", variations = { { details = { channel = "sms", body = "Hello" } } } } },
  } },
})
print(campaign.messages[1].variations[1].details.body)
