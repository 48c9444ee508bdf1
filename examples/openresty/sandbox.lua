-- SPDX-License-Identifier: MIT
-- A sandbox with one campaign, for examples/openresty/start. Serves until it is killed.

local klaviyo = require "klaviyo"

local sandbox = assert(require("klaviyo.sandbox").start { port = 0 })
local kl = klaviyo.client { base_url = sandbox.url, api_key = "pk_sandbox" }

local sale = klaviyo.campaign "Summer Sale 2026" :timezone "America/New_York"
sale:audience("VIP", { included = { "LIST_ID" } })
  :email { name = "Summer email blast", subject = "Summer Sale starts now",
           from_email = "hello@example.com", from_label = "Example Brand" }
  :sms { name = "Summer SMS", body = "The sale is on" }
assert(kl.campaigns:create(sale))
kl:close()

io.write("listening on ", sandbox.url, "\n")
io.flush()
while true do
  kl.loop.sleep(3600)
end
