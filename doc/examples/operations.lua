local klaviyo = require "klaviyo"
local kl = klaviyo.client {
  limits = { create_campaign = { 1, 30 }, scale = 0.001 }, -- per second and per minute; both windows 1000 times shorter
}
local draft = klaviyo.campaign "Limits"
draft:audience("VIP", { included = { "VIP_LIST" } }):sms { name = "Text", body = "Hello" }
for _ = 1, 3 do
  assert(kl.campaigns:create(draft))               -- waits instead of running into a 429
end
